"""`floe platform notify`: messages again, from what the ledger holds."""

from datetime import datetime

from returns.result import Failure, Success

from floe.core.message.notice import Notice
from floe.core.outcome import settled
from floe.effects.drive import Faulted
from floe.effects.ports import Delivery
from floe.shell import notices
from floe.shell.commands.opening import in_session
from floe.shell.commands.troubles import told
from floe.shell.render import messages
from floe.shell.render.reply import Reply
from floe.shell.session import Session
from floe.shell.shared import Shared
from floe.shell.since import parse_since


async def notify(shared: Shared, since: str, *, dry_run: bool) -> Reply:
    async def run(session: Session) -> Reply:
        match settled(parse_since(since, session.world.clock.now())):
            case Failure(malformed):
                return told(malformed, session)
            case Success(moment):
                return await _notify(session, moment, dry_run=dry_run)

    return await in_session(shared, run)


async def _notify(session: Session, moment: datetime, *, dry_run: bool) -> Reply:
    herald, trace_id = session.world.herald, session.trace.trace_id
    if not herald.audiences:
        return messages.nobody(moment, trace_id)
    match settled(await notices.since(moment, session.world)):
        case Failure(fault):
            return told(Faulted(faults=(fault,)), session)
        case Success(found) if dry_run:
            return messages.listed(_due(found, session), moment, trace_id)
        case Success(found):
            return messages.sent(await herald.tell(found), moment, trace_id)


def _due(found: tuple[Notice, ...], session: Session) -> tuple[Delivery, ...]:
    """What would be sent, and what could not be."""
    return tuple(
        Delivery(to=audience.name, notice=notice, why=audience.unfit)
        for audience in session.world.herald.audiences
        for notice in filter(audience.wants, found)
    )
