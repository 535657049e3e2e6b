"""The ERROR block, and the document of an error."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import msgspec

from floe.core.denial import ABOUT_PEOPLE
from floe.core.explain.faults import what_failed
from floe.core.explain.people import ways_out
from floe.core.explain.refusals import because
from floe.core.fault import Fault
from floe.core.gates import GateResult
from floe.core.names import Malformed
from floe.core.operator import Operator
from floe.core.refusal import GateFailed, Refusal, Refusals, TokenRefused
from floe.effects.drive import Faulted, Refused
from floe.shell import exits
from floe.shell.render.documents import Error, Failed, Reason
from floe.shell.render.reply import Reply
from floe.shell.render.verdicts import verdicts

Lines: TypeAlias = tuple[str, ...]
Cause: TypeAlias = Refusal | Fault | Malformed


def refused(
    refusal: Refused, operator: Operator, trace_id: str | None, order: tuple[int, ...] = exits.PROMOTING
) -> Reply:
    code, told = exits.refused(refusal.refusals, order)
    results = refusal.results or tuple(each.result for each in told if isinstance(each, GateFailed))
    return Reply(
        code=code,
        document=_document(told, code, results, trace_id),
        error=_error(told, operator),
        warnings=_unrecorded(refusal),
    )


def _unrecorded(refusal: Refused) -> Lines:
    """That a refusal is not in the ledger, where it should be."""
    why = what_failed(refusal.unrecorded)[0] if refusal.unrecorded else None
    return (f"this refusal could not be recorded: {why}",) if why else ()


def faulted(fault: Faulted, trace_id: str | None) -> Reply:
    code = exits.faulted(fault.faults)
    return Reply(code=code, document=_document(fault.faults, code, (), trace_id), error=block(fault.faults))


def fault(found: Fault) -> Reply:
    """The same of one fault, where there is no trace to tell."""
    return faulted(Faulted(faults=(found,)), None)


def malformed(found: Malformed, trace_id: str | None, code: int = exits.USAGE) -> Reply:
    return Reply(code=code, document=_document((found,), code, (), trace_id), error=block((found,)))


def block(reasons: Iterable[Cause]) -> Lines:
    """All reasons, each beginning with what is wrong."""
    blocks = [(f"ERROR: {lines[0]}", *lines[1:]) for lines in map(told, reasons)]
    return tuple(line for number, lines in enumerate(blocks) for line in (("",) * bool(number) + lines))


def told(reason: Cause) -> Lines:
    if isinstance(reason, Malformed):
        found = (f"'{reason.found}' is no {reason.what}",) if reason.found else (f"No {reason.what}", "Found: nothing")
        return (*found, f"Expected: {reason.expected}", *((f"Next: {reason.advice}",) if reason.advice else ()))
    return what_failed(reason) if isinstance(reason, Fault) else because(reason)


def blocked(refusals: Refusals) -> Lines:
    """Refusals as a dry run lists them."""
    lines: list[str] = []
    for refusal in refusals:
        headline, *details = because(refusal)
        lines.append(f"BLOCKED: {_would(refusal) or headline}")
        lines.extend(f"  {detail}" if detail else "" for detail in details)
    return tuple(lines)


def _would(refusal: Refusal) -> str | None:
    if not isinstance(refusal, GateFailed):
        return None
    words = refusal.result.gate.replace("_", " ")
    return f"{words[0].upper()}{words[1:]} gate would fail"


def _error(reasons: Refusals, operator: Operator) -> Lines:
    """Refusals about people end with the code, that nobody has proved who this is, and what else can be done."""
    if not any(isinstance(each, (*ABOUT_PEOPLE, TokenRefused)) for each in reasons):
        return block(reasons)
    ways = tuple(way for each in reasons for way in ways_out(each))
    lines = (line for line in block(reasons) if line not in ways)
    unproved = ("Identity: unverified",) if operator.assurance == "unverified" else ()
    return (*lines, f"Exit code: {exits.refused(reasons)[0]}", *unproved, *ways)


def error_document(
    word: str,
    code: int,
    message: str,
    reasons: Sequence[Reason] = (),
    results: tuple[GateResult, ...] = (),
    trace_id: str | None = None,
) -> dict[str, Any]:
    """What a program reads of anything that did not go as asked."""
    error = Error(code=word, exit_code=code, message=message, reasons=tuple(reasons))
    document = Failed(error=error, gate_results=verdicts(results), trace_id=trace_id)
    return msgspec.to_builtins(document)  # type: ignore[no-any-return]


def code_in(document: object) -> str | None:
    """The code in a document of an error."""
    error = document.get("error") if isinstance(document, dict) else None
    return str(error["code"]) if isinstance(error, dict) else None


def _document(
    reasons: tuple[Cause, ...], code: int, results: tuple[GateResult, ...], trace_id: str | None
) -> dict[str, Any]:
    told_reasons = [
        Reason(code=_word(reason), message=lines[0], details=lines[1:], facts=msgspec.to_builtins(reason))
        for reason, lines in ((reason, told(reason)) for reason in reasons)
    ]
    return error_document(_word(reasons[0]), code, told(reasons[0])[0], told_reasons, results, trace_id)


def _word(reason: Cause) -> str:
    return str(type(reason).__struct_config__.tag)
