"""The one clock and the one source of randomness; both are handed to the rest by port."""

import random
import secrets
import time
import uuid
from datetime import UTC, datetime

import anyio


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
