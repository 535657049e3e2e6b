"""`floe platform show` and `apply`: plans that people review, done exactly as saved."""

from pathlib import Path

from returns.result import Failure, Success

from floe.core.command import Promote
from floe.core.outcome import settled
from floe.shell import api, exits, saved
from floe.shell.commands.opening import in_session
from floe.shell.commands.troubles import carried_reply, told
from floe.shell.render import blocks, plans, promotions
from floe.shell.render.reply import Reply
from floe.shell.session import Session
from floe.shell.shared import Shared


async def show(file: Path) -> Reply:
    """A plan for people to read; neither manifest nor registry is needed for that."""
    match settled(saved.load(file)):
        case Failure(malformed):
            return blocks.malformed(malformed, None, exits.INVALID)
        case Success(plan):
            return plans.shown(plan)


async def apply(shared: Shared, file: Path, *, require_signed: bool, signature: Path | None) -> Reply:
    async def run(session: Session) -> Reply:
        loaded = settled(saved.load(file))
        if isinstance(loaded, Failure):
            return blocks.malformed(loaded.failure(), session.trace.trace_id, exits.INVALID)
        assert isinstance(loaded.unwrap().command, Promote), "only promotions are saved"
        bundle = saved.load_signature(signature or saved.signature_file(file)) if require_signed else None
        applied = await api.apply(session, loaded.unwrap(), require_signed=require_signed, signature=bundle)
        match settled(applied):
            case Success(carried):
                done = promotions.promoted(carried, session.trace.trace_id, session.warnings)
                return carried_reply(carried, done, session)
            case Failure(trouble):
                return told(trouble, session, exits.APPLYING)

    return await in_session(shared, run)
