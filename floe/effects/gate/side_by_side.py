"""Running the gates of a plan: all at once, but for those that want the machine to themselves."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import anyio

from floe.core.gates import Ending, GateResult, judge
from floe.core.policy import Gate

Runner: TypeAlias = Callable[[Gate], Awaitable[Ending]]
Monotonic: TypeAlias = Callable[[], float]  # seconds since some moment; never goes back


async def run_gates(gates: Sequence[Gate], run: Runner, monotonic: Monotonic) -> tuple[GateResult, ...]:
    """The result of every gate, in the order in which they were given; no result stops another gate."""
    results: list[GateResult | None] = [None] * len(gates)

    async def finish(place: int) -> None:
        results[place] = await _timed(gates[place], run, monotonic)

    async with anyio.create_task_group() as together:
        for place, gate in enumerate(gates):
            if not gate.exclusive:
                together.start_soon(finish, place)
    for place, gate in enumerate(gates):
        if gate.exclusive:
            await finish(place)
    return tuple(result for result in results if result is not None)


async def _timed(gate: Gate, run: Runner, monotonic: Monotonic) -> GateResult:
    started = monotonic()
    ending = await run(gate)
    return judge(gate, ending, round((monotonic() - started) * 1000))
