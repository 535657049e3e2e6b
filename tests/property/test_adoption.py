"""What was promoted by hand is taken over as it is: no tag moves, and nobody is credited."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from returns.result import Success

from floe.core.adoption import adoptable
from floe.core.command import Adopt, Command
from floe.core.decide import decide
from floe.core.event import Adopted
from floe.core.names import Digest, Tag, Version, environment_tag, pointer
from floe.core.operator import Operator
from floe.core.policy import Policy
from floe.core.snapshot import Snapshot, TagFact
from tests.property import oracle
from tests.property.histories import DRAWN, TAGS, cases
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, NAMES, VERSIONS, plain_policy

tag_maps = st.dictionaries(st.sampled_from((*TAGS, Tag("x-dev"), Tag("v1-dev"))), st.sampled_from(DIGESTS))


@given(tag_maps, st.frozensets(st.sampled_from(DRAWN)))
def test_every_environment_tag_without_a_record_is_adopted_once(
    tags: dict[Tag, Digest], recorded: frozenset[Tag]
) -> None:
    with deciding():
        found = adoptable(tags, recorded, NAMES)
    made = [environment_tag(each.version, name) for each in found for name in NAMES if name == each.environment]
    wanted = {environment_tag(version, name) for version in VERSIONS for name in NAMES}
    assert sorted(made) == sorted(tag for tag in tags if tag in wanted and tag not in recorded)
    assert all(tags[Tag(f"{each.version}-{each.environment}")] == each.digest for each in found)


@given(tag_maps)
def test_in_each_environment_at_most_one_is_current_and_it_is_where_the_pointer_is(tags: dict[Tag, Digest]) -> None:
    found = adoptable(tags, (), NAMES)
    for name in NAMES:
        current = [each for each in found if each.environment == name and each.is_current]
        assert len(current) <= 1
        assert all(each.digest == tags.get(pointer(name)) for each in current)
        if not current:
            assert tags.get(pointer(name)) not in {each.digest for each in found if each.environment == name}


@given(cases())
def test_an_adoption_draws_nothing_and_says_only_what_was_found(case: tuple[Snapshot, Command, Policy]) -> None:
    known, command, policy = case
    with deciding():
        decided = decide(known, command, policy)
    if not isinstance(command, Adopt) or not isinstance(decided, Success):
        return
    plan = decided.unwrap()
    assert isinstance(plan.event, Adopted)
    assert (plan.drawings, plan.gates, plan.outstanding) == ((), (), ())
    assert known.tag(Tag(f"{command.version}-{command.environment}")) == command.digest
    assert oracle.brought(known.valid, command.version, command.environment) is None
    assert oracle.is_listed(known.operator, command.environment, policy)


def test_oldest_versions_are_adopted_first() -> None:
    tags = {Tag(f"v{number}.0.0-dev"): DIGESTS[0] for number in (10, 9, 2)}
    assert [each.version for each in adoptable(tags, (), NAMES)] == [Version(f"v{number}.0.0") for number in (2, 9, 10)]


def test_what_a_hand_made_is_recorded_and_nothing_more() -> None:
    version, digest = Version("v1.0.0"), DIGESTS[0]
    policy = plain_policy("dev")
    tag = TagFact(tag=Tag("v1.0.0-dev"), digest=digest)
    operator = Operator(name="ann", assurance="unverified")
    seen = Snapshot(at=datetime(2026, 1, 15, tzinfo=UTC), operator=operator, tags=(tag,), names=(tag.tag,))
    command = Adopt(version=version, digest=digest, environment="dev", is_current=True)
    with deciding():
        decided = decide(seen, command, policy)
    plan = decided.unwrap()
    assert plan.event == Adopted(version=version, digest=digest, environment=NAMES[0], is_current=True)
    assert plan.drawings == ()


def test_a_version_that_is_too_long_is_left_alone() -> None:
    long = Tag(f"v1.0.{'1' * 70}-dev")
    assert adoptable({long: DIGESTS[0]}, (), NAMES) == ()
