"""Grype's JSON (anchore/grype, grype/presenter/models). Its lists are always there, empty or not."""

from collections import Counter
from collections.abc import Iterator

import msgspec
from msgspec import Struct
from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.core.reports.reading import Finding, Findings, Fix, Reading, Unread
from floe.effects.gate.reports import strict

UNFIXED = frozenset(("", "unknown", "not-fixed", "wont-fix"))


class Fixed(Struct, frozen=True, gc=False):
    state: str
    versions: list[str] = []


class Vulnerability(Struct, frozen=True, gc=False):
    id: str
    severity: str
    fix: Fixed
    description: str = ""


class Package(Struct, frozen=True, gc=False):
    name: str
    version: str = ""


class Match(Struct, frozen=True, gc=False):
    vulnerability: Vulnerability
    artifact: Package


class Target(Struct, frozen=True, rename="camel"):
    user_input: str = ""
    image_id: str = msgspec.field(name="imageID", default="")
    manifest_digest: str = ""
    repo_digests: list[str] | None = None


class Source(Struct, frozen=True):
    type: str
    target: Target | str


class Descriptor(Struct, frozen=True):
    name: str
    version: str = ""


class Alert(Struct, frozen=True):
    type: str


class Alerts(Struct, frozen=True):
    alerts: list[Alert]


class Report(Struct, frozen=True, rename="camel"):
    matches: list[Match]
    source: Source
    descriptor: Descriptor
    ignored_matches: list[msgspec.Raw] | None = None
    alerts_by_package: list[Alerts] | None = None


def read(content: bytes) -> Reading:
    """What Grype found; or why this is no whole report of Grype's."""
    match settled(strict.decode(content, Report, "Grype report")):
        case Failure(unread):
            return unread
        case Success(report) if report.descriptor.name != "grype":
            return Unread(why=f"it was written by {report.descriptor.name}, not by grype")
        case Success(report):
            return _findings(report)


def _findings(report: Report) -> Findings | Unread:
    findings = strict.at_most(map(_finding, report.matches))
    if findings is None:
        return strict.TOO_MANY
    target = report.source.target
    return Findings(
        tool=f"Grype {report.descriptor.version}".rstrip(),
        names=(target if isinstance(target, str) else target.user_input,),
        digests=tuple(_digests(report.source)),
        findings=findings,
        suppressed=len(report.ignored_matches or ()),
        remarks=tuple(_remarks(report)),
    )


def _finding(match: Match) -> Finding:
    vulnerability = match.vulnerability
    return Finding(
        id=vulnerability.id,
        package=match.artifact.name,
        version=match.artifact.version,
        severity=vulnerability.severity.upper() or "UNKNOWN",
        title=vulnerability.description,
        fix=_fix(vulnerability.fix),
    )


def _fix(fix: Fixed) -> Fix:
    if fix.state == "fixed" or fix.versions:
        return "there"
    return "none" if fix.state in UNFIXED else "unknown"


def _digests(source: Source) -> Iterator[str]:
    target = source.target
    if source.type == "image" and isinstance(target, Target):
        yield from (name.rpartition("@")[2] for name in target.repo_digests or ())
        yield from (target.manifest_digest, target.image_id)


def _remarks(report: Report) -> Iterator[str]:
    """Packages of systems past their end of life, or that Grype does not match at all."""
    counts = Counter(alert.type for each in report.alerts_by_package or () for alert in each.alerts)
    for kind, count in sorted(counts.items()):
        yield f"Grype raises {kind} for {count} {'package' if count == 1 else 'packages'}"
