"""The trace a run belongs to: the caller's, where there is one, else its own (W3C Trace Context)."""

from typing import Final

import re2

from floe.core.value import Value
from floe.effects.ports import Entropy

TRACEPARENT: Final = r"[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})"


class Trace(Value, frozen=True, kw_only=True):
    """The trace id, and the traceparent that is handed on to what floe starts."""

    trace_id: str
    traceparent: str


def trace(inherited: str | None, entropy: Entropy) -> Trace:
    """A trace continuing the inherited traceparent; one that is malformed counts for nothing, as the spec says."""
    found = re2.fullmatch(TRACEPARENT, inherited or "")
    if found and not found[0].startswith("ff") and int(found["trace"], 16) and int(found["span"], 16):
        trace_id, flags = found["trace"], found["flags"]
    else:
        trace_id, flags = entropy.trace_id(), "01"
    return Trace(trace_id=trace_id, traceparent=f"00-{trace_id}-{entropy.trace_id()[:16]}-{flags}")
