"""How spans are named, and what is told of each: the semantic conventions for CI/CD, and words of floe's own."""

from typing import Any, TypeAlias

from returns.result import Failure, Result, Success

from floe.core.effect import Append, CreateTag, Effect, MovePointer
from floe.core.fault import Fault
from floe.core.gates import GateResult, TimedOut
from floe.core.inquiry import (
    AskDocument,
    AskRecords,
    AskSignature,
    AskState,
    AskTag,
    Question,
    SignatureAnswer,
)
from floe.core.outcome import settled
from floe.core.receipt import Done, Outvoted, Step, Stopped
from floe.core.refusal import Refusal
from floe.core.replica import Synced
from floe.effects.ports import Attributes, Delivery, Span

Named: TypeAlias = tuple[str, Attributes]


def task(name: str, kind: str) -> Attributes:
    """A task of a pipeline's run."""
    return {"cicd.pipeline.task.name": name, "cicd.pipeline.task.type": kind}


def asking(question: Question) -> Named:
    match question:
        case AskState():
            return "ask state", {}
        case AskTag(name=name):
            return "ask tag", {"dev.floe.tag": name}
        case AskRecords(artifact=artifact):
            return "ask records", {"oci.manifest.digest": artifact}
        case AskSignature(artifact=artifact):
            return "verify", {**task("verify", "test"), "oci.manifest.digest": artifact}
        case AskDocument(artifact=artifact):
            return "ask document", {"oci.manifest.digest": artifact}


def performing(effect: Effect) -> Named:
    match effect:
        case Append():
            return "append record", {}
        case CreateTag(name=name, digest=digest):
            return "create tag", {"dev.floe.tag": name, "oci.manifest.digest": digest}
        case MovePointer(name=name, digest=digest):
            return "move pointer", {"dev.floe.tag": name, "oci.manifest.digest": digest}


def word(reason: Refusal | Fault) -> str:
    """The code of a refusal or fault, as documents have it."""
    return str(type(reason).__struct_config__.tag)


def conclude(span: Span, outcome: Result[Any, Any]) -> None:
    """How looking ended: with what was found, or with the first fault."""
    match settled(outcome):
        case Failure(fault):
            span.ended(word(fault[0] if isinstance(fault, tuple) else fault))
        case Success(SignatureAnswer(facts=facts)):
            span.note({"dev.floe.signature.status": facts.status, "cicd.pipeline.task.run.result": "success"})
        case _:
            span.ended(None)


def conclude_gate(span: Span, result: GateResult) -> None:
    passed = result.suffices
    outcome = "success" if passed else "timeout" if isinstance(result.report, TimedOut) else "failure"
    span.note({"dev.floe.gate.status": result.status, "cicd.pipeline.task.run.result": outcome})
    span.ended(None if passed else "gate-failed")


def conclude_step(span: Span, step: Step) -> None:
    match step:
        case Done(record=record):
            span.note({"dev.floe.record": record} if record else {})
        case Outvoted():
            span.ended("outvoted")
        case Stopped(fault=fault):
            span.ended(word(fault))


def conclude_apply(span: Span, steps: tuple[Step, ...]) -> None:
    went_well = all(isinstance(step, Done) for step in steps)
    span.note({"cicd.pipeline.task.run.result": "success" if went_well else "error"})
    if not went_well:
        conclude_step(span, steps[-1])


def conclude_sync(span: Span, synced: tuple[Synced, ...]) -> None:
    faults = [each.fault for each in synced if each.fault is not None]
    span.note({"dev.floe.registries": len(synced), "cicd.pipeline.task.run.result": "failure" if faults else "success"})
    span.ended(word(faults[0]) if faults else None)


def conclude_notify(span: Span, deliveries: tuple[Delivery, ...]) -> None:
    """How many were told; who they are is nobody else's business."""
    failed = sum(each.why is not None for each in deliveries)
    span.note({"dev.floe.messages": len(deliveries), "cicd.pipeline.task.run.result": "error" if failed else "success"})
    span.ended("undelivered" if failed else None)
