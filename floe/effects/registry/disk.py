"""Files in a folder, reached by descriptors: nothing is followed out of it, nothing appears half written."""

import errno
import itertools
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from floe.core.fault import Damaged, NoLayout, Oversized, Unavailable
from floe.effects.blocking import FaultError, reading, writing

DRAFT: Final = ".floe-draft-"  # how the names of files begin that are not whole yet
# O_NONBLOCK: opening a pipe must not wait for somebody to write into it.
SAFELY: Final = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK

_Kind: TypeAlias = Callable[[int], bool]
_KINDS: Final[dict[_Kind, str]] = {
    stat.S_ISREG: "a file",
    stat.S_ISDIR: "a folder",
    stat.S_ISLNK: "a symbolic link",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
}
_numbers = itertools.count()


class Draft:
    """A file being written, which has no name that anybody looks for until it is kept."""

    def __init__(self, folder: "Folder") -> None:
        self._folder = folder
        self._name, self._fd = self._create()
        self._is_kept = False

    def write(self, content: bytes) -> None:
        rest = memoryview(content)
        with writing(self._folder.path):
            while rest:
                rest = rest[os.write(self._fd, rest) :]

    def keep(self, name: str) -> None:
        """Give the file its name, in place of whatever had it, so that it survives a loss of power."""
        with writing(self._folder.path / name):
            os.fsync(self._fd)
            os.replace(self._name, name, src_dir_fd=self._folder.fd, dst_dir_fd=self._folder.fd)
            self._is_kept = True
            self._folder.settle()

    def close(self) -> None:
        os.close(self._fd)
        if not self._is_kept:
            with suppress(OSError):  # why it was not kept is told already
                os.unlink(self._name, dir_fd=self._folder.fd)

    def _create(self) -> tuple[str, int]:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | SAFELY
        with writing(self._folder.path):
            while True:
                name = f"{DRAFT}{os.getpid()}-{next(_numbers)}"
                with suppress(FileExistsError):  # of another machine's process with this number
                    return name, os.open(name, flags, 0o666, dir_fd=self._folder.fd)


class Folder:
    """An open folder; `path` is only for telling people."""

    def __init__(self, fd: int, path: Path) -> None:
        self.fd = fd
        self.path = path

    def names(self) -> list[str]:
        with reading(self.path):
            return os.listdir(self.fd)  # noqa: PTH208 (a descriptor has no path)

    def file(self, name: str) -> BinaryIO | None:
        """A regular file of this folder, open; None when nothing has that name."""
        fd = self._open(name, os.O_RDONLY, stat.S_ISREG)
        return None if fd is None else os.fdopen(fd, "rb")

    def read(self, name: str, at_most: int) -> bytes | None:
        file = self.file(name)
        if file is None:
            return None
        with file, reading(self.path / name):
            size = os.fstat(file.fileno()).st_size
            if size > at_most:
                raise FaultError(Oversized(where=str(self.path), what=name, size=size, largest=at_most))
            return file.read(size + 1)

    @contextmanager
    def folder(self, name: str) -> "Iterator[Folder | None]":
        """A folder of this folder; None when nothing has that name."""
        fd = self._open(name, os.O_RDONLY | os.O_DIRECTORY, stat.S_ISDIR)
        if fd is None:
            yield None
            return
        with closing(fd):
            yield Folder(fd, self.path / name)

    @contextmanager
    def made(self, name: str) -> "Iterator[Folder]":
        """A folder of this folder, made if it is not there."""
        with writing(self.path / name), suppress(FileExistsError):
            os.mkdir(name, dir_fd=self.fd)
            self.settle()
        with self.folder(name) as inner:
            if inner is None:
                raise FaultError(Unavailable(where=str(self.path / name), why="was removed just now"))
            yield inner

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A new file: kept under a name inside this block, or gone at its end."""
        draft = Draft(self)
        try:
            yield draft
        finally:
            draft.close()

    def put(self, name: str, content: bytes) -> None:
        """A file with this name and content, in place of whatever had the name."""
        with self.draft() as draft:
            draft.write(content)
            draft.keep(name)

    def remove(self, name: str) -> None:
        with writing(self.path / name), suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.fd)

    def settle(self) -> None:
        """Make new names in this folder survive a loss of power, where the file system can."""
        try:
            os.fsync(self.fd)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise

    def _open(self, name: str, flags: int, is_right: _Kind) -> int | None:
        with reading(self.path / name):
            try:
                self._check(name, os.stat(name, dir_fd=self.fd, follow_symlinks=False).st_mode, is_right)
                fd = os.open(name, flags | SAFELY, dir_fd=self.fd)
            except FileNotFoundError:
                return None
            try:  # once more: what was looked at may have been exchanged before it was opened
                self._check(name, os.fstat(fd).st_mode, is_right)
            except FaultError:
                os.close(fd)
                raise
            return fd

    def _check(self, name: str, mode: int, is_right: _Kind) -> None:
        if not is_right(mode):
            found = next((word for fits, word in _KINDS.items() if fits(mode)), "something else")
            where = str(self.path / name)
            raise FaultError(Damaged(where=where, expected=_KINDS[is_right], found=found))


@contextmanager
def opened(path: Path) -> Iterator[Folder | None]:
    """A folder by its path, which may lead through links; None when nothing is there."""
    with reading(path):
        try:
            fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            fd = None
        except NotADirectoryError as error:
            raise FaultError(NoLayout(where=str(path), why="found a file, expected a folder")) from error
    if fd is None:
        yield None
        return
    with closing(fd):
        yield Folder(fd, path)


@contextmanager
def closing(fd: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(fd)
