"""What floe needs of the world: one protocol for each neighbour, each answering with a value or a fault."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

from returns.result import Result

from floe.core.artifact import Descriptor, Manifest
from floe.core.fault import Fault
from floe.core.names import Digest, Tag

T = TypeVar("T")
Outcome: TypeAlias = Result[T, Fault]


class Registry(Protocol):
    """One repository of artifacts. Bytes are identity: what is read has the digest it was asked for by."""

    @property
    def location(self) -> str:
        """The repository as people write it: `oci://…` or `oci-layout://…`."""

    def reference(self, digest: Digest) -> str:
        """How other tools are told of one artifact here: `HOST/PATH@sha256:…` or `PATH@sha256:…`."""

    async def tags(self) -> Outcome[tuple[Tag, ...]]:
        """Every tag, in no promised order."""

    async def resolve(self, tag: Tag) -> Outcome[Digest | None]:
        """The digest a tag points to now; None when there is no such tag."""

    async def manifest(self, reference: Digest | Tag) -> Outcome[Manifest | None]:
        """A manifest or index by tag or digest; None when there is none."""

    async def put_manifest(self, manifest: Manifest, tag: Tag | None = None) -> Outcome[None]:
        """Keep a manifest, and point `tag` at it, whatever that pointed to before."""

    async def create_tag(self, tag: Tag, manifest: Manifest) -> Outcome[None]:
        """Point a new tag at a manifest; nothing if it is there, `TagTaken` if with another digest."""

    async def blob(self, digest: Digest, *, at_most: int) -> Outcome[bytes | None]:
        """A small blob whole, verified; `Oversized` beyond `at_most` bytes; None when there is none."""

    async def put_blob(self, content: bytes) -> Outcome[Digest]:
        """Keep a small blob."""

    async def upload(self, file: Path) -> Outcome[Descriptor]:
        """Keep a file as a blob, streamed; the descriptor's media type is application/octet-stream."""

    async def download(self, blob: Descriptor, into: Path) -> Outcome[None]:
        """Write a blob to a new file, streamed and verified; the file appears whole or not at all."""

    async def aclose(self) -> None:
        """Let go of what the adapter holds."""


__all__ = ["AsyncIterator", "Outcome", "Registry"]
