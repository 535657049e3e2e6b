"""Who is told, as the manifest says; and what keeps some of them from being told."""

from collections import Counter
from typing import Final
from urllib.parse import urlsplit

from floe.core.message.notice import Audience
from floe.effects.ports import Clock, Entropy, Herald, NoHerald
from floe.effects.registry.origin import Origin, literal, origin_of
from floe.effects.webhook import signature
from floe.effects.webhook.address import check
from floe.effects.webhook.receiver import Receiver
from floe.effects.webhook.undelivered import UndeliveredError
from floe.shell.settings import Settings, Surroundings, Webhook

LOOPBACK: Final = "127.0.0.1"
NOWHERE: Final = Origin(scheme="https", host="", port=443)


def herald(settings: Settings, around: Surroundings, clock: Clock, entropy: Entropy) -> Herald:
    """Whoever tells those whom the manifest names."""
    if not settings.webhooks:
        return NoHerald()
    from floe.effects.webhook.herald import WebHerald  # noqa: PLC0415 (few commands tell anybody)

    return WebHerald(receivers(settings), clock, entropy, around.variables)


def receivers(settings: Settings) -> tuple[Receiver, ...]:
    """Those whom the manifest names; each is called by its host, and by its place where that is not enough."""
    hosts = Counter(webhook.host for webhook in settings.webhooks)
    return tuple(
        _receiver(webhook, webhook.host if hosts[webhook.host] == 1 else f"{webhook.host} (webhooks[{number}])")
        for number, webhook in enumerate(settings.webhooks)
    )


def unfit(webhook: Webhook) -> str | None:
    """Why nothing can be sent there; no secret is in it."""
    if webhook.unset:
        return f"the environment variable {webhook.unset[0]} is not set"
    odd = next((name for name, value in webhook.headers if not _is_sendable(value.reveal())), None)
    if odd is not None:
        return f"the value of its header {odd} holds a character that no header can carry"
    origin = origin_of(webhook.url.reveal())
    if origin is None:
        return "its address holds a character that no address can"
    return _out_of_bounds(webhook, origin) or _without_key(webhook)


def _out_of_bounds(webhook: Webhook, origin: Origin) -> str | None:
    """Of an address that is written down; what a name stands for, only sending can tell."""
    spelt = literal(LOOPBACK if origin.host == "localhost" else origin.host)
    if spelt is None:
        return None
    try:
        check(spelt, allow_private=webhook.allow_private)
    except UndeliveredError as error:
        return error.why
    return None


def _without_key(webhook: Webhook) -> str | None:
    if webhook.format == "pagerduty":
        return None if webhook.secret else "PagerDuty wants the integration key of a service; give it as secret"
    if webhook.secret is not None and signature.keys(webhook.secret.reveal()) is None:
        return f"its secret is none of Standard Webhooks: {signature.EXPECTED}"
    return None


def _is_sendable(value: str) -> bool:
    """Whether a header can carry it (RFC 9110, section 5.5): no line breaks and other controls, nothing exotic."""
    return all(" " <= each <= "~" or each == "\t" or "\xa0" <= each <= "\xff" for each in value)


def _receiver(webhook: Webhook, name: str) -> Receiver:
    why = unfit(webhook)
    url, secret = webhook.url.reveal(), webhook.secret.reveal() if webhook.secret else ""
    parts = urlsplit(url)
    is_pagerduty = webhook.format == "pagerduty"
    return Receiver(
        audience=Audience(name=name, events=webhook.events, unfit=why),
        origin=origin_of(url) or NOWHERE,
        target=f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/",
        headers={header: value.reveal() for header, value in webhook.headers},
        form=webhook.format,
        keys=() if is_pagerduty else signature.keys(secret) or (),
        routing_key=secret if is_pagerduty else "",
        timeout=float(webhook.timeout_seconds),
        retries=webhook.retry_count,
        allow_private=webhook.allow_private,
    )
