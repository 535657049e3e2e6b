"""The gates as they run for real: the policy gate by reading the artifact, every other one as a command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from returns.result import Failure, Result, Success

from floe.core.artifact import facts_of
from floe.core.explain.faults import what_failed
from floe.core.gates import Ending, Exited, NotStarted, Report, Reported, format_of
from floe.core.outcome import settled
from floe.core.policy import Format, Gate, Governance
from floe.core.reports.reading import ArtifactFacts, Findings, Unread
from floe.core.scan import may_be_about_another
from floe.effects import documents
from floe.effects.gate import policy, reports
from floe.effects.gate.command import run_command
from floe.effects.gate.spool import Spool
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

    async def run(self, gate: Gate, subject: Subject) -> Ending:
        if gate.is_builtin:
            return await self._examine(subject)
        around = Surroundings(folder=self.folder, inherited=self.inherited, told=self._told(subject))
        form = format_of(gate)
        return await (self._read(form, gate, subject, around) if form else run_command(gate, around))

    async def _read(self, form: Format, gate: Gate, subject: Subject, around: Surroundings) -> Ending:
        """A command whose standard output is its report; one that did not run to its end has none."""
        try:
            opened = Spool()
        except OSError as error:
            return NotStarted(why=f"there is no place to keep its report: {error}")
        with opened as spool:
            ended = await run_command(gate, around, spool)
            if not isinstance(ended, Exited):
                return ended
            reading = await reports.read(form, spool)
        artifact = ArtifactFacts(digests=(subject.artifact,), is_image=False)
        if isinstance(reading, Findings) and may_be_about_another(reading, gate, subject.artifact):
            match settled(await self._facts(subject)):
                case Failure(unread):
                    reading = unread
                case Success(known):
                    artifact = known
        return Reported(exited=ended, reading=reading, artifact=artifact)

    async def _facts(self, subject: Subject) -> Result[ArtifactFacts, Unread]:
        """By which digests the artifact is known. Only a report that does not name it makes this necessary."""
        match settled(await self.registry.manifest(subject.artifact)):
            case Failure(fault):
                return Failure(Unread(why="; ".join(what_failed(fault))))
            case Success(manifest) if manifest is not None:
                return Success(facts_of(manifest))
            case Success(_):
                return Failure(Unread(why=f"the artifact {subject.artifact} is not in the registry"))

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
