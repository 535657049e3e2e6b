"""What follows once the tags are drawn. It undoes nothing: whatever goes wrong with it is a warning."""

from typing import Final

import anyio
from returns.result import Failure

from floe.core.explain_faults import what_failed
from floe.core.outcome import settled
from floe.effects.drive import Carried
from floe.effects.ports import Delivery
from floe.shell import notices
from floe.shell.session import Session

AGAIN: Final = "send it again with: floe platform notify --since"


async def afterwards(session: Session, carried: Carried) -> tuple[str, ...]:
    """What did not go well of it. A signal does not cut it short: it lasts seconds, and the promotion stands."""
    warnings: list[str] = []
    with anyio.CancelScope(shield=True):
        warnings += await _told(session, carried)
    return tuple(warnings)


async def _told(session: Session, carried: Carried) -> tuple[str, ...]:
    """Everybody who wants to know is told."""
    if not session.world.herald.audiences:
        return ()
    found = settled(await notices.of_carried(carried, session.world))
    if isinstance(found, Failure):
        return (f"nobody was told of it: {what_failed(found.failure())[0]}; {AGAIN} 1d",)
    notice = found.unwrap()
    deliveries = await session.world.herald.tell((notice,)) if notice else ()
    return tuple(_undelivered(each) for each in deliveries if each.why is not None)


def _undelivered(delivery: Delivery) -> str:
    at = delivery.notice.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{delivery.to} was not told: {delivery.why}; {AGAIN} {at}"
