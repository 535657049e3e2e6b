"""Telling on stderr how gates get on: live lines on a terminal, otherwise lines for those that take long."""

import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TextIO

import anyio

from floe.core.gates import GateResult
from floe.effects.gate.side_by_side import Board, Progress, Silence
from floe.shell.log import Log
from floe.shell.settings import Surroundings

PATIENCE: Final = 5.0  # seconds that a gate may take without being told of
LIVE_PATIENCE: Final = 0.5
TICK: Final = 0.1
UP_AND_CLEAR: Final = "\x1b[{}A\x1b[J"


def progress(log: Log, around: Surroundings) -> Progress:
    """How to tell somebody who wants to be told like this."""
    if not log.tells("info"):
        return Silence()
    if log.form == "text" and around.terminal and sys.stderr.isatty():
        return Live(lines=Lines(log=log), stream=sys.stderr)
    return Lines(log=log)


@dataclass(kw_only=True, slots=True)
class Lines:
    """One line when a gate has run for some time, and one when it has ended; a quick one is not told of."""

    log: Log
    patience: float = PATIENCE
    _told: set[str] = field(default_factory=set)
    _ended: int = 0

    async def follow(self, board: Board) -> None:
        try:
            while True:
                await anyio.sleep(TICK)
                self.tell(board)
        finally:
            self.tell(board)

    def tell(self, board: Board) -> None:
        for gate in self.due(board):
            message = f"gate {gate}: running"
            self.log.info(message, gate=gate, status="running")
            self._told.add(gate)
        for result in self.news(board):
            self.log.info(_ended(result), gate=result.gate, status=result.status, duration_ms=result.duration_ms)

    def due(self, board: Board) -> list[str]:
        """The gates that have run for so long that somebody may wonder."""
        now = board.monotonic()
        return [gate for gate, since in board.since.items() if gate not in self._told and now - since >= self.patience]

    def news(self, board: Board) -> list[GateResult]:
        """Those that have ended since the last time, and took their time."""
        fresh = board.ended[self._ended :]
        self._ended = len(board.ended)
        return [each for each in fresh if each.gate in self._told or each.duration_ms >= 1000 * self.patience]


@dataclass(kw_only=True, slots=True)
class Live:
    """A line for each running gate, drawn anew as time passes; what has ended stays above it."""

    lines: Lines
    stream: TextIO
    _shown: list[str] = field(default_factory=list)

    async def follow(self, board: Board) -> None:
        try:
            while True:
                await anyio.sleep(TICK)
                self._draw(board, self._running(board))
        finally:
            self._draw(board, [])

    def _running(self, board: Board) -> list[str]:
        now, width = board.monotonic(), shutil.get_terminal_size().columns
        lasting = ((gate, now - since) for gate, since in board.since.items() if now - since >= LIVE_PATIENCE)
        return [f"gate {gate}: running, {seconds:.0f} s"[: width - 1] for gate, seconds in lasting]

    def _draw(self, board: Board, running: list[str]) -> None:
        ended = [_ended(result) for result in self.lines.news(board)]
        if ended or running != self._shown:
            above = UP_AND_CLEAR.format(len(self._shown)) if self._shown else ""
            with suppress(OSError):  # a terminal that went away stops nothing
                self.stream.write(above + "".join(f"{line}\n" for line in (*ended, *running)))
                self.stream.flush()
        self._shown = running


def _ended(result: GateResult) -> str:
    return f"gate {result.gate}: {result.status} in {result.duration_ms / 1000:.0f} s"
