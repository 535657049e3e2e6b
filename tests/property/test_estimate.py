"""How long gates will take is how long they took."""

from fractions import Fraction

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from floe.core.estimate import Estimate, estimate
from floe.core.ledger.state import Durations, EnvironmentState
from floe.core.policy import Gate
from tests.property.purity import deciding
from tests.property.strategies import COMPLIANCE, MISSING, NAMES, TESTS

GATES = (COMPLIANCE, TESTS, MISSING)
gates = st.lists(st.sampled_from(GATES), unique=True).map(tuple)
durations = st.dictionaries(st.sampled_from([gate.name for gate in GATES]), st.lists(st.integers(0, 10**7), max_size=9))


def state(known: dict[str, list[int]]) -> EnvironmentState:
    listed = tuple(Durations(gate=gate, ms=tuple(ms)) for gate, ms in known.items())
    return EnvironmentState(environment=NAMES[0], durations=listed)


def middle(numbers: list[int]) -> int:
    """The dumb oracle: as many are smaller as are larger, or one more."""
    return next(each for each in sorted(numbers) if sum(other <= each for other in numbers) > Fraction(len(numbers), 2))


@given(gates, durations)
def test_an_estimate_is_the_longest_median_in_whole_seconds(
    wanted: tuple[Gate, ...], known: dict[str, list[int]]
) -> None:
    with deciding():
        found = estimate(wanted, state(known))
    medians = [middle(known[gate.name]) for gate in wanted if known.get(gate.name)]
    longest = max(medians, default=0)
    assert found.seconds * 1000 >= longest > (found.seconds - 1) * 1000 or found.seconds == longest == 0
    assert found.never_run == tuple(gate.name for gate in wanted if not known.get(gate.name))


@given(gates, durations)
def test_one_strange_run_does_not_spoil_an_estimate(wanted: tuple[Gate, ...], known: dict[str, list[int]]) -> None:
    steady = {gate: [1000, 1000, 1000] for gate in known}
    spoiled = {gate: [1000, 1000, 10**7] for gate in known}
    assert estimate(wanted, state(steady)) == estimate(wanted, state(spoiled))


def test_nothing_takes_no_time() -> None:
    assert estimate((), state({})) == Estimate(seconds=0)
    assert msgspec.structs.asdict(estimate((TESTS,), state({}))) == {"seconds": 0, "never_run": ("tests",)}
