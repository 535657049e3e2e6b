"""A port of the world with something done before or after its calls."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

Tap: TypeAlias = Callable[[str], Awaitable[None]]  # is told the name of the call


class Killed(BaseException):
    """The process is no more, as far as can be told from within one."""


class Tapped:
    """Whatever port it is given; every asynchronous call of it passes both taps."""

    def __init__(self, port: object, before: Tap, after: Tap) -> None:
        self._port, self._before, self._after = port, before, after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)
        if not inspect.iscoroutinefunction(call):
            return call

        async def tapped(*arguments: Any, **options: Any) -> Any:
            await self._before(name)
            outcome = await call(*arguments, **options)
            await self._after(name)
            return outcome

        return tapped
