"""What must be known before a command can be decided. Asking is not yet looking.

Questions come in rounds, since an answer may raise the next question; the rounds end when none is left.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TypeAlias

from returns.result import Success

from floe.core.command import Adopt, Command, Lock, Promote, RollBack, Unlock, environment_of
from floe.core.duties import counted
from floe.core.facts import SignatureFacts
from floe.core.ledger.state import State
from floe.core.names import NOWHERE, Digest, EnvironmentName, Tag, Version, environment_tag, pointer
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.policy import Policy
from floe.core.promotion import Step, definite
from floe.core.reports.baseline import needs_baseline
from floe.core.rollback import destination, version_meant
from floe.core.snapshot import DocumentFact, Known, Snapshot, TagFact
from floe.core.transition import presence, sources
from floe.core.value import Value


class AskState(Value, frozen=True, kw_only=True, tag="state"):
    """What the ledger says is so, and which tags there are."""


class AskTag(Value, frozen=True, kw_only=True, tag="tag"):
    """Where a tag points; `is_release` says that what it points to will be read."""

    name: Tag
    is_release: bool = False


class AskRecords(Value, frozen=True, kw_only=True, tag="records"):
    """All records that concern an artifact in some environments, also as the one that was left."""

    artifact: Digest
    environments: tuple[str, ...]


class AskSignature(Value, frozen=True, kw_only=True, tag="signature"):
    artifact: Digest


class AskDocument(Value, frozen=True, kw_only=True, tag="document"):
    artifact: Digest


Question: TypeAlias = AskState | AskTag | AskRecords | AskSignature | AskDocument


class StateAnswer(Value, frozen=True, kw_only=True):
    state: State
    names: tuple[Tag, ...]
    repository: str | None = None  # as people write it


class RecordsAnswer(Value, frozen=True, kw_only=True):
    artifact: Digest
    records: tuple[Known, ...]


class SignatureAnswer(Value, frozen=True, kw_only=True):
    artifact: Digest
    facts: SignatureFacts


Answer: TypeAlias = StateAnswer | TagFact | RecordsAnswer | SignatureAnswer | DocumentFact
Exchange: TypeAlias = tuple[Question, Answer]


def questions(
    command: Command, policy: Policy, known: tuple[Exchange, ...], snapshot: Snapshot
) -> tuple[Question, ...]:
    """What is still to be asked, given what has been answered; empty when the command can be decided."""
    asked = {question for question, _ in known}
    wanted = (AskState(), *(_next(command, policy, snapshot, asked) if AskState() in asked else ()))
    return tuple(dict.fromkeys(question for question in wanted if question not in asked))


def assemble(known: tuple[Exchange, ...], operator: Operator, at: datetime) -> Snapshot:
    """All answers as one value."""
    answers = tuple(answer for _, answer in known)
    state = next((each for each in answers if isinstance(each, StateAnswer)), StateAnswer(state=State(), names=()))
    records = {each.digest: each for answer in answers if isinstance(answer, RecordsAnswer) for each in answer.records}
    signatures = (each.facts for each in answers if isinstance(each, SignatureAnswer))
    return Snapshot(
        at=at,
        operator=operator,
        repository=state.repository,
        state=state.state,
        names=state.names,
        tags=tuple(each for each in answers if isinstance(each, TagFact)),
        records=tuple(sorted(records.values(), key=lambda each: each.position)),
        documents=tuple(each for each in answers if isinstance(each, DocumentFact)),
        signature=next(signatures, SignatureFacts()),
    )


def _next(command: Command, policy: Policy, snapshot: Snapshot, asked: Collection[Question]) -> Iterator[Question]:
    if policy.environment(environment_of(command)) is None:
        return
    match command:
        case Promote():
            yield from _about_promotion(command, policy, snapshot, asked)
        case RollBack():
            yield from _about_rollback(command, policy, snapshot)
        case Adopt(version=version, environment=environment):
            yield from _whereabouts(snapshot, version, EnvironmentName(environment), (environment,))
        case Lock() | Unlock():
            return


def _about_promotion(
    command: Promote, policy: Policy, snapshot: Snapshot, asked: Collection[Question]
) -> Iterator[Question]:
    target = EnvironmentName(command.target)
    origins = (command.source,) if command.source else sources(policy, target)
    concerned = (target, *origins, *(each.name for each in counted(policy, origins[0], target)))
    concerned = tuple(dict.fromkeys(name for name in concerned if name != NOWHERE))
    first = tuple(_whereabouts(snapshot, command.version, target, concerned))
    yield from first
    if not all(question in asked for question in first):
        return  # the records of what was released may tell the rest
    for origin in origins:
        if origin != NOWHERE and not presence(snapshot.valid, command.version, origin).promotion:
            yield from _whereabouts(snapshot, command.version, EnvironmentName(origin), concerned)
    step = settled(definite(snapshot, command, policy))
    if not isinstance(step, Success):
        return
    yield from _about_step(step.unwrap(), target, concerned)


def _about_step(step: Step, target: EnvironmentName, concerned: tuple[str, ...]) -> Iterator[Question]:
    """What is asked once it is known which artifact would move, and what is there now."""
    if step.there.stands:
        yield AskTag(name=pointer(target))
    if step.digest and step.target.trust:
        yield AskSignature(artifact=step.digest)
    if step.digest:
        yield AskRecords(artifact=step.digest, environments=concerned)
    if step.state.current and needs_baseline(step.target):
        yield AskRecords(artifact=step.state.current.digest, environments=concerned)


def _about_rollback(command: RollBack, policy: Policy, snapshot: Snapshot) -> Iterator[Question]:
    name = EnvironmentName(command.environment)
    version, current = version_meant(snapshot, command), snapshot.state.of(name).current
    yield AskTag(name=pointer(name))
    if version is None:
        return
    yield from _whereabouts(snapshot, version, name, (name,))
    target = destination(snapshot, version, name)
    if target is None:
        return
    environment = policy.environment(name)
    yield AskTag(name=target.tag)
    yield AskDocument(artifact=target.digest)
    if current:
        yield AskDocument(artifact=current.digest)
    if environment and environment.trust:
        yield AskSignature(artifact=target.digest)


def _whereabouts(
    snapshot: Snapshot, version: Version, environment: EnvironmentName, concerned: tuple[str, ...]
) -> Iterator[Question]:
    """Tags lead to digests, and digests to records; what is so is then read from the records alone."""
    for tag in (Tag(version), environment_tag(version, environment)):
        yield AskTag(name=tag, is_release=tag == Tag(version))
        if digest := snapshot.tag(tag):
            yield AskRecords(artifact=digest, environments=concerned)
