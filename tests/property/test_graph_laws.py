"""What can be put in order is, and what cannot is shown as a circle; told by a dumb oracle too."""

from hypothesis import given
from returns.result import Failure, Success

from floe.core.compiled.graph import Needs, order
from floe.core.outcome import settled
from tests.property.documents import needs


def reachable(wanted: Needs) -> dict[str, set[str]]:
    """The dumb oracle: everything that a name needs, directly or not, found by repeating until nothing changes."""
    found = {name: set(each) & wanted.keys() for name, each in wanted.items()}
    for _ in wanted:
        for each in found.values():
            each |= {far for near in each for far in found[near]}
    return found


def in_circles(wanted: Needs) -> set[str]:
    return {name for name, each in reachable(wanted).items() if name in each}


@given(needs())
def test_there_is_an_order_exactly_when_nothing_needs_itself(wanted: Needs) -> None:
    assert isinstance(order(wanted), Success) == (not in_circles(wanted))


@given(needs())
def test_the_order_takes_the_smallest_name_that_is_ready(wanted: Needs) -> None:
    match settled(order(wanted)):
        case Success(names):
            done: list[str] = []
            for name in names:
                assert name == min(each for each in wanted if each not in done and set(wanted[each]) <= set(done))
                done.append(name)
            assert set(done) == wanted.keys()
        case Failure(circles):
            assert circles


@given(needs())
def test_every_circle_shown_is_one_and_every_name_in_one_is_shown(wanted: Needs) -> None:
    circles = order(wanted).swap().value_or(())
    for first, *rest in circles:
        assert first == rest[-1]
        assert len(rest) == len(set(rest))
        assert all(there in wanted[here] for here, there in zip((first, *rest), rest, strict=False))
    assert {name for circle in circles for name in circle} == in_circles(wanted)


@given(needs())
def test_the_order_of_asking_is_irrelevant(wanted: Needs) -> None:
    assert order(wanted) == order(dict(reversed(list(wanted.items()))))


def test_a_long_chain_and_a_long_circle_are_no_burden() -> None:
    chain = {f"{number:05}": (f"{number + 1:05}",) for number in range(10_000)}
    assert order(chain).unwrap()[0] == "09999"
    circle = {**chain, "09999": ("00000",)}
    [found] = order(circle).failure()
    assert len(found) == 10_001
