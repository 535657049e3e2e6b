"""A registry in memory: what a good registry does, and faults on demand."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import LARGEST_MANIFEST, Descriptor, Manifest
from floe.core.fault import Absent, Damaged, Oversized, TagTaken
from floe.core.names import Digest, Tag
from floe.effects.blocking import FaultError, in_thread
from floe.effects.memory.trouble import Call, Trouble
from floe.effects.ports import Outcome, Registry
from floe.effects.registry import referring, stream

SCHEME: Final = "memory://"


class MemoryRegistry:
    """The `Registry` port over three dicts, which tests may look into and damage."""

    def __init__(self, name: str = "registry", trouble: Trouble | None = None) -> None:
        self.trouble = trouble or Trouble()
        self.tagged: dict[Tag, Digest] = {}
        self.manifests: dict[Digest, Manifest] = {}
        self.blobs: dict[Digest, bytes] = {}
        self._name = name

    @property
    def location(self) -> str:
        return f"{SCHEME}{self._name}"

    def reference(self, digest: Digest) -> str:
        return f"{self._name}@{digest}"

    async def tags(self) -> Outcome[tuple[Tag, ...]]:
        return await self.trouble.around(Call(operation="tags"), lambda: Success(tuple(self.tagged)))

    async def resolve(self, reference: Digest | Tag) -> Outcome[Digest | None]:
        found = partial(self._manifest, reference)
        return await self.trouble.around(
            _call("resolve", reference), lambda: found().map(lambda each: each.digest if each else None)
        )

    async def resolve_all(self) -> Outcome[dict[Tag, Digest]]:
        return await self.trouble.around(_call("resolve_all"), lambda: Success(dict(self.tagged)))

    async def manifest(self, reference: Digest | Tag) -> Outcome[Manifest | None]:
        return await self.trouble.around(_call("manifest", reference), partial(self._manifest, reference))

    async def put_manifest(self, manifest: Manifest, tag: Tag | None = None) -> Outcome[None]:
        return await self.trouble.around(_call("put_manifest", tag), partial(self._put, manifest, tag))

    async def create_tag(self, tag: Tag, manifest: Manifest) -> Outcome[None]:
        return await self.trouble.around(_call("create_tag", tag), partial(self._create, tag, manifest))

    async def referrers(self, subject: Digest, artifact_type: str | None = None) -> Outcome[tuple[Descriptor, ...]]:
        return await self.trouble.around(_call("referrers"), partial(self._referrers, subject, artifact_type))

    async def attach(self, manifest: Manifest, subject: Descriptor) -> Outcome[None]:
        referring.check(manifest, subject)
        return await self.trouble.around(_call("attach"), partial(self._put, manifest, None))

    async def blob(self, digest: Digest, *, at_most: int) -> Outcome[bytes | None]:
        return await self.trouble.around(_call("blob"), partial(self._blob, digest, at_most))

    async def put_blob(self, content: bytes) -> Outcome[Digest]:
        return await self.trouble.around(_call("put_blob"), partial(self._keep, content))

    async def upload(self, file: Path) -> Outcome[Descriptor]:
        read = await in_thread(partial(_read, file))
        return await self.trouble.around(_call("upload"), lambda: read.bind(self._describe))

    async def download(self, blob: Descriptor, into: Path) -> Outcome[None]:
        found = await self.trouble.around(_call("download"), partial(self._find, blob.digest))
        if isinstance(found, Failure):
            return found
        content = stream.verified([found.unwrap()], blob, self.location)
        return await in_thread(partial(stream.arrive, content, into))

    @contextmanager
    def opened(self, blob: Descriptor) -> Iterator[Iterator[bytes]]:
        content = self._find(blob.digest).alt(FaultError)
        if isinstance(content, Failure):
            raise content.failure()
        yield stream.verified([content.unwrap()], blob, self.location)

    async def take(self, blob: Descriptor, source: Registry) -> Outcome[bool]:
        if blob.digest in self.blobs:
            return await self.trouble.around(_call("take"), lambda: Success(False))
        read = await in_thread(partial(_drain, source, blob))
        return await self.trouble.around(_call("take"), lambda: read.bind(self._keep).map(lambda _: True))

    async def aclose(self) -> None:
        """Nothing is held between calls."""

    def _manifest(self, reference: Digest | Tag) -> Outcome[Manifest | None]:
        digest = self.tagged.get(Tag(reference), Digest(reference))
        found = self.manifests.get(digest)
        if found is not None and found.digest != digest:
            return Failure(Damaged(where=self.location, expected=digest, found=found.digest))
        return Success(found)

    def _put(self, manifest: Manifest, tag: Tag | None) -> Outcome[None]:
        size = len(manifest.content)
        if size > LARGEST_MANIFEST:
            what = f"manifest {manifest.digest}"
            return Failure(Oversized(where=self.location, what=what, size=size, largest=LARGEST_MANIFEST))
        self.manifests[manifest.digest] = manifest
        if tag is not None:
            self.tagged[tag] = manifest.digest
        return Success(None)

    def _create(self, tag: Tag, manifest: Manifest) -> Outcome[None]:
        found = self.tagged.get(tag, manifest.digest)
        if found != manifest.digest:
            return Failure(TagTaken(tag=tag, found=found, wanted=manifest.digest))
        return self._put(manifest, tag)

    def _referrers(self, subject: Digest, kind: str | None) -> Outcome[tuple[Descriptor, ...]]:
        found = (each for each in self.manifests.values() if referring.refers_to(each, subject))
        return Success(referring.fitting(map(referring.described, found), kind, self.manifests.get))

    def _blob(self, digest: Digest, at_most: int) -> Outcome[bytes | None]:
        content = self.blobs.get(digest)
        if content is None:
            return Success(None)
        if len(content) > at_most:
            what = f"blob {digest}"
            return Failure(Oversized(where=self.location, what=what, size=len(content), largest=at_most))
        if (found := canonical.digest_of(content)) != digest:
            return Failure(Damaged(where=self.location, expected=digest, found=found))
        return Success(content)

    def _find(self, digest: Digest) -> Outcome[bytes]:
        content = self.blobs.get(digest)
        return Success(content) if content is not None else Failure(Absent(where=self.location, what=f"blob {digest}"))

    def _keep(self, content: bytes) -> Outcome[Digest]:
        digest = canonical.digest_of(content)
        self.blobs[digest] = content
        return Success(digest)

    def _describe(self, content: bytes) -> Outcome[Descriptor]:
        return self._keep(content).map(
            lambda digest: Descriptor(media_type=stream.OCTETS, digest=digest, size=len(content))
        )


def _call(operation: str, tag: str | None = None) -> Call:
    return Call(operation=operation, tag=tag)


def _drain(source: Registry, blob: Descriptor) -> bytes:
    with source.opened(blob) as content:
        return b"".join(content)


def _read(file: Path) -> bytes:
    with stream.source(file) as content:
        return b"".join(stream.chunks(content, file))
