"""The closed list of facts: every difference is found, by name."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from floe.core.facts import Facts, Hand, SignatureFacts, changes, told
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, NAMES, any_of, facts

LISTED = ("version_digest", "environment_tag", "last_record", "lock", "hands", "policy", "signature")


def test_the_list_is_closed() -> None:
    """Ids, times, estimates and other environments are not among the facts that a plan is compared by."""
    assert Facts.__struct_fields__ == LISTED


@given(facts, facts)
def test_exactly_the_facts_that_differ_are_named(then: Facts, now: Facts) -> None:
    with deciding():
        found = changes(then, now)
    assert [each.fact for each in found] == [name for name in LISTED if compared(then, name) != compared(now, name)]


def compared(known: Facts, name: str) -> object:
    """The fact; of a signature what it comes to, by whichever of several bundles."""
    fact = getattr(known, name)
    if not isinstance(fact, SignatureFacts):
        return fact
    return (fact.status, fact.signer, fact.detail, fact.issuer, fact.subject, fact.matched, fact.key)


@given(facts)
def test_one_more_signature_of_the_same_hand_changes_nothing(then: Facts) -> None:
    another = msgspec.structs.replace(then.signature, bundle=DIGESTS[1], signed_at=None)
    assert changes(then, msgspec.structs.replace(then, signature=another)) == ()


@given(facts, st.sampled_from(LISTED), st.data())
def test_a_single_fact_that_changed_is_the_only_one_named(then: Facts, name: str, data: st.DataObject) -> None:
    other = data.draw(facts)
    now = msgspec.structs.replace(then, **{name: getattr(other, name)})
    assert {each.fact for each in changes(then, now)} <= {name}


@given(facts)
def test_nothing_differs_from_itself(same: Facts) -> None:
    assert changes(same, same) == ()


def test_facts_are_told_in_words() -> None:
    hand = Hand(environment=NAMES[0], operator="alice", person="Alice", record=DIGESTS[0])
    assert told(None) == told(()) == "none"
    assert told((hand,)) == f"alice in dev ({DIGESTS[0][:19]})"
    assert told(SignatureFacts(status="valid", signer="key, abc")) == "valid (key, abc)"
    assert told(SignatureFacts()) == "not checked"
    assert told(DIGESTS[1]) == DIGESTS[1]


@given(any_of(Facts))
def test_every_fact_can_be_told(known: Facts) -> None:
    assert all(told(getattr(known, name)) for name in LISTED)
