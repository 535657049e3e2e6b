"""The ledger on a registry without compare-and-swap: recorded, ordered, and conflicts told when they are seen.

Each record has a tag of its own, so that no write can lose another's record. The head is a cache that every writer
completes before it believes what it says. What this gives, and what no rule can give, is in docs/ledger.md.
"""

from typing import Final

from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import EMPTY_CONTENT
from floe.core.fault import Absent, LedgerDamaged, Unavailable, Unseen
from floe.core.ledger.head import Entry
from floe.core.ledger.merge import Listed, Written, tag_of
from floe.core.ledger.record import Draft, Record, place, seal
from floe.core.ledger.state import State
from floe.core.names import Digest
from floe.core.outcome import collect, settled
from floe.core.policy import Policy
from floe.core.snapshot import Known
from floe.effects.ledger.appending import Homing
from floe.effects.ledger.view import PATIENCE, PAUSE, View, Viewer
from floe.effects.ports import Appended, Clock, Look, Outcome, Registry

SETTLING: Final = 0.1  # seconds to wait after others were seen to write


class RegistryLedger:
    """The `Ledger` port over record tags, segments and a head in one repository."""

    def __init__(self, registry: Registry, clock: Clock, settling: float = SETTLING) -> None:
        self._registry = registry
        self._clock = clock
        self._settling = settling
        self._viewer = Viewer(registry=registry, clock=clock)
        self._view: View | None = None  # the last look

    async def look(self) -> Outcome[Look]:
        view = await self._look()
        return view.map(lambda seen: Look(state=seen.head.state, names=seen.names, unreadable=seen.unreadable))

    async def recall(self) -> Outcome[State]:
        return (await self._known()).map(lambda seen: seen.head.state)

    async def entries(self) -> Outcome[tuple[Entry, ...]]:
        view = settled(await self._known())
        if isinstance(view, Failure):
            return Failure(view.failure())
        now = view.unwrap().head
        return (await self._viewer.entries(now.segments)).map(lambda sealed: (*sealed, *now.tail))

    async def record(self, name: Digest) -> Outcome[Record]:
        return (await self._viewer.written(name)).bind(
            lambda found: Success(found.record) if found else Failure(self._gone(name))
        )

    async def about(self, artifact: Digest, environments: frozenset[str]) -> Outcome[tuple[Known, ...]]:
        """The tag list names the records of an artifact; the head tells of the newest which environment they are of."""
        view = settled(await self._known())
        if isinstance(view, Failure):
            return Failure(view.failure())
        now = view.unwrap()
        elsewhere = {entry.record[7:39] for entry in now.head.tail if entry.environment not in environments}
        wanted = tuple(each for each in now.records if each.concerns(artifact) and each.record not in elsewhere)
        found = settled(collect([await self._read(each, now) for each in wanted]))
        if isinstance(found, Failure):
            return Failure(found.failure()[0])
        return Success(tuple(each for each in found.unwrap() if each.record.event.environment in environments))

    async def append(self, draft: Draft, policy: Policy) -> Outcome[Appended]:
        basis = settled(await self._known())
        if isinstance(basis, Failure):
            return Failure(basis.failure())
        view = basis.unwrap()
        if view.unreadable:
            return Failure(self._gone(view.unreadable[0]))
        written = self._place(draft, policy, view)
        put = settled(await self._put(written, policy))
        if isinstance(put, Failure):
            # An answer that was lost may have been a yes.
            in_doubt = Unseen(where=self._registry.location, record=written.manifest.digest)
            return Failure(in_doubt) if isinstance(put.failure(), Unavailable) else put
        self._viewer.mine[tag_of(written)] = written
        return await self._homing(written, view).acknowledge()

    def _homing(self, written: Written, basis: View) -> Homing:
        return Homing(
            registry=self._registry,
            clock=self._clock,
            viewer=self._viewer,
            look=self._look,
            settling=self._settling,
            written=written,
            basis=basis,
        )

    def _place(self, draft: Draft, policy: Policy, view: View) -> Written:
        highest = max((each.seq for each in view.records), default=0)
        record = place(draft, seq=highest + 1, predecessors=view.head.tips, repository=self._registry.location)
        return Written(manifest=seal(record, len(canonical.encode(policy))), record=record)

    async def _put(self, written: Written, policy: Policy) -> Outcome[None]:
        """Write the record; the policy and the empty config are there but for the first time.

        Where many write for the first time at once, a registry may not see for a moment what it has just been given.
        """
        tag, until = tag_of(written), self._clock.monotonic() + PATIENCE
        while True:
            outcome = settled(await self._registry.put_manifest(written.manifest, tag))
            is_absent = isinstance(outcome, Failure) and isinstance(outcome.failure(), Absent)
            if not is_absent or self._clock.monotonic() >= until:
                return outcome
            for content in (EMPTY_CONTENT, canonical.encode(policy)):
                kept = settled(await self._registry.put_blob(content))
                if isinstance(kept, Failure):
                    return Failure(kept.failure())
            await self._clock.sleep(PAUSE)

    async def _read(self, each: Listed, view: View) -> Outcome[Known]:
        read = settled(await self._viewer.written(each.tag))
        if isinstance(read, Failure):
            return Failure(read.failure())
        written = read.unwrap()
        if written is None:
            return Failure(self._gone(each.tag))
        name = written.manifest.digest
        won = await self._winner(name, view)
        return won.map(lambda void: Known(digest=name, position=each.seq, record=written.record, void=void))

    async def _winner(self, name: Digest, view: View) -> Outcome[Digest | None]:
        """The record that won over this one; segments are only read for one of those that do not count."""
        if name not in view.head.voids:
            return Success(None)
        sealed = await self._viewer.entries(view.head.segments)
        return sealed.map(
            lambda entries: next(each.void for each in (*view.head.tail, *entries) if each.record == name)
        )

    async def _look(self) -> Outcome[View]:
        outcome = settled(await self._viewer.look())
        if isinstance(outcome, Success):
            self._view = outcome.unwrap()
        return outcome

    async def _known(self) -> Outcome[View]:
        return Success(self._view) if self._view else await self._look()

    def _gone(self, what: str) -> LedgerDamaged:
        return LedgerDamaged(where=self._registry.location, what=f"record {what}", why="it is not there, or unreadable")
