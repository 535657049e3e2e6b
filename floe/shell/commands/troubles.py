"""What a command replies when it did not go as asked."""

import msgspec

from floe.core.effect import Append
from floe.core.names import Malformed
from floe.core.receipt import Receipt, Step
from floe.effects.drive import Carried, Faulted, Refused
from floe.shell import exits
from floe.shell.api import Trouble
from floe.shell.render import blocks
from floe.shell.render.plans import drawn
from floe.shell.render.reply import Reply
from floe.shell.session import Session


def told(trouble: Trouble, session: Session, order: tuple[int, ...] = exits.PROMOTING) -> Reply:
    match trouble:
        case Refused():
            reply = blocks.refused(trouble, session.operator, session.trace.trace_id, order)
            return msgspec.structs.replace(reply, warnings=(*session.warnings, *reply.warnings))
        case Faulted():
            return blocks.faulted(trouble, session.trace.trace_id)
        case Malformed():
            return blocks.malformed(trouble, session.trace.trace_id)


def carried_reply(carried: Carried, done: Reply, session: Session) -> Reply:
    """The reply of what was carried out wholly; or that it is recorded and not finished; or that it failed."""
    fault = carried.receipt.fault
    if fault is None:
        return msgspec.structs.replace(done, notes=tuple(map(_note, carried.receipt.steps)))
    reply = blocks.faulted(Faulted(faults=(fault,)), session.trace.trace_id)
    return _unfinished(reply, carried.receipt) if carried.receipt.is_recorded or _only_draws(carried) else reply


def _only_draws(carried: Carried) -> bool:
    return carried.concluded.draft is None


def _unfinished(reply: Reply, receipt: Receipt) -> Reply:
    """It is in the ledger, so it is so; only its tags are not all drawn."""
    head, *rest = reply.error
    error = (
        "ERROR: Recorded but not finished",
        *((f"Record: {receipt.record}",) if receipt.record else ()),
        f"Found: {head.removeprefix('ERROR: ')}",
        *rest,
        "Next: floe platform recover, or the same command again",
    )
    document = reply.document
    if isinstance(document, dict) and isinstance(document.get("error"), dict):
        told_error = {**document["error"], "code": "unfinished", "exit_code": exits.UNFINISHED, "message": error[0][7:]}
        document = {**document, "error": told_error, "record": receipt.record}
    return msgspec.structs.replace(reply, code=exits.UNFINISHED, error=error, document=document)


def _note(step: Step) -> str:
    effect = step.effect
    if isinstance(effect, Append):
        name = getattr(step, "record", None)
        return f"recorded as {name}"
    return drawn(effect)
