"""Gates run together, every result is kept, and the order is that of the manifest."""

from dataclasses import dataclass, field

import anyio
import pytest

from floe.core.gates import Exited, Output, Report
from floe.core.policy import Gate
from floe.effects.gate.side_by_side import run_gates

pytestmark = pytest.mark.anyio


@dataclass
class Stage:
    """A runner that notes who is on stage together; its clock goes one step further at each look."""

    codes: dict[str, int] = field(default_factory=dict)
    on: set[str] = field(default_factory=set)
    seen: list[set[str]] = field(default_factory=list)
    now: float = 0.0

    async def run(self, gate: Gate) -> Report:
        self.on.add(gate.name)
        await anyio.sleep(0.01)
        self.seen.append(set(self.on))
        self.on.remove(gate.name)
        return Exited(code=self.codes.get(gate.name, 0), output=Output(size=0))

    def monotonic(self) -> float:
        self.now += 0.25
        return self.now


def gate(name: str, *, exclusive: bool = False) -> Gate:
    return Gate(name=name, command="true", timeout_seconds=30, exclusive=exclusive)


async def test_results_come_in_the_order_of_the_gates_and_none_is_lost() -> None:
    """Row G12."""
    stage = Stage(codes={"b": 1})
    results = await run_gates([gate("c"), gate("b"), gate("a")], stage.run, stage.monotonic)
    assert [(result.gate, result.status) for result in results] == [
        ("c", "passed"),
        ("b", "failed"),
        ("a", "passed"),
    ]


async def test_gates_run_side_by_side_but_for_the_exclusive_ones() -> None:
    stage = Stage()
    gates = [gate("alone", exclusive=True), gate("a"), gate("b"), gate("also alone", exclusive=True)]
    results = await run_gates(gates, stage.run, stage.monotonic)
    assert [result.gate for result in results] == ["alone", "a", "b", "also alone"]
    assert {"a", "b"} in stage.seen
    assert {"alone"} in stage.seen
    assert {"also alone"} in stage.seen


async def test_the_clock_that_is_handed_in_measures() -> None:
    stage = Stage()
    (result,) = await run_gates([gate("a")], stage.run, stage.monotonic)
    assert result.duration_ms == 250


async def test_no_gates_no_results() -> None:
    stage = Stage()
    assert await run_gates([], stage.run, stage.monotonic) == ()
