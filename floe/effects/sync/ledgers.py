"""Copying a ledger: every record under its own tag, then the segments, then the head."""

from collections.abc import Iterable

import msgspec
from returns.result import Failure, Success

from floe.core.artifact import Manifest, contents, describe
from floe.core.fault import Absent, Diverged
from floe.core.ledger import head
from floe.core.ledger.head import Entry, Head
from floe.core.ledger.merge import Written, tag_of
from floe.core.ledger.record import unseal
from floe.core.names import Digest, Tag
from floe.core.outcome import settled
from floe.effects.blocking import FaultError, in_thread
from floe.effects.ports import Outcome
from floe.effects.registry.folder import LayoutRegistry
from floe.effects.sync.copying import Copier, each_of, in_turn
from floe.effects.sync.looking import There


class LedgerCopier(msgspec.Struct, frozen=True, kw_only=True):
    """The records and the head of one ledger, on their way into a copy of it."""

    copier: Copier
    there: There

    async def records(self, entries: Iterable[Entry]) -> Outcome[None]:
        return await each_of(entries, lambda entry: self._record(entry.record))

    async def newest(self, known: Head) -> Outcome[None]:
        """The segments and the head; nothing where there is no ledger."""
        if not known.length:
            return Success(None)
        due = {tag: digest for tag, digest in head.segment_tags(known).items() if tag not in self.there.names}
        segments = settled(await each_of(due.items(), lambda each: self._segment(*each)))
        if isinstance(segments, Failure):
            return segments
        target, manifest = self.copier.target, head.encode(known)
        if isinstance(target, LayoutRegistry):
            return await in_thread(lambda: self._turn(target, manifest))
        there = settled(await target.resolve(head.TAG))
        if isinstance(there, Failure) or there.unwrap() == manifest.digest:
            return there.map(lambda _: None)
        return await self._kept(manifest, head.TAG)

    async def _record(self, digest: Digest) -> Outcome[None]:
        read = settled(await self._read(digest, "record"))
        if isinstance(read, Failure):
            return Failure(read.failure())
        manifest = read.unwrap()
        content = settled(await self.copier.content(manifest))
        if isinstance(content, Failure):
            return content
        if isinstance(self.copier.target, LayoutRegistry):
            return await self.copier.target.put_manifest(manifest)
        tag = unseal(manifest, self.copier.source.location).map(
            lambda record: tag_of(Written(manifest=manifest, record=record))
        )
        named = settled(tag)
        return named if isinstance(named, Failure) else await self._kept(manifest, named.unwrap())

    async def _segment(self, tag: Tag, digest: Digest) -> Outcome[None]:
        read = settled(await self._read(digest, "segment"))
        if isinstance(read, Failure):
            return Failure(read.failure())
        if isinstance(self.copier.target, LayoutRegistry):
            return await self.copier.target.put_manifest(read.unwrap())
        return await self._kept(read.unwrap(), tag)

    async def _kept(self, manifest: Manifest, tag: Tag) -> Outcome[None]:
        target = self.copier.target
        return await in_turn(
            lambda: self.copier.patiently(lambda: target.put_manifest(manifest, tag)),
            lambda: self.copier.proven(manifest, tag),
        )

    async def _read(self, digest: Digest, what: str) -> Outcome[Manifest]:
        found = settled(await self.copier.source.manifest(digest))
        if isinstance(found, Failure):
            return Failure(found.failure())
        manifest = found.unwrap()
        absent = Absent(where=self.copier.source.location, what=f"{what} {digest}")
        return Failure(absent) if manifest is None else Success(manifest)

    def _turn(self, target: LayoutRegistry, manifest: Manifest) -> None:
        """In a folder the head is the ledger: it is exchanged if it still is what it was when it was looked at."""
        with target.layout.transaction() as change:
            found = change.find(head.TAG)
            there = found.digest if found else None
            if there not in (self.there.head, manifest.digest):
                what, expected = "its ledger was written to just now", self.there.head or "no ledger"
                raise FaultError(Diverged(where=target.location, what=what, found=there or "none", expected=expected))
            target.layout.write_blob(manifest.content)
            said = contents(manifest)
            kind = said.artifact_type if said else None
            change.tag(head.TAG, msgspec.structs.replace(describe(manifest), artifact_type=kind))
            if there is not None and there != manifest.digest:
                change.drop_blob(there)
