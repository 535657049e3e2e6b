"""When a promotion is refused, and what an allowed one does."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from returns.result import Failure, Success

from floe.core.command import Command, Promote
from floe.core.decide import decide
from floe.core.effect import CreateTag, MovePointer
from floe.core.event import Locked, Placement, Promoted, RolledBack
from floe.core.facts import SignatureFacts
from floe.core.ledger.record import Expectation
from floe.core.names import NOWHERE, Digest, Tag, environment_tag, pointer
from floe.core.outcome import failures
from floe.core.plan import Plan
from floe.core.policy import Approvals, Authorization, Freeze, Policy, Trust
from floe.core.refusal import (
    AlreadyPromoted,
    GateWithoutCommand,
    IsLocked,
    NeverPromoted,
    NotAuthorized,
    NotBuilt,
    NotNext,
    RolledBackFrom,
    SignatureRefused,
    SoakLeft,
    TagExists,
    UnknownEnvironment,
    Unverified,
    VersionNotFound,
)
from floe.core.snapshot import Snapshot, TagFact
from tests.property import oracle
from tests.property.histories import History, cases, draft_of, folded, written
from tests.property.purity import deciding
from tests.property.strategies import BEGINNING, COMPLIANCE, DIGESTS, MISSING, NAMES, READ, VERSIONS, plain_policy

DEV, QA, STAGING, PROD = NAMES
V1, V2 = VERSIONS[0], VERSIONS[1]
ONE, TWO = DIGESTS[0], DIGESTS[1]
POLICY = plain_policy(DEV, STAGING, PROD)
ALICE = draft_of(Promoted(version=V1, digest=ONE, source="none", environment=DEV)).operator


def history(*events: Promoted | RolledBack, before: dict[int, Placement] | None = None) -> History:
    return tuple(
        written(draft_of(event, number, before=(before or {}).get(number)), number)
        for number, event in enumerate(events)
    )


def snapshot(records: History, tags: dict[str, Digest], **more: object) -> Snapshot:
    state, known = folded(records)
    found = Snapshot(
        at=BEGINNING + timedelta(hours=2),
        operator=ALICE,
        state=state,
        records=known,
        tags=tuple(TagFact(tag=Tag(name), digest=digest) for name, digest in tags.items()),
        names=tuple(map(Tag, tags)),
    )
    return msgspec.structs.replace(found, **more)


def into(environment: str, version: str = V1, source: str | None = None, *, force: bool = False) -> Promote:
    return Promote(version=VERSIONS[VERSIONS.index(version)], source=source, target=environment, force=force)


def entered(environment: str, version: str = V1, digest: Digest = ONE) -> Promoted:
    index = NAMES.index(next(name for name in NAMES if name == environment))
    return Promoted(version=VERSIONS[VERSIONS.index(version)], digest=digest, source=NOWHERE, environment=NAMES[index])


PUSHED: dict[str, Digest] = {V1: ONE, V2: TWO}
IN_DEV = history(entered(DEV))
DRAWN: dict[str, Digest] = {**PUSHED, "v1.0.0-dev": ONE, "latest-dev": ONE}


def kinds(known: Snapshot, command: Command, policy: Policy = POLICY) -> list[type[object]]:
    with deciding():
        return [type(refusal) for refusal in failures(decide(known, command, policy))]


def plan(known: Snapshot, command: Command, policy: Policy = POLICY) -> Plan:
    with deciding():
        return decide(known, command, policy).unwrap()


def only(*refusals: type[object]) -> list[type[object]]:
    """Just these, in this order."""
    return list(refusals)


# What holds of every promotion ---------------------------------------------------------------------------------------


@given(cases())
def test_whatever_is_planned_may_be_done(case: tuple[Snapshot, Command, Policy]) -> None:
    """Read from the facts once more, dumbly."""
    known, command, policy = case
    decided = decide(known, command, policy)
    if not isinstance(command, Promote) or isinstance(decided, Failure):
        return
    planned = decided.unwrap()
    if planned.completes:
        return
    event = planned.event
    assert isinstance(event, Promoted)
    assert oracle.may_follow(policy, event.source, event.environment)
    assert oracle.is_listed(known.operator, event.environment, policy)
    assert not oracle.must_prove(known.operator, event.environment, policy)
    hands = oracle.hands(known.valid, event.digest, event.source, event.environment, policy)
    assert not oracle.conflicts(known.operator, hands, event.environment, policy)
    lock = known.state.of(event.environment).lock
    assert lock is None or (lock.until is not None and lock.until <= known.at)
    if event.source != NOWHERE:
        brought = oracle.stands(known.valid, event.version, event.source)
        assert brought is not None
        assert brought.record.after == planned.after


@given(cases())
def test_a_plan_draws_the_environment_tag_where_it_is_free_and_then_the_pointer(
    case: tuple[Snapshot, Command, Policy],
) -> None:
    known, command, policy = case
    decided = decide(known, command, policy)
    if not isinstance(command, Promote) or isinstance(decided, Failure) or decided.unwrap().completes:
        return
    planned = decided.unwrap()
    event, own = planned.event, planned.drawings[:2]
    assert isinstance(event, Promoted)
    assert own == (
        CreateTag(name=environment_tag(event.version, event.environment), digest=event.digest),
        MovePointer(name=pointer(event.environment), environment=event.environment, digest=event.digest),
    )
    assert known.tag(own[0].name) in (None, event.digest)


@given(cases())
def test_a_promotion_expects_what_it_saw_and_no_lock(case: tuple[Snapshot, Command, Policy]) -> None:
    known, command, policy = case
    decided = decide(known, command, policy)
    if isinstance(command, Promote) and isinstance(decided, Success) and decided.unwrap().event:
        current = known.state.of(command.target).current
        assert decided.unwrap().expects == Expectation(after=current.record if current else None, lock=None)


# One refusal each ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "tags", "expected"),
    [
        (into("moon"), PUSHED, only(UnknownEnvironment)),
        (into(DEV, source="moon"), PUSHED, only(UnknownEnvironment)),
        (into("sun", source="moon"), PUSHED, only(UnknownEnvironment, UnknownEnvironment)),
        (into("none"), PUSHED, only(UnknownEnvironment)),
        (into(DEV), {}, only(VersionNotFound)),
        (into(STAGING), PUSHED, only(NeverPromoted)),
        (into(STAGING), {}, only(VersionNotFound)),
        (into(PROD, source=DEV), PUSHED, only(NotNext, NeverPromoted)),
        (into(PROD, source=NOWHERE), PUSHED, only(NotNext)),
        (into(DEV, source=PROD), PUSHED, only(NotNext, NeverPromoted)),
        (into(DEV, source=DEV), PUSHED, only(NotNext, NeverPromoted)),
        (into(DEV), {**PUSHED, "v1.0.0-dev": TWO}, only(TagExists)),
        (into(DEV), {**PUSHED, "v1.0.0-dev": ONE}, []),
    ],
)
def test_what_an_empty_ledger_refuses(command: Promote, tags: dict[str, Digest], expected: list[type[object]]) -> None:
    assert kinds(snapshot((), tags), command) == expected


def test_already_there_unless_forced() -> None:
    known = snapshot(IN_DEV, DRAWN)
    assert kinds(known, into(DEV)) == only(AlreadyPromoted)
    assert kinds(known, into(DEV, force=True)) == []


def test_force_lifts_nothing_else() -> None:
    strict = plain_policy(DEV, STAGING, PROD)
    guarded = msgspec.structs.replace(
        strict.environments[0], authorization=Authorization(allowed_groups=()), gates=(MISSING,)
    )
    policy = msgspec.structs.replace(strict, environments=(guarded, *strict.environments[1:]))
    known = snapshot(IN_DEV, {**DRAWN, "v1.0.0-dev": TWO})
    expected: list[type[object]] = only(TagExists, Unverified, NotAuthorized, GateWithoutCommand)
    assert kinds(known, into(DEV, force=True), policy) == expected
    assert kinds(known, into(DEV), policy) == [TagExists, AlreadyPromoted, *expected[1:]]


def test_another_version_with_the_same_bytes_is_another_promotion() -> None:
    known = snapshot(IN_DEV, {**DRAWN, V2: ONE})
    assert kinds(known, into(DEV, V2)) == []


def test_after_a_rollback_promotion_is_ordinary_again_and_its_way_on_is_barred() -> None:
    back = RolledBack(
        version=V1, digest=ONE, environment=DEV, number=1, tag=Tag("v1.0.0-dev-rollback-1"), reason="slow"
    )
    records = history(entered(DEV), entered(DEV, V2, TWO), back, before={2: Placement(version=V2, digest=TWO)})
    known = snapshot(records, {**DRAWN, "v1.1.0-dev": TWO})
    assert kinds(known, into(DEV, V2)) == []
    [refusal] = failures(decide(known, into(STAGING, V2), POLICY))
    assert isinstance(refusal, RolledBackFrom)
    assert (refusal.environment, refusal.reason) == (DEV, "slow")
    assert kinds(known, into(STAGING)) == []


def guarded(**rules: object) -> Policy:
    first = msgspec.structs.replace(POLICY.environments[1], **rules)
    return msgspec.structs.replace(POLICY, environments=(POLICY.environments[0], first, POLICY.environments[2]))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"gates": (COMPLIANCE, MISSING)}, only(GateWithoutCommand)),
        ({"gates": (COMPLIANCE, READ)}, []),
        ({"trust": Trust(enforcement="enforce")}, only(SignatureRefused)),
        ({"trust": Trust(enforcement="warn")}, []),
        ({"authorization": Authorization(allowed_operators=("bob",))}, only(Unverified, NotAuthorized)),
    ],
)
def test_each_rule_of_the_target_refuses(rules: dict[str, object], expected: list[type[object]]) -> None:
    assert kinds(snapshot(IN_DEV, DRAWN), into(STAGING), guarded(**rules)) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"min_time_in_previous_seconds": 3 * 3600}, only(SoakLeft)),
        ({"min_time_in_previous_seconds": 2 * 3600}, []),
        ({"freeze": (Freeze(),)}, only(NotBuilt)),
        ({"authorization": Authorization(approvals=Approvals(count=2))}, only(NotBuilt)),
    ],
)
def test_what_time_or_people_may_bring_is_outstanding(rules: dict[str, object], expected: list[type[object]]) -> None:
    planned = plan(snapshot(IN_DEV, DRAWN), into(STAGING), guarded(**rules))
    assert [type(each) for each in planned.outstanding] == expected


def test_a_refused_promotion_tells_what_is_outstanding_too() -> None:
    policy = guarded(freeze=(Freeze(),), gates=(MISSING,))
    assert kinds(snapshot(IN_DEV, DRAWN), into(STAGING), policy) == only(GateWithoutCommand, NotBuilt)


def test_a_lock_refuses_until_it_ends() -> None:
    lock = draft_of(Locked(environment=DEV, reason="#1"))
    known = snapshot((written(lock, 0),), PUSHED)
    assert kinds(known, into(DEV)) == only(IsLocked)
    ending = draft_of(Locked(environment=DEV, reason="#1", until=known.at))
    assert kinds(snapshot((written(ending, 0),), PUSHED), into(DEV)) == []


# Warnings ------------------------------------------------------------------------------------------------------------


def test_a_forced_promotion_warns_when_another_version_is_current() -> None:
    records = history(entered(DEV), entered(DEV, V2, TWO))
    known = snapshot(records, {**DRAWN, "v1.1.0-dev": TWO})
    assert [each.code for each in plan(known, into(DEV, force=True)).warnings] == ["other-version-current"]
    assert plan(known, into(DEV, V2, force=True)).warnings == ()


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (SignatureFacts(status="missing"), "Artifact is unsigned"),
        (SignatureFacts(status="invalid", detail="expired"), "Signature invalid: expired"),
        (SignatureFacts(status="untrusted"), "Signature untrusted: no detail"),
    ],
)
def test_where_signatures_are_warned_of_the_want_of_one_is(facts: SignatureFacts, message: str) -> None:
    known = snapshot(IN_DEV, DRAWN, signature=facts)
    [warning] = plan(known, into(STAGING), guarded(trust=Trust(enforcement="warn"))).warnings
    assert warning.message == message
    signed = msgspec.structs.replace(known, signature=SignatureFacts(status="valid"))
    assert plan(signed, into(STAGING), guarded(trust=Trust(enforcement="warn"))).warnings == ()


# What an earlier run left undone -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drawn", "left"),
    [
        ({}, ["v1.0.0-dev", "latest-dev"]),
        ({"v1.0.0-dev": ONE}, ["latest-dev"]),
        ({"latest-dev": ONE}, ["v1.0.0-dev"]),
        ({"v1.0.0-dev": ONE, "latest-dev": TWO}, ["latest-dev"]),
    ],
)
def test_the_same_command_completes_what_was_recorded_and_not_drawn(drawn: dict[str, Digest], left: list[str]) -> None:
    completion = plan(snapshot(IN_DEV, {**PUSHED, **drawn}), into(DEV))
    assert completion.event is None
    assert completion.completes == IN_DEV[0][1].id
    assert completion.after == Placement(version=V1, digest=ONE)
    assert [each.name for each in completion.drawings] == left


def test_the_pointer_of_a_version_that_is_no_longer_current_is_not_drawn_again() -> None:
    records = history(entered(DEV), entered(DEV, V2, TWO))
    known = snapshot(records, {**PUSHED, "v1.1.0-dev": TWO, "latest-dev": TWO})
    assert [each.name for each in plan(known, into(DEV)).drawings] == ["v1.0.0-dev"]


def test_the_next_promotion_finishes_the_one_that_was_cut_short() -> None:
    known = snapshot(IN_DEV, PUSHED)
    names = [each.name for each in plan(known, into(DEV, V2)).drawings]
    assert names == ["v1.1.0-dev", "latest-dev", "v1.0.0-dev"]


def test_a_tag_that_is_recorded_and_not_yet_drawn_is_taken_all_the_same() -> None:
    """The release tag was moved by hand between the record and the drawing."""
    moved: dict[str, Digest] = {V1: TWO}
    for force in (False, True):
        [refusal] = failures(decide(snapshot(IN_DEV, moved), into(DEV, force=force), POLICY))[:1]
        assert refusal == TagExists(name=Tag("v1.0.0-dev"), found=ONE, wanted=TWO)


def test_a_record_that_does_not_say_where_it_led_leads_nowhere() -> None:
    """What is not known is not allowed."""
    blank = written(draft_of(entered(DEV), 0, after=None), 0)
    assert kinds(snapshot((blank,), DRAWN), into(STAGING)) == only(NeverPromoted)
    assert kinds(snapshot((blank,), DRAWN), into(DEV)) == []
