"""Who tries what they may not is remembered, and cannot fill the ledger by trying (row A13)."""

import anyio
import msgspec
from hypothesis import given
from hypothesis import strategies as st

from floe.core.command import Adopt, Command, Lock, Promote, RollBack, Unlock, environment_of
from floe.core.conclude import Run
from floe.core.decide import decide
from floe.core.denial import ABOUT_PEOPLE, denial
from floe.core.event import Refused
from floe.core.ledger.folding import evolve
from floe.core.ledger.state import KEPT_EVENTS
from floe.core.names import Version
from floe.core.operator import Operator
from floe.core.outcome import failures
from floe.core.policy import Authorization, Policy
from floe.core.snapshot import Snapshot
from floe.effects import drive
from floe.effects.memory.trouble import Strike
from tests.property.histories import cases, written
from tests.property.purity import deciding
from tests.property.stage import AWAY, VERSIONS, Ending, Stage
from tests.property.strategies import plain_policy

RUN = Run(id="00000000-0000-4000-8000-000000000000", trace_id="0" * 31 + "1")
Case = tuple[Snapshot, Command, Policy]
V1, V2, _ = VERSIONS


def unproved(name: str) -> Operator:
    return Operator(name=name, assurance="unverified")


def proved(name: str) -> Operator:
    return Operator(name=name, assurance="verified", issuer="https://sso.example", subject=name)


def closed() -> Policy:
    """Nobody may promote into dev."""
    plain = plain_policy("dev", "prod")
    rule = Authorization(allowed_operators=("nobody",))
    guarded = tuple(msgspec.structs.replace(each, authorization=rule) for each in plain.environments)
    return msgspec.structs.replace(plain, environments=guarded)


def refusals(stage: Stage) -> list[Refused]:
    return [record.event for _, record in stage.history() if isinstance(record.event, Refused)]


def attempt(stage: Stage, operator: Operator, version: Version = V1) -> Ending:
    return stage.run(Promote(version=version, target="dev"), operator)


@given(cases())
def test_only_refusals_about_people_are_remembered_and_all_of_them_of_who_is_proved(case: Case) -> None:
    snapshot, command, policy = case
    with deciding():
        refused = failures(decide(snapshot, command, policy))
        draft = denial(refused, snapshot, command, policy, RUN)
    about_people = [each for each in refused if isinstance(each, ABOUT_PEOPLE)]
    assert about_people or draft is None
    if about_people and snapshot.operator.assurance != "unverified":
        assert draft is not None
    if draft is not None:
        assert isinstance(draft.event, Refused)
        assert (draft.event.environment, draft.operator) == (environment_of(command), snapshot.operator)
        assert set(draft.event.reasons) == {type(each).__struct_config__.tag for each in about_people}
        assert (draft.plan, draft.before, draft.after) == (None, None, None)


@given(cases(), st.integers(1, 30))
def test_a_refusal_changes_nothing_but_the_list_of_refusals(case: Case, times: int) -> None:
    snapshot, command, policy = case
    draft = denial(failures(decide(snapshot, command, policy)), snapshot, command, policy, RUN)
    if draft is None:
        return
    state = snapshot.state
    for number in range(times):
        state, won = evolve(state, *written(draft, number))
        assert won is None
    before, after = (each.of(draft.event.environment) for each in (snapshot.state, state))
    assert msgspec.structs.replace(after, refused=before.refused) == before
    assert len(after.refused) == min(len(before.refused) + times, KEPT_EVENTS)
    assert all(each.void is None and each.kind == "refused" for each in after.refused)


def test_a13_what_nobody_proved_is_remembered_once_an_hour() -> None:
    stage = Stage(closed())
    for _ in range(3):
        attempt(stage, unproved("mallory"))
    attempt(stage, unproved("mallory"), V2)
    attempt(stage, unproved("eve"))
    assert [(each.command, each.version, each.reasons) for each in refusals(stage)] == [
        ("promote", V1, ("unverified", "not-authorized")),
        ("promote", V2, ("unverified", "not-authorized")),
        ("promote", V1, ("unverified", "not-authorized")),
    ]
    stage.memory.clock.pass_by(3600)
    attempt(stage, unproved("mallory"))
    assert len(refusals(stage)) == 4


def test_a13_what_was_refused_is_said_where_it_was_no_promotion() -> None:
    stage = Stage(closed())
    attempt(stage, proved("mallory"))
    stage.run(Lock(environment="dev", reason="incident"), proved("mallory"))
    listed = stage.memory.ledger.head.state.of("dev").refused
    assert [each.reason for each in listed] == ["not-authorized", "lock: not-authorized"]


def test_a13_new_names_cost_nothing_and_do_not_fill_the_ledger() -> None:
    stage = Stage(closed())
    for number in range(3 * KEPT_EVENTS):
        attempt(stage, unproved(f"mallory {number}"))
    assert len(refusals(stage)) == KEPT_EVENTS


def test_a13_who_is_proved_is_remembered_every_time() -> None:
    stage = Stage(closed())
    for _ in range(3):
        attempt(stage, proved("mallory"))
    assert [each.reasons for each in refusals(stage)] == [("not-authorized",)] * 3


def test_every_command_that_people_may_not_is_remembered_by_its_name() -> None:
    stage = Stage(closed())
    for command in (
        Promote(version=V1, target="dev"),
        RollBack(version=V1, environment="dev", reason="slow"),
        Lock(environment="dev", reason="incident"),
        Unlock(environment="dev", reason="over"),
        Adopt(version=V2, digest=stage.pushed[V2], environment="dev", is_current=True),
    ):
        stage.run(command, proved("mallory"))
    told = [(each.command, each.version) for each in refusals(stage)]
    assert told == [("promote", V1), ("roll-back", V1), ("lock", None), ("unlock", None), ("adopt", V2)]


def test_a_refusal_that_cannot_be_recorded_is_a_refusal_all_the_same() -> None:
    stage = Stage(closed())
    stage.memory.trouble.decide = lambda call: Strike(fault=AWAY) if call.operation == "append" else None
    refusal = attempt(stage, proved("mallory")).failure()
    assert isinstance(refusal, drive.Refused)
    assert refusal.unrecorded == AWAY
    assert [type(each).__name__ for each in refusal.refusals] == ["NotAuthorized"]
    assert refusals(stage) == []


def test_to_look_is_not_to_try() -> None:
    """A dry run of somebody who may not leaves no record."""
    stage = Stage(closed())
    driver = stage.driver(Promote(version=V1, target="dev"), proved("mallory"))
    anyio.run(lambda: driver.preview(run_commands=False))
    assert refusals(stage) == []
