"""What `notify` says: which message went to whom, and what did not arrive."""

from datetime import datetime
from typing import Any, TypeAlias

from floe.core.explain.phrase import minute
from floe.core.message.notice import Notice, sentence
from floe.effects.ports import Delivery
from floe.shell import exits
from floe.shell.render import blocks
from floe.shell.render.documents import Message, Messages, Reason
from floe.shell.render.reply import Reply, plain

Lines: TypeAlias = tuple[str, ...]


def nobody(since: datetime, trace_id: str) -> Reply:
    document = Messages(since=since, trace_id=trace_id)
    return Reply(document=plain(document), lines=("Nobody is to be told: the manifest names no webhooks",))


def listed(due: tuple[Delivery, ...], since: datetime, trace_id: str) -> Reply:
    """The reply of a dry run."""
    document = Messages(since=since, trace_id=trace_id, dry_run=True, messages=tuple(_message(each) for each in due))
    head = f"[DRY RUN] Would send {_counted(due)}"
    lines = (head, *(_line(each, each.why or "would be sent") for each in due))
    return Reply(document=plain(document), lines=lines)


def sent(deliveries: tuple[Delivery, ...], since: datetime, trace_id: str) -> Reply:
    failed = tuple(each for each in deliveries if each.why is not None)
    shown = tuple(_message(each, delivered=each.why is None) for each in deliveries)
    lines = tuple(_line(each, each.why or "delivered") for each in deliveries)
    if failed:
        return _failed(failed, deliveries, shown, lines, trace_id)
    document = Messages(since=since, trace_id=trace_id, messages=shown)
    return Reply(document=plain(document), lines=(*lines, f"Sent {_counted(deliveries)}"))


def _failed(
    failed: tuple[Delivery, ...],
    all_of_them: tuple[Delivery, ...],
    shown: tuple[Message, ...],
    lines: Lines,
    trace: str,
) -> Reply:
    code = exits.UNAVAILABLE
    headline = f"{len(failed)} of {_counted(all_of_them)} did not arrive"
    whys = [f"{each.to}: {_told(each.notice)}: {each.why}" for each in failed]
    reasons = [Reason(code="undelivered", message=why) for why in whys]
    document: dict[str, Any] = blocks.error_document("undelivered", code, headline, reasons, trace_id=trace)
    return Reply(
        code=code,
        document={**document, "messages": plain(shown)},
        lines=lines,
        error=(f"ERROR: {headline}", *whys, "Next: mend that, then run the same command again"),
    )


def _counted(deliveries: tuple[Delivery, ...]) -> str:
    return "1 message" if len(deliveries) == 1 else f"{len(deliveries)} messages"


def _line(delivery: Delivery, result: str) -> str:
    return f"{delivery.to}  {_told(delivery.notice)}  {result}"


def _told(notice: Notice) -> str:
    return f"{minute(notice.timestamp)} {sentence(notice)}"


def _message(delivery: Delivery, *, delivered: bool | None = None) -> Message:
    notice = delivery.notice
    return Message(
        to=delivery.to,
        message_id=notice.message_id,
        event_type=notice.event_type,
        environment=notice.target_environment,
        version=notice.artifact_tag,
        at=notice.timestamp,
        delivered=delivered,
        attempts=delivery.attempts,
        why=delivery.why,
    )
