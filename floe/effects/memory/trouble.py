"""Faults on demand, for everything in the memory world."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

import anyio.lowlevel
from returns.result import Failure

from floe.core.fault import Fault
from floe.core.value import Value
from floe.effects.ports import Outcome

T = TypeVar("T")


class Call(Value, frozen=True, kw_only=True):
    """What somebody asks of the memory world: the port's method, and the tag it is about, if any."""

    operation: str
    tag: str | None = None


class Strike(Value, frozen=True, kw_only=True):
    """A call fails: before it has its effect, or after, when only the answer is lost."""

    fault: Fault
    after: bool = False


Decider: TypeAlias = Callable[[Call], Strike | None]


class Trouble:
    """Which calls fail. A planned fault strikes once, the first call that fits; `decide` is asked about the rest.

    A crash is a `decide` that raises.
    """

    def __init__(self, decide: Decider = lambda _: None) -> None:
        self.decide = decide
        self.calls: list[Call] = []  # all that were made, in order
        self._planned: list[tuple[Call, Strike]] = []

    def fail_before(self, operation: str, fault: Fault, tag: str | None = None) -> None:
        """Let the next such call fail without an effect; without `tag`, whatever it is about."""
        self._planned.append((Call(operation=operation, tag=tag), Strike(fault=fault)))

    def fail_after(self, operation: str, fault: Fault, tag: str | None = None) -> None:
        """Let the next such call do what it should, and lose its answer."""
        self._planned.append((Call(operation=operation, tag=tag), Strike(fault=fault, after=True)))

    async def around(self, call: Call, effect: Callable[[], Outcome[T]]) -> Outcome[T]:
        """Make a call. Other tasks run before it and after it, never within."""
        await anyio.lowlevel.checkpoint()
        self.calls.append(call)
        strike = self._next(call)
        if strike is not None and not strike.after:
            return Failure(strike.fault)
        outcome = effect()
        await anyio.lowlevel.checkpoint()
        return outcome if strike is None else Failure(strike.fault)

    def _next(self, call: Call) -> Strike | None:
        for plan in self._planned:
            wanted, strike = plan
            if wanted.operation == call.operation and wanted.tag in (None, call.tag):
                self._planned.remove(plan)
                return strike
        return self.decide(call)
