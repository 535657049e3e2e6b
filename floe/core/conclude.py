"""A plan, the verdicts of its gates and one run of it: the order that is carried out, or why it may not be."""

from collections.abc import Iterator

from returns.result import Failure, Result, Success

from floe.core import access, trust
from floe.core.effect import Append, Effect
from floe.core.gates import GateResult
from floe.core.ledger.record import Draft, SignatureVerdict
from floe.core.outcome import settled
from floe.core.plan import Plan
from floe.core.policy import Policy
from floe.core.refusal import GateFailed, GateNotRun, Refusal, Refusals
from floe.core.snapshot import Snapshot
from floe.core.value import Value


class Run(Value, frozen=True, kw_only=True):
    """What makes one run unlike another: its id and trace. Its time and operator are the snapshot's."""

    id: str
    trace_id: str


class Concluded(Value, frozen=True, kw_only=True):
    """A plan with its record; `effects` are everything that will be done, in order."""

    plan: Plan
    effects: tuple[Effect, ...]

    @property
    def draft(self) -> Draft | None:
        return next((effect.draft for effect in self.effects if isinstance(effect, Append)), None)


def conclude(
    plan: Plan, results: tuple[GateResult, ...], run: Run, snapshot: Snapshot, policy: Policy
) -> Result[Concluded, Refusals]:
    """The order to carry out, if every gate has a verdict that suffices and nothing is outstanding."""
    refusals = tuple(_refusals(plan, results))
    if refusals:
        return Failure(refusals)
    return Success(Concluded(plan=plan, effects=(*_append(plan, results, run, snapshot, policy), *plan.drawings)))


def _refusals(plan: Plan, results: tuple[GateResult, ...]) -> Iterator[Refusal]:
    yield from plan.outstanding
    by_name = {result.gate: result for result in results}
    for gate in plan.gates:
        result = by_name.get(gate.name)
        if result is None:
            yield GateNotRun(gate=gate.name)
        elif not result.suffices:
            yield GateFailed(result=result)


def _append(
    plan: Plan, results: tuple[GateResult, ...], run: Run, snapshot: Snapshot, policy: Policy
) -> Iterator[Append]:
    if plan.event is None:
        return
    environment = policy.environment(plan.event.environment)
    assert environment is not None, "a plan is made under the policy it is concluded under"
    allowed = settled(access.may(snapshot.operator, environment, policy.identity))
    assert isinstance(allowed, Success), "who may not is refused before there is a plan"
    yield Append(
        draft=Draft(
            id=run.id,
            trace_id=run.trace_id,
            at=snapshot.at,
            event=plan.event,
            operator=snapshot.operator,
            expects=plan.expects,
            policy=plan.policy,
            facts=plan.facts,
            gates=results,
            signature=_signature(plan, snapshot, policy),
            authorization=allowed.unwrap(),
            plan=plan.digest,
            before=plan.before,
            after=plan.after,
        )
    )


def _signature(plan: Plan, snapshot: Snapshot, policy: Policy) -> SignatureVerdict:
    environment = policy.environment(plan.event.environment) if plan.event else None
    if plan.after is None or environment is None:
        return SignatureVerdict(status="not-checked")
    verdict = settled(trust.suffices(snapshot.signature, environment.trust, plan.after.digest, plan.after.version))
    # A rollback may rest on the verdict of the promotion it goes back to.
    return (
        verdict.unwrap()
        if isinstance(verdict, Success)
        else SignatureVerdict(status="verified", detail="by its promotion")
    )
