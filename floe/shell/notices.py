"""Which notice follows from what was done, or from a record that is in the ledger."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import anyio
from returns.result import Failure, Success

from floe.core.effect import CreateTag, Drawing
from floe.core.event import RolledBack
from floe.core.names import Digest
from floe.core.notice import Notice, notice
from floe.core.outcome import collect, settled
from floe.core.record import Record
from floe.core.rollback import impact_of
from floe.core.snapshot import Known
from floe.effects.drive import Carried
from floe.effects.observe import document_of
from floe.effects.ports import Outcome, World

CLOCKS_DIFFER: Final = timedelta(hours=1)  # of those who write; beyond that, the ledger is in the order of time


async def of_carried(carried: Carried, world: World) -> Outcome[Notice | None]:
    """What is told of an order that was carried out; whoever finishes what another run began tells of that."""
    draft, plan, name = carried.concluded.draft, carried.concluded.plan, carried.receipt.record
    if draft is not None and name is not None:
        return Success(notice(name, draft, world.registry.location, plan.impact))
    if plan.completes is None:
        return Success(None)
    match settled(await _completed(carried, world)):
        case Success(Known() as known):
            return await of_record(known.digest, known.record, world)
        case Success():
            return Success(None)
        case Failure(fault):
            return Failure(fault)


async def of_record(name: Digest, record: Record, world: World) -> Outcome[Notice | None]:
    """What was, or should have been, told of a record; what a rollback breaks is looked up again."""
    if not isinstance(record.event, RolledBack):
        return Success(notice(name, record, record.repository))
    left, target = record.before.digest if record.before else None, record.event.digest
    sides = [each for each in (left, target) if each is not None]
    outcome = settled(collect(await anyio.amap(partial(document_of, world=world), sides)))
    if isinstance(outcome, Failure):
        return Failure(outcome.failure()[0])
    return Success(notice(name, record, record.repository, impact_of(outcome.unwrap(), left, target)))


async def of_drawn(drawn: Collection[Drawing], world: World) -> Outcome[tuple[Notice, ...]]:
    """What is told of the records whose own tag was made only now: the run that wrote them did not get so far."""
    names = {each.name for each in drawn if isinstance(each, CreateTag)}
    entries = settled(await world.ledger.entries()) if names else Success(())
    if isinstance(entries, Failure):
        return Failure(entries.failure())
    found: list[Notice] = []
    for entry in entries.unwrap():
        if entry.tag in names and entry.void is None:
            told = settled(await _of_entry(entry.record, world))
            if isinstance(told, Failure):
                return Failure(told.failure())
            found += filter(None, (told.unwrap(),))
    return Success(tuple(found))


async def since(moment: datetime, world: World) -> Outcome[tuple[Notice, ...]]:
    """What is told of the records that count, from a moment on, in ledger order."""
    entries = settled(await world.ledger.entries())
    if isinstance(entries, Failure):
        return Failure(entries.failure())
    found: list[Notice] = []
    for entry in reversed(entries.unwrap()):
        record = settled(await world.ledger.record(entry.record))
        if isinstance(record, Failure):
            return Failure(record.failure())
        if record.unwrap().at < moment - CLOCKS_DIFFER:
            break
        if entry.void is None and record.unwrap().at >= moment:
            told = settled(await of_record(entry.record, record.unwrap(), world))
            if isinstance(told, Failure):
                return Failure(told.failure())
            found += filter(None, (told.unwrap(),))
    return Success(tuple(reversed(found)))


async def _of_entry(name: Digest, world: World) -> Outcome[Notice | None]:
    match settled(await world.ledger.record(name)):
        case Success(record):
            return await of_record(name, record, world)
        case Failure(fault):
            return Failure(fault)


async def _completed(carried: Carried, world: World) -> Outcome[Known | None]:
    """The record of what an earlier run had begun."""
    snapshot, completes = carried.snapshot, carried.concluded.plan.completes
    for known in snapshot.records:
        if known.record.id == completes:
            return Success(known)
    standing = [each.current for each in snapshot.state.environments if each.current and each.current.id == completes]
    if not standing:
        return Success(None)
    read = await world.ledger.record(standing[0].record)
    return read.map(lambda record: Known(digest=standing[0].record, position=0, record=record))
