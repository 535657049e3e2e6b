"""What a dry run says: what would happen, and everything that stands in the way."""

from typing import TypeAlias

from floe.core.estimate import estimate
from floe.core.event import Promoted, RolledBack
from floe.core.gates import GateResult
from floe.core.names import Version
from floe.core.operator import Operator
from floe.core.plan import Plan
from floe.core.policy import Gate, Policy
from floe.core.refusal import Refusals
from floe.core.snapshot import Snapshot
from floe.core.transition import source_meant
from floe.core.value import Value
from floe.effects.drive import Preview, Refused
from floe.shell import exits
from floe.shell.render import blocks
from floe.shell.render.reply import Reply, plain
from floe.shell.render.rollbacks import impact_lines
from floe.shell.render.verdicts import found, notes, unread

Lines: TypeAlias = tuple[str, ...]


class Asked(Value, frozen=True, kw_only=True):
    """A promotion as it was typed, for real or dry."""

    version: str
    to: str
    source: str | None
    force: bool
    if_needed: bool
    strict: bool


def promotion(preview: Preview, operator: Operator, trace_id: str, warnings: Lines) -> Reply:
    plan = preview.plan
    if plan.event is None:
        text = f"[DRY RUN] Would complete promotion {plan.completes}"
        return Reply(document=_document(preview), lines=(text, "Promotion would succeed"), warnings=warnings)
    assert isinstance(plan.event, Promoted)
    event = plan.event
    lines = (
        f"[DRY RUN] Would promote {event.version} from {event.source} to {event.environment}",
        *_block(plan.gates, preview.snapshot, event.environment),
    )
    return _ended(preview, lines, operator, trace_id, warnings)


def refused_promotion(asked: Asked, refusal: Refused, policy: Policy, reply: Reply) -> Reply:
    """The same block for a promotion that has no plan."""
    target = policy.environment(asked.to)
    source = asked.source or (_meant(asked, policy, refusal.snapshot) if target and refusal.snapshot else None)
    came = f" from {source}" if source else ""
    lines = (
        f"[DRY RUN] Would promote {asked.version}{came} to {asked.to}",
        *(_block(target.gates, refusal.snapshot, asked.to) if target and refusal.snapshot else ()),
        *blocks.blocked(exits.refused(refusal.refusals)[1]),
    )
    return Reply(code=reply.code, document=reply.document, lines=lines, warnings=reply.warnings)


def _meant(asked: Asked, policy: Policy, snapshot: Snapshot) -> str:
    return source_meant(policy, asked.to, Version(asked.version), snapshot.valid)


def rollback(preview: Preview) -> Reply:
    event = preview.plan.event
    if event is None:
        text = f"[DRY RUN] Would complete rollback {preview.plan.completes}"
        return Reply(document=_document(preview), lines=(text,))
    assert isinstance(event, RolledBack)
    lines = (f"[DRY RUN] Would rollback {event.environment} to {event.version}", "", *impact_lines(preview.plan))
    return Reply(document=_document(preview), lines=lines, warnings=_warnings(preview.plan))


def _ended(preview: Preview, lines: Lines, operator: Operator, trace_id: str, warnings: Lines) -> Reply:
    told = (*_warnings(preview.plan), *found(preview.results), *warnings)
    lines = (*lines, *unread(each for each in preview.results if each.suffices), *notes(preview.results))
    if preview.blockers:
        refusal = Refused(refusals=preview.blockers, results=preview.results, plan=preview.plan)
        reply = blocks.refused(refusal, operator, trace_id)
        ordered: Refusals = exits.refused(preview.blockers)[1]
        return Reply(code=reply.code, document=reply.document, lines=(*lines, *blocks.blocked(ordered)), warnings=told)
    return Reply(document=_document(preview), lines=(*lines, _would(preview.plan, preview.results)), warnings=told)


def _would(plan: Plan, results: tuple[GateResult, ...]) -> str:
    ran = {result.gate for result in results}
    left = [gate.name for gate in plan.gates if gate.name not in ran]
    if not left:
        return "Promotion would succeed"
    return f"Promotion would succeed if these gates pass: {', '.join(left)}"


def _block(gates: tuple[Gate, ...], snapshot: Snapshot, environment: str) -> Lines:
    """What would be checked, what is known of the signature, how long the gates will take."""
    known = estimate(gates, snapshot.state.of(environment))
    never = f" (never run: {', '.join(known.never_run)})" if known.never_run else ""
    return (
        "Gates to validate:",
        *(f"  - {gate.name}: required" for gate in gates),
        f"Signature status: {snapshot.signature.status}",
        f"Estimated time: ~{known.seconds}s{never}",
    )


def _warnings(plan: Plan) -> Lines:
    return tuple(each.message for each in plan.warnings)


def _document(preview: Preview) -> object:
    return plain(preview.plan)
