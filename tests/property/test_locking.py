"""Locks refuse promotions until they are ended, or end by themselves."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core.command import Command, Lock, Unlock
from floe.core.decide import decide
from floe.core.event import Locked, Unlocked
from floe.core.ledger.record import Expectation
from floe.core.ledger.state import EnvironmentState, LockHeld
from floe.core.operator import Operator
from floe.core.outcome import failures
from floe.core.policy import Policy
from floe.core.refusal import AlreadyLocked, NotAuthorized, UnknownEnvironment, Unverified
from floe.core.snapshot import Snapshot
from tests.property import oracle
from tests.property.histories import cases
from tests.property.purity import deciding
from tests.property.strategies import BEGINNING, DIGESTS, NAMES, moments, operators


@given(operators, st.none() | moments, moments)
def test_a_lock_is_in_force_until_its_time_is_over(operator: Operator, until: datetime | None, at: datetime) -> None:
    held = LockHeld(record=DIGESTS[0], reason="x", operator=operator, at=BEGINNING, until=until)
    state = EnvironmentState(environment=NAMES[0], lock=held)
    in_force = until is None or at < until
    assert (state.locked_at(at) is not None) == in_force


@given(cases())
def test_locking_is_refused_to_strangers_and_where_a_lock_is_held(case: tuple[Snapshot, Command, Policy]) -> None:
    known, command, policy = case
    if not isinstance(command, Lock | Unlock):
        return
    with deciding():
        decided = decide(known, command, policy)
    name = command.environment
    if policy.environment(name) is None:
        assert [type(each) for each in failures(decided)] == [UnknownEnvironment]
        return
    held = known.state.of(name).locked_at(known.at)
    expected = {
        *((AlreadyLocked,) if held and isinstance(command, Lock) else ()),
        *((Unverified,) if oracle.must_prove(known.operator, name, policy) else ()),
        *(() if oracle.is_listed(known.operator, name, policy) else (NotAuthorized,)),
    }
    assert {type(each) for each in failures(decided)} == expected
    word = "lock" if isinstance(command, Lock) else "unlock"
    assert {each.command for each in failures(decided) if isinstance(each, NotAuthorized)} <= {word}


@given(cases())
def test_a_lock_records_why_and_until_when_and_draws_nothing(case: tuple[Snapshot, Command, Policy]) -> None:
    known, command, policy = case
    decided = decide(known, command, policy)
    if isinstance(command, Lock) and isinstance(decided, Success):
        planned = decided.unwrap()
        event = planned.event
        assert isinstance(event, Locked)
        assert (event.environment, event.reason, event.until) == (command.environment, command.reason, command.until)
        assert (planned.drawings, planned.after, planned.expects) == ((), None, Expectation())


@given(cases())
def test_unlocking_ends_the_lock_that_was_seen_and_of_an_open_one_does_nothing(
    case: tuple[Snapshot, Command, Policy],
) -> None:
    known, command, policy = case
    decided = decide(known, command, policy)
    if not isinstance(command, Unlock) or isinstance(decided, Failure):
        return
    planned = decided.unwrap()
    held = known.state.of(command.environment).locked_at(known.at)
    if held is None:
        assert (planned.event, planned.drawings, planned.expects) == (None, (), Expectation())
    else:
        event = planned.event
        assert isinstance(event, Unlocked)
        assert (event.lock, event.reason) == (held.record, command.reason)
        assert planned.expects == Expectation(lock=held.record)
