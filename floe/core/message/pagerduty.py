"""A notice as an event of PagerDuty's Events API v2. A lock is an incident that ends with its unlock."""

from typing import Final, Literal, TypeAlias

from floe.core.explain.phrase import on_one_line
from floe.core.message.notice import EventType, Notice, sentence, who

Severity: TypeAlias = Literal["critical", "error", "warning", "info"]

LONGEST_SUMMARY: Final = 1024
LONGEST_SOURCE: Final = 255
SEVERITIES: Final[dict[EventType, Severity]] = {
    "promote": "info",
    "rollback": "warning",
    "lock": "warning",
    "unlock": "info",
}


def event(notice: Notice) -> dict[str, object]:
    """The event, without the key by which PagerDuty knows the service. Sent again it is the same alert."""
    reason = f": {notice.reason}" if isinstance(notice.reason, str) else ""
    is_over = isinstance(notice.ends, str)
    return {
        "event_action": "resolve" if is_over else "trigger",
        "dedup_key": notice.ends if is_over else notice.message_id,
        "client": "floe",
        "payload": {
            "summary": on_one_line(f"{sentence(notice)} by {who(notice)}{reason}", LONGEST_SUMMARY),
            "source": on_one_line(notice.repository, LONGEST_SOURCE),
            "severity": SEVERITIES[notice.event_type],
            "timestamp": notice.timestamp,
            "group": notice.target_environment,
            "class": notice.event_type,
            "custom_details": notice,
        },
    }
