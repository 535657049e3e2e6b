"""What verdicts suffice. Running a gate gives a report, which is a fact; judging the report is done here."""

from typing import Final, Literal, TypeAlias

import msgspec

from floe.core.names import ADigest
from floe.core.plain import brief
from floe.core.policy import POLICY_GATE, SECURITY_SCAN, Format, Gate
from floe.core.reports.metrics import Baseline, Compared, Metrics, compare
from floe.core.reports.reading import ArtifactFacts, Findings, Reading, Unread
from floe.core.reports.suite import Suite, objection
from floe.core.scan import Scanned, assess_scan
from floe.core.value import Value

LONGEST_WHY: Final = 500  # characters
SCANS: Final = ("trivy", "grype", "sarif")
MEASUREMENTS: Final = ("metrics", "infracost", "pytest-benchmark")

Status: TypeAlias = Literal["passed", "failed", "warning", "skipped"]


class Output(Value, frozen=True, kw_only=True):
    """What a command printed: how much, its digest, and its end, control characters made harmless."""

    size: int  # bytes
    digest: ADigest | None = None
    tail: str = ""  # at most 4 KiB
    left_running: int = 0  # processes that could not be ended: another user's


class Exited(Value, frozen=True, kw_only=True, tag="exited"):
    """A command ran to its end. A negative code is the signal that ended it."""

    code: int
    output: Output


class TimedOut(Value, frozen=True, kw_only=True, tag="timed-out"):
    after_seconds: int
    output: Output


class NotStarted(Value, frozen=True, kw_only=True, tag="not-started"):
    """A command that could not be started at all."""

    why: str


class Violation(Value, frozen=True, kw_only=True):
    """One breach of governance: which rule, where in the artifact, what is there and what should be."""

    rule: str
    severity: Literal["error", "warning"]
    path: str
    found: str
    expected: str


class Examined(Value, frozen=True, kw_only=True, tag="examined"):
    """What the policy gate found in the artifact; no violation means that it complies."""

    violations: tuple[Violation, ...] = ()


Report: TypeAlias = Exited | TimedOut | NotStarted | Examined


class Reported(Value, frozen=True, kw_only=True):
    """A command that ran to its end and whose standard output was read."""

    exited: Exited
    reading: Reading
    artifact: ArtifactFacts
    baseline: Baseline | None = None


Ending: TypeAlias = Report | Reported
Assessment: TypeAlias = Scanned | Compared | Suite | Unread  # what a reading comes to; small enough for a record


class GateResult(Value, frozen=True, kw_only=True):
    """One gate's verdict, with the report it rests on and what that was found to say."""

    gate: str
    status: Status
    duration_ms: int
    command: str | None = None
    report: Report
    assessment: Assessment | None = None

    @property
    def suffices(self) -> bool:
        return self.status in ("passed", "warning", "skipped")


def judge(gate: Gate, ending: Ending, duration_ms: int) -> GateResult:
    """The verdict: exit code 0, or no violation, and a report that holds nothing against it; nothing else passes."""
    report = ending.exited if isinstance(ending, Reported) else ending
    assessment = _assess(gate, ending)
    return GateResult(
        gate=gate.name,
        status=_status(gate, report, assessment),
        duration_ms=duration_ms,
        command=_shown(gate),
        report=report,
        assessment=assessment,
    )


def judge_again(gate: Gate, result: GateResult, baseline: Baseline | None) -> GateResult:
    """The same result, its metrics compared with what they have to be compared with now."""
    if not isinstance(result.assessment, Compared):
        return result
    assessment = compare(gate, result.assessment.metrics, baseline)
    return msgspec.structs.replace(result, assessment=assessment, status=_status(gate, result.report, assessment))


def is_missing(gate: Gate) -> bool:
    """Whether a gate is on and there is nothing to run: such a gate fails."""
    return gate.name != POLICY_GATE and not gate.command


def wants_reading(gate: Gate) -> bool:
    """Whether a gate must not pass unless what it prints was read."""
    return bool(gate.format or gate.block_on_severity is not None or gate.max or gate.max_increase_percent)


def format_of(gate: Gate) -> Format | None:
    """As what the gate's standard output is read; None where nobody reads it."""
    if gate.is_builtin or gate.format:
        return gate.format
    if gate.max or gate.max_increase_percent:
        return "metrics"
    return "trivy" if gate.block_on_severity is not None or gate.name == SECURITY_SCAN else None


def is_contradictory(gate: Gate) -> bool:
    """Whether a gate has limits for something else than what its report can hold: such a gate fails."""
    form, limited = format_of(gate), bool(gate.max or gate.max_increase_percent)
    return (limited and form not in MEASUREMENTS) or (gate.block_on_severity is not None and form not in SCANS)


def _assess(gate: Gate, ending: Ending) -> Assessment | None:
    match ending:
        case Reported():
            return _judged(gate, ending)
        case Exited() if wants_reading(gate):
            return Unread(why="nobody read the report")
        case _:
            return None


def _judged(gate: Gate, report: Reported) -> Assessment:
    match report.reading:
        case Unread(why=why) as unread:
            return msgspec.structs.replace(unread, why=brief(why, LONGEST_WHY))
        case _ if is_contradictory(gate):
            return Unread(why="the gate has limits for something else than what its report holds")
        case Findings() as findings:
            return assess_scan(findings, gate, report.artifact)
        case Metrics() as metrics:
            return compare(gate, metrics, report.baseline)
        case Suite() as suite:
            return suite


def _status(gate: Gate, report: Report, assessment: Assessment | None) -> Status:
    match report:
        case Examined(violations=violations):
            severities = {violation.severity for violation in violations}
            return "failed" if "error" in severities else "warning" if severities else "passed"
        case Exited(code=0):
            return _amounts_to(gate, assessment)
        case Exited() | TimedOut() | NotStarted():
            return "failed"


def _amounts_to(gate: Gate, assessment: Assessment | None) -> Status:
    """The verdict on a command that ended well; it is enough by itself where no report was asked for or claimed."""
    match assessment:
        case None:
            return "passed"
        case Unread(is_foreign=is_foreign):
            return "failed" if wants_reading(gate) or not is_foreign else "passed"
        case Scanned():
            return "failed" if assessment.is_blocked else "passed" if assessment.is_clean else "warning"
        case Compared(breaches=breaches):
            return "failed" if breaches else "passed"
        case Suite():
            return "failed" if objection(assessment, 0) else "passed"


def _shown(gate: Gate) -> str | None:
    return gate.command if isinstance(gate.command, str | None) else " ".join(gate.command)
