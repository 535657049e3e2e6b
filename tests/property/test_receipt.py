"""What became of an order, and what of it is left."""

from hypothesis import assume, given
from hypothesis import strategies as st
from returns.result import Success

from floe.core.command import Command
from floe.core.conclude import Concluded, Run, conclude
from floe.core.decide import decide
from floe.core.effect import Append, Effect
from floe.core.fault import Fault
from floe.core.gates import GateResult, NotStarted
from floe.core.policy import Policy
from floe.core.receipt import Done, Outvoted, Receipt, Step, Stopped, remainder
from floe.core.snapshot import Snapshot
from tests.property.histories import cases
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, faults


@st.composite
def orders(draw: st.DrawFn) -> Concluded:
    snapshot, command, policy = draw(cases())
    return concluded(snapshot, command, policy)


def concluded(snapshot: Snapshot, command: Command, policy: Policy) -> Concluded:
    decided = decide(snapshot, command, policy)
    assume(isinstance(decided, Success))
    plan = decided.unwrap()
    assume(not plan.outstanding)
    results = tuple(
        GateResult(gate=gate.name, status="passed", duration_ms=1, report=NotStarted(why="")) for gate in plan.gates
    )
    order: Concluded = conclude(plan, results, Run(id="1", trace_id="2"), snapshot, policy).unwrap()
    return order


def done(effect: Effect) -> Step:
    return Done(effect=effect, record=DIGESTS[0] if isinstance(effect, Append) else None)


def receipt(order: Concluded, length: int, *last: Step) -> Receipt:
    return Receipt(plan=order.plan.digest, steps=(*map(done, order.effects[:length]), *last))


@given(orders(), st.integers(0, 5), faults)
def test_what_is_left_is_what_was_not_done_in_its_order(order: Concluded, length: int, fault: Fault) -> None:
    broken = tuple(Stopped(effect=effect, fault=fault) for effect in order.effects[length : length + 1])
    with deciding():
        left = remainder(order, receipt(order, length, *broken))
    assert left == tuple(each for each in order.effects if each not in order.effects[:length])


@given(orders(), st.integers(0, 5))
def test_to_do_what_is_left_completes_the_order(order: Concluded, length: int) -> None:
    first = receipt(order, length)
    rest = Receipt(plan=first.plan, steps=(*first.steps, *map(done, remainder(order, first))))
    assert remainder(order, rest) == ()
    assert remainder(order, Receipt(plan=first.plan, steps=())) == order.effects


@given(orders(), st.integers(0, 5))
def test_a_receipt_tells_whether_and_as_what_an_order_is_recorded(order: Concluded, length: int) -> None:
    told = receipt(order, length)
    is_recorded = any(isinstance(effect, Append) for effect in order.effects[:length])
    assert told.is_recorded == is_recorded
    assert told.record == (DIGESTS[0] if is_recorded else None)
    assert (told.fault, told.winner) == (None, None)


@given(orders(), faults)
def test_a_receipt_tells_what_stopped_an_order(order: Concluded, fault: Fault) -> None:
    assume(order.effects)
    stopped = receipt(order, 0, Stopped(effect=order.effects[0], fault=fault))
    outvoted = receipt(order, 0, Outvoted(effect=order.effects[0], winner=DIGESTS[1]))
    assert (stopped.fault, stopped.winner, stopped.is_recorded) == (fault, None, False)
    assert (outvoted.fault, outvoted.winner, outvoted.is_recorded) == (None, DIGESTS[1], False)
