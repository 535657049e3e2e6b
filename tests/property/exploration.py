"""Every history of a small world, by the real core: states are explored breadth first, each but once.

The world: three environments, three people who know one another, two versions. What a state is here is what decisions
can tell apart: what is current, what is locked, where each version stands and who brought it there.
"""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from returns.result import Success

from floe.core import canonical
from floe.core.command import Command, Lock, Promote, RollBack, Unlock
from floe.core.conclude import Run, conclude
from floe.core.decide import decide
from floe.core.event import Promoted
from floe.core.gates import Examined, GateResult
from floe.core.ledger.folding import evolve
from floe.core.ledger.record import place, seal
from floe.core.ledger.state import State
from floe.core.names import NOWHERE, Digest, EnvironmentName, Tag, Version, environment_tag
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.policy import POLICY_GATE, Authorization, Environment, Gate, IdentityPolicy, Named, Policy
from floe.core.snapshot import Known, Snapshot, TagFact
from floe.core.transition import presence

AT = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
PEOPLE = ("ann", "bob", "eve")
VERSIONS = tuple(map(Version, ("v1.0.0", "v2.0.0")))
DIGESTS: dict[Version, Digest] = {version: canonical.digest_of(version.encode()) for version in VERSIONS}
LADDER = tuple(map(EnvironmentName, ("dev", "staging", "prod")))
GATES = (Gate(name=POLICY_GATE, timeout_seconds=30),)
PASSED = GateResult(gate=POLICY_GATE, status="passed", duration_ms=1, report=Examined())
POLICY = Policy(
    environments=(
        Environment(name=LADDER[0], gates=GATES),
        Environment(name=LADDER[1], gates=GATES, authorization=Authorization(allowed_operators=PEOPLE)),
        Environment(
            name=LADDER[2],
            gates=GATES,
            authorization=Authorization(allowed_operators=PEOPLE, separation_of_duties=True),
        ),
    ),
    identity=IdentityPolicy(people=tuple(Named(name=name, members=(name,)) for name in PEOPLE), accept_unverified=True),
)

Key: TypeAlias = tuple[object, ...]


class World(NamedTuple):
    """A history: its state, and every record in order."""

    state: State = State()
    records: tuple[Known, ...] = ()


def commands() -> Iterator[Command]:
    for environment in LADDER:
        yield Lock(environment=environment, reason="incident")
        yield Unlock(environment=environment, reason="over")
        for version in VERSIONS:
            yield RollBack(version=version, environment=environment, reason="back")
            for force in (False, True):
                for source in (NOWHERE, *LADDER):
                    yield Promote(version=version, source=source, target=environment, force=force)


def snapshot(world: World, person: str) -> Snapshot:
    """What somebody knows who sees everything, tags being drawn as the ledger has it."""
    tags = [TagFact(tag=Tag(version), digest=DIGESTS[version]) for version in VERSIONS]
    drawn = {environment_tag(each.version, each.environment): each.digest for each in _promotions(world)}
    tags += [TagFact(tag=name, digest=digest) for name, digest in drawn.items()]
    tags += [
        TagFact(tag=Tag(f"latest-{each.environment}"), digest=each.current.digest)
        for each in world.state.environments
        if each.current
    ]
    made = [each.current.tag for each in world.state.environments if each.current and each.current.tag]
    return Snapshot(
        at=AT,
        operator=Operator(name=person, assurance="unverified"),
        state=world.state,
        tags=tuple(tags),
        names=(*(fact.tag for fact in tags), *made),
        records=world.records,
    )


def successor(world: World, command: Command, person: str) -> World | None:
    """The world after a command, if the core lets this person do it and it records anything."""
    seen = snapshot(world, person)
    decided = settled(decide(seen, command, POLICY))
    if not isinstance(decided, Success) or decided.unwrap().event is None:
        return None
    number = str(len(world.records))
    concluded = settled(conclude(decided.unwrap(), (PASSED,), Run(id=number, trace_id=number), seen, POLICY))
    assert isinstance(concluded, Success)
    draft = concluded.unwrap().draft
    assert draft is not None
    tips = (world.records[-1].digest,) if world.records else ()
    record = place(draft, seq=len(world.records) + 1, predecessors=tips, repository="memory://small")
    name = seal(record, 1).digest
    state, won = evolve(world.state, name, record)
    assert won is None, "who has seen everything cannot lose"
    known = Known(digest=name, position=len(world.records), record=record)
    return World(state=state, records=(*world.records, known))


def key(world: World) -> Key:
    """All that decisions can tell apart about a history."""
    return tuple(
        (
            current.version if (current := world.state.of(name).current) else None,
            world.state.of(name).lock is not None,
            *(_standing(world, version, name) for version in VERSIONS),
        )
        for name in LADDER
    )


def explore(check: Callable[[World], None], *, depth: int, goes_on: Callable[[], bool]) -> tuple[int, int]:
    """Check every state within a depth, as long as there is time; how many there were, and how deep it went."""
    seen: set[Key] = {key(World())}
    waiting = deque([(World(), 0)])
    deepest = 0
    while waiting and goes_on():
        world, steps = waiting.popleft()
        deepest = steps
        if steps == depth:
            continue
        for command in commands():
            for person in PEOPLE:
                after = successor(world, command, person)
                if after is None:
                    continue
                check(after)
                if (known := key(after)) not in seen:
                    seen.add(known)
                    waiting.append((after, steps + 1))
    return len(seen), deepest


def _promotions(world: World) -> Iterator[Promoted]:
    return (known.record.event for known in world.records if isinstance(known.record.event, Promoted))


def _standing(world: World, version: Version, name: EnvironmentName) -> tuple[str | None, bool]:
    found = presence(world.records, version, name)
    by = found.promotion.record.operator.name if found.promotion else None
    return by, found.stands is not None
