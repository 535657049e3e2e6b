"""Seeing a record home: it is written, the head is completed, and what the fold then says of it counts."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from returns.result import Failure, Success

from floe.core.fault import Unseen
from floe.core.ledger import head
from floe.core.ledger.head import Entry
from floe.core.ledger.merge import Written, tag_of
from floe.core.outcome import settled
from floe.effects.ledger.view import PATIENCE, PAUSE, View, Viewer
from floe.effects.ports import Appended, Clock, Outcome, Registry

STORING: Final = 60.0  # seconds in which a head that is stored must be the one that is read
SLOWER: Final = 3.0  # how much slower than us another writer may be


class Homing(msgspec.Struct, frozen=True, kw_only=True):
    """One record that was written on the basis of a look, on its way to being acknowledged."""

    registry: Registry
    clock: Clock
    viewer: Viewer
    look: Callable[[], Awaitable[Outcome[View]]]
    settling: float
    written: Written
    basis: View

    async def acknowledge(self) -> Outcome[Appended]:
        """Get the record into the head, and settle if others were seen to write.

        Settled it is when a whole wait has passed and nothing before the record has changed. Others may be as slow as
        we are, so the wait is longer than anything took us.
        """
        listed_by, stored_by = self.clock.monotonic() + PATIENCE, self.clock.monotonic() + STORING
        before: tuple[Entry, ...] | None = None
        longest = self.settling
        while True:
            began = self.clock.monotonic()
            seen = settled(await self.look())
            if isinstance(seen, Failure):
                return self._unseen()
            view, own = seen.unwrap(), tag_of(self.written)
            if own not in view.names:
                if not await self._waited(PAUSE, listed_by):
                    return self._unseen()
            elif own in view.absent:
                if not await self._stored(view, stored_by):
                    return self._unseen()
                longest = max(longest, SLOWER * (self.clock.monotonic() - began))
            elif self._is_alone(view) or self._until_own(view) == before:
                return await self._verdict(view)
            else:
                before = self._until_own(view)
                await self.clock.sleep(longest)

    def _until_own(self, view: View) -> tuple[Entry, ...]:
        """What stands in the order up to the record; nothing of what is sealed changes any more."""
        names = [entry.record for entry in view.head.tail]
        name = self.written.manifest.digest
        return view.head.tail[: names.index(name) + 1] if name in names else ()

    async def _waited(self, seconds: float, until: float) -> bool:
        """Whether there was time to wait."""
        if self.clock.monotonic() >= until:
            return False
        await self.clock.sleep(seconds)
        return True

    async def _stored(self, view: View, until: float) -> bool:
        """Whether the head was written, and before it the segments it names, each with a tag of its own.

        When that goes on for too long, what is read is not what was written: a cache lies between.
        """
        if self.clock.monotonic() >= until:
            return False
        for number, segment in enumerate(view.sealed):
            tag = head.segment_tag(segment, view.head, len(view.sealed) - number)
            if isinstance(settled(await self.registry.put_manifest(segment, tag)), Failure):
                return False
        put = settled(await self.registry.put_manifest(head.encode(view.head), head.TAG))
        return isinstance(put, Success)

    async def _verdict(self, view: View) -> Outcome[Appended]:
        """What became of the record; it may have been sealed meanwhile."""
        entry = self._among(view.head.tail)
        if entry is None:
            sealed = settled(await self.viewer.entries(view.head.segments))
            entry = self._among(sealed.unwrap()) if isinstance(sealed, Success) else None
        if entry is None:
            return self._unseen()
        return Success(Appended(record=entry.record, position=entry.position, winner=entry.void))

    def _among(self, entries: tuple[Entry, ...]) -> Entry | None:
        return next((each for each in entries if each.record == self.written.manifest.digest), None)

    def _is_alone(self, view: View) -> bool:
        """Whether nothing is listed but what was there before, and our own record."""
        before, own = {each.tag for each in self.basis.records}, tag_of(self.written)
        return all(each.tag in before or each.tag == own for each in view.records)

    def _unseen(self) -> Outcome[Appended]:
        return Failure(Unseen(where=self.registry.location, record=self.written.manifest.digest))
