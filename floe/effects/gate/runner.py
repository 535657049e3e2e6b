"""The gates as they run for real: the policy gate by reading the artifact, every other one as a command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from returns.result import Failure, Success

from floe.core.explain_faults import what_failed
from floe.core.gates import NotStarted, Report
from floe.core.outcome import settled
from floe.core.policy import Gate, Governance
from floe.effects import documents
from floe.effects.gate import policy
from floe.effects.gate.command import run_command
from floe.effects.gate.surroundings import Surroundings
from floe.effects.ports import Registry, Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class GateRunner:
    """The `Gates` port. Commands run in the manifest's folder; `layout` is the registry's, when it is a folder."""

    registry: Registry
    governance: Governance
    folder: Path
    inherited: Mapping[str, str] = field(repr=False)  # it may hold secrets
    layout: Path | None = None

    async def run(self, gate: Gate, subject: Subject) -> Report:
        if gate.is_builtin:
            return await self._examine(subject)
        told = self._told(subject)
        return await run_command(gate, Surroundings(folder=self.folder, inherited=self.inherited, told=told))

    async def _examine(self, subject: Subject) -> Report:
        match settled(await documents.read(subject.artifact, self.registry)):
            case Failure(fault):
                return NotStarted(why="; ".join(what_failed(fault)))
            case Success(reading):
                return await policy.examine(
                    reading.content, reading.artifact_type, self.governance, subject.environment, subject.version
                )

    def _told(self, subject: Subject) -> dict[str, str]:
        """What the command is told of its subject, as environment variables (CONTRACT 5)."""
        told = {
            "ARTIFACT_REF": self.registry.reference(subject.artifact),
            "ARTIFACT_DIGEST": subject.artifact,
            "ARTIFACT_TAG": subject.version,
            "FLOE_ENVIRONMENT": subject.environment,
            "TRACEPARENT": subject.traceparent,
        }
        return told if self.layout is None else {**told, "ARTIFACT_LAYOUT": str(self.layout)}
