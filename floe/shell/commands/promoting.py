"""`floe platform promote`, for real and dry."""

from pathlib import Path

import msgspec
from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.core.refusal import AlreadyPromoted
from floe.effects.drive import Faulted, Preview, Refused
from floe.shell import api, exits, saved
from floe.shell.commands.opening import in_session
from floe.shell.commands.troubles import carried_reply, told
from floe.shell.render import previews, promotions
from floe.shell.render.previews import Asked
from floe.shell.render.reply import Reply
from floe.shell.session import Session
from floe.shell.shared import Shared


async def promote(shared: Shared, asked: Asked, *, wait: float) -> Reply:
    async def run(session: Session) -> Reply:
        outcome = await api.promote(
            session, asked.version, to=asked.to, source=asked.source, force=asked.force, wait=wait
        )
        match settled(outcome):
            case Success(carried):
                done = promotions.promoted(carried, session.trace.trace_id, session.warnings)
                return _strictly(carried_reply(carried, done, session), asked)
            case Failure(Refused() as refusal) if asked.if_needed and (there := _only_there(refusal)):
                return promotions.already(there, session.trace.trace_id)
            case Failure(trouble):
                return told(trouble, session)

    return await in_session(shared, run)


async def preview(shared: Shared, asked: Asked, *, run_gates: bool, out: Path | None) -> Reply:
    async def run(session: Session) -> Reply:
        outcome = await api.plan(
            session, asked.version, to=asked.to, source=asked.source, force=asked.force, run_gates=run_gates
        )
        match settled(outcome):
            case Success(found):
                reply = previews.promotion(found, session.operator, session.trace.trace_id, session.warnings)
                return _strictly(await _saved(found, reply, out, session) if out else reply, asked)
            case Failure(Refused() as refusal) if asked.if_needed and (there := _only_there(refusal)):
                return promotions.already(there, session.trace.trace_id)
            case Failure(Refused() as refusal):
                return previews.refused_promotion(asked, refusal, session.policy, told(refusal, session))
            case Failure(trouble):
                return told(trouble, session)

    return await in_session(shared, run)


async def _saved(found: Preview, reply: Reply, out: Path, session: Session) -> Reply:
    """A plan is saved unless something is in its way that neither time nor people will take away."""
    outstanding = found.plan.outstanding
    if any(blocker not in outstanding for blocker in found.blockers):
        return reply
    written = settled(await saved.save(found.plan, out))
    if isinstance(written, Failure):
        return told(Faulted(faults=(written.failure(),)), session)
    needs = f"; outstanding: {len(outstanding)}" if outstanding else ""
    line = f"Plan saved to {out}: {found.plan.digest}{needs}"
    return msgspec.structs.replace(reply, lines=(*reply.lines, line))


def _only_there(refusal: Refused) -> AlreadyPromoted | None:
    """The promotion that makes this one unnecessary, where nothing weighs more."""
    first = exits.refused(refusal.refusals)[1][0]
    return first if isinstance(first, AlreadyPromoted) else None


def _strictly(reply: Reply, asked: Asked) -> Reply:
    if asked.strict and reply.warnings and reply.code == exits.DONE:
        return msgspec.structs.replace(reply, code=exits.UNAVAILABLE)
    return reply
