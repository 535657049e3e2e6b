"""The one clock and the one source of randomness; both are handed to the rest by port."""

import random
import secrets
import time
import uuid
from datetime import UTC, datetime

import anyio


def moment() -> datetime:
    """The time, UTC, as exactly as it is known: for logs, which no decision reads."""
    return datetime.now(tz=UTC)


_STARTED = time.time_ns() - time.monotonic_ns()


def nanoseconds() -> int:
    """Nanoseconds since 1970 for traces, never stepping back."""
    return _STARTED + time.monotonic_ns()


class SystemClock:
    def now(self) -> datetime:
        """The time, UTC, in whole seconds."""
        return datetime.now(tz=UTC).replace(microsecond=0)

    def monotonic(self) -> float:
        """Seconds since the machine started, or some such moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


class SystemEntropy:
    def identifier(self) -> str:
        return str(uuid.uuid4())

    def trace_id(self) -> str:
        return uuid.uuid4().hex

    def secret(self) -> bytes:
        """32 bytes that nobody can guess."""
        return secrets.token_bytes(32)

    def jitter(self) -> float:
        return random.random()  # noqa: S311 - spreads retries, guards nothing
