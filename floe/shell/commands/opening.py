"""Opening the session a command works in, or replying why that cannot be."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec
from returns.result import Failure, Result, Success

from floe.core.fault import Fault
from floe.core.names import Malformed
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.refusal import TokenRefused
from floe.effects.drive import Refused
from floe.effects.ports import World
from floe.shell import exits, manifest, tracing, wiring
from floe.shell.asking import Asked
from floe.shell.complaint import Complaint
from floe.shell.manifest import Loaded
from floe.shell.opening import open_session
from floe.shell.progress import progress
from floe.shell.render import blocks
from floe.shell.render.documents import Reason
from floe.shell.render.reply import Reply
from floe.shell.secret import Secret
from floe.shell.session import Session
from floe.shell.settings import MANIFEST, Surroundings, find_manifest, surroundings
from floe.shell.shared import Shared

NOBODY: Final = Operator(name="", assurance="unverified")  # whom a token did not prove


async def in_session(shared: Shared, command: Callable[[Session], Awaitable[Reply]]) -> Reply:
    """The command's reply in the session that the options describe; or why there is none."""
    around = surroundings()
    loaded = settled(load(shared, around))
    if isinstance(loaded, Failure):
        return loaded.failure()
    token = Secret(shared.identity_token) if shared.identity_token is not None else None
    asked = Asked(operator=shared.operator, token=token, matters=not shared.is_reading)
    opened = await open_session(
        loaded.unwrap(),
        around,
        asked,
        world_of=shared.world_of or wiring.world,
        run=None if shared.world_of else shared.trace,  # a world that is handed in has traces of its own
        log=shared.log,
    )
    match settled(opened):
        case Success(session):
            try:
                told = msgspec.structs.replace(session, progress=progress(shared.log, around))
                return await _traced(shared.command, command, told)
            finally:
                await let_go(session.world)
        case Failure(trouble):
            return _unopened(trouble)


async def _traced(name: str, command: Callable[[Session], Awaitable[Reply]], session: Session) -> Reply:
    """The command as one span, which ends as its reply says."""
    async with session.world.tracer.root(name, session.trace) as span:
        span.note({"cicd.pipeline.name": name, "cicd.pipeline.action.name": "RUN"})
        reply = await command(session)
        tracing.conclude(span, reply.code, blocks.code_in(reply.document))
    return reply


async def let_go(world: World) -> None:
    """Close what the world's registries hold."""
    opened = (each.registry.unwrap() for each in world.secondaries if isinstance(each.registry, Success))
    for registry in (world.registry, *opened):
        await registry.aclose()


def _unopened(trouble: Malformed | TokenRefused | Fault) -> Reply:
    match trouble:
        case Malformed():
            return blocks.malformed(trouble, None)
        case TokenRefused():
            return blocks.refused(Refused(refusals=(trouble,)), NOBODY, None)
        case _:
            return blocks.fault(trouble)


def load(shared: Shared, around: Surroundings) -> Result[Loaded, Reply]:
    """The manifest, or everything that is wrong with it (4)."""
    file = find_manifest(shared.manifest, around, Path())
    return manifest.load(file, around.variables).alt(lambda complaints: complained(str(file), complaints))


def default_manifest() -> Path | None:
    """The manifest here, for commands that work without one."""
    here = Path(MANIFEST)
    return here if here.exists() else None


def complained(where: str, complaints: tuple[Complaint, ...]) -> Reply:
    """A file with mistakes: all of them, each with its place."""
    lines = tuple(str(each) for each in complaints)
    headline = f"{where} is not valid: {len(lines)} mistake{'s' if len(lines) > 1 else ''}"
    reasons = [Reason(code="mistake", message=line) for line in lines]
    return Reply(
        code=exits.INVALID,
        document=blocks.error_document("invalid-file", exits.INVALID, headline, reasons),
        error=(f"ERROR: {headline}", *lines),
    )
