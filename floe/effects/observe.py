"""Questions of one round are independent, so they are asked all at once."""

from functools import partial

import anyio
import msgspec
from returns.result import Failure, Result, Success

from floe.core.command import Command, environment_of
from floe.core.compiled import document
from floe.core.facts import SignatureFacts
from floe.core.fault import Absent, Fault, LedgerDamaged
from floe.core.inquiry import (
    Answer,
    AskDocument,
    AskRecords,
    AskSignature,
    AskState,
    AskTag,
    Exchange,
    Question,
    RecordsAnswer,
    SignatureAnswer,
    StateAnswer,
    assemble,
    questions,
)
from floe.core.names import Digest
from floe.core.operator import Operator
from floe.core.outcome import collect, settled
from floe.core.policy import Policy
from floe.core.snapshot import DocumentFact, Snapshot, TagFact
from floe.core.trust import assess
from floe.effects import documents
from floe.effects.ports import Outcome, World
from floe.effects.trace import words


class Gaze(msgspec.Struct, frozen=True):
    """What is looked at, and for whom."""

    command: Command
    policy: Policy
    operator: Operator
    world: World


async def observe(gaze: Gaze) -> Result[Snapshot, tuple[Fault, ...]]:
    """Everything that must be known to decide the command, or all that could not be learned."""
    at = gaze.world.clock.now()
    known: tuple[Exchange, ...] = ()
    while True:
        snapshot = assemble(known, gaze.operator, at)
        pending = questions(gaze.command, gaze.policy, known, snapshot)
        if not pending:
            return Success(snapshot)
        outcomes = await anyio.amap(partial(_asked, gaze, snapshot), pending)
        match settled(collect(outcomes)):
            case Failure(faults):
                return Failure(faults)
            case Success(answers):
                known = (*known, *zip(pending, answers, strict=True))


async def _asked(gaze: Gaze, snapshot: Snapshot, question: Question) -> Outcome[Answer]:
    name, attributes = words.asking(question)
    async with gaze.world.tracer.span(name, attributes) as span:
        outcome = await _answer(gaze, snapshot, question)
        words.conclude(span, outcome)
    return outcome


async def _answer(gaze: Gaze, snapshot: Snapshot, question: Question) -> Outcome[Answer]:
    match question:
        case AskState():
            return await _state(gaze.world)
        case AskTag():
            return await _tag(question, snapshot, gaze.world)
        case AskRecords(artifact=artifact, environments=environments):
            records = await gaze.world.ledger.about(artifact, frozenset(environments))
            return records.map(lambda found: RecordsAnswer(artifact=artifact, records=found))
        case AskSignature(artifact=artifact):
            return await _signature(artifact, gaze)
        case AskDocument(artifact=artifact):
            return await document_of(artifact, gaze.world)


async def _state(world: World) -> Outcome[Answer]:
    """The ledger first, then the tags: a tag drawn in between is then at worst newer than the state."""
    outcome = settled(await world.ledger.look())
    if isinstance(outcome, Failure):
        return Failure(outcome.failure())
    look, where = outcome.unwrap(), world.registry.location
    if look.unreadable:
        why = "it is listed and cannot be read; nothing is decided on a ledger with holes"
        return Failure(LedgerDamaged(where=where, what=f"record {look.unreadable[0]}", why=why))
    if look.names is not None:
        return Success(StateAnswer(state=look.state, names=look.names, repository=where))
    names = await world.registry.tags()
    return names.map(lambda found: StateAnswer(state=look.state, names=found, repository=where))


async def _tag(question: AskTag, snapshot: Snapshot, world: World) -> Outcome[Answer]:
    """A tag that is not listed need not be asked for; what will be read anyway is read at once."""
    name = question.name
    if name not in snapshot.names:
        return Success(TagFact(tag=name, digest=None))
    if question.is_release:
        read = await world.registry.manifest(name)
        return read.map(lambda found: TagFact(tag=name, digest=found.digest if found else None))
    return (await world.registry.resolve(name)).map(lambda digest: TagFact(tag=name, digest=digest))


async def _signature(artifact: Digest, gaze: Gaze) -> Outcome[Answer]:
    environment = gaze.policy.environment(environment_of(gaze.command))
    trust = environment.trust if environment else None
    if trust is None or trust.enforcement == "off":
        return Success(SignatureAnswer(artifact=artifact, facts=SignatureFacts()))
    findings = await gaze.world.verifier.check(artifact, trust)
    return findings.map(lambda found: SignatureAnswer(artifact=artifact, facts=assess(found, trust, artifact).facts))


async def document_of(artifact: Digest, world: World) -> Outcome[DocumentFact]:
    """The compiled document of an artifact; one that is missing or foreign is a fact, not a fault."""
    match settled(await documents.read(artifact, world.registry)):
        case Failure(Absent(what=what)):
            return Success(DocumentFact(artifact=artifact, document=None, why=f"{what} is not there"))
        case Failure(fault):
            return Failure(fault)
        case Success(reading):
            return Success(_parsed(artifact, reading.content))


def _parsed(artifact: Digest, content: bytes | None) -> DocumentFact:
    if content is None:
        return DocumentFact(artifact=artifact, document=None, why="it is not a compiled artifact")
    match settled(document.parse(content)):
        case Success(compiled):
            return DocumentFact(artifact=artifact, document=compiled)
        case Failure(malformed):
            return DocumentFact(artifact=artifact, document=None, why=malformed.found)
