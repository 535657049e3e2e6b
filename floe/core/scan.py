"""Which findings block. A finding counts once for each identifier and package, however often a scanner repeats it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, TypeAlias, get_args

import msgspec

from floe.core.names import Digest
from floe.core.plain import brief
from floe.core.policy import Gate, Severity
from floe.core.reports.reading import ArtifactFacts, Finding, Findings, Fix, Unread
from floe.core.value import Value

ORDER: Final[tuple[str, ...]] = get_args(Severity)  # in which severities are told
_WORST: Final = ("CRITICAL", "HIGH", "UNKNOWN", "MEDIUM", "LOW", "NEGLIGIBLE")
DEFAULT: Final[tuple[Severity, ...]] = ("CRITICAL",)
LISTED: Final = 100  # findings of each kind that are kept to be shown
_LONGEST: Final = 120  # characters of a foreign text
_NAMES: Final = 5  # of what was scanned; and remarks
_ODD: Final = 3  # severities that nobody knows
_LONGEST_WORD: Final = 20
OTHERS: Final = "OTHERS"

Threshold: TypeAlias = frozenset[str]


class Tally(Value, frozen=True, kw_only=True):
    """How many findings have one severity, and whether these block."""

    severity: str
    count: int
    blocks: bool


class Scanned(Value, frozen=True, kw_only=True, tag="scanned"):
    """What a scan comes to under the threshold of its gate. Findings are listed by identifier, then package."""

    tool: str
    names: tuple[str, ...] = ()
    tallies: tuple[Tally, ...] = ()  # ignored findings are in none
    blocking: tuple[Finding, ...] = ()  # the first of them
    allowed: tuple[Finding, ...] = ()  # below the threshold, the first of them
    ignored: int = 0  # without a fix, where those are ignored
    suppressed: int = 0
    rows: int = 0  # of the report, before each was counted once
    remarks: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(tally.count for tally in self.tallies)

    @property
    def is_blocked(self) -> bool:
        return any(tally.blocks for tally in self.tallies)

    @property
    def is_clean(self) -> bool:
        return not self.tallies and not self.remarks


def assess_scan(findings: Findings, gate: Gate, artifact: ArtifactFacts) -> Scanned | Unread:
    """What the findings come to, if they are about the artifact at all."""
    names = tuple(map(_short, filter(None, findings.names[:_NAMES])))
    if must_name(gate, artifact) and not set(findings.digests) & set(artifact.digests):
        scanned = ", ".join(names) or "something without a name"
        wanted = f"scan ${{ARTIFACT_REF}}, or say subject: any (expected {artifact.digests[0]})"
        return Unread(why=f"it is about {scanned} and does not name this artifact; {wanted}")
    threshold = threshold_of(gate)
    once = _once(findings.findings, threshold)
    ignored = {key for key, each in once.items() if gate.ignore_unfixed and each.fix == "none"}
    counted = sorted((each for key, each in once.items() if key not in ignored), key=_place)
    return Scanned(
        tool=_short(findings.tool),
        names=names,
        tallies=_tallies(counted, threshold),
        blocking=_listed(each for each in counted if blocks(each.severity, threshold)),
        allowed=_listed(each for each in counted if not blocks(each.severity, threshold)),
        ignored=len(ignored),
        suppressed=findings.suppressed,
        rows=len(findings.findings),
        remarks=tuple(map(_short, findings.remarks[:_NAMES])),
    )


def must_name(gate: Gate, artifact: ArtifactFacts) -> bool:
    """Whether the report must name the artifact: an image's must, unless the gate says otherwise."""
    return gate.subject == "artifact" or (gate.subject is None and artifact.is_image)


def may_be_about_another(findings: Findings, gate: Gate, digest: Digest) -> bool:
    """Whether more must be known of an artifact to tell if these findings are its own."""
    return gate.subject != "any" and digest not in findings.digests


def threshold_of(gate: Gate) -> Threshold:
    """The severities that block. What a scanner calls unknown counts as high."""
    chosen: Sequence[str] = DEFAULT if gate.block_on_severity is None else gate.block_on_severity
    return frozenset((*chosen, "UNKNOWN") if "HIGH" in chosen else chosen)


def blocks(severity: str, threshold: Threshold) -> bool:
    """Whether findings of this severity block; a word that nobody knows does."""
    return severity in threshold or severity not in ORDER


def _once(findings: Iterable[Finding], threshold: Threshold) -> dict[tuple[str, str], Finding]:
    """The worst finding of each identifier and package; there is a fix for it if there is one for any."""
    found: dict[tuple[str, str], Finding] = {}
    for each in findings:
        key = each.id, each.package
        found[key] = _worse(found[key], each, threshold) if key in found else each
    return found


def _worse(one: Finding, other: Finding, threshold: Threshold) -> Finding:
    """The worse of two; whatever is known of a fix holds for both."""
    worse = min(one, other, key=lambda each: (not blocks(each.severity, threshold), _rank(each), *_words(each)))
    return msgspec.structs.replace(worse, fix=max(one.fix, other.fix, key=get_args(Fix).index))


def _words(finding: Finding) -> tuple[str, str, str]:
    """What breaks a tie, whichever came first."""
    return finding.version, finding.severity, finding.title


def _rank(finding: Finding) -> int:
    return _WORST.index(finding.severity) if finding.severity in _WORST else -1


def _place(finding: Finding) -> tuple[str, str]:
    return finding.id, finding.package


def _tallies(findings: Iterable[Finding], threshold: Threshold) -> tuple[Tally, ...]:
    counts = Counter(each.severity for each in findings)
    known = [severity for severity in ORDER if severity in counts]
    words = (*known, *sorted(counts.keys() - set(ORDER))[:_ODD])
    tallies = [
        Tally(severity=brief(each, _LONGEST_WORD), count=counts[each], blocks=blocks(each, threshold)) for each in words
    ]
    rest = counts.total() - sum(tally.count for tally in tallies)
    return (*tallies, Tally(severity=OTHERS, count=rest, blocks=True)) if rest else tuple(tallies)


def _listed(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id=_short(each.id),
            package=_short(each.package),
            version=_short(each.version),
            severity=brief(each.severity, _LONGEST_WORD),
            title=_short(each.title),
            fix=each.fix,
        )
        for each in islice(findings, LISTED)
    )


def _short(text: str) -> str:
    return brief(text, _LONGEST)
