"""What promote and apply say when they did what was asked."""

from typing import TypeAlias

from floe.core.command import environment_of
from floe.core.event import Promoted
from floe.core.gates import GateResult
from floe.core.ledger.record import SignatureVerdict
from floe.core.operator import shown
from floe.core.plan import Plan
from floe.core.refusal import AlreadyPromoted
from floe.effects.drive import Carried
from floe.shell.render import syncs, tags
from floe.shell.render.documents import Promotion
from floe.shell.render.reply import Reply, plain
from floe.shell.render.verdicts import found, notes, unread, verdicts

Lines: TypeAlias = tuple[str, ...]


def promoted(carried: Carried, trace_id: str, warnings: Lines) -> Reply:
    plan, draft = carried.concluded.plan, carried.concluded.draft
    if draft is None:
        return _completed(plan, carried, trace_id, (*warnings, *carried.warnings))
    event, told = draft.event, (*_warnings(plan, carried.results), *warnings, *carried.warnings)
    assert isinstance(event, Promoted)
    document = Promotion(
        promotion_id=draft.id,
        artifact_digest=event.digest,
        artifact_tag=event.version,
        source_environment=event.source,
        target_environment=event.environment,
        gate_results=verdicts(carried.results),
        trace_id=draft.trace_id,
        promoted_at=draft.at,
        operator=draft.operator.name,
        assurance=draft.operator.assurance,
        signature=_signature(draft.signature),
        tags=tags.names(plan),
        record=carried.receipt.record,
        sync=syncs.copies(carried.synced, event.digest),
        warnings=told,
    )
    passed = sum(result.suffices for result in carried.results)
    lines = (
        f"Promoted {event.version} from {event.source} to {event.environment}",
        *tags.told(plan),
        f"Gates passed: {passed}/{len(carried.results)}",
        f"Signature: {document.signature}",
        f"Trace ID: {draft.trace_id}",
        f"Operator: {shown(draft.operator)}",
        *syncs.told(carried.synced),
        *unread(carried.results),
        *notes(carried.results),
    )
    return Reply(document=plain(document), lines=lines, warnings=told)


def already(there: AlreadyPromoted, trace_id: str) -> Reply:
    """The reply under `--if-needed` when nothing is needed."""
    document = Promotion(
        promotion_id=there.id,
        artifact_digest=there.digest,
        artifact_tag=there.version,
        source_environment=None,
        target_environment=there.environment,
        trace_id=trace_id,
        promoted_at=there.at,
        already=True,
    )
    text = f"Version {there.version} is already in {there.environment}; nothing to do"
    return Reply(document=plain(document), lines=(text,))


def _completed(plan: Plan, carried: Carried, trace_id: str, warnings: Lines) -> Reply:
    assert plan.after is not None
    document = Promotion(
        promotion_id=plan.completes,
        artifact_digest=plan.after.digest,
        artifact_tag=plan.after.version,
        source_environment=None,
        target_environment=environment_of(plan.command),
        trace_id=trace_id,
        promoted_at=None,
        tags=tags.names(plan),
        sync=syncs.copies(carried.synced, plan.after.digest),
        warnings=warnings,
        completed=True,
    )
    lines = (f"completed promotion {plan.completes}", *tags.told(plan), f"Trace ID: {trace_id}")
    return Reply(document=plain(document), lines=lines, warnings=warnings)


def _warnings(plan: Plan, results: tuple[GateResult, ...]) -> Lines:
    """What the operator should know: of the plan, and what gates found that does not stop anything."""
    return (*(each.message for each in plan.warnings), *found(results))


def _signature(verdict: SignatureVerdict) -> str:
    match verdict.status:
        case "verified":
            return f"verified ({verdict.detail})"
        case "warning":
            return f"WARNING {verdict.detail}"
        case "not-checked":
            return "not checked"
