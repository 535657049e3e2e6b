"""One writer at a time in a folder: `flock` on a file that is never removed."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TypeAlias

from floe.core.fault import Unavailable
from floe.effects.blocking import FaultError, writing
from floe.effects.registry.disk import SAFELY, Folder, closing

LOCK: Final = ".floe.lock"
PATIENCE: Final = 30.0  # seconds
_LONGEST_PAUSE: Final = 0.02  # seconds; `flock` is not fair, so whoever waits asks often

Pause: TypeAlias = Callable[[float], None]


@contextmanager
def locked(folder: Folder, patience: float, pause: Pause) -> Iterator[None]:
    """Nobody else is in a block like this on this folder; waiting for that ends after `patience` seconds."""
    waited = 0.0
    while True:
        with _taken(folder) as is_ours:
            if is_ours:
                yield
                return
        if waited >= patience:
            raise FaultError(Unavailable(where=str(folder.path / LOCK), why=_why(folder, waited)))
        step = min(_LONGEST_PAUSE, max(0.001, waited / 4))
        pause(step)
        waited += step


@contextmanager
def _taken(folder: Folder) -> Iterator[bool]:
    with writing(folder.path / LOCK):
        fd = os.open(LOCK, os.O_RDWR | os.O_CREAT | SAFELY, 0o666, dir_fd=folder.fd)
    with closing(fd):
        yield _is_granted(fd, folder)


def _is_granted(fd: int, folder: Folder) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        why = f"this file system does not lock files ({error.strerror}); keep the folder on a local disk"
        raise FaultError(Unavailable(where=str(folder.path), why=why)) from error
    with suppress(OSError):  # only for telling others who holds it; the disk may be full
        os.pwrite(fd, f"{os.getpid():<20}\n".encode(), 0)
    return True


def _why(folder: Folder, waited: float) -> str:
    holder = (folder.read(LOCK, 64) or b"").decode(errors="replace").strip() or "unknown"
    return (
        f"locked by another process (number {holder}) for all of {waited:.0f} seconds; "
        "wait for it to end, or end it, and run this again (do not remove the lock file)"
    )
