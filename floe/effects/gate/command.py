"""Running the command of a gate: it ends in time, with all that it started, and what it prints is bounded."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import anyio
from anyio.abc import ByteReceiveStream, Process

from floe.core.gates import Exited, NotStarted, Output, Report, TimedOut
from floe.core.names import Digest
from floe.core.plain import end_of
from floe.core.policy import Gate
from floe.effects.gate.spool import LARGEST, Spool
from floe.effects.gate.surroundings import Surroundings, arguments, environment, loader

SLACK_SECONDS: Final = 1.0  # what the supervisor may need beyond timeout and grace
_SUPERVISOR: Final = Path(__file__).with_name("supervisor.py")


async def run_command(gate: Gate, surroundings: Surroundings, spool: Spool | None = None) -> Report:
    """What became of a gate's command. Cancelled, it ends the command and all that descends from it first.

    Where there is a spool, what the command prints to standard output is kept there too.
    """
    if not gate.command:
        return NotStarted(why="the gate is on and has no command")
    argv = arguments(gate.command, surroundings)
    order = _order(gate, argv, surroundings, spool)
    if order is None:
        return NotStarted(why="the command holds a NUL character")
    try:
        supervisor = await _supervisor(surroundings, spool)
    except OSError as error:  # the folder is gone, no more processes, …
        return NotStarted(why=str(error))
    answer = await _answer(supervisor, order, within=gate.timeout_seconds, grace=surroundings.grace_seconds)
    if answer and answer.startswith(b"not-started "):
        return NotStarted(why=f"{argv[0]}: {os.strerror(int(answer.split()[1]))}")
    return _report(gate, answer, supervisor.returncode, spool)


async def _supervisor(surroundings: Surroundings, spool: Spool | None) -> Process:
    """A second Python, away from the terminal: Ctrl-C reaches floe alone, which then sees to the rest."""
    return await anyio.open_process(
        [sys.executable, "-I", "-S", str(_SUPERVISOR)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=surroundings.folder,
        env=loader(surroundings),
        start_new_session=True,
        pass_fds=(spool.number,) if spool else (),
    )


async def _answer(supervisor: Process, order: bytes, *, within: float, grace: float) -> bytes | None:
    """All that the supervisor says; None when it says nothing in time: the gate must have stopped it."""
    assert supervisor.stdin is not None
    assert supervisor.stdout is not None
    answer = None
    try:
        await supervisor.stdin.send(order)
        with anyio.move_on_after(within + grace + SLACK_SECONDS):
            answer = await _everything(supervisor.stdout)
        if answer is None:
            _kill(supervisor)
    finally:
        with anyio.CancelScope(shield=True):
            await supervisor.stdin.aclose()  # the order to stop
            with anyio.move_on_after(grace + SLACK_SECONDS) as patience:
                await supervisor.wait()
            if patience.cancelled_caught:
                _kill(supervisor)
            await supervisor.aclose()
    return answer


def _kill(supervisor: Process) -> None:
    """The kernel then kills the command too, as the supervisor has asked it to (Linux)."""
    with contextlib.suppress(ProcessLookupError):
        supervisor.kill()


async def _everything(stream: ByteReceiveStream) -> bytes:
    return b"".join([chunk async for chunk in stream])


def _order(gate: Gate, argv: Sequence[str], surroundings: Surroundings, spool: Spool | None) -> bytes | None:
    """As the supervisor reads it. Secrets go this way, not through arguments, which everyone may list."""
    pairs = [f"{name}={value}" for name, value in environment(gate, surroundings).items()]
    file = spool.number if spool else ""
    numbers = (gate.timeout_seconds, surroundings.grace_seconds, file, LARGEST, len(argv))
    fields = [os.fsencode(field) for field in (*map(str, numbers), *argv, *pairs)]
    if any(b"\0" in field for field in fields):
        return None
    order = b"\0".join(fields)
    return len(order).to_bytes(8, "big") + order


def _report(gate: Gate, answer: bytes | None, ended: int | None, spool: Spool | None) -> Report:
    line, _, end = (answer or b"").partition(b"\n")
    match line.split():
        case [b"timed-out", _, _, *facts]:
            return TimedOut(after_seconds=gate.timeout_seconds, output=_output(facts, end))
        case [b"exited", code, trouble, *facts]:
            if spool:
                spool.trouble = int(trouble)
            return Exited(code=int(code), output=_output(facts, end))
        case [] if answer is None:
            return TimedOut(after_seconds=gate.timeout_seconds, output=Output(size=0))
        case [] if ended is not None and ended < 0:  # killed, and the command with it
            return Exited(code=ended, output=Output(size=0))
        case _:
            raise RuntimeError(f"the supervisor of gate {gate.name!r} failed ({ended}): {answer!r}")


def _output(facts: Sequence[bytes], end: bytes) -> Output:
    left, size, digest = facts
    return Output(
        size=int(size),
        digest=Digest(f"sha256:{digest.decode()}"),
        tail=end_of(end, is_whole=int(size) == len(end)),
        left_running=int(left),
    )
