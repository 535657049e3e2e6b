"""Lines on stderr: warnings, progress and what is done step by step, as text or as one JSON object a line."""

import os
import sys
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from floe.shell.clock import moment

Level: TypeAlias = Literal["debug", "info", "warning", "error"]

WEIGHT: Final[dict[str, int]] = {"debug": 0, "info": 1, "warning": 2, "error": 3, "nothing": 4}
SIGN: Final = {"warning": "WARNING: ", "error": "ERROR: "}


class Log(NamedTuple):
    """Where lines go, in which form, and from which level on. Facts are told in JSON alone: a message is whole."""

    form: Literal["text", "json"] = "text"
    least: Literal["debug", "info", "warning", "error", "nothing"] = "info"
    trace_id: str | None = None

    def debug(self, message: str, **facts: object) -> None:
        """One step of what is done, for those who asked to be told (--verbose)."""
        self.say("debug", message, **facts)

    def info(self, message: str, **facts: object) -> None:
        """Progress."""
        self.say("info", message, **facts)

    def warning(self, message: str, **facts: object) -> None:
        self.say("warning", message, **facts)

    def error(self, lines: tuple[str, ...], **facts: object) -> None:
        """A block whose first line says what is wrong; in JSON the others are its details."""
        if self.form == "text":
            _write(*lines)
        elif lines:
            self.say("error", lines[0].removeprefix(SIGN["error"]), details=lines[1:], **facts)

    def tells(self, level: Level) -> bool:
        """Whether lines of this level are written."""
        return WEIGHT[level] >= WEIGHT[self.least]

    def say(self, level: Level, message: str, **facts: object) -> None:
        if not self.tells(level):
            return
        if self.form == "text":
            _write(f"{SIGN.get(level, '')}{message}")
        else:
            at = moment().isoformat(timespec="milliseconds").replace("+00:00", "Z")
            line = {"time": at, "level": level, "message": message, "trace_id": self.trace_id, **facts}
            _write(msgspec.json.encode(line, enc_hook=str).decode())


SILENT: Final = Log(least="nothing")  # of a program that uses floe as a library


def _write(*lines: str) -> None:
    try:
        sys.stderr.write("".join(f"{line}\n" for line in lines))
        sys.stderr.flush()
    except BrokenPipeError:  # that nobody listens any more stops nothing
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
