"""The trace a run belongs to: the caller's, where there is one, else its own (W3C Trace Context)."""

from typing import Final

from floe.effects.ports import Entropy, Trace
from floe.shell.clock import SystemEntropy
from floe.shell.settings import surroundings

HEX: Final = frozenset("0123456789abcdef")
LENGTHS: Final = (2, 32, 16, 2)  # version, trace id, span id, flags
SAMPLED: Final = 0x01
KNOWN_FLAGS: Final = 0x03  # sampled, and that the trace id is random; others are not handed on


def trace(inherited: str | None, entropy: Entropy) -> Trace:
    """A trace continuing the inherited traceparent; one that is malformed counts for nothing, as the spec says."""
    found = _parsed(inherited or "")
    if found is None:
        trace_id = entropy.trace_id()
        return Trace(trace_id=trace_id, traceparent=f"00-{trace_id}-{entropy.trace_id()[:16]}-{SAMPLED:02x}")
    trace_id, parent, flags = found
    return Trace(trace_id=trace_id, parent=parent, flags=flags, traceparent=f"00-{trace_id}-{parent}-{flags:02x}")


def begun() -> Trace:
    """The trace of this process."""
    return trace(surroundings().traceparent, SystemEntropy())


def _parsed(inherited: str) -> tuple[str, str, int] | None:
    """Trace id, span id and flags; of a version that is not known yet, what version 00 has of them."""
    version, *fields = inherited.split("-")
    parts = (version, *fields[:3])
    if tuple(map(len, parts)) != LENGTHS or not all(HEX.issuperset(part) for part in parts):
        return None
    if version == "ff" or (version == "00" and len(fields) > len(LENGTHS) - 1):
        return None
    trace_id, parent, flags = fields[:3]
    if not int(trace_id, 16) or not int(parent, 16):
        return None
    return trace_id, parent, int(flags, 16) & (KNOWN_FLAGS if version == "00" else SAMPLED)
