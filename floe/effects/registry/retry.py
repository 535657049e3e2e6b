"""Trying again: only what may work next time, never longer than the deadline."""

from collections.abc import Callable
from typing import Final, TypeVar

import anyio
import anyio.to_thread
from returns.result import Failure, Success

from floe.core.fault import Damaged
from floe.effects.blocking import FaultError
from floe.effects.ports import Clock, Entropy, Outcome
from floe.effects.registry.transport import TransientError

T = TypeVar("T")

SIDE_BY_SIDE: Final = 16  # requests at once
FIRST: Final = 0.01  # seconds; a registry that answers 500 while a tag moves is well again at once
GROWTH: Final = 4
LONGEST: Final = 5.0  # seconds between two tries, unless the server asks for more


class Patience:
    """Runs blocking attempts in threads, a bounded number at once."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._entropy = entropy
        self._limiter = anyio.CapacityLimiter(SIDE_BY_SIDE)

    def moment(self, seconds: float) -> float:
        """The moment in so many seconds, as `persist` and attempts take it."""
        return self._clock.monotonic() + seconds

    async def persist(self, attempt: Callable[[float], T], until: float) -> Outcome[T]:
        """What an attempt gives before a moment, of which each attempt is told."""
        tried = 0
        while True:
            try:
                return Success(await anyio.to_thread.run_sync(attempt, until, limiter=self._limiter))
            except FaultError as error:
                tried += 1
                delay = self._delay(error, tried)
                if delay is None or self._clock.monotonic() + delay >= until:
                    return Failure(error.fault)
            await self._clock.sleep(delay)

    def _delay(self, error: FaultError, tried: int) -> float | None:
        """Seconds until the next try; None when there is none."""
        match error:
            case TransientError(again=again, after=after) if tried <= again:
                return self._backoff(tried) if after is None else max(after, FIRST)
            case FaultError(fault=Damaged()) if tried == 1:  # some proxy may have spoilt it on the way
                return self._backoff(tried)
            case _:
                return None

    def _backoff(self, tried: int) -> float:
        longest: float = min(LONGEST, FIRST * GROWTH ** (tried - 1))
        return longest * (1 + self._entropy.jitter()) / 2
