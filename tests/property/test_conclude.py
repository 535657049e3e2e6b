"""A plan becomes an order only with every verdict that it needs, and records just what was decided."""

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core.command import Command, Promote
from floe.core.conclude import Concluded, Run, conclude
from floe.core.decide import decide
from floe.core.effect import Append
from floe.core.gates import GateResult, NotStarted, Status
from floe.core.names import Tag
from floe.core.outcome import failures
from floe.core.plan import Plan
from floe.core.policy import Policy, Trust
from floe.core.refusal import GateFailed, GateNotRun
from floe.core.rollback import destination
from floe.core.snapshot import Snapshot, TagFact
from tests.property.histories import cases
from tests.property.purity import deciding
from tests.property.strategies import BEGINNING, COMPLIANCE, DIGESTS, OPERATORS, TESTS, VERSIONS, plain_policy

Case = tuple[Snapshot, Command, Policy]
RUN = Run(id="00000000-0000-4000-8000-000000000000", trace_id="0" * 31 + "1")
statuses: st.SearchStrategy[Status | None] = st.sampled_from(("passed", "passed", "warning", "skipped", "failed", None))


def verdict(gate: str, status: Status) -> GateResult:
    return GateResult(gate=gate, status=status, duration_ms=1, report=NotStarted(why="x"))


def passed(plan: Plan) -> tuple[GateResult, ...]:
    return tuple(verdict(gate.name, "passed") for gate in plan.gates)


def planned(case: Case) -> Plan:
    decided = decide(*case)
    assume(isinstance(decided, Success))
    plan: Plan = decided.unwrap()
    return plan


@given(cases(), st.data())
def test_an_order_needs_a_verdict_that_suffices_for_every_gate(case: Case, data: st.DataObject) -> None:
    """Row G10."""
    plan, (snapshot, _, policy) = planned(case), case
    told = {gate.name: data.draw(statuses) for gate in plan.gates}
    results = tuple(verdict(name, status) for name, status in told.items() if status)
    with deciding():
        concluded = conclude(plan, results, RUN, snapshot, policy)
    refusals = failures(concluded)
    assert refusals[: len(plan.outstanding)] == plan.outstanding
    assert {each.gate for each in refusals if isinstance(each, GateNotRun)} == {k for k, v in told.items() if not v}
    failed = {each.result.gate for each in refusals if isinstance(each, GateFailed)}
    assert failed == {name for name, status in told.items() if status == "failed"}
    bad = plan.outstanding or any(status in (None, "failed") for status in told.values())
    assert isinstance(concluded, Failure) == bool(bad)


def concluded(case: Case) -> Concluded:
    plan, (snapshot, _, policy) = planned(case), case
    assume(not plan.outstanding)
    return conclude(plan, passed(plan), RUN, snapshot, policy).unwrap()


@given(cases())
def test_an_order_records_first_and_then_draws(case: Case) -> None:
    """Row A04."""
    order = concluded(case)
    appended = [effect for effect in order.effects if isinstance(effect, Append)]
    assert len(appended) == (order.plan.event is not None)
    assert order.effects == (*appended, *order.plan.drawings)
    assert order.draft == (appended[0].draft if appended else None)


@given(cases())
def test_the_record_says_what_was_decided_by_whom_and_when(case: Case) -> None:
    """Row L10."""
    order, snapshot = concluded(case), case[0]
    draft, plan = order.draft, order.plan
    assume(draft is not None)
    assert draft is not None
    assert (draft.id, draft.trace_id, draft.at, draft.operator) == (
        RUN.id,
        RUN.trace_id,
        snapshot.at,
        snapshot.operator,
    )
    assert (draft.event, draft.expects, draft.facts, draft.policy) == (
        plan.event,
        plan.expects,
        plan.facts,
        plan.policy,
    )
    assert (draft.before, draft.after, draft.plan) == (plan.before, plan.after, plan.digest)
    assert draft.gates == passed(plan)


@given(cases())
def test_a_record_says_verified_only_of_a_valid_signature_or_by_the_promotion_it_returns_to(case: Case) -> None:
    order, (snapshot, _, policy) = concluded(case), case
    draft = order.draft
    if draft is None or draft.signature.status != "verified":
        return
    assert draft.after is not None
    if snapshot.signature.status != "valid":
        to = destination(snapshot, draft.after.version, draft.event.environment)
        assert to is not None
        assert to.signed
        assert draft.signature.detail == "by its promotion"
    where = policy.environment(draft.event.environment)
    assert where is not None
    assert isinstance(where.trust, Trust)


@given(cases())
def test_a_lock_says_nothing_of_signatures(case: Case) -> None:
    draft = concluded(case).draft
    if draft is not None and draft.after is None:
        assert draft.signature.status == "not-checked"


@given(cases())
def test_run_and_time_are_all_that_tells_two_runs_of_a_plan_apart(case: Case) -> None:
    plan, (snapshot, _, policy) = planned(case), case
    assume(not plan.outstanding)
    other = Run(id="another", trace_id="another")
    drafts = [conclude(plan, passed(plan), run, snapshot, policy).unwrap().draft for run in (RUN, other)]
    if drafts[0] is not None:
        assert msgspec.structs.replace(drafts[0], id=other.id, trace_id=other.trace_id) == drafts[1]


def test_one_gate_that_failed_is_enough_to_refuse() -> None:
    policy = plain_policy("dev", gates=(COMPLIANCE, TESTS))
    tag = TagFact(tag=Tag("v1.0.0"), digest=DIGESTS[0])
    known = Snapshot(at=BEGINNING, operator=OPERATORS[0], tags=(tag,), names=(tag.tag,))
    plan = decide(known, Promote(version=VERSIONS[0], target="dev"), policy).unwrap()
    results = (verdict(COMPLIANCE.name, "passed"), verdict(TESTS.name, "failed"))
    assert failures(conclude(plan, results, RUN, known, policy)) == (GateFailed(result=results[1]),)
    assert failures(conclude(plan, results[:1], RUN, known, policy)) == (GateNotRun(gate="tests"),)
