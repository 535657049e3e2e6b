"""Opening the session a command works in, or replying why that cannot be."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from returns.result import Failure, Result, Success

from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.effects.drive import Faulted
from floe.shell import exits, manifest, wiring
from floe.shell.clock import SystemEntropy
from floe.shell.complaint import Complaint
from floe.shell.manifest import Loaded
from floe.shell.operator import claimed
from floe.shell.render import blocks
from floe.shell.render.reply import Reply
from floe.shell.session import Session
from floe.shell.settings import MANIFEST, Settings, Surroundings, find_manifest, surroundings
from floe.shell.shared import Shared
from floe.shell.trace import trace


async def in_session(shared: Shared, command: Callable[[Session], Awaitable[Reply]]) -> Reply:
    """The command's reply in a session that the options describe; or why there is none."""
    match settled(open_session(shared)):
        case Failure(reply):
            return reply
        case Success(session):
            return await command(session)


def open_session(shared: Shared) -> Result[Session, Reply]:
    around = surroundings()
    loaded = settled(load(shared, around))
    if isinstance(loaded, Failure):
        return loaded
    return _session(shared, around, loaded.unwrap())


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
    count = f"{len(complaints)} mistake" + ("s" if len(complaints) > 1 else "")
    lines = tuple(str(each) for each in complaints)
    headline = f"{where} is not valid: {count}"
    return Reply(
        code=exits.INVALID,
        document={
            "success": False,
            "promotion_id": None,
            "error": {
                "code": "invalid-file",
                "exit_code": exits.INVALID,
                "message": headline,
                "reasons": [{"code": "mistake", "message": line} for line in lines],
            },
            "gate_results": [],
            "trace_id": None,
        },
        error=(f"ERROR: {headline}", *lines),
    )


def _session(shared: Shared, around: Surroundings, loaded: Loaded) -> Result[Session, Reply]:
    made = trace(around.traceparent, SystemEntropy())
    who = settled(claimed(shared.operator, around, loaded.settings.base))
    if isinstance(who, Failure):
        return Failure(blocks.malformed(who.failure(), made.trace_id))
    world = settled(wiring.world(loaded.settings, loaded.policy.governance, around))
    if isinstance(world, Failure):
        return Failure(blocks.faulted(Faulted(faults=(world.failure(),)), made.trace_id))
    return Success(
        Session(
            policy=loaded.policy,
            world=world.unwrap(),
            operator=Operator(name=who.unwrap().name, assurance="unverified"),
            trace=made,
            settings=loaded.settings,
            warnings=tuple(_unbuilt(loaded.settings, has_token=_has_token(shared, around))),
        )
    )


def _has_token(shared: Shared, around: Surroundings) -> bool:
    return shared.identity_token is not None or around.identity_token is not None


def _unbuilt(settings: Settings, *, has_token: bool) -> list[str]:
    """What the manifest asks for after a promotion, and this floe does not do yet."""
    warnings = [f"webhooks are not built yet: nothing is sent to {each.host}" for each in settings.webhooks]
    if settings.secondaries or settings.sync_to_secondary:
        warnings.append("secondary registries are not built yet: nothing is copied")
    if has_token:
        warnings.append("identity tokens are not verified yet: the operator stays unverified")
    return warnings
