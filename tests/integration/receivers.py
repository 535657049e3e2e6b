"""Messages and those who are told, for tests: everybody is on this machine, and time is virtual as a rule."""

from typing import Any, Final

import msgspec

from floe.core.canonical import digest_of
from floe.core.message.form import Format
from floe.core.message.notice import Audience, Notice
from floe.effects.memory.world import CountedEntropy, VirtualClock
from floe.effects.ports import Clock, Delivery
from floe.effects.registry.origin import origin_of
from floe.effects.webhook import address
from floe.effects.webhook.address import Resolve
from floe.effects.webhook.herald import WebHerald
from floe.effects.webhook.receiver import Receiver
from tests.servers.stranger import Reply

SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATH: Final = "/services/T00/B00/canary"


def notice(number: int = 0, **more: Any) -> Notice:
    """Something to tell; a field given as `...` is left out."""
    record = digest_of(b"record %d" % number)
    fields = {
        "message_id": f"msg_{record[7:39]}",
        "event_type": "promote",
        "promotion_id": f"promotion {number}",
        "artifact_tag": "v1.0.0",
        "target_environment": "staging",
        "operator": "ann",
        "assurance": "verified",
        "timestamp": VirtualClock().now(),
        "trace_id": "0" * 32,
        "repository": "oci://registry.example/app",
        "record": record,
    }
    return msgspec.convert({name: value for name, value in {**fields, **more}.items() if value is not ...}, Notice)


def receiver(url: str, form: Format = "floe", **more: Any) -> Receiver:
    """Somebody on this machine who wants everything."""
    origin = origin_of(url)
    assert origin is not None
    audience = Audience(name=origin.host, events=("promote", "rollback", "lock", "unlock"))
    fields = {"audience": audience, "headers": {}, "timeout": 5.0, "retries": 3, "allow_private": True}
    return Receiver(**{"origin": origin, "target": PATH, "form": form, **fields, **more})


async def tell(
    *receivers: Receiver,
    notices: tuple[Notice, ...] = (notice(),),
    clock: Clock | None = None,
    variables: dict[str, str] | None = None,
    resolve: Resolve = address.system,
    patience: float = 25.0,
) -> tuple[Delivery, ...]:
    at = clock or VirtualClock()
    herald = WebHerald(receivers, at, CountedEntropy(), variables or {}, resolve=resolve, patience=patience)
    return await herald.tell(notices)


def answering(*replies: Reply) -> Any:
    """Each of these once, and the last for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
