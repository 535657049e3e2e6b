"""The blobs of an image layout: files whose names are the digests of what is in them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import re2

from floe.core import canonical
from floe.core.artifact import Descriptor
from floe.core.fault import Absent, Damaged
from floe.core.names import DIGEST, Digest
from floe.effects.blocking import FaultError
from floe.effects.registry import stream
from floe.effects.registry.disk import DRAFT, Folder

BLOBS: Final = "blobs"
SHA256: Final = "sha256"


def read(root: Folder, digest: Digest, at_most: int) -> bytes | None:
    """The content of a blob, which has that digest now; None when there is none."""
    return next(read_each(root, (digest,), at_most))


def read_each(root: Folder, digests: Iterable[Digest], at_most: int) -> Iterator[bytes | None]:
    """The same of several blobs, one after the other; what costs most is opening the folder."""
    with _kept(root) as kept:
        for digest in digests:
            content = None if kept is None else kept.read(_name(digest), at_most)
            if content is not None and (found := canonical.digest_of(content)) != digest:
                raise FaultError(Damaged(where=_place(root, digest), expected=digest, found=found))
            yield content


def write(root: Folder, content: bytes) -> Digest:
    digest = canonical.digest_of(content)
    with _made(root) as kept:
        if not _holds(kept, digest):
            kept.put(_name(digest), content)
    return digest


def write_from(root: Folder, file: Path) -> Descriptor:
    """A file's content as a blob; what is described is what was copied, should the file change meanwhile."""
    with stream.source(file) as content:
        return write_of(root, stream.chunks(content, file))


def write_of(root: Folder, content: Iterable[bytes]) -> Descriptor:
    """What comes in portions, as a blob that is there when all of it has come."""
    found = stream.Measure()
    with _made(root) as kept, kept.draft() as draft:
        for chunk in content:
            found.add(chunk)
            draft.write(chunk)
        if not _holds(kept, found.digest):
            draft.keep(_name(found.digest))
    return found.describe()


@contextmanager
def opened(root: Folder, blob: Descriptor) -> Iterator[Iterator[bytes]]:
    """A blob as it is read; a fault by its end at the latest where it is not what its digest says."""
    with _kept(root) as kept:
        file = None if kept is None else kept.file(_name(blob.digest))
        if file is None:
            raise FaultError(Absent(where=str(root.path), what=f"blob {blob.digest}"))
        with file:
            place = _place(root, blob.digest)
            yield stream.verified(stream.chunks(file, Path(place)), blob, place)


def holds(root: Folder, digest: Digest) -> bool:
    with _kept(root) as kept:
        return kept is not None and _holds(kept, digest)


def drop(root: Folder, digests: Iterable[Digest]) -> None:
    """Remove blobs as far as the disk lets us: one that stays is garbage, and harms nobody."""
    with suppress(FaultError, OSError), _kept(root) as kept:
        for digest in digests:
            if kept is not None:
                kept.remove(_name(digest))


def has_any(root: Folder) -> bool:
    with _kept(root) as kept:
        return kept is not None and any(not name.startswith(DRAFT) for name in kept.names())


def _holds(kept: Folder, digest: Digest) -> bool:
    """Whether this blob is there and undamaged; anything else is written anew."""
    found = stream.Measure()
    with suppress(FaultError):
        file = kept.file(_name(digest))
        if file is not None:
            with file:
                for chunk in stream.chunks(file, kept.path):
                    found.add(chunk)
            return found.digest == digest
    return False


@contextmanager
def _kept(root: Folder) -> Iterator[Folder | None]:
    with root.folder(BLOBS) as blobs:
        if blobs is None:
            yield None
            return
        with blobs.folder(SHA256) as kept:
            yield kept


@contextmanager
def _made(root: Folder) -> Iterator[Folder]:
    with root.made(BLOBS) as blobs, blobs.made(SHA256) as kept:
        yield kept


def _place(root: Folder, digest: Digest) -> str:
    return str(root.path / BLOBS / SHA256 / _name(digest))


def _name(digest: Digest) -> str:
    if not re2.fullmatch(DIGEST, digest):
        raise ValueError(f"{digest!r} was never parsed as a digest")
    return digest.removeprefix("sha256:")
