"""`floe platform promote`, for real and dry."""

from pathlib import Path

import msgspec
from returns.result import Failure, Result, Success

from floe.core.names import Malformed
from floe.core.outcome import settled
from floe.core.plan import Plan
from floe.core.refusal import AlreadyPromoted
from floe.core.signature import statement
from floe.core.value import Value
from floe.effects.drive import Faulted, Preview, Refused
from floe.shell import api, exits, saved
from floe.shell.commands.opening import in_session
from floe.shell.commands.troubles import carried_reply, told
from floe.shell.render import blocks, previews, promotions
from floe.shell.render.previews import Asked
from floe.shell.render.reply import Reply
from floe.shell.session import Session
from floe.shell.settings import surroundings
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


class Saving(Value, frozen=True, kw_only=True):
    """Whether the plan is to be saved, and signed."""

    out: Path | None = None
    sign: bool = False
    key: str | None = None


async def preview(shared: Shared, asked: Asked, *, run_gates: bool, saving: Saving) -> Reply:
    if missing := _missing(saving):
        return blocks.malformed(Malformed(what="plan to sign", found="", expected=missing), None)

    async def run(session: Session) -> Reply:
        outcome = await api.plan(
            session, asked.version, to=asked.to, source=asked.source, force=asked.force, run_gates=run_gates
        )
        match settled(outcome):
            case Success(found):
                reply = previews.promotion(found, session.operator, session.trace.trace_id, session.warnings)
                return _strictly(await _saved(found, reply, saving, session), asked)
            case Failure(Refused() as refusal) if asked.if_needed and (there := _only_there(refusal)):
                return promotions.already(there, session.trace.trace_id)
            case Failure(Refused() as refusal):
                reply = previews.refused_promotion(asked, refusal, session.policy, told(refusal, session))
                return _unsaved(reply, saving)
            case Failure(trouble):
                return told(trouble, session)

    return await in_session(shared, run)


def _missing(saving: Saving) -> str | None:
    """The option without which another one means nothing."""
    if saving.key is not None and not saving.sign:
        return "--sign with --key"
    return "--out PLAN with --sign" if saving.sign and saving.out is None else None


async def _saved(found: Preview, reply: Reply, saving: Saving, session: Session) -> Reply:
    """A plan is saved unless something is in its way that neither time nor people will take away."""
    outstanding, out = found.plan.outstanding, saving.out
    if out is None or any(blocker not in outstanding for blocker in found.blockers):
        return _unsaved(reply, saving)
    signature = settled(await _signature(found.plan, saving, session))
    if isinstance(signature, Failure):
        return told(signature.failure(), session)
    bundle = signature.unwrap()
    written = settled(await saved.save(found.plan, out, bundle))
    if isinstance(written, Failure):
        return told(Faulted(faults=(written.failure(),)), session)
    needs = f"; outstanding: {len(outstanding)}" if outstanding else ""
    lines = [f"Plan saved to {out}: {found.plan.digest}{needs}"]
    if bundle is not None:
        lines.append(f"Plan signed: {saved.signature_file(out)}")
    return msgspec.structs.replace(reply, lines=(*reply.lines, *lines))


def _unsaved(reply: Reply, saving: Saving) -> Reply:
    """What is said where a plan was to be saved, and is not worth it."""
    line = () if saving.out is None else (f"No plan was saved to {saving.out}",)
    return msgspec.structs.replace(reply, lines=(*reply.lines, *line))


async def _signature(plan: Plan, saving: Saving, session: Session) -> Result[bytes | None, Malformed | Faulted]:
    """The bundle that signs a plan, where one is asked for."""
    settings = session.settings
    if not saving.sign or settings is None:
        return Success(None)
    from floe.shell.signing import OF_A_PLAN, SigningAsked, signatory  # noqa: PLC0415 (few plans are signed)

    asked = SigningAsked(key=saving.key, ways=OF_A_PLAN)
    found = settled(await signatory(asked, settings.registry.signing, settings.base, surroundings()))
    if isinstance(found, Failure):
        trouble = found.failure()
        return Failure(trouble if isinstance(trouble, Malformed) else Faulted(faults=(trouble,)))
    made = await found.unwrap().sign(statement.signing(plan.digest, statement.PLAN_SIGN))
    return made.alt(lambda fault: Faulted(faults=(fault,)))


def _only_there(refusal: Refused) -> AlreadyPromoted | None:
    """The promotion that makes this one unnecessary, where nothing weighs more."""
    first = exits.refused(refusal.refusals)[1][0]
    return first if isinstance(first, AlreadyPromoted) else None


def _strictly(reply: Reply, asked: Asked) -> Reply:
    if asked.strict and reply.warnings and reply.code == exits.DONE:
        return msgspec.structs.replace(reply, code=exits.UNAVAILABLE)
    return reply
