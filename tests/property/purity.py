"""An audit hook that turns any touch of the world into a failure while something is deciding."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# What touches the world raises one of these (docs.python.org, "Audit events table"). Opening a file is `open`.
TOUCHES: Final = (
    *("open", "os.", "pathlib.", "shutil.", "glob.", "tempfile.", "fcntl.", "mmap."),
    *("socket.", "ssl.", "urllib.", "http.", "ftplib.", "smtplib."),
    *("subprocess.", "pty.", "syslog.", "time.", "sqlite3.", "ctypes."),
)


class TouchedTheWorldError(BaseException):
    """Not an `Exception`, so that no handler in the core can swallow it."""


class _Watch:
    is_on = False


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _Watch.is_on and event.startswith(TOUCHES):
        _Watch.is_on = False  # to report this may itself need the world
        raise TouchedTheWorldError(f"the core touched the world: {event} {arguments}")


@contextmanager
def deciding() -> Iterator[None]:
    """Inside, opening, listing, connecting, starting and sleeping fail. Modules must have been imported before."""
    _Watch.is_on = True
    try:
        yield
    finally:
        _Watch.is_on = False


def listen() -> None:
    """Hear all audit events from now on; a hook cannot be taken away again, so this is done once."""
    sys.addaudithook(_hear)
