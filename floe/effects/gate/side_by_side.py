"""Running the gates of a plan: all at once, but for those that want the machine to themselves."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import anyio

from floe.core.gates import Ending, GateResult, judge
from floe.core.policy import Gate

Runner: TypeAlias = Callable[[Gate], Awaitable[Ending]]
Monotonic: TypeAlias = Callable[[], float]  # seconds since some moment; never goes back


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """Which gates run, and since when; which have ended, in the order in which they did."""

    monotonic: Monotonic
    since: dict[str, float] = field(default_factory=dict)
    ended: list[GateResult] = field(default_factory=list)

    def began(self, gate: Gate) -> None:
        self.since[gate.name] = self.monotonic()

    def end(self, gate: Gate, ending: Ending) -> GateResult:
        seconds = self.monotonic() - self.since.pop(gate.name)
        result = judge(gate, ending, round(seconds * 1000))
        self.ended.append(result)
        return result


class Progress(Protocol):
    """Tells somebody how gates get on."""

    async def follow(self, board: Board) -> None:
        """Tell until cancelled, which it is when the last gate has ended."""


class Silence:
    """Tells nobody."""

    async def follow(self, _: Board) -> None:
        return


async def run_gates(
    gates: Sequence[Gate], run: Runner, monotonic: Monotonic, progress: Progress | None = None
) -> tuple[GateResult, ...]:
    """The result of every gate, in the order in which they were given; no result stops another gate."""
    results: list[GateResult | None] = [None] * len(gates)
    board = Board(monotonic=monotonic)

    async def finish(place: int) -> None:
        board.began(gates[place])
        results[place] = board.end(gates[place], await run(gates[place]))

    async with anyio.create_task_group() as following:
        following.start_soon((progress or Silence()).follow, board)
        async with anyio.create_task_group() as together:
            for place, gate in enumerate(gates):
                if not gate.exclusive:
                    together.start_soon(finish, place)
        for place, gate in enumerate(gates):
            if gate.exclusive:
                await finish(place)
        following.cancel_scope.cancel()
    return tuple(result for result in results if result is not None)
