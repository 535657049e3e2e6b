"""A ledger in memory, strictly serial, and faults on demand."""

from functools import partial

from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import Manifest
from floe.core.fault import LedgerDamaged
from floe.core.ledger.folding import winner
from floe.core.ledger.head import Entry, Head, advance
from floe.core.ledger.record import Draft, Record, place, seal, unseal
from floe.core.ledger.state import State
from floe.core.names import Digest
from floe.core.outcome import collect
from floe.core.policy import Policy
from floe.core.snapshot import Known
from floe.effects.memory.trouble import Call, Trouble
from floe.effects.ports import Appended, Look, Outcome


class MemoryLedger:
    """The `Ledger` port over a head, a list and a dict, which tests may look into and damage."""

    def __init__(self, location: str = "memory://registry", trouble: Trouble | None = None) -> None:
        self.location = location
        self.trouble = trouble or Trouble()
        self.head = Head()
        self.listed: list[Entry] = []
        self.manifests: dict[Digest, Manifest] = {}

    async def look(self) -> Outcome[Look]:
        return await self.trouble.around(Call(operation="look"), lambda: Success(Look(state=self.head.state)))

    async def recall(self) -> Outcome[State]:
        return await self.trouble.around(Call(operation="recall"), lambda: Success(self.head.state))

    async def entries(self) -> Outcome[tuple[Entry, ...]]:
        return await self.trouble.around(Call(operation="entries"), lambda: Success(tuple(self.listed)))

    async def record(self, name: Digest) -> Outcome[Record]:
        return await self.trouble.around(Call(operation="record"), partial(self._record, name))

    async def about(self, artifact: Digest, environments: frozenset[str]) -> Outcome[tuple[Known, ...]]:
        return await self.trouble.around(Call(operation="about"), partial(self._about, artifact, environments))

    async def append(self, draft: Draft, policy: Policy) -> Outcome[Appended]:
        return await self.trouble.around(Call(operation="append"), partial(self._append, draft, policy))

    def _append(self, draft: Draft, policy: Policy) -> Outcome[Appended]:
        if won := winner(self.head.state, draft):
            return Success(Appended(record=won, position=self.head.length, winner=won))
        record = place(draft, seq=self.head.length + 1, predecessors=self.head.tips, repository=self.location)
        manifest = seal(record, len(canonical.encode(policy)))
        advanced = advance(self.head, manifest, record)
        self.manifests[manifest.digest] = manifest
        self.head = advanced.head
        self.listed.append(advanced.entry)
        return Success(Appended(record=manifest.digest, position=advanced.entry.position))

    def _record(self, name: Digest) -> Outcome[Record]:
        manifest = self.manifests.get(name)
        if manifest is None or manifest.digest != name:
            return Failure(LedgerDamaged(where=self.location, what=f"record {name}", why="it is not there"))
        return unseal(manifest, self.location)

    def _about(self, artifact: Digest, environments: frozenset[str]) -> Outcome[tuple[Known, ...]]:
        found = (self._known(entry) for entry in self.listed if entry.concerns(artifact, environments))
        return collect(found).alt(lambda faults: faults[0])

    def _known(self, entry: Entry) -> Outcome[Known]:
        return self._record(entry.record).map(
            lambda record: Known(digest=entry.record, position=entry.position, record=record, void=entry.void)
        )
