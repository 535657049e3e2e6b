"""Where the report of a gate is kept while it is printed: a file without a name, which nobody else can open."""

import os
import tempfile
from types import TracebackType
from typing import Final, Self

from returns.result import Failure, Result, Success

from floe.core.reports.reading import Unread

LARGEST: Final = 128 * 1024 * 1024  # bytes of a report


class Spool:
    """The file that the supervisor writes to; gone as soon as this is closed."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by __exit__)
        self.trouble = 0  # the number of the error that kept the report from being written

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    @property
    def number(self) -> int:
        """Its file descriptor."""
        return self._file.fileno()

    def content(self) -> Result[bytes, Unread]:
        """All of it, or why there is nothing to read."""
        if self.trouble:
            return Failure(Unread(why=f"the report could not be kept: {os.strerror(self.trouble)}"))
        self._file.seek(0)
        content = self._file.read(LARGEST + 1)
        if len(content) > LARGEST:
            return Failure(Unread(why=f"the report is larger than {LARGEST // 2**20} MiB"))
        if not content.strip():
            return Failure(Unread(why="the command printed no report", is_foreign=True))
        return Success(content)
