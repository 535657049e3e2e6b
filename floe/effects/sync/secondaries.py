"""All secondaries side by side: what one of them does or does not do is no matter of the others."""

from typing import Final

import anyio
import msgspec
from returns.result import Failure, Success

from floe.core.fault import Unavailable
from floe.core.names import EnvironmentName
from floe.core.outcome import settled
from floe.core.replica import Lag, Synced, lag
from floe.effects.ports import Clock, Outcome, Registry, Secondary, Tracer
from floe.effects.sync.copying import Copier
from floe.effects.sync.looking import Here, Sight, There
from floe.effects.sync.mirror import Counts, Mirror
from floe.effects.trace import words
from floe.effects.trace.untraced import UNTRACED

ROUNDS: Final = 5  # how often it is copied again because the ledger moved on meanwhile
GLANCE: Final = 10.0  # seconds for a glance at one secondary


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """The secondaries of one repository."""

    registry: Registry
    secondaries: tuple[Secondary, ...]
    environments: tuple[EnvironmentName, ...]
    clock: Clock
    tracer: Tracer = UNTRACED

    async def sync(self, *, thorough: bool) -> tuple[Synced, ...]:
        """Bring every secondary up to date, as far as can be."""
        async with self.tracer.span("sync", words.task("sync", "deploy")) as span:
            synced = await self._all(thorough=thorough)
            words.conclude_sync(span, synced)
        return synced

    async def _all(self, *, thorough: bool) -> tuple[Synced, ...]:
        async def one(secondary: Secondary) -> Synced:
            async with self.tracer.span(f"copy to {secondary.name}") as span:
                synced = await self._sync(secondary, thorough=thorough)
                span.ended(words.word(synced.fault) if synced.fault else None)
            return synced

        return tuple(await anyio.amap(one, self.secondaries))

    async def lags(self) -> tuple[Outcome[Lag], ...]:
        """How far each is behind, as its list of tags tells."""
        here = settled(await self._source.here())
        if isinstance(here, Failure):
            return tuple(Failure(here.failure()) for _ in self.secondaries)
        known = here.unwrap()
        return tuple(await anyio.amap(lambda each: self._lag(each, known), self.secondaries))

    @property
    def _source(self) -> Sight:
        return Sight(registry=self.registry, clock=self.clock)

    async def _look(self, secondary: Secondary) -> Outcome[There]:
        opened = settled(secondary.registry)
        if isinstance(opened, Failure):
            return Failure(opened.failure())
        return await Sight(registry=opened.unwrap(), clock=self.clock).there(self.environments)

    async def _sync(self, secondary: Secondary, *, thorough: bool) -> Synced:
        opened, counts = settled(secondary.registry), Counts()
        if isinstance(opened, Failure):
            return _told(secondary, Failure(opened.failure()), counts)
        mirror = Mirror(
            sight=self._source,
            copier=Copier(source=self.registry, target=opened.unwrap(), clock=self.clock),
            environments=self.environments,
            thorough=thorough,
            counts=counts,
        )
        return _told(secondary, await self._settled(mirror, secondary), counts)

    async def _settled(self, mirror: Mirror, secondary: Secondary) -> Outcome[None]:
        """Copied, and again while the ledger has moved on: the last who copies leaves it right."""
        for _ in range(ROUNDS):
            there = settled(await self._look(secondary))  # first, so that it can hold nothing of ours that is not seen
            if isinstance(there, Failure):
                return Failure(there.failure())
            here = settled(await self._source.here())
            if isinstance(here, Failure):
                return Failure(here.failure())
            done = settled(await mirror.copy(here.unwrap(), there.unwrap()))
            now = settled(await self._source.here()) if isinstance(done, Success) else done
            if isinstance(now, Failure):
                return Failure(now.failure())
            if now.unwrap().records == here.unwrap().records:
                return Success(None)
        why = f"the ledger of {self.registry.location} keeps growing while it is copied; run this again"
        return Failure(Unavailable(where=secondary.location, why=why))

    async def _lag(self, secondary: Secondary, here: Here) -> Outcome[Lag]:
        with anyio.move_on_after(GLANCE):
            seen = await self._look(secondary)
            return seen.map(lambda there: lag(here.records, here.names, there.records, there.names, self.environments))
        return Failure(Unavailable(where=secondary.location, why=f"it did not answer within {GLANCE:.0f} seconds"))


def _told(secondary: Secondary, outcome: Outcome[None], counts: Counts) -> Synced:
    done = settled(outcome)
    return Synced(
        registry=secondary.name,
        location=secondary.location,
        fault=done.failure() if isinstance(done, Failure) else None,
        artifacts=counts.artifacts,
        records=counts.records,
        tags=counts.tags,
    )
