"""A folder on this disk as a registry: `oci-layout://PATH`, which needs no server."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from floe.core import artifact
from floe.core.artifact import INDEX, LARGEST_MANIFEST, MANIFEST, MANIFEST_TYPES, Descriptor, Manifest
from floe.core.fault import Oversized, TagTaken
from floe.core.names import Digest, Tag
from floe.effects.blocking import FaultError, in_thread
from floe.effects.ports import Outcome, Registry
from floe.effects.registry import referring
from floe.effects.registry.layout import Layout
from floe.effects.registry.referring import Listing

SCHEME: Final = "oci-layout://"


class LayoutRegistry:
    """The `Registry` port over an image layout; `shown` is the path as people wrote it."""

    def __init__(self, path: Path, shown: str | None = None) -> None:
        self.layout = Layout(path)
        self._shown = shown or str(path)

    @property
    def location(self) -> str:
        return f"{SCHEME}{self._shown}"

    def reference(self, digest: Digest) -> str:
        return f"{self.layout.path}@{digest}"

    async def tags(self) -> Outcome[tuple[Tag, ...]]:
        return await in_thread(lambda: self.layout.index().tags)

    async def resolve(self, reference: Digest | Tag) -> Outcome[Digest | None]:
        return await in_thread(partial(self._resolve, reference))

    async def resolve_all(self) -> Outcome[dict[Tag, Digest]]:
        return await in_thread(lambda: self.layout.index().digests)

    async def manifest(self, reference: Digest | Tag) -> Outcome[Manifest | None]:
        return await in_thread(partial(self._manifest, reference))

    async def put_manifest(self, manifest: Manifest, tag: Tag | None = None) -> Outcome[None]:
        return await in_thread(partial(self._put, manifest, tag))

    async def create_tag(self, tag: Tag, manifest: Manifest) -> Outcome[None]:
        return await in_thread(partial(self._create, tag, manifest))

    async def referrers(self, subject: Digest, artifact_type: str | None = None) -> Outcome[tuple[Descriptor, ...]]:
        found = await in_thread(partial(self._referrers, subject, artifact_type))
        return found.bind(lambda outcome: outcome)

    async def attach(self, manifest: Manifest, subject: Descriptor) -> Outcome[None]:
        referring.check(manifest, subject)
        return await in_thread(partial(self._attach, manifest, subject.digest))

    async def blob(self, digest: Digest, *, at_most: int) -> Outcome[bytes | None]:
        return await in_thread(partial(self.layout.read_blob, digest, at_most))

    async def put_blob(self, content: bytes) -> Outcome[Digest]:
        return await in_thread(partial(self.layout.write_blob, content))

    async def upload(self, file: Path) -> Outcome[Descriptor]:
        return await in_thread(partial(self.layout.write_blob_from, file))

    async def download(self, blob: Descriptor, into: Path) -> Outcome[None]:
        return await in_thread(partial(self.layout.read_blob_into, blob, into))

    def opened(self, blob: Descriptor) -> AbstractContextManager[Iterator[bytes]]:
        return self.layout.open_blob(blob)

    async def take(self, blob: Descriptor, source: Registry) -> Outcome[bool]:
        return await in_thread(partial(self._take, blob, source))

    async def aclose(self) -> None:
        """Nothing is held between calls."""

    def _resolve(self, reference: Digest | Tag) -> Digest | None:
        if reference.startswith("sha256:"):
            kept = self._by_digest(Digest(reference))
            return kept.digest if kept else None
        found = self.layout.index().find(Tag(reference))
        return found.digest if found else None

    def _take(self, blob: Descriptor, source: Registry) -> bool:
        if self.layout.has_blob(blob.digest):
            return False
        with source.opened(blob) as content:
            self.layout.write_blob_of(content)
        return True

    def _manifest(self, reference: Digest | Tag) -> Manifest | None:
        if reference.startswith("sha256:"):
            return self._by_digest(Digest(reference))
        found = self.layout.read_tagged(Tag(reference), LARGEST_MANIFEST)
        return Manifest(media_type=found[0].media_type, content=found[1]) if found else None

    def _by_digest(self, digest: Digest) -> Manifest | None:
        content = self.layout.read_blob(digest, LARGEST_MANIFEST)
        listed = self.layout.index().find_digest(digest)
        if content is None:
            return None
        media_type = listed.media_type if listed else _media_type(content)
        return Manifest(media_type=media_type, content=content) if media_type else None

    def _put(self, manifest: Manifest, tag: Tag | None) -> None:
        self._check_size(manifest)
        self.layout.write_blob(manifest.content)
        if tag is not None:
            with self.layout.transaction() as change:
                change.tag(tag, _entry(manifest))

    def _create(self, tag: Tag, manifest: Manifest) -> None:
        self._check_size(manifest)
        with self.layout.transaction() as change:
            found = change.find(tag)
            if found is not None and found.digest != manifest.digest:
                raise FaultError(TagTaken(tag=tag, found=found.digest, wanted=manifest.digest))
            self.layout.write_blob(manifest.content)
            if found is None:
                change.tag(tag, _entry(manifest))

    def _referrers(self, subject: Digest, kind: str | None) -> Outcome[tuple[Descriptor, ...]]:
        """By the fall-back tag; other tools list a referrer of an image layout without a name instead."""
        unnamed = self._unnamed(subject)
        found = {each.digest: each for each in (*self._listing(subject).referrers, *unnamed)}
        bounded = referring.bounded(tuple(found.values()), subject, self.location)
        return bounded.map(lambda few: referring.fitting(few, kind, self._by_digest))

    def _unnamed(self, subject: Digest) -> tuple[Descriptor, ...]:
        listed = (Digest(each.digest) for each in self.layout.index().entries if each.name is None)
        read = (self._by_digest(each) for each in listed)
        return tuple(referring.described(each) for each in read if each and referring.refers_to(each, subject))

    def _listing(self, subject: Digest) -> Listing:
        return referring.decode(self._manifest(referring.fallback_tag(subject)), self.location)

    def _attach(self, manifest: Manifest, subject: Digest) -> None:
        self._check_size(manifest)
        with self.layout.transaction() as change:
            listing = self._listing(subject).with_lines((referring.described(manifest),)).encode()
            self._check_size(listing)
            self.layout.write_blob(manifest.content)
            self.layout.write_blob(listing.content)
            change.tag(referring.fallback_tag(subject), _entry(listing))

    def _check_size(self, manifest: Manifest) -> None:
        size = len(manifest.content)
        if size > LARGEST_MANIFEST:
            what = f"manifest {manifest.digest}"
            raise FaultError(Oversized(where=self.location, what=what, size=size, largest=LARGEST_MANIFEST))


def _entry(manifest: Manifest) -> Descriptor:
    """A manifest as `index.json` lists it."""
    said = artifact.contents(manifest)
    return msgspec.structs.replace(artifact.describe(manifest), artifact_type=said.artifact_type if said else None)


def _media_type(content: bytes) -> str | None:
    """What a blob that is tagged nowhere is as a manifest; None when it is none."""
    said = artifact.contents(Manifest(media_type="", content=content))
    if said is None:
        return None
    if said.media_type is None:  # which the image-spec lets a manifest leave out
        return INDEX if said.manifests else MANIFEST if said.config else None
    return said.media_type if said.media_type in MANIFEST_TYPES else None
