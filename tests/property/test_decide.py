"""A decision is a function of three values, gives every reason at once, and knows when it no longer holds."""

import json
from collections.abc import Callable
from datetime import timedelta
from random import Random

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.command import Command, Lock, Promote, RollBack, environment_of
from floe.core.decide import decide, decide_again, facts
from floe.core.event import Event, Locked, Promoted
from floe.core.facts import SignatureFacts, changes
from floe.core.names import Tag
from floe.core.outcome import collect, failures
from floe.core.plan import Plan, does_the_same
from floe.core.policy import Authorization, Environment, Policy, Trust
from floe.core.refusal import EffectsChanged, FactChanged, IsLocked, UnknownEnvironment
from floe.core.snapshot import Snapshot, TagFact
from tests.property.histories import History, cases, draft_of, folded, written
from tests.property.purity import deciding
from tests.property.strategies import BEGINNING, DIGESTS, MISSING, NAMES, VERSIONS, plain_policy

Case = tuple[Snapshot, Command, Policy]


def copied(case: Case) -> Case:
    """The same three values, made anew from their bytes."""
    snapshot, command, policy = case
    operator = canonical.decode(canonical.encode(snapshot.operator), type(snapshot.operator)).unwrap()
    return (
        msgspec.structs.replace(snapshot, operator=operator),
        canonical.decode(canonical.encode(command), type(command)).unwrap(),
        canonical.decode(canonical.encode(policy), Policy).unwrap(),
    )


@given(cases())
def test_equal_inputs_give_equal_plans_byte_by_byte(case: Case) -> None:
    with deciding():
        one, other = decide(*case), decide(*copied(case))
    assert one == other
    if isinstance(one, Success):
        assert canonical.encode(one.unwrap()) == canonical.encode(other.unwrap())


@given(cases())
def test_a_plan_survives_being_written_down(case: Case) -> None:
    decided = decide(*case)
    if isinstance(decided, Success):
        plan = decided.unwrap()
        content = canonical.encode(plan)
        assert canonical.decode_exactly(content, Plan) == Success(plan)
        assert canonical.digest_of(content) == plan.digest
        assert json.loads(content)["schema"] == 1


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_tags_were_answered_is_irrelevant(case: Case, random: Random) -> None:
    snapshot, command, policy = case
    tags = tuple(random.sample(snapshot.tags, len(snapshot.tags)))
    assert decide(msgspec.structs.replace(snapshot, tags=tags), command, policy) == decide(*case)


@given(cases(), st.integers(1, 10_000))
def test_time_alone_changes_a_plan_only_where_a_lock_ends(case: Case, seconds: int) -> None:
    """Rows A10, L07."""
    snapshot, command, policy = case
    later = msgspec.structs.replace(snapshot, at=snapshot.at + timedelta(seconds=seconds))
    name = environment_of(command)
    same_lock = snapshot.state.of(name).locked_at(snapshot.at) == snapshot.state.of(name).locked_at(later.at)
    one, other = decide(snapshot, command, policy), decide(later, command, policy)
    if same_lock and isinstance(one, Success):
        assert msgspec.structs.replace(one.unwrap(), outstanding=()) == (
            msgspec.structs.replace(other.unwrap(), outstanding=())
        )


def refusing(reasons: frozenset[str]) -> Case:
    """A promotion to prod that just these reasons refuse."""
    source, target = plain_policy("staging", "prod").environments
    in_staging = Promoted(version=VERSIONS[0], digest=DIGESTS[0], source="none", environment=source.name)
    history: History = (written(draft_of(in_staging), 0),)
    rules: dict[str, object] = {}
    if "locked" in reasons:
        lock = Locked(environment=target.name, reason="#1")
        history = (*history, written(draft_of(lock, 1), 1))
    if "stranger" in reasons or "same hands" in reasons:
        rules["authorization"] = Authorization(
            allowed_groups=("nobody",) if "stranger" in reasons else None,
            separation_of_duties="same hands" in reasons,
        )
    if "unsigned" in reasons:
        rules["trust"] = Trust(enforcement="enforce")
    if "no command" in reasons:
        rules["gates"] = (MISSING,)
    policy = plain_policy("staging", "prod")
    guarded: Environment = msgspec.structs.replace(target, **rules)
    policy = msgspec.structs.replace(
        policy,
        environments=(source, guarded),
        identity=msgspec.structs.replace(policy.identity, accept_unverified=True),
    )
    tags = {"v1.0.0": DIGESTS[0], "v1.0.0-staging": DIGESTS[0], "latest-staging": DIGESTS[0]}
    if "tag taken" in reasons:
        tags["v1.0.0-prod"] = DIGESTS[1]
    state, known = folded(history)
    snapshot = Snapshot(
        at=BEGINNING + timedelta(hours=1),
        operator=draft_of(in_staging).operator,
        state=state,
        records=known,
        names=tuple(map(Tag, tags)),
        tags=tuple(TagFact(tag=Tag(tag), digest=digest) for tag, digest in tags.items()),
    )
    return snapshot, Promote(version=VERSIONS[0], target="prod"), policy


REASONS = {
    "locked": "IsLocked",
    "stranger": "NotAuthorized",
    "same hands": "SameHands",
    "unsigned": "SignatureRefused",
    "no command": "GateWithoutCommand",
    "tag taken": "TagExists",
}


@given(st.frozensets(st.sampled_from(sorted(REASONS))))
def test_all_reasons_are_given_at_once_and_none_hides_another(reasons: frozenset[str]) -> None:
    with deciding():
        decided = decide(*refusing(reasons))
    assert {type(each).__name__ for each in failures(decided)} == {REASONS[reason] for reason in reasons}
    assert isinstance(decided, Success) == (not reasons)


def test_every_failure_is_collected_and_never_only_the_first() -> None:
    assert collect([Success(1), Success(2)]) == Success((1, 2))
    assert collect([Success(1), Failure("a"), Success(2), Failure("b")]) == Failure(("a", "b"))
    assert failures(Success(1)) == ()


# Deciding again -----------------------------------------------------------------------------------------------------


@given(cases())
def test_nothing_changed_gives_the_same_plan(case: Case) -> None:
    snapshot, _, policy = case
    decided = decide(*case)
    assume(isinstance(decided, Success))
    with deciding():
        assert decide_again(snapshot, decided.unwrap(), policy) == decided


Change = Callable[[Snapshot, Policy], tuple[Snapshot, Policy]]


def _with_tag(name: str) -> Change:
    tag = TagFact(tag=Tag(name), digest=DIGESTS[2])
    return lambda known, policy: (
        msgspec.structs.replace(
            known, tags=(tag, *(each for each in known.tags if each.tag != tag.tag)), names=(*known.names, tag.tag)
        ),
        policy,
    )


def _with_record(event: Event) -> Change:
    def change(known: Snapshot, policy: Policy) -> tuple[Snapshot, Policy]:
        written_before = tuple((each.digest, each.record) for each in known.records)
        more = written(draft_of(event, 9), 9)
        state, records = folded((*written_before, more))
        return msgspec.structs.replace(known, state=state, records=records), policy

    return change


def _under_another_policy(known: Snapshot, policy: Policy) -> tuple[Snapshot, Policy]:
    return known, msgspec.structs.replace(
        policy, identity=msgspec.structs.replace(policy.identity, accept_unverified=False)
    )


def _signed(known: Snapshot, policy: Policy) -> tuple[Snapshot, Policy]:
    return msgspec.structs.replace(known, signature=SignatureFacts(status="valid", signer="key")), policy


_, _, STAGING, PROD = NAMES
ANOTHER = Promoted(version=VERSIONS[1], digest=DIGESTS[1], source="staging", environment=PROD)
BY_OTHERS = Promoted(version=VERSIONS[1], digest=DIGESTS[0], source="none", environment=STAGING)
OTHER_BYTES = Promoted(version=VERSIONS[0], digest=DIGESTS[1], source="none", environment=STAGING)
CHANGES: dict[str, tuple[Change, str]] = {
    "the version has other bytes": (_with_record(OTHER_BYTES), "version_digest"),
    "the environment tag is there": (_with_tag("v1.0.0-prod"), "environment_tag"),
    "another version is current": (_with_record(ANOTHER), "last_record"),
    "other hands brought it": (_with_record(BY_OTHERS), "hands"),
    "the policy is another": (_under_another_policy, "policy"),
    "it was signed": (_signed, "signature"),
}


@pytest.mark.parametrize(("change", "fact"), CHANGES.values(), ids=CHANGES)
def test_a_fact_that_changed_is_named(change: Change, fact: str) -> None:
    """Row R01."""
    snapshot, command, policy = refusing(frozenset())
    plan = decide(snapshot, command, policy).unwrap()
    then, now = change(snapshot, policy)
    with deciding():
        refusals = failures(decide_again(then, plan, now))
    changed = [each for each in refusals if isinstance(each, FactChanged)]
    assert fact in {each.fact for each in changed}
    assert refusals[: len(changed)] == tuple(changed), "a changed fact comes first"


def test_a_lock_that_came_between_is_named_with_the_refusal_it_leads_to() -> None:
    """Row G09."""
    snapshot, command, policy = refusing(frozenset())
    plan = decide(snapshot, command, policy).unwrap()
    locked, _, _ = refusing(frozenset({"locked"}))
    changed, refusal = failures(decide_again(locked, plan, policy))
    assert isinstance(changed, FactChanged)
    assert (changed.fact, changed.then) == ("lock", "none")
    assert isinstance(refusal, IsLocked)


@given(cases(), st.data())
def test_a_plan_holds_exactly_while_its_facts_and_effects_do(case: Case, data: st.DataObject) -> None:
    """Against any other world: refused if a fact differs, and never a plan that does something else."""
    _, command, policy = case
    decided = decide(*case)
    assume(isinstance(decided, Success))
    plan = decided.unwrap()
    other, _, _ = data.draw(cases())
    again = decide_again(other, plan, policy)
    known = facts(other, command, policy)
    assert known is not None
    if changes(plan.facts, known):
        assert isinstance(failures(again)[0], FactChanged)
    elif isinstance(again, Success):
        assert does_the_same(plan, again.unwrap())
    assert isinstance(again, Success) or failures(again)


def test_the_same_facts_and_other_effects_are_refused() -> None:
    """An earlier run was cut short meanwhile: nothing compared has changed, and more would be drawn."""
    snapshot, command, policy = refusing(frozenset())
    plan = decide(snapshot, command, policy).unwrap()
    edited = msgspec.structs.replace(plan, drawings=plan.drawings[:1])
    assert failures(decide_again(snapshot, edited, policy)) == (EffectsChanged(),)


def test_a_plan_for_an_environment_that_is_gone_is_refused() -> None:
    snapshot, command, policy = refusing(frozenset())
    plan = decide(snapshot, command, policy).unwrap()
    smaller = msgspec.structs.replace(policy, environments=policy.environments[:1])
    changed, *rest = failures(decide_again(snapshot, plan, smaller))
    assert isinstance(changed, FactChanged)
    assert changed.fact == "policy"
    assert [type(each) for each in rest] == [UnknownEnvironment]


def test_a_lock_on_an_environment_that_is_gone_is_refused() -> None:
    snapshot, _, policy = refusing(frozenset())
    for command in (Lock(environment="prod", reason="x"), RollBack(environment="prod", reason="x")):
        smaller = msgspec.structs.replace(policy, environments=policy.environments[:1])
        assert facts(snapshot, command, smaller) is None
    plan = decide(snapshot, Lock(environment="prod", reason="x"), policy).unwrap()
    smaller = msgspec.structs.replace(policy, environments=policy.environments[:1])
    assert [type(each) for each in failures(decide_again(snapshot, plan, smaller))] == [FactChanged, UnknownEnvironment]


@given(cases())
def test_facts_are_known_wherever_the_environments_are(case: Case) -> None:
    snapshot, command, policy = case
    named = {environment_of(command)} | ({command.source} if isinstance(command, Promote) and command.source else set())
    exist = named <= {*policy.names, "none"} and environment_of(command) in policy.names
    assert (facts(snapshot, command, policy) is not None) == exist


def test_a_decision_is_about_the_environment_that_is_named() -> None:
    assert environment_of(Lock(environment="prod", reason="x")) == "prod"
    assert environment_of(Promote(version=VERSIONS[0], target="dev")) == "dev"
