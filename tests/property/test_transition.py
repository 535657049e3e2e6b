"""Which step may follow which, and whether a version stands in an environment."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core.names import NOWHERE, Version
from floe.core.policy import Policy
from floe.core.transition import is_next, presence, source_meant, sources
from tests.property import oracle
from tests.property.histories import History, folded, histories
from tests.property.purity import deciding
from tests.property.strategies import names, plain_policy, policies, versions


@given(policies(), st.data())
def test_a_step_goes_forward_and_over_optional_environments_only(policy: Policy, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from((NOWHERE, *policy.names)))
    target = data.draw(st.sampled_from(policy.names))
    with deciding():
        step = is_next(policy, source, target)
    assert isinstance(step, Success) == oracle.may_follow(policy, source, target)
    assert (source in sources(policy, target)) == oracle.may_follow(policy, source, target)


@given(policies(), st.data())
def test_the_path_that_a_refusal_shows_can_be_walked_and_skips_nothing(policy: Policy, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from((NOWHERE, *policy.names)))
    target = data.draw(st.sampled_from(policy.names))
    step = is_next(policy, source, target)
    if isinstance(step, Failure):
        path = step.failure().path
        ladder = [NOWHERE, *policy.names]
        assert bool(path) == (ladder.index(source) < ladder.index(target))
        assert all(oracle.may_follow(policy, here, there) for here, there in pairwise(path))
        assert not path or (path[0], path[-1]) == (source, target)


@given(policies())
def test_every_environment_can_be_reached_and_the_first_from_nowhere(policy: Policy) -> None:
    for target in policy.names:
        assert sources(policy, target)
    assert sources(policy, policy.names[0]) == (NOWHERE,)


def test_an_environment_that_does_not_exist_is_reached_from_nowhere_only() -> None:
    assert sources(plain_policy("dev"), "moon") == (NOWHERE,)


@pytest.mark.parametrize(
    ("optional", "expected"),
    [
        ((), ("staging",)),
        (("staging",), ("staging", "qa")),
        (("staging", "qa"), ("staging", "qa", "dev")),
        (("qa",), ("staging",)),
        (("staging", "qa", "dev"), ("staging", "qa", "dev", "none")),
    ],
)
def test_sources_are_named_nearest_first(optional: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert sources(plain_policy("dev", "qa", "staging", "prod", optional=optional), "prod") == expected


@given(histories(), versions, names)
def test_a_version_stands_where_the_last_word_says_so(history: History, version: Version, name: str) -> None:
    _, known = folded(history)
    with deciding():
        found = presence(known, version, name)
    assert found.stands == oracle.stands(known, version, name)


@given(histories(), versions, names)
def test_records_of_other_environments_change_nothing(history: History, version: Version, name: str) -> None:
    _, known = folded(history)
    here = tuple(each for each in known if each.record.event.environment == name)
    assert presence(known, version, name) == presence(here, version, name)


@given(policies(), histories(), versions, st.data())
def test_without_a_source_the_nearest_where_the_version_stands_is_meant(
    policy: Policy, history: History, version: Version, data: st.DataObject
) -> None:
    target = data.draw(st.sampled_from(policy.names))
    _, known = folded(history)
    meant = source_meant(policy, target, version, iter(known))
    allowed = sources(policy, target)
    nearer = allowed[: allowed.index(meant)]
    if oracle.stands(known, version, meant):
        assert not any(oracle.stands(known, version, name) for name in nearer)
    else:
        assert meant == allowed[0]
        assert not any(oracle.stands(known, version, name) for name in allowed)
