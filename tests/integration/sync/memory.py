"""A repository in memory with a ledger as registries keep it, and copies of it that fail on demand."""

from typing import Final

from returns.result import Success

from floe.core import canonical
from floe.core.artifact import EMPTY_CONTENT, Manifest, contents
from floe.core.event import Promoted
from floe.core.ledger.record import Expectation
from floe.core.names import environment_tag, pointer
from floe.core.replica import Synced
from floe.effects.ledger.registry import RegistryLedger
from floe.effects.memory.registry import MemoryRegistry
from floe.effects.memory.world import VirtualClock
from floe.effects.ports import Secondary
from floe.effects.sync.secondaries import Fleet
from tests.integration.contract.ledgers import DEV, POLICY, PROD, draft, version
from tests.integration.sync.places import index_with_everything

ENVIRONMENTS: Final = (DEV, PROD)


class Memory:
    """The primary, and secondaries that begin empty."""

    def __init__(self, copies: int = 1) -> None:
        self.primary = MemoryRegistry("primary")
        self.copies = tuple(MemoryRegistry(f"copy{number}") for number in range(copies))
        self.clock = VirtualClock()
        self.ledger = RegistryLedger(self.primary, self.clock)

    @property
    def fleet(self) -> Fleet:
        return Fleet(
            registry=self.primary,
            secondaries=tuple(
                Secondary(name=f"copy{number}", location=each.location, registry=Success(each))
                for number, each in enumerate(self.copies)
            ),
            environments=ENVIRONMENTS,
            clock=self.clock,
        )

    async def promote(self, number: int) -> Manifest:
        """A new version into dev, drawn as promotions draw it."""
        await self.primary.put_blob(EMPTY_CONTENT)
        await self.primary.put_blob(canonical.encode(POLICY))
        manifest = await index_with_everything(self.primary, version(number))
        event = Promoted(version=version(number), digest=manifest.digest, source="none", environment=DEV)
        appended = await RegistryLedger(self.primary, self.clock).append(
            draft(event, number, Expectation(), None), POLICY
        )
        assert appended.unwrap().winner is None
        for tag in (environment_tag(version(number), DEV), pointer(DEV)):
            await self.primary.put_manifest(manifest, tag)
        return manifest

    async def sync(self, *, thorough: bool = False) -> tuple[Synced, ...]:
        return await self.fleet.sync(thorough=thorough)

    def is_copied_to(self, copy: MemoryRegistry) -> bool:
        return copy.tagged == self.primary.tagged and self._is_whole(copy)

    def is_sound(self, copy: MemoryRegistry) -> bool:
        """Whether nothing is there that is not here, and nothing without what it consists of."""
        return copy.tagged.items() <= self.primary.tagged.items() and self._is_whole(copy)

    def _is_whole(self, registry: MemoryRegistry) -> bool:
        for manifest in registry.manifests.values():
            said = contents(manifest)
            assert said is not None
            blobs = (*((said.config,) if said.config else ()), *said.layers)
            if not {each.digest for each in blobs} <= registry.blobs.keys():
                return False
            if not {each.digest for each in said.manifests} <= registry.manifests.keys():
                return False
        return set(registry.tagged.values()) <= registry.manifests.keys()
