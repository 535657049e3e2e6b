"""Which notice follows from what was done, or from a record that is in the ledger."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import anyio
from returns.result import Failure, Success

from floe.core.drawing import own_tag
from floe.core.drift import Drift, finished_by
from floe.core.effect import CreateTag, Drawing
from floe.core.event import RolledBack
from floe.core.ledger.record import Record
from floe.core.message.notice import Notice, notice
from floe.core.names import Digest
from floe.core.outcome import collect, settled
from floe.core.rollback import impact_of
from floe.effects.drive import Carried
from floe.effects.observe import document_of
from floe.effects.ports import Outcome, World

CLOCKS_DIFFER: Final = timedelta(hours=1)  # of those who write; beyond that, the ledger is in the order of time


async def of_others(carried: Carried, world: World) -> Outcome[tuple[Notice, ...]]:
    """What is told of what other runs had recorded, and this one finished."""
    draft, plan = carried.concluded.draft, carried.concluded.plan
    if plan.completes is not None:
        return await _of_records(Success(_completed(carried)), world)
    own = own_tag(draft.event) if draft else None
    return await of_drawn([each for each in plan.drawings if each.name != own], (), world)


def of_own(carried: Carried, world: World) -> Notice | None:
    """What is told of the record that was written."""
    draft, name = carried.concluded.draft, carried.receipt.record
    if draft is None or name is None:
        return None
    return notice(name, draft, world.registry.location, carried.concluded.plan.impact)


async def of_drawn(
    drawn: Sequence[Drawing], differences: tuple[Drift, ...], world: World
) -> Outcome[tuple[Notice, ...]]:
    """What is told of the records that these drawings finished: the runs that wrote them did not get so far."""
    if not any(isinstance(each, CreateTag) or differences for each in drawn):
        return Success(())
    entries = await world.ledger.entries()
    return await _of_records(entries.map(lambda known: finished_by(drawn, differences, known)), world)


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


async def _of_records(names: Outcome[tuple[Digest, ...]], world: World) -> Outcome[tuple[Notice, ...]]:
    known = settled(names)
    if isinstance(known, Failure):
        return Failure(known.failure())
    found: list[Notice] = []
    for name in known.unwrap():
        told = settled(await _of_name(name, world))
        if isinstance(told, Failure):
            return Failure(told.failure())
        found += filter(None, (told.unwrap(),))
    return Success(tuple(found))


async def _of_name(name: Digest, world: World) -> Outcome[Notice | None]:
    match settled(await world.ledger.record(name)):
        case Success(record):
            return await of_record(name, record, world)
        case Failure(fault):
            return Failure(fault)


def _completed(carried: Carried) -> tuple[Digest, ...]:
    """The record of what an earlier run had begun."""
    snapshot, begun = carried.snapshot, carried.concluded.plan.completes
    known = (each.digest for each in snapshot.records if each.record.id == begun)
    current = (each.current for each in snapshot.state.environments if each.current)
    standing = (each.record for each in current if each.id == begun)
    return tuple(dict.fromkeys((*known, *standing)))
