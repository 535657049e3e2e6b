"""Separate hands: by digest and by person, whatever the tag or the account."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.core import duties
from floe.core.event import Event, Promoted
from floe.core.facts import Hand
from floe.core.names import Version
from floe.core.operator import Operator
from floe.core.policy import Authorization, IdentityPolicy, Named, Policy
from floe.core.refusal import MachineWithoutHuman, Refusal, SameHands, UnknownHands
from floe.core.snapshot import Known
from tests.property import oracle
from tests.property.histories import History, draft_of, folded, histories, written
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, NAMES, VERSIONS, operators, plain_policy, policies

PEOPLE = IdentityPolicy(
    people=(Named(name="Alice", members=("alice", "alice-bot")), Named(name="Bob", members=("bob",))),
    accept_unverified=True,
)
DEV, QA, STAGING, PROD = NAMES


def someone(name: str) -> Operator:
    return Operator(name=name, assurance="unverified")


def separating(*authorized: str, optional: tuple[str, ...] = ()) -> Policy:
    """Four environments; duties are separate in prod, and those named have authorization."""
    policy = plain_policy(*NAMES, optional=optional, identity=PEOPLE)
    rules = {name: Authorization(allowed_groups=("developers",)) for name in authorized}
    rules["prod"] = Authorization(separation_of_duties=True)
    guarded = tuple(msgspec.structs.replace(each, authorization=rules.get(each.name)) for each in policy.environments)
    return msgspec.structs.replace(policy, environments=guarded)


def promoted(into: str, by: str, digest: int = 0, version: int = 0) -> tuple[Event, Operator]:
    event = Promoted(
        version=VERSIONS[version],
        digest=DIGESTS[digest],
        source="none",
        environment=next(each for each in NAMES if each == into),
    )
    return event, someone(by)


def known(*deeds: tuple[Event, Operator]) -> tuple[Known, ...]:
    history = tuple(
        written(draft_of(event, number, operator=operator), number) for number, (event, operator) in enumerate(deeds)
    )
    return folded(history)[1]


def refused(policy: Policy, by: str, records: tuple[Known, ...], source: str = "staging") -> list[Refusal]:
    target = policy.environment("prod")
    assert target is not None
    with deciding():
        hands = duties.hands(records, DIGESTS[0], source, "prod", policy)
        return list(duties.are_apart(someone(by), hands, target, policy))


@given(policies(), operators, histories(), st.data())
def test_hands_and_conflicts_are_those_that_a_dumb_reading_finds(
    policy: Policy, operator: Operator, history: History, data: st.DataObject
) -> None:
    _, records = folded(history)
    target = data.draw(st.sampled_from(policy.environments))
    source = data.draw(st.sampled_from(("none", *policy.names)))
    artifact = data.draw(st.sampled_from(DIGESTS))
    with deciding():
        hands = duties.hands(records, artifact, source, target.name, policy)
        refusals = tuple(duties.are_apart(operator, hands, target, policy))
    expected = oracle.hands(records, artifact, source, target.name, policy)
    assert {hand.environment: hand.record for hand in hands} == {name: each.digest for name, each in expected.items()}
    assert told(refusals) == oracle.conflicts(operator, expected, target.name, policy)


def told(refusals: tuple[Refusal, ...]) -> set[tuple[str, str]]:
    found = set()
    for refusal in refusals:
        match refusal:
            case SameHands(promoted_to=environment):
                found.add((str(environment), "same"))
            case UnknownHands(promoted_to=environment):
                found.add((str(environment), "unknown"))
            case MachineWithoutHuman(environment=environment):
                found.add((str(environment), "machine"))
            case other:
                raise AssertionError(other)
    return found


@pytest.mark.parametrize(
    ("earlier", "executor", "expected"),
    [
        ("alice", "alice", [SameHands]),
        ("alice", "alice-bot", [SameHands]),
        ("alice", "bob", []),
        ("alice", "stranger", [UnknownHands]),
        ("stranger", "alice", [UnknownHands]),
        ("stranger", "stranger", [UnknownHands]),
        ("stranger", "somebody else", [UnknownHands]),
    ],
)
def test_same_hands_and_unknown_hands_are_refused(earlier: str, executor: str, expected: list[type]) -> None:
    records = known(promoted("staging", earlier))
    assert [type(each) for each in refused(separating(), executor, records)] == expected


def test_another_tag_does_not_make_other_hands() -> None:
    records = known(promoted("staging", "alice", version=1))
    assert [type(each) for each in refused(separating(), "alice", records)] == [SameHands]


def test_other_bytes_are_other_hands() -> None:
    assert refused(separating(), "alice", known(promoted("staging", "alice", digest=1))) == []


def test_a_forced_promotion_by_another_person_changes_hands() -> None:
    records = known(promoted("staging", "alice"), promoted("staging", "bob"))
    assert refused(separating(), "alice", records) == []
    assert [type(each) for each in refused(separating(), "bob", records)] == [SameHands]


def test_the_source_counts_and_further_back_where_there_is_authorization() -> None:
    records = known(promoted("dev", "alice"), promoted("qa", "alice"), promoted("staging", "bob"))
    assert refused(separating(), "alice", records) == []
    assert [type(each) for each in refused(separating("dev"), "alice", records)] == [SameHands]
    assert [type(each) for each in refused(separating("dev", "qa"), "alice", records)] == [SameHands, SameHands]


def test_a_skipped_environment_has_no_hands() -> None:
    policy = separating(optional=("qa", "staging"))
    records = known(promoted("dev", "alice"))
    assert [type(each) for each in refused(policy, "alice", records, source="dev")] == [SameHands]
    assert refused(policy, "bob", records, source="dev") == []


def test_what_comes_after_the_target_does_not_count() -> None:
    policy = separating()
    target = policy.environment("staging")
    assert target is not None
    records = known(promoted("prod", "alice"))
    assert duties.hands(records, DIGESTS[0], "qa", "staging", policy) == ()


def test_without_the_rule_everybody_may_carry_on() -> None:
    policy = plain_policy(*NAMES, identity=PEOPLE)
    assert refused(policy, "alice", known(promoted("staging", "alice"))) == []


@given(operators, st.sampled_from(DIGESTS))
def test_hands_of_nobody_known_are_never_apart(operator: Operator, record: str) -> None:
    """What a record does not tell is not in anybody's favour."""
    hand = Hand(environment=STAGING, operator="?", person=None, record=DIGESTS[0])
    policy = separating()
    target = policy.environment("prod")
    assert target is not None
    [refusal] = duties.are_apart(operator, (hand,), target, policy)
    assert isinstance(refusal, UnknownHands | MachineWithoutHuman)


@given(st.sampled_from(VERSIONS))
def test_nobody_has_promoted_what_is_new(version: Version) -> None:
    assert refused(separating(*NAMES[:3]), "alice", ()) == []
