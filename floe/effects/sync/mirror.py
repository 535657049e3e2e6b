"""One secondary from the first look to the last: artifacts, records, tags, pointers, in this order."""

import anyio
import msgspec
from returns.result import Failure, Success

from floe.core.fault import Diverged, Fault, TagTaken
from floe.core.ledger.head import Entry
from floe.core.names import Digest, EnvironmentName, Tag, pointer
from floe.core.outcome import collect, settled
from floe.core.replica import Tags, drawn, drawn_names, other, placed, short, tags_of
from floe.effects.ports import Outcome
from floe.effects.registry.referring import fallback_tag
from floe.effects.sync.copying import Copier, each_of, in_turn
from floe.effects.sync.ledgers import LedgerCopier
from floe.effects.sync.looking import Here, Sight, There


class Counts(msgspec.Struct, kw_only=True):
    """What was brought there."""

    artifacts: int = 0
    records: int = 0
    tags: int = 0


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of one repository. With `thorough`, everything is compared, and not only what is listed or recent."""

    sight: Sight
    copier: Copier
    environments: tuple[EnvironmentName, ...]
    thorough: bool
    counts: Counts = msgspec.field(default_factory=Counts)

    async def copy(self, here: Here, there: There) -> Outcome[None]:
        """Have there what is here; nothing is written where it has gone a way of its own."""
        if own := there.records - here.records:
            found = f"{len(own)} of its own, such as {min(own)}"
            return self._diverged("it has records that are not ours", found, "records of the primary registry alone")
        entries = settled(await self._entries(here, there))
        pointed = settled(await self._pointed(here, there))
        if isinstance(entries, Failure):
            return Failure(entries.failure())
        if isinstance(pointed, Failure):
            return Failure(pointed.failure())
        return await self._copy(here, pointed.unwrap(), entries.unwrap())

    async def _pointed(self, here: Here, there: There) -> Outcome[There]:
        """The pointers also of environments that the manifest has no more."""
        known = dict(there.pointers)
        gone = tuple(each.environment for each in here.head.state.environments if each.environment not in known)
        found = collect(await anyio.amap(self.copier.target.resolve, tuple(map(pointer, gone))))
        return found.map(
            lambda digests: msgspec.structs.replace(there, pointers=(*there.pointers, *zip(gone, digests, strict=True)))
        ).alt(lambda faults: faults[0])

    async def _copy(self, here: Here, there: There, entries: tuple[Entry, ...]) -> Outcome[None]:
        wanted = tags_of(entries, here.names)
        due = {tag: digest for tag, digest in wanted.items() if tag not in there.names}
        records = tuple(each for each in entries if short(each.record) not in there.records)
        pointers = {each.environment: each.current.digest for each in here.head.state.environments if each.current}
        followed = wanted if self.thorough else {**due, **{pointer(name): found for name, found in pointers.items()}}
        ledgers = LedgerCopier(copier=self.copier, there=there)
        return await in_turn(
            lambda: self._agreed(wanted if self.thorough else tags_of(records, here.names), there),
            lambda: self._may_move(pointers, here, there, entries),
            lambda: self._artifacts(dict.fromkeys(followed.values())),
            lambda: self._attached(frozenset(followed.values()), here.names),
            lambda: ledgers.records(records),
            lambda: ledgers.newest(here.head),
            lambda: self._tags(due),
            lambda: self._pointers(pointers, there),
            lambda: self._counted(records),
        )

    async def _entries(self, here: Here, there: There) -> Outcome[tuple[Entry, ...]]:
        """The newest records alone, where they explain whatever is not there yet."""
        recent = {short(each.record) for each in here.head.tail}
        owed = drawn_names(here.names, self.environments) - there.names
        is_explained = here.records - there.records <= recent and owed <= drawn(here.head.tail).keys()
        if is_explained and not self.thorough:
            return Success(here.head.tail)
        return await self.sight.entries(here.head)

    async def _agreed(self, wanted: Tags, there: There) -> Outcome[None]:
        """Whether what is named alike is alike."""
        names = tuple(tag for tag in wanted if tag in there.names)
        found = settled(collect(await anyio.amap(self.copier.target.resolve, names)))
        if isinstance(found, Failure):
            return Failure(found.failure()[0])
        for tag, digest in other(wanted, dict(zip(names, found.unwrap(), strict=True))).items():
            return self._diverged(f"tag {tag} is another one", digest, wanted[tag])
        return Success(None)

    async def _may_move(
        self, pointers: dict[EnvironmentName, Digest], here: Here, there: There, entries: tuple[Entry, ...]
    ) -> Outcome[None]:
        """A pointer is moved away only from where our ledger once had it."""
        for name, found in there.pointers:
            if found is None or found in (pointers.get(name), *placed(entries, name)):
                continue
            known = settled(await self.sight.entries(here.head))
            if isinstance(known, Failure):
                return Failure(known.failure())
            if found not in placed(known.unwrap(), name):
                expected = pointers.get(name, "no such tag")
                return self._diverged(f"tag {pointer(name)} is where it never was here", found, expected)
        return Success(None)

    async def _artifacts(self, digests: dict[Digest, None]) -> Outcome[None]:
        for digest in digests:
            copied = settled(await self.copier.artifact(digest))
            if isinstance(copied, Failure):
                return Failure(copied.failure())
        return Success(None)

    async def _attached(self, digests: frozenset[Digest], names: frozenset[Tag]) -> Outcome[None]:
        """What is attached by a tag that names the artifact, as was done before there were referrers."""
        subjects = tuple(f"{fallback_tag(each)}." for each in digests)
        return await each_of((each for each in names if each.startswith(subjects)), self._attachment)

    async def _attachment(self, tag: Tag) -> Outcome[None]:
        ours = settled(await self.copier.source.resolve(tag))
        theirs = settled(await self.copier.target.resolve(tag))
        for outcome in (ours, theirs):
            if isinstance(outcome, Failure):
                return Failure(outcome.failure())
        digest = ours.unwrap()
        return Success(None) if digest in (None, theirs.unwrap()) else await self._move(tag, digest)

    async def _tags(self, due: Tags) -> Outcome[None]:
        return await each_of(due.items(), lambda each: self._create(*each))

    async def _create(self, tag: Tag, digest: Digest) -> Outcome[None]:
        read = settled(await self.copier.artifact(digest))
        if isinstance(read, Failure):
            return Failure(read.failure())
        manifest = read.unwrap()
        made = await in_turn(
            lambda: self.copier.patiently(lambda: self.copier.target.create_tag(tag, manifest)),
            lambda: self.copier.proven(manifest, tag),
        )
        self.counts.tags += isinstance(made, Success)
        return made.lash(self._taken)

    async def _pointers(self, pointers: dict[EnvironmentName, Digest], there: There) -> Outcome[None]:
        before = dict(there.pointers)
        moved = {name: digest for name, digest in pointers.items() if before.get(name) != digest}
        return await each_of(moved.items(), lambda each: self._point(*each))

    async def _point(self, name: EnvironmentName, digest: Digest) -> Outcome[None]:
        self.counts.tags += 1
        return await self._move(pointer(name), digest)

    async def _move(self, tag: Tag, digest: Digest) -> Outcome[None]:
        read = settled(await self.copier.artifact(digest))
        if isinstance(read, Failure):
            return Failure(read.failure())
        manifest = read.unwrap()
        return await in_turn(
            lambda: self.copier.patiently(lambda: self.copier.target.put_manifest(manifest, tag)),
            lambda: self.copier.proven(manifest, tag),
        )

    async def _counted(self, records: tuple[Entry, ...]) -> Outcome[None]:
        self.counts.records += len(records)
        self.counts.artifacts = len(self.copier.sent)
        return Success(None)

    def _taken(self, fault: Fault) -> Outcome[None]:
        """A tag that was made there meanwhile, or that was not compared."""
        if isinstance(fault, TagTaken):
            return self._diverged(f"tag {fault.tag} is another one", fault.found, fault.wanted)
        return Failure(fault)

    def _diverged(self, what: str, found: str, expected: str) -> Outcome[None]:
        return Failure(Diverged(where=self.copier.target.location, what=what, found=found, expected=expected))
