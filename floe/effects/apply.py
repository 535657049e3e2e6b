"""The interpreter: performs effects in order, and decides nothing. It stops at the first that does not succeed."""

import anyio
import msgspec
from returns.result import Failure, Success

from floe.core.artifact import Manifest
from floe.core.conclude import Concluded
from floe.core.effect import Append, CreateTag, Drawing, Effect, MovePointer
from floe.core.fault import Absent
from floe.core.names import Digest, EnvironmentName, Tag
from floe.core.outcome import settled
from floe.core.policy import Policy
from floe.core.receipt import Done, Outvoted, Receipt, Step, Stopped
from floe.effects.ports import Outcome, World
from floe.effects.trace import words

CONVERGING_ROUNDS = 20  # how often a pointer is drawn again because the ledger moved on meanwhile


async def apply(concluded: Concluded, policy: Policy, world: World) -> Receipt:
    """Carry out an order; what became of it is told effect by effect."""
    hand = Hand(world=world, policy=policy)
    steps: list[Step] = []
    with anyio.CancelScope() as scope:
        for effect in concluded.effects:
            name, attributes = words.performing(effect)
            async with world.tracer.span(name, attributes) as span:
                step = await hand.perform(effect)
                words.conclude_step(span, step)
            steps.append(step)
            if not isinstance(step, Done):
                break
            scope.shield = True  # what is recorded is finished: a signal comes too late to stop it
    return Receipt(plan=concluded.plan.digest, steps=tuple(steps))


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """What performs effects; it keeps manifests at hand, which do not change."""

    world: World
    policy: Policy
    manifests: dict[Digest, Manifest] = msgspec.field(default_factory=dict)

    async def perform(self, effect: Effect) -> Step:
        if isinstance(effect, Append):
            return await self._append(effect)
        match settled(await self.draw(effect)):
            case Success():
                return Done(effect=effect)
            case Failure(fault):
                return Stopped(effect=effect, fault=fault)

    async def draw(self, drawing: Drawing) -> Outcome[None]:
        match drawing:
            case CreateTag(name=name, digest=digest):
                return await self._create(name, digest)
            case MovePointer(name=name, environment=environment):
                return await self._move(name, environment)

    async def _append(self, effect: Append) -> Step:
        match settled(await self.world.ledger.append(effect.draft, self.policy)):
            case Failure(fault):
                return Stopped(effect=effect, fault=fault)
            case Success(appended) if appended.winner is not None:
                return Outvoted(effect=effect, winner=appended.winner)
            case Success(appended):
                return Done(effect=effect, record=appended.record)

    async def _create(self, name: Tag, digest: Digest) -> Outcome[None]:
        match settled(await self._manifest(digest)):
            case Failure(fault):
                return Failure(fault)
            case Success(manifest):
                return await self.world.registry.create_tag(name, manifest)

    async def _move(self, name: Tag, environment: EnvironmentName) -> Outcome[None]:
        """Draw the pointer, and again while the ledger has moved on: the last writer leaves it right."""
        drawn: Digest | None = None
        for _ in range(CONVERGING_ROUNDS):
            state = settled(await self.world.ledger.recall())
            if isinstance(state, Failure):
                return Failure(state.failure())
            current = state.unwrap().of(environment).current
            if current is None or current.digest == drawn:
                return Success(None)
            outcome = settled(await self._point(name, current.digest))
            if isinstance(outcome, Failure):
                return outcome
            drawn = current.digest
        return Success(None)

    async def _point(self, name: Tag, digest: Digest) -> Outcome[None]:
        """Always written: a pointer that is read may be what a cache remembers."""
        match settled(await self._manifest(digest)):
            case Failure(fault):
                return Failure(fault)
            case Success(manifest):
                return await self.world.registry.put_manifest(manifest, name)

    async def _manifest(self, digest: Digest) -> Outcome[Manifest]:
        if digest in self.manifests:
            return Success(self.manifests[digest])
        outcome = settled(await self.world.registry.manifest(digest))
        if isinstance(outcome, Failure):
            return Failure(outcome.failure())
        manifest = outcome.unwrap()
        if manifest is None:
            return Failure(Absent(where=self.world.registry.location, what=digest))
        self.manifests[digest] = manifest
        return Success(manifest)
