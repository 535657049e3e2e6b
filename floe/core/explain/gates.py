"""Telling why a gate failed: the command, what it printed last, and what to mend."""

from typing import TypeAlias

from floe.core.explain.measures import about_metrics, about_tests
from floe.core.explain.scan import below, beside, blocking
from floe.core.gates import Assessment, Examined, Exited, GateResult, NotStarted, Output, TimedOut, Violation
from floe.core.policy import POLICY_GATE
from floe.core.reports.metrics import Compared
from floe.core.reports.suite import Suite
from floe.core.scan import Scanned

Lines: TypeAlias = tuple[str, ...]
SHOWN_LINES = 20


def failed_gate(result: GateResult) -> Lines:
    headline = f"Gate '{result.gate}' failed"
    match result.report, result.assessment:
        case Exited(code=code), Scanned(is_blocked=True) as scanned:
            return (headline, *blocking(scanned, code))
        case _:
            return (headline, *_told(result))


def _told(result: GateResult) -> Lines:
    return (
        *_command(result.command or ""),
        *_report(result),
        *beside(result.assessment),
        "",
        _closing(result),
    )


def _command(text: str) -> Lines:
    """As it was written; the line end that YAML leaves after a block is none of it."""
    shown = text.rstrip("\n")
    return (f"Command: {shown}",) if shown else ()


def warnings_of(result: GateResult) -> Lines:
    """What a gate found that stops nothing and should be known."""
    match result.report, result.assessment:
        case Examined(violations=violations), _ if result.status == "warning":
            return tuple(map(violation_line, violations))
        case _, Scanned(is_blocked=False) as scanned:
            return below(scanned)
        case _:
            return ()


def violation_line(violation: Violation) -> str:
    place = f"{violation.rule} ({violation.severity}) at {violation.path}"
    return f"{place}: found {violation.found}; expected {violation.expected}"


def _report(result: GateResult) -> Lines:
    match result.report:
        case Exited(code=code, output=output):
            return (f"Exit code: {code}", *_exited(result.assessment, code, output))
        case TimedOut(after_seconds=seconds, output=output):
            return (f"Gate execution timed out after {seconds} seconds", *_output(output))
        case NotStarted(why=why):
            what = (
                "The artifact could not be read" if result.gate == POLICY_GATE else "The command could not be started"
            )
            return (f"{what}: {why}",)
        case Examined(violations=violations):
            return ("Violations:", *(f"  - {violation_line(violation)}" for violation in violations))


def _exited(assessment: Assessment | None, code: int, output: Output) -> Lines:
    """Where a report says it all, it is told and not repeated."""
    match assessment:
        case Suite():
            found = about_tests(assessment, code)
            return found if assessment.named else (*found, *_output(output))
        case Compared():
            found = about_metrics(assessment)
            return (*found, *_output(output)) if code else found
        case _:
            return _output(output)


def _output(output: Output) -> Lines:
    lines = output.tail.rstrip("\n").split("\n")[-SHOWN_LINES:] if output.tail.strip() else []
    left = (f"Left running: {output.left_running} processes of another user",) if output.left_running else ()
    return ("Output:", *(f"  {line}" for line in lines), *left) if lines else ("Output: none", *left)


def _closing(result: GateResult) -> str:
    if result.gate == POLICY_GATE and isinstance(result.report, Examined):
        return "Fix the violations, push a new version and promote that."
    return f"Fix {result.gate} and retry promotion."
