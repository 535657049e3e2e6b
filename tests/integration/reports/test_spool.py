"""Rows V01, V02, G06: what a gate prints to standard output is its report, whole and alone, up to a size."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from floe.core.gates import Exited, NotStarted, TimedOut
from floe.core.policy import Gate
from floe.core.reports.reading import Unread
from floe.effects.gate.command import run_command
from floe.effects.gate.spool import LARGEST, Spool
from floe.effects.gate.surroundings import Surroundings

pytestmark = pytest.mark.anyio


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(folder=tmp_path, inherited={"PATH": os.environ["PATH"]}, told={}, grace_seconds=0.5)


@pytest.fixture
def spool() -> Iterator[Spool]:
    with Spool() as opened:
        yield opened


def scan(command: str, seconds: int = 30) -> Gate:
    return Gate(name="security_scan", command=command, timeout_seconds=seconds)


async def test_standard_output_is_the_report_and_standard_error_is_not(around: Surroundings, spool: Spool) -> None:
    report = await run_command(scan("echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three"), around, spool)
    assert isinstance(report, Exited)
    assert spool.content().unwrap() == b"one\nthree\n"
    assert report.output.tail == "one\ntwo\nthree\n"
    assert report.output.size == 14


async def test_a_large_report_is_kept_whole_and_its_end_is_shown(around: Surroundings, spool: Spool) -> None:
    command = f"{sys.executable} -c \"print('x' * 9_999_999); import sys; print('done', file=sys.stderr)\""
    report = await run_command(scan(command), around, spool)
    assert isinstance(report, Exited)
    assert spool.content().unwrap() == b"x" * 9_999_999 + b"\n"
    assert report.output.size == 10_000_005
    assert len(report.output.tail.encode()) <= 4096


async def test_what_a_pipeline_says_last_is_in_the_report(around: Surroundings, spool: Spool) -> None:
    await run_command(scan("exec > >(sleep 0.1; cat); echo late"), around, spool)
    assert spool.content().unwrap() == b"late\n"


async def test_a_closed_output_does_not_disturb_the_other(around: Surroundings, spool: Spool) -> None:
    report = await run_command(scan("echo one; exec >&-; sleep 0.1; echo two >&2; exit 3"), around, spool)
    assert isinstance(report, Exited)
    assert (report.code, report.output.tail) == (3, "one\ntwo\n")
    assert spool.content().unwrap() == b"one\n"


async def test_the_command_inherits_no_way_to_the_report(around: Surroundings, spool: Spool) -> None:
    """Row G02."""
    program = "import os; print(sorted(int(fd) for fd in os.listdir('/dev/fd'))[:4])"
    await run_command(scan(f'{sys.executable} -I -S -c "{program}"'), around, spool)
    assert spool.content().unwrap() == b"[0, 1, 2, 3]\n"  # 3 is the listing itself


async def test_a_command_that_does_not_end_is_ended_all_the_same(around: Surroundings, spool: Spool) -> None:
    report = await run_command(scan("trap '' TERM; while :; do echo y; done", 1), around, spool)
    assert isinstance(report, TimedOut)
    assert isinstance(
        await run_command(Gate(name="x", command=("/none",), timeout_seconds=1), around, spool), NotStarted
    )


async def test_a_report_beyond_the_limit_is_none_and_no_more_than_that_is_kept(
    around: Surroundings, spool: Spool
) -> None:
    report = await run_command(scan(f"head -c {LARGEST + 5_000_000} /dev/zero"), around, spool)
    assert isinstance(report, Exited)
    assert (report.code, report.output.size) == (0, LARGEST + 5_000_000)
    assert os.fstat(spool.number).st_size == LARGEST + 1
    assert spool.content().failure() == Unread(why="the report is larger than 128 MiB")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
async def test_a_full_disk_is_told(around: Surroundings, spool: Spool) -> None:
    with Path("/dev/full").open("r+b", buffering=0) as full:  # noqa: ASYNC230 (no file that could block)
        os.dup2(full.fileno(), spool.number, inheritable=False)
    report = await run_command(scan("echo '{}'"), around, spool)
    assert isinstance(report, Exited)
    assert (report.code, report.output.tail) == (0, "{}\n")
    assert spool.content().failure() == Unread(why="the report could not be kept: No space left on device")


async def test_nothing_and_white_space_are_no_report(around: Surroundings, spool: Spool) -> None:
    expected = Unread(why="the command printed no report", is_foreign=True)
    assert spool.content().failure() == expected
    await run_command(scan("echo; echo '{}' >&2"), around, spool)
    assert spool.content().failure() == expected


async def test_the_report_is_in_no_folder_and_gone_with_the_gate(around: Surroundings) -> None:
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 (a Path would block no less)
    with Spool() as spool:
        await run_command(scan("echo here; ls -A"), around, spool)
        assert spool.content().unwrap() == b"here\n"
    assert len(os.listdir("/dev/fd")) <= before  # noqa: PTH208
