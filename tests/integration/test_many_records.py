"""A long history slows nothing down: what a promotion and a look read and write does not grow with it."""

import statistics
import sys
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

import pytest

from floe.core.ledger.head import SEGMENT, TAIL
from floe.shell import api
from tests.integration.long_ledger import grow, now
from tests.integration.process import BARE, Bench, done, run

FEW, MANY, VERY_MANY = 100, 2_000, 10_000
TIMES: Final = 5
FACTOR: Final = 3
HEX: Final = 64  # how long the name of a blob is

touched: list[tuple[str, str]] = []
watching: list[bool] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if watching and event in ("open", "os.rename"):
        touched.append((event, str(arguments[1 if event == "os.rename" else 0])))


sys.addaudithook(watch)


@pytest.fixture
def bare(bench: Bench) -> Bench:
    bench.write("manifest.yaml", BARE)
    for number in range(4 * TIMES):
        bench.push(f"v2.{number}.0")
    return bench


def median(call: Callable[[int], Coroutine[Any, Any, Any]], first: int) -> float:
    """Seconds that a call takes."""
    took = []
    for number in range(first, first + TIMES):
        started = time.perf_counter()
        run(partial(call, number))
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def measured(bench: Bench, first: int) -> tuple[float, float]:
    """How long a promotion and a look take now."""

    async def promote(number: int) -> None:
        assert done(await api.promote(bench.session(), f"v2.{number}.0", to="dev")).receipt.fault is None

    async def status(_: int) -> None:
        (await api.status(bench.session())).unwrap()

    return median(promote, first), median(status, 0)


def files(bench: Bench, version: str) -> tuple[set[str], int]:
    """The blobs that one promotion reads, and how many files it writes."""
    touched.clear()
    watching.append(True)
    bench.promote(version, "dev")
    watching.clear()
    read = {name for event, name in touched if event == "open" and len(name) == HEX}
    return read, sum(event == "os.rename" for event, _ in touched)


def grown(bench: Bench, until: int) -> None:
    grow(bench.registry, until, bench.session().policy)


@pytest.mark.parametrize("many", [MANY, pytest.param(VERY_MANY, marks=pytest.mark.soak)])
def test_promoting_and_looking_do_not_slow_down(bare: Bench, many: int) -> None:
    grown(bare, FEW)
    few = measured(bare, 0)
    grown(bare, many)
    there = measured(bare, TIMES)
    assert there[0] < FACTOR * few[0]
    assert there[1] < FACTOR * few[1]


def test_files_read_and_written_do_not_grow_but_for_segments_searched(bare: Bench) -> None:
    grown(bare, FEW)
    few_read, few_written = files(bare, "v2.0.0")
    grown(bare, MANY)
    read, written = files(bare, "v2.1.0")
    segments = {each.digest.removeprefix("sha256:") for each in now(bare.registry).segments}
    assert len(segments) == (MANY - TAIL) // SEGMENT
    assert written == few_written
    assert len(read - segments) <= len(few_read - segments)


def test_a_long_history_is_listed_and_checked(bare: Bench) -> None:
    grown(bare, MANY)
    seen = run(lambda: api.status(bare.session(), env="dev", history=MANY)).unwrap()
    [dev] = seen.environments
    assert [each.version for each in dev.history] == [f"v1.{number}.0" for number in range(MANY)]
    drift = run(lambda: api.status(bare.session(), check=True)).unwrap().drift
    assert drift is not None
    assert len(drift) == MANY  # but for the last environment tag, nothing was drawn
