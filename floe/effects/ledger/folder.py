"""The ledger in an OCI image layout folder: strictly serial under the folder's lock.

Records and segments are reachable from the head, and the head is tagged. What is recorded is the moment in which
`index.json` names the new head; before that, nothing has happened.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import msgspec

from floe.core import canonical
from floe.core.artifact import EMPTY_CONTENT, INDEX, LARGEST_MANIFEST, MANIFEST, Descriptor, Manifest, describe
from floe.core.fault import Damaged, LedgerDamaged, Oversized
from floe.core.ledger import head
from floe.core.ledger.folding import winner
from floe.core.ledger.head import Entry, Head
from floe.core.ledger.record import Draft, Record, place, seal, unseal
from floe.core.ledger.state import State
from floe.core.names import Digest
from floe.core.policy import Policy
from floe.core.snapshot import Known
from floe.effects.blocking import FaultError, in_thread, value_of
from floe.effects.ports import Appended, Look, Outcome
from floe.effects.registry.layout import Layout, Transaction


class FolderLedger:
    """The ledger beside the artifacts of one layout."""

    def __init__(self, layout: Layout, location: str) -> None:
        self._layout = layout
        self._location = location

    async def look(self) -> Outcome[Look]:
        return await in_thread(lambda: Look(state=self._head().state))

    async def recall(self) -> Outcome[State]:
        return await in_thread(lambda: self._head().state)

    async def entries(self) -> Outcome[tuple[Entry, ...]]:
        return await in_thread(lambda: tuple(self._entries(self._head())))

    async def record(self, name: Digest) -> Outcome[Record]:
        return await in_thread(partial(self._record, name))

    async def about(self, artifact: Digest, environments: frozenset[str]) -> Outcome[tuple[Known, ...]]:
        return await in_thread(lambda: tuple(self._about(artifact, environments)))

    async def append(self, draft: Draft, policy: Policy) -> Outcome[Appended]:
        return await in_thread(partial(self._append, draft, canonical.encode(policy)))

    def _append(self, draft: Draft, policy: bytes) -> Appended:
        with self._layout.transaction() as change:
            before = self._head_of(change.find(head.TAG))
            if won := winner(before.state, draft):
                return Appended(record=won, position=before.length, winner=won)
            return self._commit(change, before, draft, policy)

    def _commit(self, change: Transaction, before: Head, draft: Draft, policy: bytes) -> Appended:
        record = place(draft, seq=before.length + 1, predecessors=before.tips, repository=self._location)
        manifest = seal(record, len(policy))
        advanced = head.advance(before, manifest, record)
        newest = head.encode(advanced.head)
        sealed = (advanced.sealed.content,) if advanced.sealed else ()
        for content in (EMPTY_CONTENT, policy, manifest.content, *sealed, newest.content):
            self._layout.write_blob(content)
        superseded = change.find(head.TAG)
        change.tag(head.TAG, msgspec.structs.replace(describe(newest), artifact_type=head.HEAD_TYPE))
        if superseded is not None and superseded.digest != newest.digest:
            change.drop_blob(superseded.digest)
        return Appended(record=manifest.digest, position=advanced.entry.position)

    def _about(self, artifact: Digest, environments: frozenset[str]) -> Iterator[Known]:
        """Segments are searched as bytes first: all but a few do not mention the artifact."""
        now = self._head()
        for name, content in self._segments(now):
            if artifact.encode() in content:
                listed = self._listed(name, content)
                yield from self._known(entry for entry in listed if entry.concerns(artifact, environments))
        yield from self._known(entry for entry in now.tail if entry.concerns(artifact, environments))

    def _known(self, entries: Iterable[Entry]) -> Iterator[Known]:
        for entry in entries:
            record = self._record(entry.record)
            yield Known(digest=entry.record, position=entry.position, record=record, void=entry.void)

    def _entries(self, now: Head) -> Iterator[Entry]:
        for name, content in self._segments(now):
            yield from self._listed(name, content)
        yield from now.tail

    def _segments(self, now: Head) -> Iterator[tuple[Digest, bytes]]:
        names = tuple(each.digest for each in now.segments)
        found = self._layout.read_blobs(names, LARGEST_MANIFEST)
        for name in names:
            with self._ours(f"segment {name}"):
                content = next(found)
            yield name, self._there(content, "segment", name)

    def _listed(self, name: Digest, content: bytes) -> tuple[Entry, ...]:
        assert canonical.digest_of(content) == name, "the layout hashes what it reads"
        return value_of(head.entries_of(Manifest(media_type=INDEX, content=content), self._location))

    def _record(self, name: Digest) -> Record:
        manifest = Manifest(media_type=MANIFEST, content=self._content(name, "record"))
        return value_of(unseal(manifest, self._location))

    def _content(self, name: Digest, what: str) -> bytes:
        with self._ours(f"{what} {name}"):
            content = self._layout.read_blob(name, LARGEST_MANIFEST)
        return self._there(content, what, name)

    def _there(self, content: bytes | None, what: str, name: Digest) -> bytes:
        if content is None:
            raise FaultError(self._damaged(f"{what} {name}", "it is not there"))
        return content

    @contextmanager
    def _ours(self, what: str) -> Iterator[None]:
        """Content in this block that is not what its name says is the ledger's damage, not an artifact's."""
        try:
            yield
        except FaultError as error:
            match error.fault:
                case Damaged(expected=expected, found=found):
                    raise FaultError(self._damaged(what, f"found {found}, expected {expected}")) from error
                case Oversized(size=size, largest=largest):
                    raise FaultError(self._damaged(what, f"found {size} bytes, expected {largest}")) from error
                case _:
                    raise

    def _head(self) -> Head:
        """The head that is tagged now. Superseded heads are removed, so a reader may have to look again."""
        with self._ours(f"the head under tag {head.TAG}"):
            found = self._layout.read_tagged(head.TAG, LARGEST_MANIFEST)
        return self._decoded(found[1]) if found else Head()

    def _head_of(self, descriptor: Descriptor | None) -> Head:
        return self._decoded(self._content(descriptor.digest, "head")) if descriptor else Head()

    def _decoded(self, content: bytes) -> Head:
        return value_of(head.decode(Manifest(media_type=INDEX, content=content), self._location))

    def _damaged(self, what: str, why: str) -> LedgerDamaged:
        return LedgerDamaged(where=self._location, what=what, why=why)
