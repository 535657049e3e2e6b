"""One repository with a straight way to it and a troubled one, and what must hold of both whatever the trouble was."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import msgspec
from returns.result import Result, Success

from floe.core import canonical
from floe.core.artifact import INDEX, Manifest
from floe.core.drift import drawn_by
from floe.core.names import Digest, Tag
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.state import State
from floe.effects.apply import Hand
from floe.effects.drive import Carried
from floe.effects.ledger.registry import RegistryLedger
from floe.effects.memory.world import ToldGates, ToldVerifier
from floe.effects.ports import Clock, Registry, World
from floe.shell import api, standing
from floe.shell.api import Trouble
from floe.shell.clock import SystemClock, SystemEntropy
from floe.shell.session import Session
from floe.shell.standing import Overview
from floe.shell.trace import trace
from tests.manifests import loaded
from tests.servers.proxy import Proxy

BARE: Final = """
artifacts:
  registry: {uri: "oci://127.0.0.1:1/any"}
  promotion: {environments: [{name: dev}, {name: staging}]}
"""
OPERATOR: Final = Operator(name="ci@example.com", assurance="unverified")
HASTE: Final = 10.0
V1, V2 = Tag("v1.0.0"), Tag("v2.0.0")

Done: TypeAlias = Result[Carried, Trouble] | Result[Overview, Trouble]
Order: TypeAlias = Callable[[Session], Awaitable[Done]]


class HastyClock(SystemClock):
    """A clock that runs ten times as fast, so that nobody has to wait for a deadline."""

    def monotonic(self) -> float:
        return super().monotonic() * HASTE

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / HASTE)


def reaching(repository: str, authority: str) -> Registry:
    from scratch_registry import TalkRegistry

    return TalkRegistry(authority, repository, None)


def session_on(registry: Registry, clock: Clock) -> Session:
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
    """A repository behind a proxy. Sessions are fresh: each knows what a new process would know."""

    proxy: Proxy
    reach: Callable[[str], Registry]  # by `HOST:PORT`

    def straight(self) -> Session:
        return session_on(self.reach(self.proxy.upstream), SystemClock())

    def troubled(self) -> Session:
        return session_on(self.reach(self.proxy.authority), HastyClock())

    async def prepare(self) -> None:
        """Two versions in dev, the second one current."""
        for version in (V1, V2):
            session = self.straight()
            await session.world.registry.put_manifest(artifact(version), version)
            await promoted(session, version, "dev")

    async def truth(self) -> tuple[State, frozenset[Digest], dict[Tag, Digest]]:
        """The ledger's state, the records that count, and where every tag points."""
        world = self.straight().world
        state = (await world.ledger.look()).unwrap().state
        entries = (await world.ledger.entries()).unwrap()
        tags = (await world.registry.resolve_all()).unwrap()
        return state, frozenset(each.record for each in entries if each.void is None), tags

    async def recover(self) -> int:
        """How much there was to draw; afterwards nothing is, and no tag is other than the ledger says."""
        session = self.straight()
        found, state = (await standing.find_drift(session.world, session.policy)).unwrap()
        hand = Hand(world=session.world, policy=session.policy)
        due = drawn_by(found, state)
        for drawing in due:
            assert await hand.draw(drawing) == Success(None)
        again, _ = (await standing.find_drift(session.world, session.policy)).unwrap()
        assert again == ()
        return len(due)


def artifact(version: str) -> Manifest:
    said = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [], "annotations": {"version": version}}
    return Manifest(media_type=INDEX, content=canonical.encode(said))


async def promoted(session: Session, version: str, environment: str) -> None:
    carried = (await api.promote(session, version, to=environment)).unwrap()
    assert carried.receipt.fault is None


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
