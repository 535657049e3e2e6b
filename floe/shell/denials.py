"""Who was refused, among the events of an environment."""

import msgspec
from returns.result import Failure, Result, Success

from floe.core.fault import Fault
from floe.core.ledger.state import KEPT_EVENTS, EnvironmentState, Summary
from floe.core.names import Version
from floe.core.outcome import collect, settled
from floe.effects.drive import Refused
from floe.effects.ports import Outcome, World
from floe.shell.standing import REFUSED, Overview, last_events


async def with_refused(
    world: World, seen: Result[Overview, Refused | Fault], version: Version | None, length: int
) -> Result[Overview, Refused | Fault]:
    """The same, with refusals among the events: of one version, if that was asked for."""
    if isinstance(seen, Failure):
        return seen
    state = settled(await world.ledger.recall())
    if isinstance(state, Failure):
        return Failure(state.failure())
    known = seen.unwrap()
    found = settled(
        collect([await _refused(world, state.unwrap().of(each.environment), length) for each in known.environments])
    )
    if isinstance(found, Failure):
        return Failure(found.failure()[0])
    environments = tuple(
        msgspec.structs.replace(each, history=_merged(each.history, refused, version)[-length:])
        for each, refused in zip(known.environments, found.unwrap(), strict=True)
    )
    return Success(msgspec.structs.replace(known, environments=environments))


async def _refused(world: World, state: EnvironmentState, length: int) -> Outcome[tuple[Summary, ...]]:
    if length <= KEPT_EVENTS or len(state.refused) < KEPT_EVENTS:
        return Success(state.refused)
    return await last_events(
        world, lambda entry: entry.environment == state.environment and entry.kind == REFUSED, length
    )


def _merged(history: tuple[Summary, ...], refused: tuple[Summary, ...], version: Version | None) -> tuple[Summary, ...]:
    """Both in the order of their times; refusals have no say in what is so, so no other order is needed."""
    wanted = (each for each in refused if version in (None, each.version))
    return tuple(sorted((*history, *wanted), key=lambda each: each.at))
