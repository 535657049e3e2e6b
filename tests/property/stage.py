"""The memory world with people in it: what the laws of whole histories are played on."""

from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

import anyio
import anyio.lowlevel
import msgspec
from returns.result import Failure, Result, Success

from floe.core.artifact import MANIFEST, Manifest
from floe.core.command import Command
from floe.core.drift import Drift, drawn_by
from floe.core.event import Refused
from floe.core.fault import Unavailable
from floe.core.gates import Exited, Output
from floe.core.ledger.record import Record, unseal
from floe.core.ledger.state import State
from floe.core.names import Digest, Tag, Version
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.policy import Authorization, Environment, IdentityPolicy, Named, Policy
from floe.core.snapshot import Known
from floe.effects.apply import Hand
from floe.effects.drive import Carried, Driver, Trouble
from floe.effects.memory.trouble import Call
from floe.effects.memory.world import MemoryWorld
from floe.effects.observe import Gaze
from floe.effects.ports import Outcome
from floe.shell.standing import find_drift
from tests.property.strategies import COMPLIANCE, TESTS, plain_policy

T = TypeVar("T")
Ending: TypeAlias = Result[Carried, Trouble]

VERSIONS: Final = tuple(map(Version, ("v1.0.0", "v1.1.0", "v2.0.0")))
NEVER_PUSHED: Final = Version("v9.9.9")
AWAY: Final = Unavailable(where="memory://registry", why="it is away")
OPERATORS: Final = tuple(Operator(name=name, assurance="unverified") for name in ("alice", "alice-bot", "bob", "eve"))


class CrashError(Exception):
    """The process ends here."""


def _guarded() -> Policy:
    """Authorization from staging on, and separate hands in prod."""
    policy = plain_policy("dev", "staging", "prod")
    rules = {
        "staging": Authorization(allowed_groups=("developers",)),
        "prod": Authorization(allowed_operators=("Alice", "Bob"), separation_of_duties=True),
    }
    people = (Named(name="Alice", members=("alice", "alice-bot")), Named(name="Bob", members=("bob",)))
    identity = IdentityPolicy(
        people=people, groups=(Named(name="developers", members=("Alice", "Bob", "eve")),), accept_unverified=True
    )
    guarded = tuple(msgspec.structs.replace(each, authorization=rules.get(each.name)) for each in policy.environments)
    return msgspec.structs.replace(policy, environments=guarded, identity=identity)


def _tested(policy: Policy) -> Policy:
    """The same, with a command for a gate in the last environment."""
    *others, last = policy.environments
    tested: Environment = msgspec.structs.replace(last, gates=(COMPLIANCE, TESTS))
    return msgspec.structs.replace(policy, environments=(*others, tested))


POLICIES: Final = {
    "plain": plain_policy("dev", "staging", "prod"),
    "tested": _tested(plain_policy("dev", "staging", "prod")),
    "optional": plain_policy("dev", "qa", "staging", "prod", optional=("qa",)),
    "guarded": _guarded(),
    "guarded and tested": _tested(_guarded()),
}


class Stage:
    """One world under one policy, in which some versions have been pushed; two of them are the same bytes."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.memory = MemoryWorld()
        self.artifacts = tuple(Manifest(media_type=MANIFEST, content=b'{"n":%d}' % number) for number in (1, 2))
        self.pushed: dict[Version, Digest] = {}
        for number, version in enumerate(VERSIONS):
            artifact = self.artifacts[number % 2]
            self.memory.registry.manifests[artifact.digest] = artifact
            self.memory.registry.tagged[Tag(version)] = artifact.digest
            self.pushed[version] = artifact.digest

    # Looking, behind the scenes ---------------------------------------------------------------------------------------

    @property
    def tags(self) -> dict[Tag, Digest]:
        return self.memory.registry.tagged

    def history(self) -> tuple[tuple[Digest, Record], ...]:
        """Every record, read from its bytes."""
        ledger = self.memory.ledger
        return tuple(
            (entry.record, unseal(ledger.manifests[entry.record], "memory").unwrap()) for entry in ledger.listed
        )

    def known(self) -> tuple[Known, ...]:
        """Every record but those of refusals, which change nothing."""
        return tuple(
            Known(digest=digest, position=position, record=record)
            for position, (digest, record) in enumerate(self.history())
            if not isinstance(record.event, Refused)
        )

    def fail_tests(self, *, yes: bool) -> None:
        report = Exited(code=1 if yes else 0, output=Output(size=0))
        self.memory.gates.reports["tests"] = report

    # Acting -----------------------------------------------------------------------------------------------------------

    def run(self, command: Command, operator: Operator) -> Ending:
        return anyio.run(self.driver(command, operator).carry)

    def race(self, contenders: tuple[tuple[Command, Operator, int], ...]) -> list[Ending]:
        """All at once, each after some steps of the others."""
        endings: list[Ending] = []

        async def contend(command: Command, operator: Operator, late: int) -> None:
            for _ in range(late):
                await anyio.lowlevel.checkpoint()
            endings.append(await self.driver(command, operator).carry())

        async def everybody() -> None:
            async with anyio.create_task_group() as tasks:
                for contender in contenders:
                    tasks.start_soon(contend, *contender)

        anyio.run(everybody)
        return endings

    def crash(self, command: Command, operator: Operator, at: int, *, recorded: bool) -> Ending | None:
        """Run a command that ends for good at one of its calls, or of those after its record; None when it did."""
        calls = 0
        counts = not recorded

        def decide(call: Call) -> None:
            nonlocal calls, counts
            if counts and calls >= at:
                raise CrashError
            calls += counts
            counts = counts or call.operation == "append"

        return self._troubled(decide, lambda: self.run(command, operator))

    def recover(self) -> tuple[Drift, ...]:
        """As `floe platform recover` does; what was found to differ."""
        found, state = anyio.run(self._drift).unwrap()
        hand = Hand(world=self.memory.world, policy=self.policy)
        for drawing in drawn_by(found, state):
            assert isinstance(settled(anyio.run(hand.draw, drawing)), Success)
        return found

    def drift(self) -> tuple[Drift, ...]:
        return anyio.run(self._drift).unwrap()[0]

    def driver(self, command: Command, operator: Operator) -> Driver:
        gaze = Gaze(command=command, policy=self.policy, operator=operator, world=self.memory.world)
        return Driver(gaze=gaze, trace_id="0" * 31 + "1", traceparent="")

    def _troubled(self, decide: Callable[[Call], None], act: Callable[[], T]) -> T | None:
        result: T | None = None
        self.memory.trouble.decide = decide
        try:
            result = act()
        except* CrashError:
            pass
        finally:
            self.memory.trouble.decide = lambda _: None
        return result

    async def _drift(self) -> Outcome[tuple[tuple[Drift, ...], State]]:
        return await find_drift(self.memory.world, self.policy)


def is_done(ending: Ending | None) -> bool:
    """Whether a command ended with everything recorded and drawn."""
    return isinstance(ending, Success) and ending.unwrap().receipt.fault is None


def refused(ending: Ending | None) -> set[str]:
    """Why not, in names of refusals."""
    if not isinstance(ending, Failure):
        return set()
    return {type(each).__name__ for each in getattr(ending.failure(), "refusals", ())}
