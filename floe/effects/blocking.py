"""Where blocking code meets the rest: it runs in a thread, it raises its faults, they come out as values."""

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

import anyio.from_thread
import anyio.to_thread
from returns.result import Failure, Success

from floe.core.fault import Fault, Unavailable, Unwritable
from floe.effects.ports import Outcome

T = TypeVar("T")

_ADVICE: Final = {
    errno.ENOSPC: "the disk is full; free some space and run this again",
    errno.EDQUOT: "the disk quota is used up; free some space and run this again",
    errno.EROFS: "it is on a file system that is mounted read-only",
    errno.EACCES: "permission denied; it must be writable by the user who runs floe",
    errno.EPERM: "permission denied; it must be writable by the user who runs floe",
}


class FaultError(Exception):
    """A fault on its way out of blocking code, to where it becomes a `Failure`."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


async def in_thread(call: Callable[[], T]) -> Outcome[T]:
    """What a blocking call returns, or the fault it raises; once begun it is not left half done."""
    try:
        return Success(await anyio.to_thread.run_sync(call))
    except FaultError as error:
        return Failure(error.fault)


def value_of(outcome: Outcome[T]) -> T:
    """The value of an outcome within blocking code, where a fault is raised."""
    if isinstance(outcome, Failure):
        raise FaultError(outcome.failure())
    return outcome.unwrap()


def pause(seconds: float) -> None:
    """Sleep, unless the task that this thread works for was cancelled: then the thread ends here."""
    with suppress(anyio.NoEventLoopError):  # there is no such task where nobody runs an event loop
        anyio.from_thread.check_cancelled()
    time.sleep(seconds)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Whatever the disk refuses in this block is a place that cannot be read."""
    try:
        yield
    except OSError as error:
        fault = Unavailable(where=str(path), why=f"cannot be read: {error.strerror}")
        raise FaultError(fault) from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Whatever the disk refuses in this block is a place that cannot be written."""
    try:
        yield
    except OSError as error:
        why = _ADVICE.get(error.errno or 0, f"cannot be written: {error.strerror}")
        raise FaultError(Unwritable(where=str(path), why=why)) from error
