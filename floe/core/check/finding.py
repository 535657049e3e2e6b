"""What `check` says of a policy."""

from typing import Literal

from floe.core.value import Value


class Finding(Value, frozen=True, kw_only=True):
    """Wrong: somebody is refused whatever they do. Doubtful: it may be meant, and probably is not."""

    level: Literal["wrong", "doubtful"]
    where: str  # environments.<name>… or identity…
    message: str


def wrong(where: str, message: str) -> Finding:
    return Finding(level="wrong", where=where, message=message)


def doubtful(where: str, message: str) -> Finding:
    return Finding(level="doubtful", where=where, message=message)
