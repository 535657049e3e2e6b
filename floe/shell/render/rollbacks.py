"""What rollback says when it did what was asked."""

from typing import TypeAlias

from floe.core.command import environment_of
from floe.core.compiled import impact
from floe.core.event import RolledBack
from floe.core.operator import shown
from floe.core.plan import Plan
from floe.effects.drive import Carried
from floe.shell.render import syncs, tags
from floe.shell.render.documents import Rollback
from floe.shell.render.reply import Reply, plain

Lines: TypeAlias = tuple[str, ...]


def rolled_back(carried: Carried, trace_id: str, warnings: Lines) -> Reply:
    plan, draft = carried.concluded.plan, carried.concluded.draft
    if draft is None:
        return _completed(plan, carried, trace_id, (*warnings, *carried.warnings))
    event, before = draft.event, draft.before
    assert isinstance(event, RolledBack)
    told = (*(each.message for each in plan.warnings), *warnings, *carried.warnings)
    document = Rollback(
        rollback_id=draft.id,
        environment=event.environment,
        artifact_digest=event.digest,
        artifact_tag=event.version,
        previous_version=before.version if before else None,
        previous_digest=before.digest if before else None,
        tags=tags.names(plan),
        reason=event.reason,
        impact=plan.impact,
        operator=draft.operator.name,
        assurance=draft.operator.assurance,
        trace_id=draft.trace_id,
        rolled_back_at=draft.at,
        record=carried.receipt.record,
        sync=syncs.copies_if_any(carried.synced, event.digest),
        warnings=told,
    )
    lines = (
        f"Rolled back {event.environment} to {event.version}",
        f"Previous version: {before.version if before else '-'}",
        f"Latest tag updated: latest-{event.environment} -> {event.version}",
        f'Reason: "{event.reason}"',
        f"New tag: {event.tag}",
        f"Trace ID: {draft.trace_id}",
        f"Operator: {shown(draft.operator)}",
        *syncs.told(carried.synced),
    )
    return Reply(document=plain(document), lines=lines, warnings=told)


def impact_lines(plan: Plan) -> Lines:
    return impact.lines(plan.impact) if plan.impact else ()


def _completed(plan: Plan, carried: Carried, trace_id: str, warnings: Lines) -> Reply:
    assert plan.after is not None
    document = Rollback(
        rollback_id=plan.completes,
        environment=environment_of(plan.command),
        artifact_digest=plan.after.digest,
        artifact_tag=plan.after.version,
        tags=tags.names(plan),
        trace_id=trace_id,
        sync=syncs.copies_if_any(carried.synced, plan.after.digest),
        warnings=warnings,
        completed=True,
    )
    lines = (f"completed rollback {plan.completes}", *tags.told(plan), f"Trace ID: {trace_id}")
    return Reply(document=plain(document), lines=lines, warnings=warnings)
