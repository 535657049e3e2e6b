"""A world without a world: time that moves when told, numbers that repeat, gates that answer as told."""

from datetime import UTC, datetime, timedelta

import anyio.lowlevel
from returns.result import Success

from floe.core import canonical
from floe.core.gates import Ending, Examined, Exited, Output
from floe.core.names import Digest
from floe.core.policy import Gate, Trust
from floe.core.signature.candidate import Findings
from floe.effects.memory.herald import MemoryHerald
from floe.effects.memory.ledger import MemoryLedger
from floe.effects.memory.registry import MemoryRegistry
from floe.effects.memory.tracer import MemoryTracer
from floe.effects.memory.trouble import Trouble
from floe.effects.ports import Outcome, Subject, World

BEGINNING = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


class VirtualClock:
    """Time stands still but for `pass_by` and `sleep`, and sleeping takes no time."""

    def __init__(self, at: datetime = BEGINNING) -> None:
        self._at = at
        self._elapsed = 0.0

    def now(self) -> datetime:
        return self._at.replace(microsecond=0)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        self.pass_by(seconds)
        await anyio.lowlevel.checkpoint()

    def pass_by(self, seconds: float) -> None:
        self._elapsed += seconds
        self._at += timedelta(seconds=seconds)


class CountedEntropy:
    """The same identifiers in every run, each once."""

    def __init__(self) -> None:
        self._drawn = 0

    def identifier(self) -> str:
        drawn = self._hex()
        return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-8{drawn[17:20]}-{drawn[20:32]}"

    def trace_id(self) -> str:
        return self._hex()

    def jitter(self) -> float:
        return int(self._hex()[:8], 16) / 2**32

    def _hex(self) -> str:
        self._drawn += 1
        return canonical.digest_of(b"entropy %d" % self._drawn).removeprefix("sha256:")[:32]


class ToldGates:
    """Every gate reports what `reports` holds for its name; one that is not in there passes."""

    def __init__(self) -> None:
        self.reports: dict[str, Ending] = {}
        self.ran: list[tuple[str, Subject]] = []

    async def run(self, gate: Gate, subject: Subject) -> Ending:
        await anyio.lowlevel.checkpoint()
        self.ran.append((gate.name, subject))
        passed: Ending = Examined() if gate.is_builtin else Exited(code=0, output=Output(size=0))
        return self.reports.get(gate.name, passed)


class ToldVerifier:
    """What is attached to every artifact is what `findings` holds for it, else nothing."""

    def __init__(self) -> None:
        self.findings: dict[Digest, Findings] = {}

    async def check(self, artifact: Digest, _: Trust) -> Outcome[Findings]:
        await anyio.lowlevel.checkpoint()
        return Success(self.findings.get(artifact, Findings()))

    async def read(self, about: Digest, _: bytes, __: Trust) -> Findings:
        await anyio.lowlevel.checkpoint()
        return self.findings.get(about, Findings())

    async def remember(self) -> None:
        """There is no next time."""


class MemoryWorld:
    """All of it; `world` is what commands run in."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.registry = MemoryRegistry(trouble=self.trouble)
        self.ledger = MemoryLedger(self.registry.location, self.trouble)
        self.gates = ToldGates()
        self.verifier = ToldVerifier()
        self.clock = VirtualClock()
        self.entropy = CountedEntropy()
        self.tracer = MemoryTracer(self.clock, CountedEntropy())
        self.herald = MemoryHerald(self.trouble)

    @property
    def world(self) -> World:
        return World(
            registry=self.registry,
            ledger=self.ledger,
            gates=self.gates,
            verifier=self.verifier,
            clock=self.clock,
            entropy=self.entropy,
            tracer=self.tracer,
            herald=self.herald,
        )
