"""The laws of the `Ledger` port. Every adapter obeys all of them."""

from pathlib import Path

import anyio
import pytest
from returns.result import Success

from floe.core.fault import LedgerDamaged
from floe.core.ledger.folding import fold
from floe.core.ledger.record import Draft, Expectation
from floe.core.ledger.state import State
from floe.core.names import Digest
from floe.effects.ports import Appended, Ledger
from tests.integration.contract.ledgers import (
    DEV,
    LEDGERS,
    POLICY,
    PROD,
    Kept,
    artifact,
    kept,
    locked,
    promoted,
)

pytestmark = pytest.mark.anyio

MANY = 200
EVERYWHERE = frozenset({DEV, PROD})
NOWHERE = Digest("sha256:" + "0" * 64)


@pytest.fixture(params=LEDGERS)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    return kept(request.param, tmp_path)


@pytest.fixture
def ledger(here: Kept) -> Ledger:
    return here.ledger


async def append(ledger: Ledger, draft: Draft) -> Appended:
    return (await ledger.append(draft, POLICY)).unwrap()


async def state(ledger: Ledger) -> State:
    return (await ledger.look()).unwrap().state


async def test_an_empty_ledger_answers(ledger: Ledger) -> None:
    assert await state(ledger) == State()
    assert await ledger.entries() == Success(())
    assert await ledger.about(artifact(1), EVERYWHERE) == Success(())
    assert isinstance((await ledger.record(NOWHERE)).failure(), LedgerDamaged)


async def test_a_record_is_what_was_appended_in_its_place(ledger: Ledger) -> None:
    first = await append(ledger, promoted(1))
    second = await append(ledger, promoted(2, left=1))
    assert (first.position, second.position, second.winner) == (0, 1, None)
    record = (await ledger.record(second.record)).unwrap()
    wanted = promoted(2, left=1)
    assert {name: getattr(record, name) for name in Draft.__struct_fields__} == {
        name: getattr(wanted, name) for name in Draft.__struct_fields__
    }
    assert (record.seq, record.predecessors) == (2, (first.record,))
    assert "://" in record.repository


async def test_what_is_so_is_what_was_recorded_last(ledger: Ledger) -> None:
    await append(ledger, promoted(1))
    await append(ledger, promoted(1, PROD))
    newest = await append(ledger, promoted(2, left=1))
    now = await state(ledger)
    current = now.of(DEV).current
    assert current is not None
    assert (current.version, current.digest, current.record) == ("v1.2.0", artifact(2), newest.record)
    assert [each.version for each in now.of(DEV).history] == ["v1.1.0", "v1.2.0"]
    assert [each.version for each in now.of(PROD).history] == ["v1.1.0"]
    assert await ledger.recall() == Success(now)


async def test_a_broken_expectation_names_the_winner_and_does_not_count(ledger: Ledger) -> None:
    first = await append(ledger, promoted(1, expects=Expectation(after=None)))
    before = (await state(ledger)).of(DEV).current
    lost = await append(ledger, promoted(2, expects=Expectation(after=None)))
    assert lost.winner == first.record
    assert (await state(ledger)).of(DEV).current == before
    valid = [each.record for each in (await ledger.entries()).unwrap() if each.void is None]
    assert valid == [first.record]


async def test_a_serial_ledger_records_nothing_that_lost(ledger: Ledger) -> None:
    await append(ledger, promoted(1))
    before = (await ledger.entries()).unwrap()
    await append(ledger, promoted(2, expects=Expectation(after=None)))
    assert await ledger.entries() == Success(before)


async def test_an_expectation_that_holds_is_recorded(ledger: Ledger) -> None:
    first = await append(ledger, promoted(1, expects=Expectation(after=None, lock=None)))
    second = await append(ledger, promoted(2, expects=Expectation(after=first.record, lock=None)))
    assert second.winner is None
    assert (await append(ledger, promoted(3, PROD, expects=Expectation(after=None)))).winner is None


async def test_a_lock_breaks_the_expectation_that_there_is_none(ledger: Ledger) -> None:
    held = await append(ledger, locked())
    lost = await append(ledger, promoted(1, expects=Expectation(lock=None)))
    assert lost.winner == held.record
    assert (await append(ledger, promoted(1, PROD, expects=Expectation(lock=None)))).winner is None


async def test_of_racing_records_with_one_expectation_one_counts(ledger: Ledger) -> None:
    drafts = [promoted(number, expects=Expectation(after=None)) for number in range(8)]
    outcomes = await anyio.amap(lambda draft: append(ledger, draft), drafts)
    won = [each for each in outcomes if each.winner is None]
    assert len(won) == 1
    assert {each.winner for each in outcomes if each.winner} == {won[0].record}


async def test_many_records_stay_in_order_and_are_all_there(ledger: Ledger) -> None:
    """Enough for several segments to be sealed."""
    names = [(await append(ledger, promoted(number))).record for number in range(MANY)]
    entries = (await ledger.entries()).unwrap()
    assert [each.record for each in entries] == names
    assert [each.position for each in entries] == list(range(MANY))
    records = [(await ledger.record(name)).unwrap() for name in names]
    assert [each.predecessors for each in records] == [(), *((name,) for name in names[:-1])]
    assert fold(zip(names, records, strict=True))[0] == await state(ledger)


async def test_records_about_an_artifact_are_found_however_old_they_are(ledger: Ledger) -> None:
    wanted = []
    for number in range(MANY):
        due = number in (0, 70, MANY - 1)
        appended = await append(ledger, promoted(999) if due else promoted(number))
        wanted += [appended.record] if due else []
    found = (await ledger.about(artifact(999), EVERYWHERE)).unwrap()
    assert [each.digest for each in found] == wanted
    assert [each.position for each in found] == [0, 70, MANY - 1]


async def test_records_by_which_a_pointer_left_an_artifact_are_about_it_too(ledger: Ledger) -> None:
    await append(ledger, promoted(1))
    left = await append(ledger, promoted(2, left=1))
    await append(ledger, promoted(3, left=2))
    found = (await ledger.about(artifact(1), EVERYWHERE)).unwrap()
    assert [each.record.after for each in found] == [promoted(1).after, promoted(2).after]
    assert found[1].digest == left.record


async def test_only_the_environments_asked_for_are_told_of(ledger: Ledger) -> None:
    await append(ledger, promoted(1))
    there = await append(ledger, promoted(1, PROD))
    found = (await ledger.about(artifact(1), frozenset({PROD}))).unwrap()
    assert [each.digest for each in found] == [there.record]
    assert await ledger.about(artifact(1), frozenset({"nowhere"})) == Success(())


@pytest.mark.parametrize("harm", ["spoil", "remove"])
async def test_a_damaged_record_is_named(here: Kept, harm: str) -> None:
    harmed = (await append(here.ledger, promoted(1))).record
    whole = (await append(here.ledger, promoted(2, left=1))).record
    getattr(here, harm)(harmed)
    for outcome in (await here.ledger.record(harmed), await here.ledger.about(artifact(1), EVERYWHERE)):
        fault = outcome.failure()
        assert isinstance(fault, LedgerDamaged)
        assert harmed in fault.what
    assert (await here.ledger.record(whole)).unwrap().id == "id-2"


async def test_whoever_reads_while_others_write_sees_a_state_that_was(ledger: Ledger) -> None:
    lengths: list[int] = []
    is_over = anyio.Event()

    async def watch() -> None:
        while not is_over.is_set():
            entries = (await ledger.entries()).unwrap()
            assert [each.position for each in entries] == list(range(len(entries)))
            assert (await state(ledger)).of(DEV).durations == ()
            assert len((await ledger.about(artifact(0), EVERYWHERE)).unwrap()) <= 1
            lengths.append(len(entries))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch)
        for number in range(100):
            await append(ledger, promoted(number))
        is_over.set()
    assert lengths == sorted(lengths)
    assert len((await ledger.entries()).unwrap()) == 100
