"""Writes that may be made again after the answer to one was lost."""

from collections.abc import Iterator
from pathlib import Path

from floe.core.artifact import LARGEST_MANIFEST, Descriptor, Manifest
from floe.core.fault import Oversized, TagTaken, Unavailable
from floe.core.names import Digest, Tag
from floe.effects.blocking import FaultError
from floe.effects.ports import Registry
from floe.effects.registry import stream
from floe.effects.registry.transport import FixedTagError, Transport


class Put:
    """A manifest on its way to a tag or to its digest. Called again, it first looks what became of it.

    With `is_new` the tag must not be there with another digest. A registry offers no way to make that certain
    against somebody who creates the same tag in the same moment, unless its own rules make tags immutable.
    """

    def __init__(
        self,
        transport: Transport,
        manifest: Manifest,
        reference: Digest | Tag,
        where: str,
        *,
        is_new: bool = False,
        is_absent: bool = False,
    ) -> None:
        self._transport = transport
        self._manifest = manifest
        self._reference = reference
        self._where = where
        self._is_new = is_new
        self._is_absent = is_absent  # as the tags were listed just now
        self._was_tried = False

    def __call__(self, until: float) -> bool:
        """Whether the registry said that it lists the manifest with its subject."""
        self._check_size()
        must_look = self._was_tried or (self._is_new and not self._is_absent)
        if must_look and self._is_there(until):
            return False
        self._was_tried = True
        try:
            return self._transport.put(self._reference, self._manifest, until)
        except FixedTagError as error:  # some say so even when nothing would change
            self._settle(error, until)
            return False

    def _is_there(self, until: float) -> bool:
        found = self._transport.resolve(self._reference, until)
        if found is not None and found != self._manifest.digest and self._is_new:
            raise FaultError(self._taken(found))
        return found == self._manifest.digest

    def _settle(self, error: FixedTagError, until: float) -> None:
        found = self._transport.resolve(self._reference, until)
        if found is None:
            raise FaultError(error.fault) from error
        if found != self._manifest.digest:
            raise FaultError(self._taken(found)) from error

    def _taken(self, found: Digest) -> TagTaken:
        return TagTaken(tag=self._reference, found=found, wanted=self._manifest.digest)

    def _check_size(self) -> None:
        size = len(self._manifest.content)
        if size > LARGEST_MANIFEST:
            what = f"manifest {self._manifest.digest}"
            raise FaultError(Oversized(where=self._where, what=what, size=size, largest=LARGEST_MANIFEST))


class FileContent:
    """A file to send: read anew for every attempt, and exactly as long as it was when it was measured."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        left = self._size
        with stream.source(self._path) as file:
            for chunk in stream.chunks(file, self._path):
                yield chunk[:left]
                left -= len(chunk[:left])
        if left:
            why = "became shorter while it was being sent; send it again"
            raise FaultError(Unavailable(where=str(self._path), why=why))


class Passing:
    """A blob of another repository to send on: read anew for every attempt, verified as it passes."""

    def __init__(self, blob: Descriptor, source: Registry) -> None:
        self._blob = blob
        self._source = source

    def __len__(self) -> int:
        return self._blob.size

    def __iter__(self) -> Iterator[bytes]:
        with self._source.opened(self._blob) as content:
            yield from content
