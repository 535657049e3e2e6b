"""While gates run, somebody is told on stderr; the answer on stdout is as it is without."""

import io
import json
import os
import pty
import sys
from contextlib import redirect_stderr
from pathlib import Path

import anyio
import pytest

from floe.core.gates import Exited, GateResult, Output, judge
from floe.core.policy import Gate
from floe.effects.gate.side_by_side import Board, Progress, Silence, run_gates
from floe.shell import progress
from floe.shell.log import SILENT, Log
from floe.shell.progress import Lines, Live
from floe.shell.settings import Surroundings
from tests.integration.process import PLAIN, Bench

DONE = Exited(code=0, output=Output(size=0))


def gate(name: str) -> Gate:
    return Gate(name=name, command="true", timeout_seconds=30)


def ended(name: str, ms: int) -> GateResult:
    return judge(gate(name), DONE, ms)


def at(now: float, since: dict[str, float], *results: GateResult) -> Board:
    return Board(monotonic=lambda: now, since=since, ended=list(results))


def test_a_gate_that_takes_its_time_is_told_of_when_it_does_and_when_it_ends() -> None:
    lines = Lines(log=Log(), patience=3)
    with redirect_stderr(io.StringIO()) as told:
        lines.tell(at(2.9, {"tests": 0.0, "scan": 0.0}))
        lines.tell(at(3.0, {"tests": 0.0, "scan": 0.0}, ended("quick", 2900)))
        lines.tell(at(3.1, {"tests": 0.0, "scan": 0.0}, ended("quick", 2900)))
        lines.tell(at(12.1, {"scan": 0.0}, ended("quick", 2900), ended("tests", 12_100)))
    assert told.getvalue().splitlines() == [
        "gate tests: running",
        "gate scan: running",
        "gate tests: passed in 12 s",
    ]


def test_lines_are_json_where_logs_are() -> None:
    with redirect_stderr(io.StringIO()) as told:
        Lines(log=Log(form="json"), patience=0).tell(at(0, {"tests": 0.0}))
    line = json.loads(told.getvalue())
    assert line | {"time": "", "trace_id": None} == {
        "time": "",
        "level": "info",
        "message": "gate tests: running",
        "trace_id": None,
        "gate": "tests",
        "status": "running",
    }


def test_live_lines_are_drawn_over_and_leave_nothing_but_what_ended() -> None:
    stream = io.StringIO()
    live = Live(lines=Lines(log=Log(), patience=3), stream=stream)
    for board in (at(0.4, {"tests": 0.0}), at(1, {"tests": 0.0}), at(1.1, {"tests": 0.0})):
        live._draw(board, live._running(board))
    live._draw(at(4, {}, ended("tests", 4000)), [])
    assert stream.getvalue() == "gate tests: running, 1 s\n\x1b[1A\x1b[Jgate tests: passed in 4 s\n"


@pytest.mark.anyio
async def test_whoever_follows_hears_the_end_of_the_last_gate_and_holds_nothing_up() -> None:
    stream = io.StringIO()
    teller = Lines(log=Log(), patience=0)

    async def run(_: Gate) -> Exited:
        await anyio.sleep(0.01)
        return DONE

    with redirect_stderr(stream), anyio.fail_after(5):
        await run_gates([gate("a"), gate("b")], run, lambda: 0.0, teller)
    assert sorted(stream.getvalue().splitlines()) == ["gate a: passed in 0 s", "gate b: passed in 0 s"]


@pytest.mark.parametrize(
    ("log", "kind"),
    [(SILENT, Silence), (Log(), Lines), (Log(form="json"), Lines)],
)
def test_without_a_terminal_there_are_lines_and_quietly_nothing(log: Log, kind: type[Progress]) -> None:
    with redirect_stderr(io.StringIO()):
        assert isinstance(progress.progress(log, Surroundings(variables={"TERM": "xterm"})), kind)


def on_a_terminal(bench: Bench, *arguments: str, term: str = "xterm") -> tuple[str, str]:
    """What a person sees whose stderr is a terminal, and what is written to stdout, which is a file."""
    out = bench.folder / "stdout"
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(bench.folder)
        os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.execve(sys.executable, [sys.executable, "-m", "floe", *arguments], {**bench.environ(), "TERM": term})
    seen = b""
    while chunk := _read(terminal):
        seen += chunk
    os.waitpid(child, 0)
    os.close(terminal)
    return seen.decode(), Path(out).read_text()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the last process has closed it
        return b""


@pytest.mark.skipif(sys.platform != "linux", reason="a child of fork() may not do this on macOS")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_on_a_terminal_a_running_gate_has_a_line_that_goes_away(bench: Bench) -> None:
    bench.write("manifest.yaml", PLAIN.replace("test ! -f broken", "sleep 1"))
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev")
    promote = ("platform", "promote", "v1.0.0", "--to=staging", "-o", "json")
    seen, printed = on_a_terminal(bench, *promote)
    assert "gate tests: running, " in seen
    assert seen.endswith("\x1b[1A\x1b[J")
    assert json.loads(printed)["success"] is True
    again = (*promote, "--force")
    assert on_a_terminal(bench, *again, "--quiet")[0] == ""
    assert on_a_terminal(bench, *again, term="dumb")[0] == ""
