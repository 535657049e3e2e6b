"""Telling what a scanner found: what blocks, what does not, and what was left out."""

from collections.abc import Sequence
from typing import TypeAlias

from floe.core.gates import Assessment
from floe.core.reports.metrics import Compared
from floe.core.reports.reading import Finding, Unread
from floe.core.reports.suite import Suite
from floe.core.scan import Scanned, Tally

Lines: TypeAlias = tuple[str, ...]
SHOWN = 20  # findings below the threshold


def blocking(scanned: Scanned, code: int) -> Lines:
    """Everything about a scan with findings that block, from below the headline on."""
    many = sum(tally.count for tally in scanned.tallies if tally.blocks)
    return (
        "Blocking vulnerabilities found:",
        *(f"  - {line}" for line in _listed(scanned.blocking, many)),
        "",
        f"Total vulnerabilities: {scanned.total}",
        *(f"  {_tally(each)}" for each in scanned.tallies),
        *_after_a_gap(_left_out(scanned)),
        *_after_a_gap((*scanned.remarks, *((f"Exit code: {code}",) if code else ()))),
        "",
        "Fix blocking vulnerabilities and retry.",
    )


def below(scanned: Scanned) -> Lines:
    """What does not block and should be known all the same."""
    many = sum(tally.count for tally in scanned.tallies if not tally.blocks)
    return (*scanned.remarks, *_listed(scanned.allowed[:SHOWN], many))


def beside(assessment: Assessment | None) -> Lines:
    """What the report has to say where something else is the reason of a failure, or where it is none."""
    match assessment:
        case None | Compared() | Suite():  # these are told where the output would be
            return ()
        case Unread(why=why, is_foreign=is_foreign):
            return (f"Report not {'read' if is_foreign else 'accepted'}: {why}",)
        case Scanned():
            return (f"Report: no blocking vulnerabilities, {assessment.total} in all",)


def finding_line(finding: Finding) -> str:
    """`CVE-2024-1234 (HIGH): libssl 1.1.1 - Remote code execution`, as far as the scanner says so much."""
    package = f"{finding.package} {finding.version}".rstrip()
    title = f" - {finding.title}" if finding.title else ""
    return f"{finding.id} ({finding.severity}): {package}{title}"


def _listed(findings: Sequence[Finding], many: int) -> Lines:
    more = many - len(findings)
    return (*map(finding_line, findings), *((f"… and {more} more",) if more else ()))


def _tally(tally: Tally) -> str:
    return f"{tally.severity}: {tally.count}{'' if tally.blocks else ' (not blocking)'}"


def _left_out(scanned: Scanned) -> Lines:
    told = (("Ignored (unfixed)", scanned.ignored), ("Suppressed by the scanner", scanned.suppressed))
    return tuple(f"{what}: {count}" for what, count in told if count)


def _after_a_gap(lines: Lines) -> Lines:
    return ("", *lines) if lines else ()
