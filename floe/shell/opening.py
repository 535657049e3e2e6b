"""Opening a session: the manifest, the world behind it, who asks, the trace."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from returns.result import Failure, Result, Success

from floe.core.fault import Fault
from floe.core.names import Malformed
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.policy import Governance
from floe.effects.ports import World
from floe.shell import manifest, wiring
from floe.shell.complaint import Complaint
from floe.shell.manifest import Loaded
from floe.shell.operator import claimed
from floe.shell.session import Session
from floe.shell.settings import Settings, Surroundings, find_manifest, surroundings
from floe.shell.trace import trace

Unopened: TypeAlias = tuple[Complaint, ...] | Malformed | Fault
WorldOf: TypeAlias = Callable[[Settings, Governance, Surroundings], Result[World, Fault]]


def load_manifest(file: str | Path | None = None, *, operator: str | None = None) -> Result[Session, Unopened]:
    """A session under the manifest in a file; without one, under FLOE_MANIFEST's or the `manifest.yaml` here.

    `operator` is who asks, as far as nobody has verified it; by default FLOE_OPERATOR, git's e-mail or the login.
    """
    around = surroundings()
    found = find_manifest(Path(file) if file else None, around, Path())
    loaded = settled(manifest.load(found, around.variables))
    return open_session(loaded.unwrap(), around, operator) if isinstance(loaded, Success) else loaded


def open_session(
    loaded: Loaded,
    around: Surroundings,
    operator: str | None,
    *,
    has_token: bool = False,
    world_of: WorldOf = wiring.world,
) -> Result[Session, Malformed | Fault]:
    who = settled(claimed(operator, around, loaded.settings.base))
    if isinstance(who, Failure):
        return Failure(who.failure())
    made = settled(world_of(loaded.settings, loaded.policy.governance, around))
    if isinstance(made, Failure):
        return Failure(made.failure())
    world = made.unwrap()
    has_token = has_token or around.identity_token is not None
    return Success(
        Session(
            policy=loaded.policy,
            world=world,
            operator=Operator(name=who.unwrap().name, assurance="unverified"),
            trace=trace(around.traceparent, world.entropy),
            settings=loaded.settings,
            warnings=tuple(_unbuilt(loaded.settings, has_token=has_token)),
        )
    )


def _unbuilt(settings: Settings, *, has_token: bool) -> list[str]:
    """What the manifest asks for after a promotion, and this floe does not do yet."""
    warnings = [f"webhooks are not built yet: nothing is sent to {each.host}" for each in settings.webhooks]
    if settings.secondaries or settings.sync_to_secondary:
        warnings.append("secondary registries are not built yet: nothing is copied")
    if has_token:
        warnings.append("identity tokens are not verified yet: the operator stays unverified")
    return warnings
