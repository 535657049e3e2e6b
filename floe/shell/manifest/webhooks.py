"""What must hold of those who are told, and what keeps some of them from being told."""

from collections.abc import Iterator

from floe.effects.registry.origin import origin_of
from floe.shell.complaint import Complaint, Doubt
from floe.shell.document import Spot
from floe.shell.heralds import unfit
from floe.shell.settings import Settings

PATH = ("artifacts", "promotion", "webhooks")


def encrypted(top: Spot) -> Iterator[Complaint]:
    """Messages go over https, unless a private address is meant."""
    for webhook in top.all_at(*PATH, "*"):
        origin = origin_of(webhook.at("url").text or "")
        is_open = origin is not None and origin.scheme == "http" and not origin.is_loopback
        if is_open and webhook.at("allow_private").value is not True:
            expected = "an https:// address; http:// for this machine alone, or with allow_private: true"
            yield webhook.at("url").complain_of_content("this is no address for messages", expected)


def doubts(settings: Settings) -> Iterator[Doubt]:
    """One for each of them to whom nothing can be sent; variables without a value are told of elsewhere."""
    for number, webhook in enumerate(settings.webhooks):
        why = unfit(webhook)
        if why is not None and not webhook.unset:
            yield Doubt(path=f"{'.'.join(PATH)}[{number}]", message=f"{why}; messages will not be sent")
