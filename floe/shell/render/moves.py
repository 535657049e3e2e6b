"""What promote, rollback, lock and unlock say when they did what was asked."""

from typing import TypeAlias

from floe.core import impact
from floe.core.conclude import Concluded
from floe.core.effect import CreateTag, MovePointer
from floe.core.event import Locked, Promoted, RolledBack, Unlocked
from floe.core.explain_gates import violation_line
from floe.core.gates import Examined
from floe.core.operator import Operator, shown
from floe.core.plan import Plan
from floe.core.record import Draft, SignatureVerdict
from floe.effects.drive import Carried
from floe.shell.render.blocks import gate_results
from floe.shell.render.reply import Reply, plain

Lines: TypeAlias = tuple[str, ...]


def promoted(carried: Carried, trace_id: str, warnings: Lines) -> Reply:
    plan, draft = carried.concluded.plan, carried.concluded.draft
    if draft is None:
        return _completed(carried, trace_id, warnings)
    event = draft.event
    assert isinstance(event, Promoted)
    passed = sum(result.suffices for result in carried.results)
    return Reply(
        document=_promotion(carried, draft, event, warnings),
        lines=(
            f"Promoted {event.version} from {event.source} to {event.environment}",
            *_tags_told(plan),
            f"Gates passed: {passed}/{len(carried.results)}",
            f"Signature: {_signature(draft.signature)}",
            f"Operator: {shown(draft.operator)}",
            f"Trace ID: {draft.trace_id}",
        ),
        warnings=(*(f"WARNING: {each.message}" for each in plan.warnings), *_doubtful(carried), *warnings),
    )


def rolled_back(carried: Carried, trace_id: str, warnings: Lines) -> Reply:
    plan, draft = carried.concluded.plan, carried.concluded.draft
    if draft is None:
        return _completed_rollback(plan, trace_id, warnings)
    event, before = draft.event, draft.before
    assert isinstance(event, RolledBack)
    return Reply(
        document={
            "success": True,
            "rollback_id": draft.id,
            "environment": event.environment,
            "artifact_digest": event.digest,
            "artifact_tag": event.version,
            "previous_version": before.version if before else None,
            "previous_digest": before.digest if before else None,
            "tags": _tags(plan),
            "reason": event.reason,
            "impact": plain(plan.impact),
            "operator": draft.operator.name,
            "assurance": draft.operator.assurance,
            "trace_id": draft.trace_id,
            "rolled_back_at": plain(draft.at),
            "record": carried.receipt.record,
            "warnings": [*(each.message for each in plan.warnings), *warnings],
        },
        lines=(
            f"Rolled back {event.environment} to {event.version}",
            f"Previous version: {before.version if before else '-'}",
            f"Latest tag updated: latest-{event.environment} -> {event.version}",
            f'Reason: "{event.reason}"',
            f"New tag: {event.tag}",
            f"Operator: {shown(draft.operator)}",
            f"Trace ID: {draft.trace_id}",
        ),
        warnings=(*(f"WARNING: {each.message}" for each in plan.warnings), *warnings),
    )


def locked(carried: Carried, operator: Operator, trace_id: str) -> Reply:
    """The reply to lock and unlock; unlocking what is open says so."""
    plan, draft = carried.concluded.plan, carried.concluded.draft
    event = plan.event
    name = plan.command.environment if event is None else event.environment  # type: ignore[union-attr]
    if event is None:
        lines: Lines = (f"Environment '{name}' is not locked; nothing to do",)
    elif isinstance(event, Locked):
        lines = (
            f"Environment '{name}' is now locked",
            f"Locked by: {shown(operator)}",
            f"Reason: {event.reason}",
            *((f"Until: {plain(event.until)}",) if event.until else ()),
            f'To unlock: floe platform unlock --env={name} --reason="<resolution>"',
        )
    else:
        assert isinstance(event, Unlocked)
        lines = (f"Environment '{name}' is now unlocked", f"Unlock reason: {event.reason}")
    return Reply(
        document={
            "success": True,
            "environment": name,
            "locked": isinstance(event, Locked),
            "reason": event.reason if isinstance(event, Locked | Unlocked) else None,
            "operator": operator.name,
            "assurance": operator.assurance,
            "at": plain(draft.at if draft else carried.snapshot.at),
            "trace_id": trace_id,
            "record": carried.receipt.record,
        },
        lines=lines,
    )


def impact_lines(plan: Plan) -> Lines:
    return impact.lines(plan.impact) if plan.impact else ()


def _completed(carried: Carried, trace_id: str, warnings: Lines) -> Reply:
    plan: Plan = carried.concluded.plan
    assert plan.after is not None
    return Reply(
        document={
            "success": True,
            "promotion_id": plan.completes,
            "completed": True,
            "artifact_digest": plan.after.digest,
            "artifact_tag": plan.after.version,
            "source_environment": None,
            "target_environment": getattr(plan.command, "target", None),
            "gate_results": [],
            "trace_id": trace_id,
            "promoted_at": None,
            "tags": _tags(plan),
            "warnings": list(warnings),
        },
        lines=(f"completed promotion {plan.completes}", *_tags_told(plan), f"Trace ID: {trace_id}"),
        warnings=warnings,
    )


def _completed_rollback(plan: Plan, trace_id: str, warnings: Lines) -> Reply:
    assert plan.after is not None
    return Reply(
        document={
            "success": True,
            "rollback_id": plan.completes,
            "completed": True,
            "environment": getattr(plan.command, "environment", None),
            "artifact_digest": plan.after.digest,
            "artifact_tag": plan.after.version,
            "tags": _tags(plan),
            "trace_id": trace_id,
            "warnings": list(warnings),
        },
        lines=(f"completed rollback {plan.completes}", *_tags_told(plan), f"Trace ID: {trace_id}"),
        warnings=warnings,
    )


def _promotion(carried: Carried, draft: Draft, event: Promoted, warnings: Lines) -> dict[str, object]:
    concluded: Concluded = carried.concluded
    return {
        "success": True,
        "promotion_id": draft.id,
        "artifact_digest": event.digest,
        "artifact_tag": event.version,
        "source_environment": event.source,
        "target_environment": event.environment,
        "gate_results": gate_results(carried.results),
        "trace_id": draft.trace_id,
        "promoted_at": plain(draft.at),
        "operator": draft.operator.name,
        "assurance": draft.operator.assurance,
        "signature": _signature(draft.signature),
        "tags": _tags(concluded.plan),
        "record": carried.receipt.record,
        "sync": [],
        "warnings": [*(each.message for each in concluded.plan.warnings), *_doubtful(carried), *warnings],
    }


def _doubtful(carried: Carried) -> Lines:
    """What gates found that does not stop anything."""
    return tuple(
        f"WARNING: Gate '{result.gate}': {violation_line(violation)}"
        for result in carried.results
        if isinstance(result.report, Examined) and result.status == "warning"
        for violation in result.report.violations
    )


def _signature(verdict: SignatureVerdict) -> str:
    match verdict.status:
        case "verified":
            return f"verified ({verdict.detail})"
        case "warning":
            return f"WARNING {verdict.detail}"
        case "not-checked":
            return "not checked"


def _tags(plan: Plan) -> list[str]:
    return [drawing.name for drawing in plan.drawings]


def _tags_told(plan: Plan) -> Lines:
    made = tuple(f"New tag: {each.name}" for each in plan.drawings if isinstance(each, CreateTag))
    moved = tuple(f"Latest tag updated: {each.name}" for each in plan.drawings if isinstance(each, MovePointer))
    return (*made, *moved)
