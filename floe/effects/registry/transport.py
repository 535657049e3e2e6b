"""What moves between us and a registry: bytes in, bytes out. One attempt each, blocking, by a deadline."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from floe.core.artifact import Descriptor, Manifest
from floe.core.fault import Fault
from floe.core.names import Digest, Tag
from floe.core.value import Value
from floe.effects.blocking import FaultError

EAGER = 6  # how often something is tried again that may well work next time


class TransientError(FaultError):
    """A fault that may be gone next time: `again` is how often to try, `after` the seconds somebody asked for."""

    def __init__(self, fault: Fault, *, again: int = EAGER, after: float | None = None) -> None:
        super().__init__(fault)
        self.again = again
        self.after = after


class FixedTagError(FaultError):
    """A registry says that a tag may not be moved."""


class Page(Value, frozen=True, kw_only=True):
    """Some of the tags, and the address of those after them."""

    tags: tuple[Tag, ...]
    following: str | None = None


class Referred(Value, frozen=True, kw_only=True):
    """Some of those who refer to an artifact, and the address of those after them."""

    manifests: tuple[Descriptor, ...]
    following: str | None = None


class Portions(Protocol):
    """Bytes to send, in portions, as often as it takes."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes]: ...


Content: TypeAlias = bytes | Portions


class Transport(Protocol):
    """Manifests, tags and small blobs. Each call raises `TransientError` or `FaultError`."""

    def manifest(self, reference: Digest | Tag, until: float) -> Manifest | None: ...

    def resolve(self, reference: Digest | Tag, until: float) -> Digest | None: ...

    def put(self, reference: Digest | Tag, manifest: Manifest, until: float) -> bool:
        """Whether the registry says that it lists the manifest among those who refer to its subject."""

    def page(self, address: str | None, until: float) -> Page:
        """The first tags, or those at an address that an earlier page gave."""

    def referred(self, subject: Digest, kind: str | None, address: str | None, until: float) -> Referred | None:
        """The first who refer to an artifact, or those at an address; None when the registry keeps no such list."""

    def has_blob(self, digest: Digest, until: float) -> bool: ...

    def blob(self, digest: Digest, at_most: int, until: float) -> bytes | None: ...


class Carrier(Protocol):
    """Blobs of any size, never whole in memory."""

    def send(self, content: Content, digest: Digest, until: float) -> None: ...

    def fetch(self, blob: Descriptor, until: float) -> AbstractContextManager[Iterator[bytes]]:
        """The blob as it comes, not yet verified."""

    def mount(self, digest: Digest, source: str, until: float) -> bool:
        """Whether the blob is here now, taken over from another repository of the same registry."""
