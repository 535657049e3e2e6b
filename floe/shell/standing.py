"""Looking at what is where, for people: nothing is decided here, and nothing written."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

import msgspec
from returns.result import Failure, Result, Success

from floe.core import event
from floe.core.drift import Drift, drift, expected_tags
from floe.core.event import Adopted, Promoted, RolledBack
from floe.core.fault import Fault
from floe.core.ledger.folding import summarize
from floe.core.ledger.head import Entry
from floe.core.ledger.state import KEPT_EVENTS, EnvironmentState, Standing, State, Summary
from floe.core.names import Digest, EnvironmentName, Tag, Version, environment_tag
from floe.core.outcome import collect, settled
from floe.core.policy import Policy
from floe.core.refusal import VersionNotFound
from floe.core.snapshot import Known
from floe.core.suggest import nearest
from floe.core.transition import presence
from floe.core.value import Value
from floe.effects.drive import Refused
from floe.effects.ports import Look, Outcome, World

REFUSED: Final = str(event.Refused.__struct_config__.tag)


class Overview(Value, frozen=True, kw_only=True):
    """The environments asked for, in the policy's order; drift None when it was not looked for."""

    at: datetime
    environments: tuple[EnvironmentState, ...]
    drift: tuple[Drift, ...] | None = None
    unreadable: tuple[str, ...] = ()  # records that are listed and cannot be read
    outvoted: tuple[Summary, ...] = ()  # acknowledged promotions that do not count after all, and whose tags stand

    @property
    def is_amiss(self) -> bool:
        return bool(self.drift or self.outvoted or self.unreadable)


async def overview(world: World, names: tuple[EnvironmentName, ...], length: int) -> Result[Overview, Refused | Fault]:
    """What is current in each environment, with its last `length` events."""
    outcome = settled(await world.ledger.look())
    if isinstance(outcome, Failure):
        return Failure(outcome.failure())
    look = outcome.unwrap()
    found = settled(collect([await _with_history(world, look.state.of(name), length) for name in names]))
    if isinstance(found, Failure):
        return Failure(found.failure()[0])
    return Success(
        Overview(
            at=world.clock.now(),
            environments=found.unwrap(),
            unreadable=look.unreadable,
            outvoted=tuple(each for name in names for each in _outvoted(look, name)),
        )
    )


async def with_drift(
    world: World, policy: Policy, seen: Result[Overview, Refused | Fault]
) -> Result[Overview, Refused | Fault]:
    """The same, with every tag compared to what the ledger would have drawn."""
    if isinstance(seen, Failure):
        return seen
    found = settled(await find_drift(world, policy))
    if isinstance(found, Failure):
        return Failure(found.failure())
    return seen.map(lambda known: msgspec.structs.replace(known, drift=found.unwrap()[0]))


async def find_drift(world: World, policy: Policy) -> Outcome[tuple[tuple[Drift, ...], State]]:
    entries = settled(await world.ledger.entries())
    state = settled(await world.ledger.look())
    tags = settled(await world.registry.resolve_all())
    for outcome in (entries, state, tags):
        if isinstance(outcome, Failure):
            return Failure(outcome.failure())
    expected = expected_tags(entries.unwrap(), state.unwrap().state)
    return Success((drift(expected, tags.unwrap(), policy.names, entries.unwrap()), state.unwrap().state))


async def whereabouts(
    world: World, names: tuple[EnvironmentName, ...], version: Version
) -> Result[Overview, Refused | Fault]:
    """Where one version stands."""
    found = settled(await _records_of(world, names, version))
    if isinstance(found, Failure):
        return Failure(found.failure())
    known, is_there = found.unwrap()
    if known or is_there:
        environments = tuple(_stand(known, version, name) for name in names)
        return Success(Overview(at=world.clock.now(), environments=environments))
    tags = settled(await world.registry.tags())
    if isinstance(tags, Failure):
        return Failure(tags.failure())
    alike = nearest(version, tags.unwrap(), names)
    return Failure(Refused(refusals=(VersionNotFound(version=version, nearest=alike),)))


def _outvoted(look: Look, name: EnvironmentName) -> Iterator[Summary]:
    """Promotions that lost, and whose tag was drawn all the same: their writers had been told that they won."""
    history = look.state.of(name).history
    standing = {each.version for each in history if each.kind == "promoted" and each.void is None}
    for each in history:
        lost = each.kind == "promoted" and each.void is not None and each.version not in standing
        if lost and each.version and environment_tag(each.version, name) in (look.names or ()):
            yield each


async def _with_history(world: World, state: EnvironmentState, length: int) -> Outcome[EnvironmentState]:
    if length <= KEPT_EVENTS or len(state.history) < KEPT_EVENTS:
        return Success(msgspec.structs.replace(state, history=state.history[-length:] if length else ()))
    told = await last_events(
        world, lambda entry: entry.environment == state.environment and entry.kind != REFUSED, length
    )
    return told.map(lambda history: msgspec.structs.replace(state, history=history))


async def last_events(world: World, wanted: Callable[[Entry], bool], length: int) -> Outcome[tuple[Summary, ...]]:
    """The last events of a kind, from the whole ledger."""
    entries = settled(await world.ledger.entries())
    if isinstance(entries, Failure):
        return Failure(entries.failure())
    chosen = [each for each in entries.unwrap() if wanted(each)][-length:]
    told = collect([await _summary(world, entry) for entry in chosen])
    return told.alt(lambda faults: faults[0])


async def _summary(world: World, entry: Entry) -> Outcome[Summary]:
    record = await world.ledger.record(entry.record)
    return record.map(lambda read: summarize(entry.record, read, entry.void))


async def _records_of(
    world: World, names: tuple[EnvironmentName, ...], version: Version
) -> Outcome[tuple[tuple[Known, ...], bool]]:
    """Every valid record about the digests that this version's tags point to, and whether there is such a tag."""
    tags = [Tag(version), *(environment_tag(version, name) for name in names)]
    resolved = settled(collect([await world.registry.resolve(tag) for tag in tags]))
    if isinstance(resolved, Failure):
        return Failure(resolved.failure()[0])
    digests: list[Digest] = [each for each in dict.fromkeys(resolved.unwrap()) if each is not None]
    records = settled(collect([await world.ledger.about(digest, frozenset(names)) for digest in digests]))
    if isinstance(records, Failure):
        return Failure(records.failure()[0])
    known = {each.digest: each for found in records.unwrap() for each in found if each.void is None}
    return Success((tuple(sorted(known.values(), key=lambda each: each.position)), bool(digests)))


def _stand(known: tuple[Known, ...], version: Version, name: EnvironmentName) -> EnvironmentState:
    stands = presence(known, version, name).stands
    events = tuple(each for each in known if _mentions(each, version, name))
    history: tuple[Summary, ...] = tuple(summarize(each.digest, each.record, each.void) for each in events)
    if stands is None or stands.record.after is None:
        return EnvironmentState(environment=name, history=history)
    current = Standing(
        record=stands.digest,
        id=stands.record.id,
        version=version,
        digest=stands.record.after.digest,
        tag=environment_tag(version, name),
        operator=stands.record.operator,
        at=stands.record.at,
    )
    return EnvironmentState(environment=name, current=current, history=history)


def _mentions(known: Known, version: Version, name: EnvironmentName) -> bool:
    event, before = known.record.event, known.record.before
    if event.environment != name or not isinstance(event, Promoted | Adopted | RolledBack):
        return False
    return event.version == version or (before is not None and before.version == version)
