"""One who is told over HTTP, and everything that is needed for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from floe.core.message.form import Format
from floe.core.message.notice import Audience
from floe.effects.registry.origin import Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """Where messages go, and how. No `Value`: it holds credentials, and the target is one."""

    audience: Audience
    origin: Origin
    target: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    form: Format
    keys: tuple[bytes, ...] = field(repr=False, default=())  # that sign
    routing_key: str = field(repr=False, default="")  # PagerDuty's
    timeout: float
    retries: int
    allow_private: bool = False
