"""What lock and unlock say when they did what was asked."""

from typing import TypeAlias

from floe.core.command import environment_of
from floe.core.event import Locked, Unlocked
from floe.core.explain.phrase import until
from floe.core.operator import Operator, shown
from floe.effects.drive import Carried
from floe.shell.render import syncs
from floe.shell.render.documents import Locking
from floe.shell.render.reply import Reply, plain

Lines: TypeAlias = tuple[str, ...]


def locked(carried: Carried, operator: Operator, trace_id: str) -> Reply:
    """The reply to lock and unlock; unlocking what is open says so."""
    plan, draft = carried.concluded.plan, carried.concluded.draft
    event, name = plan.event, environment_of(plan.command)
    document = Locking(
        environment=name,
        locked=isinstance(event, Locked),
        reason=event.reason if isinstance(event, Locked | Unlocked) else None,
        operator=operator.name,
        assurance=operator.assurance,
        at=draft.at if draft else carried.snapshot.at,
        trace_id=trace_id,
        record=carried.receipt.record,
        sync=syncs.copies_if_any(carried.synced, None),
        warnings=carried.warnings,
    )
    return Reply(document=plain(document), lines=_lines(event, name, operator), warnings=carried.warnings)


def _lines(event: object, name: str, operator: Operator) -> Lines:
    match event:
        case Locked():
            return (
                f"Environment '{name}' is now locked",
                f"Locked by: {shown(operator)}",
                f"Reason: {event.reason}",
                *until(event.until),
                f'To unlock: floe platform unlock --env={name} --reason="<resolution>"',
            )
        case Unlocked():
            return (f"Environment '{name}' is now unlocked", f"Unlock reason: {event.reason}")
        case _:
            return (f"Environment '{name}' is not locked; nothing to do",)
