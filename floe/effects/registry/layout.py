"""An OCI image layout (image-spec 1.1, image-layout.md): a repository in a folder, in blocking calls."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from floe.core.artifact import Descriptor
from floe.core.fault import Absent, Damaged, Unavailable
from floe.core.names import Digest, Tag
from floe.effects.blocking import FaultError, pause, writing
from floe.effects.registry import blobs, index, stream
from floe.effects.registry.disk import Folder, opened
from floe.effects.registry.index import Index
from floe.effects.registry.lock import PATIENCE, Pause, locked
from floe.effects.registry.mark import INDEX, is_layout, make_layout

LARGEST_INDEX: Final = 64 * 1024 * 1024  # bytes; some 200,000 tags


class Transaction:
    """What is to become of the tags: done as one at the end of the block, or not at all."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.dropped: list[Digest] = []

    def find(self, name: Tag) -> Descriptor | None:
        return self.index.find(name)

    def tag(self, name: Tag, descriptor: Descriptor) -> None:
        self.index = self.index.with_tag(name, descriptor)

    def untag(self, name: Tag) -> None:
        self.index = self.index.without_tag(name)

    def drop_blob(self, digest: Digest) -> None:
        """Remove a blob once the tags are written, unless one of them points to it."""
        self.dropped.append(digest)


class Layout:
    """The folder. Readers take no lock: `index.json` is exchanged whole, and blobs do not change."""

    def __init__(self, path: Path, *, patience: float = PATIENCE, pause: Pause = pause) -> None:
        self.path = path
        self._patience = patience
        self._pause = pause
        self._last_read: tuple[bytes, Index] | None = None  # decoding 1,000 tags costs milliseconds

    def index(self) -> Index:
        """What is tagged now; empty while there is no folder, or nothing in it."""
        with self._found() as root:
            return index.empty(str(self.path / INDEX)) if root is None else self._index(root)

    def read_blob(self, digest: Digest, at_most: int) -> bytes | None:
        with self._found() as root:
            return None if root is None else blobs.read(root, digest, at_most)

    def read_blobs(self, digests: Iterable[Digest], at_most: int) -> Iterator[bytes | None]:
        """What `read_blob` gives for each, read when it is asked for."""
        with self._found() as root:
            if root is None:
                yield from (None for _ in digests)
            else:
                yield from blobs.read_each(root, digests, at_most)

    def read_tagged(self, tag: Tag, at_most: int) -> tuple[Descriptor, bytes] | None:
        """What a tag points to, with its content; None when there is no such tag."""
        descriptor = self.index().find(tag)
        while descriptor is not None:
            content = self.read_blob(descriptor.digest, at_most)
            if content is not None:
                return descriptor, content
            # A blob may be dropped after the tag has moved on: only a tag that stays is broken.
            before, descriptor = descriptor, self.index().find(tag)
            if before == descriptor:
                expected = f"{before.digest}, to which tag {tag} points"
                raise FaultError(Damaged(where=str(self.path), expected=expected, found="no such blob"))
        return None

    def read_blob_into(self, blob: Descriptor, into: Path) -> None:
        """Write a blob to a new file, which appears whole or not at all."""
        with self.open_blob(blob) as content:
            stream.arrive(content, into)

    def write_blob(self, content: bytes) -> Digest:
        with self._made() as root:
            return blobs.write(root, content)

    def write_blob_from(self, file: Path) -> Descriptor:
        with self._made() as root:
            return blobs.write_from(root, file)

    def write_blob_of(self, content: Iterable[bytes]) -> Descriptor:
        with self._made() as root:
            return blobs.write_of(root, content)

    def has_blob(self, digest: Digest) -> bool:
        with self._found() as root:
            return root is not None and blobs.holds(root, digest)

    @contextmanager
    def open_blob(self, blob: Descriptor) -> Iterator[Iterator[bytes]]:
        """A blob as it is read, verified by its end."""
        with self._found() as root:
            if root is None:
                raise FaultError(Absent(where=str(self.path), what=f"blob {blob.digest}"))
            with blobs.opened(root, blob) as content:
                yield content

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Nobody else who takes the lock changes tags during this block; an exception undoes the changes."""
        with self._made() as root, self._locked(root):
            before = self._index(root)
            change = Transaction(before)
            yield change
            if change.index != before:
                self._commit(root, before, change.index)
            blobs.drop(root, set(change.dropped) - {entry.digest for entry in change.index.entries})

    def _commit(self, root: Folder, before: Index, after: Index) -> None:
        if self._index(root) != before:  # other tools know nothing of our lock
            why = "another tool changed it at the same time, nothing was written; run this again"
            raise FaultError(Unavailable(where=before.where, why=why))
        content = after.encode()
        root.put(INDEX, content)
        self._last_read = content, after

    def _index(self, root: Folder) -> Index:
        content = root.read(INDEX, LARGEST_INDEX) or b""
        if self._last_read is None or self._last_read[0] != content:
            self._last_read = content, index.decode(content, str(self.path / INDEX))
        return self._last_read[1]

    @contextmanager
    def _found(self) -> Iterator[Folder | None]:
        with opened(self.path) as root:
            yield root if root is not None and is_layout(root) else None

    @contextmanager
    def _made(self) -> Iterator[Folder]:
        with writing(self.path), suppress(FileExistsError, NotADirectoryError):
            self.path.mkdir(parents=True, exist_ok=True)
        with opened(self.path) as root:
            assert root is not None
            if is_layout(root):
                self._index(root)  # a folder that cannot be read is not written to
            else:
                with self._locked(root):
                    make_layout(root)
            yield root

    @contextmanager
    def _locked(self, root: Folder) -> Iterator[None]:
        with locked(root, self._patience, self._pause):
            yield
