"""Which notice follows from what was done, or from a record that is in the ledger."""

from functools import partial

import anyio
from returns.result import Failure, Success

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
