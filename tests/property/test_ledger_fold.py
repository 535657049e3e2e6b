"""Records in one order make one state; a record whose expectation does not hold is void."""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.core.event import Locked, Promoted, Unlocked
from floe.core.gates import Examined, GateResult
from floe.core.ledger import folding as ledger
from floe.core.ledger.folding import evolve, fold, winner
from floe.core.ledger.record import Expectation
from floe.core.ledger.state import KEPT_DURATIONS, KEPT_EVENTS, State
from tests.property import oracle
from tests.property.histories import History, draft_of, histories, written
from tests.property.purity import deciding
from tests.property.strategies import BEGINNING, DIGESTS, NAMES, VERSIONS

DEV, QA, *_ = NAMES


@given(histories())
def test_a_record_is_void_exactly_when_what_it_expects_is_untrue(history: History) -> None:
    with deciding():
        _, known = fold(history)
    assert [(each.digest, each.record) for each in known if each.void is None] == oracle.valid(history)
    for place, each in enumerate(known):
        assert (each.digest, each.position, each.record) == (*history[place][:1], place, history[place][1])


@given(histories())
def test_who_won_over_a_void_record_came_before_it_in_its_environment(history: History) -> None:
    names = {digest: place for place, (digest, _) in enumerate(history)}
    for place, each in enumerate(fold(history)[1]):
        if each.void in names:
            won = history[names[each.void]][1]
            assert names[each.void] < place
            assert won.event.environment == each.record.event.environment


@given(histories(), st.integers(0, 8))
def test_folding_goes_on_from_where_it_stopped(history: History, cut: int) -> None:
    head, tail = history[:cut], history[cut:]
    state, known = fold(head)
    after, more = fold(tail, state)
    whole, all_known = fold(history)
    assert after == whole
    assert [each.void for each in (*known, *more)] == [each.void for each in all_known]
    for digest, record in tail:
        state, _ = evolve(state, digest, record)
    assert state == whole


@given(histories())
def test_what_is_current_and_what_locks_are_what_the_valid_records_say(history: History) -> None:
    state, _ = fold(history)
    valid = oracle.valid(history)
    for name in NAMES:
        here = [(digest, record) for digest, record in valid if record.event.environment == name]
        moved = [digest for digest, record in here if oracle.moves(record)]
        locks = [(digest, record.event) for digest, record in here if isinstance(record.event, Locked | Unlocked)]
        standing, lock = state.of(name).current, state.of(name).lock
        assert (standing.record if standing else None) == (moved[-1] if moved else None)
        held = locks[-1][0] if locks and isinstance(locks[-1][1], Locked) else None
        assert (lock.record if lock else None) == held


@given(histories())
def test_history_keeps_the_last_events_void_ones_too(history: History) -> None:
    state, known = fold(history)
    for name in NAMES:
        here = [each for each in known if each.record.event.environment == name]
        assert [(each.record, each.void) for each in state.of(name).history] == [
            (each.digest, each.void) for each in here[-KEPT_EVENTS:]
        ]
    assert [each.environment for each in state.environments] == sorted(each.environment for each in state.environments)


def test_a_long_history_stays_small() -> None:
    promoted = Promoted(version=VERSIONS[0], digest=DIGESTS[0], source="none", environment=DEV)
    results = tuple(
        GateResult(gate=gate, status="passed", duration_ms=1, report=Examined())
        for gate in ("tests", "policy_compliance")
    )
    history = tuple(written(draft_of(promoted, number, gates=results), number) for number in range(50))
    environment = fold(history)[0].of(DEV)
    assert len(environment.history) == KEPT_EVENTS
    assert [len(each.ms) for each in environment.durations] == [KEPT_DURATIONS, KEPT_DURATIONS]
    assert [each.gate for each in environment.durations] == ["policy_compliance", "tests"]


@pytest.mark.parametrize(
    ("expects", "holds"),
    [
        (Expectation(), True),
        (Expectation(after=None), True),
        (Expectation(lock=None), True),
        (Expectation(after=None, lock=None), True),
        (Expectation(after=DIGESTS[0]), False),
        (Expectation(lock=DIGESTS[0]), False),
    ],
)
def test_of_an_empty_environment_only_nothing_can_be_expected(expects: Expectation, holds: bool) -> None:
    draft = draft_of(Locked(environment=DEV, reason="x"), expects=expects)
    state, won = evolve(State(), *written(draft, 0))
    assert won == (None if holds else DIGESTS[0])
    assert (state.of(DEV).lock is not None) == holds


def test_an_expectation_is_of_its_own_environment() -> None:
    first = written(draft_of(Promoted(version=VERSIONS[0], digest=DIGESTS[0], source="none", environment=DEV)), 0)
    state, _ = fold((first,))
    elsewhere = draft_of(Locked(environment=QA, reason="x"), 1, expects=Expectation(after=None))
    here = draft_of(Locked(environment=DEV, reason="x"), 1, expects=Expectation(after=None))
    assert winner(state, elsewhere) is None
    assert winner(state, here) == first[0]


def test_a_lock_that_is_over_is_none() -> None:
    until = BEGINNING.replace(minute=BEGINNING.minute + 2)
    lock = written(draft_of(Locked(environment=DEV, reason="x", until=until), 0), 0)
    state, _ = fold((lock,))
    promoted = Promoted(version=VERSIONS[0], digest=DIGESTS[0], source="none", environment=DEV)
    for minute, won in ((1, lock[0]), (2, None), (3, None)):
        assert winner(state, draft_of(promoted, minute, expects=Expectation(lock=None))) == won


def test_an_unlocked_lock_can_no_longer_be_expected() -> None:
    lock = written(draft_of(Locked(environment=DEV, reason="x"), 0), 0)
    over = written(
        draft_of(Unlocked(environment=DEV, reason="y", lock=lock[0]), 1, expects=Expectation(lock=lock[0])), 1
    )
    again = draft_of(Unlocked(environment=DEV, reason="y", lock=lock[0]), 2, expects=Expectation(lock=lock[0]))
    state, _ = fold((lock, over))
    assert winner(state, again) == over[0]


def test_the_fold_does_not_read_the_policy() -> None:
    """So history means the same under every manifest."""
    source = inspect.getsource(ledger)
    assert "floe.core.policy" not in source
    assert all("policy" not in inspect.signature(each).parameters for each in (fold, evolve, winner))
