"""What verdicts suffice. Running a gate gives a report, which is a fact; judging the report is done here."""

from typing import Literal, TypeAlias

from floe.core.names import ADigest
from floe.core.policy import POLICY_GATE, Gate
from floe.core.value import Value

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


class GateResult(Value, frozen=True, kw_only=True):
    """One gate's verdict, with the report it rests on."""

    gate: str
    status: Status
    duration_ms: int
    command: str | None = None
    report: Report

    @property
    def suffices(self) -> bool:
        return self.status in ("passed", "warning", "skipped")


def judge(gate: Gate, report: Report, duration_ms: int) -> GateResult:
    """The verdict on one report: exit code 0, or no violation, passes; nothing else does."""
    return GateResult(
        gate=gate.name,
        status=_status(report),
        duration_ms=duration_ms,
        command=_shown(gate),
        report=report,
    )


def is_missing(gate: Gate) -> bool:
    """Whether a gate is on and there is nothing to run: such a gate fails."""
    return gate.name != POLICY_GATE and not gate.command


def wants_reading(gate: Gate) -> bool:
    """Whether a gate is to be judged by what it prints, not by its exit code alone."""
    return bool(gate.format or gate.block_on_severity is not None or gate.max or gate.max_increase_percent)


def _status(report: Report) -> Status:
    match report:
        case Examined(violations=violations):
            severities = {violation.severity for violation in violations}
            return "failed" if "error" in severities else "warning" if severities else "passed"
        case Exited(code=code):
            return "passed" if code == 0 else "failed"
        case TimedOut() | NotStarted():
            return "failed"


def _shown(gate: Gate) -> str | None:
    return gate.command if isinstance(gate.command, str | None) else " ".join(gate.command)
