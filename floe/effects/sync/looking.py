"""Both sides of a copy before anything is done: what is here, and what is there."""

from typing import Final

import anyio
import msgspec
from returns.result import Failure, Success

from floe.core.fault import LedgerDamaged
from floe.core.ledger import head
from floe.core.ledger.head import Entry, Head
from floe.core.ledger.merge import listed
from floe.core.names import Digest, EnvironmentName, Tag, pointer
from floe.core.outcome import collect, settled
from floe.core.replica import short, shorts
from floe.core.value import Value
from floe.effects.ledger.view import Viewer
from floe.effects.ports import Clock, Outcome, Registry
from floe.effects.registry.folder import LayoutRegistry

EMPTY: Final = Head()


class Here(Value, frozen=True, kw_only=True):
    """The repository that decides: its ledger's head, complete; all its records by their short names; its tags."""

    head: Head = EMPTY
    stored: Digest | None = None  # the head's manifest, where writers take turns
    records: frozenset[str] = frozenset()
    names: frozenset[Tag] = frozenset()


class There(Value, frozen=True, kw_only=True):
    """A copy, as it was before the one that decides was looked at: it can have nothing of ours that we do not see."""

    records: frozenset[str] = frozenset()
    names: frozenset[Tag] = frozenset()
    head: Digest | None = None  # of the ledger, where its writers take turns
    pointers: tuple[tuple[EnvironmentName, Digest | None], ...] = ()


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """One repository to look at."""

    registry: Registry
    clock: Clock

    @property
    def _viewer(self) -> Viewer:
        return Viewer(registry=self.registry, clock=self.clock)

    async def here(self) -> Outcome[Here]:
        if isinstance(self.registry, LayoutRegistry):
            names = settled(await self.registry.tags())
            return names if isinstance(names, Failure) else await self._folder(names.unwrap())
        view = settled(await self._viewer.look())
        if isinstance(view, Failure):
            return Failure(view.failure())
        seen = view.unwrap()
        if seen.unreadable:
            what, why = f"record {seen.unreadable[0]}", "it is listed and cannot be read"
            return Failure(LedgerDamaged(where=self.registry.location, what=what, why=why))
        return Success(Here(head=seen.head, records=shorts(seen.records), names=frozenset(seen.names)))

    async def there(self, environments: tuple[EnvironmentName, ...]) -> Outcome[There]:
        names = settled(await self.registry.tags())
        if isinstance(names, Failure):
            return Failure(names.failure())
        found = settled(collect(await anyio.amap(self.registry.resolve, map(pointer, environments))))
        if isinstance(found, Failure):
            return Failure(found.failure()[0])
        listing = There(
            records=shorts(listed(names.unwrap())),
            names=frozenset(names.unwrap()),
            pointers=tuple(zip(environments, found.unwrap(), strict=True)),
        )
        if not isinstance(self.registry, LayoutRegistry):
            return Success(listing)
        kept = await self._folder(names.unwrap())
        return kept.map(lambda here: msgspec.structs.replace(listing, records=here.records, head=here.stored))

    async def entries(self, known: Head) -> Outcome[tuple[Entry, ...]]:
        """All records of a head, oldest first."""
        sealed = await self._viewer.entries(known.segments)
        return sealed.map(lambda entries: (*entries, *known.tail))

    async def _folder(self, names: tuple[Tag, ...]) -> Outcome[Here]:
        """In a folder, the head names all records."""
        stored = settled(await self.registry.manifest(head.TAG))
        if isinstance(stored, Failure):
            return Failure(stored.failure())
        manifest = stored.unwrap()
        if manifest is None:
            return Success(Here(names=frozenset(names)))
        known = settled(head.decode(manifest, self.registry.location))
        if isinstance(known, Failure):
            return Failure(known.failure())
        entries = await self.entries(known.unwrap())
        return entries.map(
            lambda found: Here(
                head=known.unwrap(),
                stored=manifest.digest,
                records=frozenset(short(each.record) for each in found),
                names=frozenset(names),
            )
        )
