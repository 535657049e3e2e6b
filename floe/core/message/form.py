"""A notice in the words of the one who is told: floe's own, Slack's, PagerDuty's or CloudEvents'."""

from typing import Final, Literal, TypeAlias

import msgspec

from floe.core.message import pagerduty, slack
from floe.core.message.notice import Notice

Format: TypeAlias = Literal["floe", "slack", "pagerduty", "cloudevents"]

JSON: Final = "application/json"
CLOUD_EVENT: Final = "application/cloudevents+json"  # CloudEvents 1.0 in structured mode
MEDIA_TYPES: Final[dict[Format, str]] = {
    "floe": JSON,
    "slack": JSON,
    "pagerduty": JSON,
    "cloudevents": CLOUD_EVENT,
}
_IN_A_REFERENCE: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@!$&'()*+,;=")


def written(notice: Notice, form: Format, key: str = "") -> bytes:
    """The body of the message. `key` is what PagerDuty knows the service by, and nobody else is told."""
    match form:
        case "floe":
            return msgspec.json.encode(notice)
        case "slack":
            return msgspec.json.encode(slack.message(notice))
        case "pagerduty":
            return msgspec.json.encode({"routing_key": key, **pagerduty.event(notice)})
        case "cloudevents":
            return msgspec.json.encode(_cloud_event(notice))


def _cloud_event(notice: Notice) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": notice.message_id,
        "source": _reference(notice.repository),
        "type": f"dev.floe.{notice.event_type}.v1",
        "subject": notice.target_environment,
        "time": notice.timestamp,
        "datacontenttype": JSON,
        "data": notice,
    }


def _reference(location: str) -> str:
    """The repository as a URI reference (RFC 3986): a folder's name may hold anything."""
    return "".join(chr(byte) if byte in _IN_A_REFERENCE else f"%{byte:02X}" for byte in location.encode())
