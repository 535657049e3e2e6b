"""One repository with a straight way to it and a troubled one, and what must hold of both whatever the trouble was."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, TypeAlias

import msgspec
from returns.result import Result, Success

from floe.core import canonical
from floe.core.artifact import INDEX, Manifest
from floe.core.drift import drawn_by
from floe.core.ledger.state import State
from floe.core.names import Digest, Tag
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.effects.apply import Hand
from floe.effects.drive import Carried
from floe.effects.ledger.registry import RegistryLedger
from floe.effects.memory.world import ToldGates, ToldVerifier
from floe.effects.ports import Clock, World
from floe.shell import api, standing
from floe.shell.api import Trouble
from floe.shell.clock import SystemClock, SystemEntropy
from floe.shell.session import Session
from floe.shell.standing import Overview
from floe.shell.trace import trace
from tests.integration.remote import remote
from tests.manifests import loaded
from tests.servers.proxy import Proxy

BARE: Final = """
artifacts:
  registry: {uri: "oci://127.0.0.1:1/any"}
  promotion: {environments: [{name: dev}, {name: staging}]}
"""
OPERATOR: Final = Operator(name="ci@example.com", assurance="unverified")
V1, V2 = Tag("v1.0.0"), Tag("v2.0.0")

Done: TypeAlias = Result[Carried, Trouble] | Result[Overview, Trouble] | Result[Carried | Overview, Trouble]
Order: TypeAlias = Callable[[Session], Awaitable[Done]]


class HastyClock:
    """A clock that runs faster than others, so that nobody has to wait for a deadline."""

    def __init__(self, haste: float) -> None:
        self._true = SystemClock()
        self._haste = haste

    def now(self) -> datetime:
        return self._true.now()

    def monotonic(self) -> float:
        return self._true.monotonic() * self._haste

    async def sleep(self, seconds: float) -> None:
        await self._true.sleep(seconds / self._haste)


def session_on(authority: str, repository: str, clock: Clock) -> Session:
    """What a new process would know, and no more."""
    registry = remote(authority, repository, clock=clock)
    entropy = SystemEntropy()
    world = World(
        registry=registry,
        ledger=RegistryLedger(registry, clock),
        gates=ToldGates(),
        verifier=ToldVerifier(),
        clock=clock,
        entropy=entropy,
    )
    return Session(policy=loaded(BARE).policy, world=world, operator=OPERATOR, trace=trace(None, entropy))


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A repository behind a proxy. Each session is closed with its block."""

    proxy: Proxy
    repository: str

    @asynccontextmanager
    async def straight(self) -> AsyncIterator[Session]:
        session = session_on(self.proxy.upstream, self.repository, SystemClock())
        yield session
        await session.world.registry.aclose()

    @asynccontextmanager
    async def troubled(self, haste: float) -> AsyncIterator[Session]:
        session = session_on(self.proxy.authority, self.repository, HastyClock(haste))
        yield session
        await session.world.registry.aclose()

    async def enter(self, version: Tag, *, through_trouble: bool = False) -> None:
        """A new version, pushed and promoted into dev; without trouble, unless that is asked for."""
        async with self.troubled(1.0) if through_trouble else self.straight() as session:
            await session.world.registry.put_manifest(artifact(version), version)
            assert succeeded(await api.promote(session, version, to="dev"))

    async def truth(self) -> "Truth":
        async with self.straight() as session:
            world = session.world
            state = (await world.ledger.look()).unwrap().state
            entries = (await world.ledger.entries()).unwrap()
            tags = (await world.registry.resolve_all()).unwrap()
        return Truth(state=state, records=frozenset(each.record for each in entries if each.void is None), tags=tags)

    async def recover(self) -> int:
        """How much there was to draw; afterwards nothing is, and no tag is other than the ledger says."""
        async with self.straight() as session:
            found, state = (await standing.find_drift(session.world, session.policy)).unwrap()
            hand = Hand(world=session.world, policy=session.policy)
            due = drawn_by(found, state)
            for drawing in due:
                assert await hand.draw(drawing) == Success(None)
            again, _ = (await standing.find_drift(session.world, session.policy)).unwrap()
        assert again == ()
        return len(due)


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger's state, the records that count, and where every tag points."""

    state: State
    records: frozenset[Digest]
    tags: dict[Tag, Digest]


def artifact(version: str) -> Manifest:
    said = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [], "annotations": {"version": version}}
    return Manifest(media_type=INDEX, content=canonical.encode(said))


async def promote(session: Session) -> Result[Carried, Trouble]:
    return await api.promote(session, V2, to="staging")


async def rollback(session: Session) -> Result[Carried, Trouble]:
    return await api.rollback(session, V1, env="dev", reason="slow")


async def status(session: Session) -> Result[Overview, Trouble]:
    return await api.status(session, check=True)


ORDERS: Final[dict[str, Order]] = {"promote": promote, "rollback": rollback, "status": status}
TAGS: Final = {
    "promote": (Tag("v2.0.0-staging"), Tag("latest-staging")),
    "rollback": (Tag("v1.0.0-dev-rollback-1"), Tag("latest-dev")),
}


def succeeded(outcome: Done) -> bool:
    """Whether the caller was told that all is done."""
    match settled(outcome):
        case Success(Carried() as carried):
            return carried.receipt.fault is None
        case Success():
            return True
        case _:
            return False
