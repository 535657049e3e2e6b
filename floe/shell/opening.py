"""Opening a session: the manifest, the world behind it, who asks, the trace."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

import anyio.from_thread
import msgspec
from returns.result import Failure, Result, Success

from floe.core.fault import Fault
from floe.core.names import Malformed
from floe.core.outcome import settled
from floe.core.policy import Governance
from floe.core.refusal import TokenRefused
from floe.effects.ports import Trace, World
from floe.effects.trace.untraced import UNTRACED
from floe.shell import manifest, tracing, wiring
from floe.shell.asking import Asked, asker
from floe.shell.complaint import Complaint
from floe.shell.log import SILENT, Log
from floe.shell.manifest import Loaded
from floe.shell.secret import Secret
from floe.shell.session import Session
from floe.shell.settings import Settings, Surroundings, find_manifest, surroundings
from floe.shell.trace import trace

Unopened: TypeAlias = tuple[Complaint, ...] | Malformed | TokenRefused | Fault
WorldOf: TypeAlias = Callable[[Settings, Governance, Surroundings], Result[World, Fault]]


def load_manifest(
    file: str | Path | None = None, *, operator: str | None = None, identity_token: str | None = None
) -> Result[Session, Unopened]:
    """A session under the manifest in a file; without one, under FLOE_MANIFEST's or the `manifest.yaml` here.

    Who asks is who the token proves: this one, FLOE_IDENTITY_TOKEN or the CI's own; its issuer may be asked for keys.
    Without any it is `operator`, as far as nobody has verified it; by default FLOE_OPERATOR, git's e-mail or the login.
    """
    around = surroundings()
    found = find_manifest(Path(file) if file else None, around, Path())
    loaded = settled(manifest.load(found, around.variables))
    if isinstance(loaded, Failure):
        return loaded
    asked = Asked(operator=operator, token=Secret(identity_token) if identity_token else None)
    with anyio.from_thread.start_blocking_portal() as portal:  # whether or not an event loop runs here
        return portal.call(partial(open_session, loaded.unwrap(), around, asked))


async def open_session(
    loaded: Loaded,
    around: Surroundings,
    asked: Asked,
    *,
    world_of: WorldOf = wiring.world,
    run: Trace | None = None,
    log: Log = SILENT,
) -> Result[Session, Malformed | TokenRefused | Fault]:
    made = settled(world_of(loaded.settings, loaded.policy.governance, around))
    if isinstance(made, Failure):
        return Failure(made.failure())
    world = made.unwrap()
    who = settled(await asker(asked, loaded, around, world.clock))
    if isinstance(who, Failure):
        return Failure(who.failure())
    traced = run or trace(around.traceparent, world.entropy)
    heard = log._replace(trace_id=traced.trace_id)
    if world.tracer is UNTRACED:
        world = msgspec.structs.replace(world, tracer=tracing.tracer(traced, around, heard, world.entropy))
    return Success(
        Session(
            policy=loaded.policy,
            world=world,
            operator=who.unwrap().operator,
            trace=traced,
            settings=loaded.settings,
            warnings=who.unwrap().warnings,
            log=heard,
        )
    )
