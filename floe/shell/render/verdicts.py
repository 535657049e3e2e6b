"""What is told of gates: to programs all of it, to people what does not go without saying."""

from collections.abc import Iterable
from typing import TypeAlias

from msgspec import UNSET, UnsetType

from floe.core.explain.gates import warnings_of
from floe.core.gates import GateResult
from floe.core.reports.metrics import Compared
from floe.core.reports.reading import Unread
from floe.core.reports.suite import Suite
from floe.core.scan import Scanned
from floe.shell.render.documents import GateVerdict, ScanVerdict, TestsVerdict

Lines: TypeAlias = tuple[str, ...]


def verdicts(results: Iterable[GateResult]) -> tuple[GateVerdict, ...]:
    return tuple(
        GateVerdict(
            gate=each.gate,
            status=each.status,
            duration_ms=each.duration_ms,
            report=_report(each),
            scan=_scan(each.assessment) if isinstance(each.assessment, Scanned) else UNSET,
            tests=_tests(each.assessment) if isinstance(each.assessment, Suite) else UNSET,
            metrics=_metrics(each.assessment) if isinstance(each.assessment, Compared) else UNSET,
            note=_note(each) or UNSET,
        )
        for each in results
    )


def found(results: Iterable[GateResult]) -> Lines:
    """What gates found that does not stop anything."""
    return tuple(f"Gate '{result.gate}': {line}" for result in results for line in warnings_of(result))


def unread(results: Iterable[GateResult]) -> Lines:
    """The gates that passed by their exit code alone, though they might have reported."""
    names = [each.gate for each in results if isinstance(each.assessment, Unread)]
    return (f"Report not read: {', '.join(names)} (the exit code decided)",) if names else ()


def notes(results: Iterable[GateResult]) -> Lines:
    """What is to be known of gates that passed."""
    return tuple(f"Gate '{result.gate}': {note}" for result in results if (note := _note(result)))


def _note(result: GateResult) -> str | None:
    return result.assessment.note if isinstance(result.assessment, Compared) else None


def _tests(suite: Suite) -> TestsVerdict:
    return TestsVerdict(ran=suite.ran, failed=suite.failed, skipped=suite.skipped)


def _metrics(compared: Compared) -> dict[str, str]:
    return {each.name: each.value for each in compared.metrics.metrics}


def _report(result: GateResult) -> str | UnsetType:
    match result.assessment:
        case Unread(why=why, is_foreign=is_foreign):
            return f"report not {'read' if is_foreign else 'accepted'}: {why}"
        case _:
            return UNSET


def _scan(scanned: Scanned) -> ScanVerdict:
    return ScanVerdict(
        total=scanned.total,
        severities={tally.severity: tally.count for tally in scanned.tallies},
        blocking=scanned.blocking,
        allowed=scanned.allowed,
        ignored_unfixed=scanned.ignored,
        suppressed=scanned.suppressed,
        scanner=scanned.tool,
        scanned=scanned.names,
    )
