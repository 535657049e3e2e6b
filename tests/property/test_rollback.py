"""A rollback goes to what was there before; it is free of gates, duties and locks, and of nothing else."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core.command import Command, RollBack
from floe.core.compiled.impact import compare
from floe.core.decide import decide
from floe.core.effect import CreateTag, MovePointer
from floe.core.event import Adopted, Event, Locked, Placement, Promoted, RolledBack, moved_to
from floe.core.ledger.record import Expectation, SignatureVerdict
from floe.core.names import Digest, Tag, Version, pointer, rollback_tag
from floe.core.outcome import failures
from floe.core.plan import Plan
from floe.core.policy import Authorization, Policy, Trust
from floe.core.refusal import (
    AlreadyCurrent,
    NeverPromoted,
    NotAuthorized,
    NothingBefore,
    SignatureRefused,
    TagExists,
    UnknownEnvironment,
)
from floe.core.rollback import version_before
from floe.core.snapshot import DocumentFact, Snapshot, TagFact
from tests.property import oracle
from tests.property.documents import document, product
from tests.property.histories import History, cases, draft_of, folded, written
from tests.property.purity import deciding
from tests.property.strategies import BEGINNING, DIGESTS, MISSING, NAMES, plain_policy

PROD = NAMES[3]
V = tuple(map(Version, ("v1.0.0", "v2.0.0", "v3.0.0")))
POLICY = plain_policy(PROD)
SIGNED = SignatureVerdict(status="verified", detail="key")


def promoted(number: int) -> Promoted:
    return Promoted(version=V[number], digest=DIGESTS[number], source="none", environment=PROD)


def adopted(number: int, *, is_current: bool = False) -> Adopted:
    return Adopted(version=V[number], digest=DIGESTS[number], environment=PROD, is_current=is_current)


def back_to(number: int, count: int = 1) -> RolledBack:
    return RolledBack(
        version=V[number],
        digest=DIGESTS[number],
        environment=PROD,
        number=count,
        tag=rollback_tag(V[number], PROD, count),
        reason="slow",
    )


def history(*events: Event, **more: object) -> History:
    return tuple(written(draft_of(event, number, **more), number) for number, event in enumerate(events))


def snapshot(records: History, tags: dict[str, Digest] | None = None, **more: object) -> Snapshot:
    """What is so after these records; unless tags are given, everything is drawn."""
    state, known = folded(records)
    tags = oracle.drawn(records) if tags is None else tags
    found = Snapshot(
        at=BEGINNING + timedelta(hours=1),
        operator=draft_of(promoted(0)).operator,
        state=state,
        records=known,
        tags=tuple(TagFact(tag=Tag(name), digest=digest) for name, digest in tags.items()),
        names=tuple(map(Tag, tags)),
    )
    return msgspec.structs.replace(found, **more)


def plan(known: Snapshot, version: Version | None = V[0], policy: Policy = POLICY) -> Plan:
    with deciding():
        return decide(known, RollBack(version=version, environment=PROD, reason="slow"), policy).unwrap()


def kinds(
    known: Snapshot, version: Version | None = V[0], policy: Policy = POLICY, environment: str = PROD
) -> list[type]:
    command = RollBack(version=version, environment=environment, reason="slow")
    with deciding():
        return [type(refusal) for refusal in failures(decide(known, command, policy))]


TWICE = history(promoted(0), promoted(1))


@given(cases())
def test_a_rollback_goes_only_where_the_version_once_was(case: tuple[Snapshot, Command, Policy]) -> None:
    known, command, policy = case
    decided = decide(known, command, policy)
    if not isinstance(command, RollBack) or isinstance(decided, Failure) or decided.unwrap().completes:
        return
    event = decided.unwrap().event
    assert isinstance(event, RolledBack)
    came = [
        each.record.event.digest
        for each in known.valid
        if isinstance(each.record.event, Promoted | Adopted)
        and (each.record.event.version, each.record.event.environment) == (event.version, event.environment)
    ]
    assert came[-1] == event.digest
    assert oracle.is_listed(known.operator, event.environment, policy)
    assert not oracle.must_prove(known.operator, event.environment, policy)


@given(cases())
def test_a_rollback_makes_a_new_tag_and_then_moves_the_pointer(case: tuple[Snapshot, Command, Policy]) -> None:
    known, command, policy = case
    decided = decide(known, command, policy)
    if isinstance(command, RollBack) and isinstance(decided, Success) and not decided.unwrap().completes:
        planned = decided.unwrap()
        event = planned.event
        assert isinstance(event, RolledBack)
        assert planned.drawings[:2] == (
            CreateTag(name=event.tag, digest=event.digest),
            MovePointer(name=pointer(event.environment), environment=event.environment, digest=event.digest),
        )
        assert known.tag(event.tag) in (None, event.digest)
        same = [
            each
            for each in (known.record.event for known in known.valid)
            if isinstance(each, RolledBack) and (each.version, each.environment) == (event.version, event.environment)
        ]
        assert event.number == len(same) + 1


@given(cases())
def test_a_rollback_expects_what_it_saw_and_nothing_of_locks(case: tuple[Snapshot, Command, Policy]) -> None:
    known, command, policy = case
    decided = decide(known, command, policy)
    if isinstance(command, RollBack) and isinstance(decided, Success) and not decided.unwrap().completes:
        current = known.state.of(command.environment).current
        assert decided.unwrap().expects == Expectation(after=current.record if current else None)


def test_what_refuses_a_rollback() -> None:
    assert kinds(snapshot(()), environment="moon") == [UnknownEnvironment]
    assert kinds(snapshot(()), None) == [NothingBefore]
    assert kinds(snapshot(()), V[0]) == [NeverPromoted]
    assert kinds(snapshot(TWICE), V[1]) == [AlreadyCurrent]
    assert kinds(snapshot(TWICE), V[2]) == [NeverPromoted]
    assert kinds(snapshot(TWICE, {"v1.0.0-prod-rollback-1": DIGESTS[1]})) == [TagExists]
    assert kinds(snapshot(TWICE, {"v1.0.0-prod-rollback-1": DIGESTS[0]})) == []


def ruled(**rules: object) -> Policy:
    return msgspec.structs.replace(POLICY, environments=(msgspec.structs.replace(POLICY.environments[0], **rules),))


def test_gates_duties_and_locks_do_not_stop_a_rollback_and_authorization_does() -> None:
    accepting = msgspec.structs.replace(POLICY.identity, accept_unverified=True)
    rules = ruled(gates=(MISSING,), authorization=Authorization(separation_of_duties=True))
    policy = msgspec.structs.replace(rules, identity=accepting)
    assert kinds(snapshot(TWICE), V[0], policy) == []
    listed = msgspec.structs.replace(ruled(authorization=Authorization(allowed_groups=("a",))), identity=accepting)
    assert kinds(snapshot(TWICE), V[0], listed) == [NotAuthorized]


def test_a_rollback_under_a_lock_says_so() -> None:
    locked = history(promoted(0), promoted(1), Locked(environment=PROD, reason="incident"))
    planned = plan(snapshot(locked))
    assert isinstance(planned.event, RolledBack)
    assert planned.event.during_lock
    assert [each.code for each in planned.warnings] == ["under-lock"]
    assert not plan(snapshot(TWICE)).warnings


def test_a_signature_is_asked_for_unless_the_promotion_held_a_verified_one() -> None:
    enforcing = ruled(trust=Trust(enforcement="enforce"))
    assert kinds(snapshot(TWICE), V[0], enforcing) == [SignatureRefused]
    signed = history(promoted(0), promoted(1), signature=SIGNED)
    assert kinds(snapshot(signed), V[0], enforcing) == []


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), None),
        ((promoted(0),), None),
        ((promoted(0), promoted(1)), V[0]),
        ((promoted(0), promoted(1), promoted(2)), V[1]),
        ((promoted(0), promoted(0)), None),
        ((promoted(0), promoted(1), back_to(0)), None),
        ((promoted(0), promoted(1), back_to(0), promoted(1)), V[0]),
        ((promoted(0), promoted(1), back_to(0), promoted(2)), V[0]),
        ((promoted(0), promoted(1), promoted(2), back_to(1)), V[0]),
        ((promoted(0), promoted(1), promoted(0)), V[1]),
        ((back_to(0), promoted(1)), V[0]),
        ((adopted(0), adopted(1, is_current=True)), None),
        ((adopted(0, is_current=True), adopted(2), promoted(1)), V[0]),
        ((promoted(0), adopted(2), promoted(1)), V[0]),
        ((promoted(0), promoted(1), adopted(2)), V[0]),
        ((adopted(0), adopted(1)), None),
        ((promoted(0), Locked(environment=PROD, reason="x"), promoted(1)), V[0]),
    ],
)
def test_the_version_before_is_the_one_that_was_current_and_not_rolled_back_from(
    events: tuple[Event, ...], expected: Version | None
) -> None:
    state, _ = folded(history(*events))
    assert version_before(state.of(PROD)) == expected


anything = st.one_of(
    st.integers(0, 2).map(promoted),
    st.builds(adopted, st.integers(0, 2), is_current=st.booleans()),
    st.integers(0, 2).map(back_to),
)


@given(st.lists(anything, max_size=8))
def test_what_a_rollback_finds_by_itself_was_current_once_and_is_not_now(events: list[Event]) -> None:
    records = history(*events)
    state, _ = folded(records)
    with deciding():
        found = version_before(state.of(PROD))
    were = [event.version for _, record in records if oracle.moves(record) and (event := moved_to(record.event))]
    assert found is None or (found in were and found != were[-1])


def test_void_records_were_never_current() -> None:
    late = written(draft_of(promoted(1), 1, expects=Expectation(after=DIGESTS[2])), 1)
    state, _ = folded((*history(promoted(0)), late, written(draft_of(promoted(2), 2), 2)))
    assert version_before(state.of(PROD)) == V[0]


def test_going_back_and_back_again_comes_to_an_end() -> None:
    events: list[Event] = [promoted(0), promoted(1), promoted(2)]
    for expected in (V[1], V[0], None):
        state, _ = folded(history(*events))
        found = version_before(state.of(PROD))
        assert found == expected
        events.append(back_to(V.index(found) if found else 0))


def test_a_rollback_leaves_its_reason_out_only_in_a_preview() -> None:
    with deciding():
        planned = decide(snapshot(TWICE), RollBack(version=V[0], environment=PROD), POLICY).unwrap()
    assert isinstance(planned.event, RolledBack)
    assert planned.event.reason == ""


def test_the_impact_is_that_of_the_two_documents_or_says_why_it_is_unknown() -> None:
    old, new = document(product("orders")), document(product("orders"), product("report"))
    known = snapshot(
        TWICE,
        documents=(
            DocumentFact(artifact=DIGESTS[0], document=old),
            DocumentFact(artifact=DIGESTS[1], document=new),
        ),
    )
    assert plan(known).impact == compare(new, old, None)
    foreign = snapshot(TWICE, documents=(DocumentFact(artifact=DIGESTS[0], document=None, why="foreign"),))
    impact = plan(foreign).impact
    assert impact is not None
    assert "foreign" in str(impact)


def test_a_destination_that_a_record_does_not_name_is_none() -> None:
    blank = history(promoted(0), promoted(1), after=None)
    assert kinds(snapshot(blank)) == [NeverPromoted]


def test_what_an_interrupted_promotion_left_is_drawn_last() -> None:
    known = snapshot(TWICE, {"v1.0.0-prod": DIGESTS[0]})
    names = [each.name for each in plan(known).drawings]
    assert names == ["v1.0.0-prod-rollback-1", "latest-prod", "v2.0.0-prod"]


TO_DRAW = ["v1.0.0-prod-rollback-1", "latest-prod"]


@pytest.mark.parametrize("version", [None, V[0]])
@pytest.mark.parametrize(
    ("drawn", "left"),
    [
        ({}, TO_DRAW),
        ({"latest-prod": DIGESTS[1]}, TO_DRAW),
        ({"v1.0.0-prod-rollback-1": DIGESTS[0]}, TO_DRAW[1:]),
        ({"latest-prod": DIGESTS[0]}, TO_DRAW[:1]),
    ],
)
def test_the_same_command_completes_a_rollback_that_was_not_drawn(
    version: Version | None, drawn: dict[str, Digest], left: list[str]
) -> None:
    records = history(promoted(2), promoted(0), promoted(1), back_to(0))
    completion = plan(snapshot(records, drawn), version)
    assert (completion.event, completion.completes) == (None, records[-1][1].id)
    assert [each.name for each in completion.drawings] == left


def test_a_rollback_elsewhere_is_no_completion_and_draws_what_was_left() -> None:
    records = history(promoted(2), promoted(0), promoted(1), back_to(0))
    away = plan(snapshot(records, {}), V[2])
    assert away.completes is None
    assert [each.name for each in away.drawings] == ["v3.0.0-prod-rollback-1", "latest-prod", TO_DRAW[0]]


def test_a_promotion_that_was_not_drawn_is_not_completed_by_a_rollback() -> None:
    assert kinds(snapshot(TWICE), V[1]) == [AlreadyCurrent]


def test_before_and_after_are_what_the_pointer_leaves_and_finds() -> None:
    planned = plan(snapshot(TWICE))
    assert planned.before == Placement(version=V[1], digest=DIGESTS[1])
    assert planned.after == Placement(version=V[0], digest=DIGESTS[0])
