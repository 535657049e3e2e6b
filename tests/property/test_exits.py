"""Each no has one exit code, and where there are several, one of them is first."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.core.fault import Fault, LedgerDamaged, Unavailable, Unseen
from floe.core.refusal import NotBuilt, Outstanding, Refusal
from floe.shell import exits
from tests.property import oracle
from tests.property.strategies import DIGESTS, any_of, faults, refusals

# CONTRACT 2: what a process may end with.
DOCUMENTED = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 130}
EXPECTED = {
    "UnknownEnvironment": 3,
    "VersionNotFound": 3,
    "NotNext": 9,
    "NeverPromoted": 11,
    "NothingBefore": 11,
    "RolledBackFrom": 9,
    "SoakLeft": 9,
    "AlreadyPromoted": 10,
    "AlreadyCurrent": 10,
    "TagExists": 10,
    "IsLocked": 13,
    "AlreadyLocked": 13,
    "Unverified": 12,
    "TokenRefused": 12,
    "NotAuthorized": 12,
    "MachineWithoutHuman": 12,
    "SameHands": 12,
    "UnknownHands": 12,
    "SignatureRefused": 6,
    "PlanUnsigned": 6,
    "GateWithoutCommand": 8,
    "GateFailed": 8,
    "GateNotRun": 8,
    "FactChanged": 7,
    "EffectsChanged": 7,
    "Outvoted": 7,
}


@pytest.mark.parametrize("kind", get_args(Refusal), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_refusal_has_its_documented_code(kind: type[Refusal], data: st.DataObject) -> None:
    refusal = data.draw(any_of(kind))
    code = exits.code_of(refusal)
    if isinstance(refusal, NotBuilt):
        assert code == {"approvals": 12, "freeze": 13}[refusal.feature]
    else:
        assert code == EXPECTED[kind.__name__]


def test_the_tables_hold_every_word_and_no_other() -> None:
    assert set(exits.REFUSALS) | {NotBuilt} == set(get_args(Refusal))
    assert set(exits.FAULTS) == set(get_args(Fault))
    assert set(get_args(Outstanding)) <= set(get_args(Refusal))
    assert set(exits.REFUSALS.values()) | set(exits.FAULTS.values()) | set(exits.NOT_BUILT.values()) <= DOCUMENTED


def test_both_orders_hold_every_code_once() -> None:
    assert sorted(exits.PROMOTING) == sorted(exits.APPLYING) == list(range(3, 14))
    assert exits.PROMOTING == (4, 5, 3, 9, 10, 11, 13, 12, 6, 8, 7)
    assert exits.APPLYING == (4, 5, 7, 3, 9, 10, 11, 13, 12, 6, 8)


@given(st.lists(refusals, min_size=1, max_size=5).map(tuple), st.sampled_from((exits.PROMOTING, exits.APPLYING)))
def test_the_first_reason_in_the_order_decides_and_all_are_told(
    reasons: tuple[Refusal, ...], order: tuple[int, ...]
) -> None:
    code, told = exits.refused(reasons, order)
    assert code == oracle.first_code(map(exits.code_of, reasons), order)
    assert [order.index(exits.code_of(each)) for each in told] == sorted(
        order.index(exits.code_of(each)) for each in reasons
    )
    assert sorted(map(repr, told)) == sorted(map(repr, reasons))


@given(st.lists(faults, min_size=1, max_size=4).map(tuple))
def test_the_worst_of_several_faults_decides(several: tuple[Fault, ...]) -> None:
    codes = [exits.FAULTS[type(each)] for each in several]
    assert exits.faulted(several) == oracle.first_code(codes, (2, *exits.PROMOTING, 14, 15))


@given(st.lists(faults, min_size=1, max_size=4))
def test_the_order_in_which_faults_came_is_irrelevant(several: list[Fault]) -> None:
    assert exits.faulted(tuple(several)) == exits.faulted(tuple(reversed(several)))


def test_what_this_run_left_unfinished_comes_before_a_damaged_ledger_and_after_all_else() -> None:
    unseen = Unseen(where="x", record=DIGESTS[0])
    damaged = LedgerDamaged(where="x", what="x", why="x")
    assert exits.faulted((damaged, unseen)) == 14
    assert exits.faulted((damaged, unseen, Unavailable(where="x", why="x"))) == 5


@pytest.mark.parametrize("kind", get_args(Fault), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_fault_alone_has_its_code(kind: type[Fault], data: st.DataObject) -> None:
    assert exits.faulted((data.draw(any_of(kind)),)) == exits.FAULTS[kind]
