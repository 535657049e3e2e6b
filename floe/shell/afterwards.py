"""What follows once the tags are drawn. It undoes nothing: whatever goes wrong with it is a warning."""

from collections.abc import Sequence
from typing import Final

import anyio
from returns.result import Failure, Result

from floe.core.drift import Drift
from floe.core.effect import Drawing
from floe.core.explain.faults import what_failed
from floe.core.fault import Fault
from floe.core.message.notice import Notice
from floe.core.outcome import settled
from floe.effects.drive import Carried
from floe.effects.ports import Delivery
from floe.effects.trace import words
from floe.shell import notices
from floe.shell.session import Session

AGAIN: Final = "send it again with: floe platform notify --since"


async def afterwards(session: Session, carried: Carried) -> tuple[str, ...]:
    """What did not go well of it. A signal does not cut it short: it lasts seconds, and the promotion stands."""
    warnings: list[str] = []
    with anyio.CancelScope(shield=True):
        if session.world.herald.audiences:
            others = await notices.of_others(carried, session.world)
            warnings += await _tell(session, others, notices.of_own(carried, session.world))
    return tuple(warnings)


async def after_recovery(session: Session, drawn: Sequence[Drawing], differences: tuple[Drift, ...]) -> tuple[str, ...]:
    """The same of what other runs had recorded, and this one drew."""
    warnings: list[str] = []
    with anyio.CancelScope(shield=True):
        if session.world.herald.audiences:
            warnings += await _tell(session, await notices.of_drawn(drawn, differences, session.world))
    return tuple(warnings)


async def _tell(
    session: Session, found: Result[tuple[Notice, ...], Fault], own: Notice | None = None
) -> tuple[str, ...]:
    """Everybody who wants to know is told, of what others had begun first."""
    others = settled(found)
    told = (*(others.value_or(())), *((own,) if own else ()))
    deliveries = await _delivered(session, told) if told else ()
    undelivered = tuple(_undelivered(each) for each in deliveries if each.why is not None)
    return (*_unfound(others.failure()), *undelivered) if isinstance(others, Failure) else undelivered


async def _delivered(session: Session, told: tuple[Notice, ...]) -> tuple[Delivery, ...]:
    async with session.world.tracer.span("notify", words.task("notify", "deploy")) as span:
        deliveries = await session.world.herald.tell(told)
        words.conclude_notify(span, deliveries)
    return deliveries


def _unfound(fault: Fault) -> tuple[str, ...]:
    return (f"nobody was told of what was finished here: {what_failed(fault)[0]}; {AGAIN} 1d",)


def _undelivered(delivery: Delivery) -> str:
    at = delivery.notice.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{delivery.to} was not told: {delivery.why}; {AGAIN} {at}"
