"""One look at a ledger on a registry: the head first, then the tags, then whatever the head lacks."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

import anyio
import msgspec
from returns.result import Failure, Success

from floe.core.artifact import INDEX, Descriptor, Manifest
from floe.core.fault import Damaged, Fault, LedgerDamaged
from floe.core.ledger import head
from floe.core.ledger.head import Entry, Head
from floe.core.ledger.merge import Listed, Written, by_guess, in_order, listed, merged, missing, missing_from
from floe.core.ledger.record import unseal
from floe.core.names import Digest, Tag
from floe.core.outcome import collect, settled
from floe.core.value import Value
from floe.effects.ports import Clock, Outcome, Registry

AT_ONCE: Final = 16  # requests under way
PATIENCE: Final = 5.0  # seconds in which what is listed must become readable
PAUSE: Final = 0.05  # seconds

A = TypeVar("A")
B = TypeVar("B")


class View(Value, frozen=True, kw_only=True):
    """The head as it should be, and whether it is so on the registry."""

    head: Head
    is_stored: bool
    absent: frozenset[Tag] = frozenset()  # the records that the head on the registry lacks
    sealed: tuple[Manifest, ...] = ()  # segments that the head names and nobody has written yet
    names: tuple[Tag, ...] = ()
    records: tuple[Listed, ...] = ()
    unreadable: tuple[str, ...] = ()


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Looks at one ledger."""

    registry: Registry
    clock: Clock
    mine: dict[Tag, Written] = msgspec.field(default_factory=dict)  # what we wrote ourselves need not be read

    async def look(self) -> Outcome[View]:
        """The set of record tags only grows: what was acknowledged before the head was read is listed after it."""
        stored = settled(await self._stored())
        if isinstance(stored, Failure):
            return Failure(stored.failure())
        names = settled(await self.registry.tags())
        if isinstance(names, Failure):
            return Failure(names.failure())
        return await self._complete(stored.unwrap(), names.unwrap())

    async def entries(self, segments: Iterable[Descriptor]) -> Outcome[tuple[Entry, ...]]:
        """What some segments list, in their order."""
        found = settled(collect(await self._all(self._segment, tuple(segments))))
        if isinstance(found, Failure):
            return Failure(found.failure()[0])
        return Success(tuple(entry for entries in found.unwrap() for entry in entries))

    async def written(self, name: Digest | Tag) -> Outcome[Written | None]:
        """A record as it was written; None when it is not there."""
        if name in self.mine:
            return Success(self.mine[Tag(name)])
        found = settled(await self.registry.manifest(name))
        if isinstance(found, Failure):
            return Failure(found.failure())
        manifest = found.unwrap()
        if manifest is None:
            return Success(None)
        return unseal(manifest, self.registry.location).map(lambda read: Written(manifest=manifest, record=read))

    async def _all(self, ask: Callable[[A], Awaitable[B]], questions: Iterable[A]) -> list[B]:
        """Every answer, with a bounded number of questions under way."""
        limit = anyio.CapacityLimiter(AT_ONCE)

        async def limited(question: A) -> B:
            async with limit:
                return await ask(question)

        return await anyio.amap(limited, questions)

    async def _stored(self) -> Outcome[Head | None]:
        found = settled(await self.registry.manifest(head.TAG))
        if isinstance(found, Failure):
            return Failure(found.failure())
        manifest = found.unwrap()
        return Success(None) if manifest is None else head.decode(manifest, self.registry.location)

    async def _complete(self, stored: Head | None, names: tuple[Tag, ...]) -> Outcome[View]:
        records = listed(names)
        known = stored or Head()
        absent = settled(await self._absent(known, records))
        if isinstance(absent, Failure):
            return Failure(absent.failure())
        read = settled(collect(await self._all(self._patiently, absent.unwrap())))
        if isinstance(read, Failure):
            return Failure(read.failure()[0])
        found = tuple(each for each in read.unwrap() if isinstance(each, Written))
        unreadable = tuple(each for each in read.unwrap() if isinstance(each, str))
        now, sealed = merged(known, by_guess(found) if stored else in_order(found))
        return Success(
            View(
                head=now,
                is_stored=not found,
                absent=frozenset(each.tag for each in absent.unwrap()),
                sealed=sealed,
                names=names,
                records=records,
                unreadable=unreadable,
            )
        )

    async def _absent(self, known: Head, records: tuple[Listed, ...]) -> Outcome[tuple[Listed, ...]]:
        """What the head lacks; its segments are read only when their number and XOR do not tell."""
        absent = missing(known, records)
        if absent is not None:
            return Success(absent)
        sealed = await self.entries(known.segments)
        return sealed.map(lambda entries: missing_from((entry.record for entry in (*entries, *known.tail)), records))

    async def _patiently(self, each: Listed) -> Outcome[Written | str]:
        """A record that is listed; or its tag, when it stays unreadable: its writer may just be writing it."""
        ends = self.clock.monotonic() + PATIENCE
        while True:
            outcome = settled(await self.written(each.tag))
            found = None if isinstance(outcome, Failure) else outcome.unwrap()
            if found is not None:
                return Success(found)
            if isinstance(outcome, Failure) and not isinstance(outcome.failure(), Damaged | LedgerDamaged):
                return Failure(outcome.failure())
            if self.clock.monotonic() >= ends:
                return Success(str(each.tag))
            await self.clock.sleep(PAUSE)

    async def _segment(self, descriptor: Descriptor) -> Outcome[tuple[Entry, ...]]:
        found = settled(await self.registry.manifest(descriptor.digest))
        if isinstance(found, Failure):
            return Failure(found.failure())
        segment = found.unwrap()
        if segment is None or segment.media_type != INDEX:
            return Failure(self._damaged(f"segment {descriptor.digest}", "it is not there"))
        return head.entries_of(segment, self.registry.location)

    def _damaged(self, what: str, why: str) -> Fault:
        return LedgerDamaged(where=self.registry.location, what=what, why=why)
