"""Clocks for tests that would otherwise take as long as patience does."""

from datetime import datetime

from floe.shell.clock import SystemClock


class PatientClock:
    """A clock on which hardly anybody has to sleep as long as it says."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._real.now()

    def monotonic(self) -> float:
        return self._real.monotonic() + sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self._real.sleep(seconds / 50)


class FastClock:
    """A clock on which half a minute is less than a second."""

    def __init__(self) -> None:
        self._real = SystemClock()

    def now(self) -> datetime:
        return self._real.now()

    def monotonic(self) -> float:
        return self._real.monotonic() * 40

    async def sleep(self, seconds: float) -> None:
        await self._real.sleep(seconds / 40)
