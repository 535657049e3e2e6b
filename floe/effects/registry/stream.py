"""Files on their way into a registry and out of it: hashed as they pass, never whole in memory."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from floe.core.artifact import Descriptor
from floe.core.fault import Absent, Damaged, Unavailable, Unwritable
from floe.core.names import Digest
from floe.effects.blocking import FaultError, reading
from floe.effects.registry.disk import opened

CHUNK: Final = 1024 * 1024  # bytes
OCTETS: Final = "application/octet-stream"


class Measure:
    """The size and digest of all that has passed."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.size = 0

    def add(self, chunk: bytes) -> None:
        self._hash.update(chunk)
        self.size += len(chunk)

    @property
    def digest(self) -> Digest:
        return Digest("sha256:" + self._hash.hexdigest())

    def describe(self, media_type: str = OCTETS) -> Descriptor:
        return Descriptor(media_type=media_type, digest=self.digest, size=self.size)


def source(path: Path) -> BinaryIO:
    """A file of the user's, open for reading; links are followed, pipes are not waited for."""
    with reading(path):
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError as error:
            raise FaultError(Absent(where=str(path.parent), what=path.name)) from error
        if stat.S_ISREG(os.fstat(fd).st_mode):
            return os.fdopen(fd, "rb")
        os.close(fd)
    raise FaultError(Unavailable(where=str(path), why="is no regular file"))


def chunks(file: BinaryIO, path: Path) -> Iterator[bytes]:
    with reading(path):
        while chunk := file.read(CHUNK):
            yield chunk


def measure(path: Path) -> Descriptor:
    """What a file would be described as."""
    found = Measure()
    with source(path) as file:
        for chunk in chunks(file, path):
            found.add(chunk)
    return found.describe()


def verified(content: Iterable[bytes], wanted: Descriptor, where: str) -> Iterator[bytes]:
    """The content as it comes; a fault as soon as it is not what is wanted, at the latest at its end."""
    found = Measure()
    for chunk in content:
        found.add(chunk)
        if found.size > wanted.size:
            raise _damaged(where, f"{wanted.size} bytes", "more")
        yield chunk
    if found.size != wanted.size:
        raise _damaged(where, f"{wanted.size} bytes", f"{found.size}")
    if found.digest != wanted.digest:
        raise _damaged(where, wanted.digest, found.digest)


def arrive(content: Iterable[bytes], into: Path) -> None:
    """Write a new file, which appears when all of it is there; one that exists is left as it is."""
    if os.path.lexists(into):
        raise FaultError(Unwritable(where=str(into), why="exists already; move it away, or name another folder"))
    with opened(into.parent) as folder:
        if folder is None:
            raise FaultError(Unwritable(where=str(into), why="its folder does not exist"))
        with folder.draft() as draft:
            for chunk in content:
                draft.write(chunk)
            draft.keep(into.name)


def _damaged(where: str, expected: str, found: str) -> FaultError:
    return FaultError(Damaged(where=where, expected=expected, found=found))
