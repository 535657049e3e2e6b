"""Who is told of what floe does, step by step: whoever asked with --verbose, and an OpenTelemetry collector."""

from collections.abc import Callable, Coroutine
from functools import wraps
from importlib.util import find_spec
from typing import Any, Concatenate, Final, ParamSpec, TypeAlias, TypeVar

from returns.result import Failure, Result, Success

from floe.core.command import environment_of
from floe.core.names import Malformed
from floe.core.outcome import settled
from floe.core.replica import Synced
from floe.effects.drive import Carried, Faulted, Preview, Refused
from floe.effects.ports import Entropy, Span, Trace, Tracer
from floe.effects.trace.recorder import Listener, Recorded, Recorder
from floe.effects.trace.untraced import UNTRACED
from floe.effects.trace.words import word
from floe.shell import exits
from floe.shell.clock import nanoseconds
from floe.shell.log import Log
from floe.shell.pipeline import about
from floe.shell.session import Session
from floe.shell.settings import Surroundings
from floe.shell.standing import Overview

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E")
Call: TypeAlias = Callable[Concatenate[Session, P], Coroutine[Any, Any, Result[T, E]]]

PROTOCOL: Final = "http/protobuf"
LIBRARIES: Final = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
OWN: Final = "dev.floe."


def tracer(trace: Trace, around: Surroundings, log: Log, entropy: Entropy) -> Tracer:
    """The tracer of one run. That spans were asked for and cannot be sent is told, and changes nothing."""
    listeners: list[Listener] = [Teller(log)] if log.tells("debug") else []
    collector = None
    if around.otlp_endpoint and trace.is_sampled:
        why_not = _why_not(around)
        if why_not is not None:
            log.warning(why_not)
        else:
            from floe.effects.trace.collector import Collector  # noqa: PLC0415 (few runs have one)

            collector = Collector(about(around.variables), log.warning if log.tells("debug") else _unheard)
            listeners.append(collector.take)
    if not listeners:
        return UNTRACED
    return Recorder(entropy, nanoseconds, listeners, collector.flush if collector else None)


def rooted(name: str) -> Callable[[Call[P, T, E]], Call[P, T, E]]:
    """A call of the library as one span, which ends as what became of it says."""

    def decorate(call: Call[P, T, E]) -> Call[P, T, E]:
        @wraps(call)
        async def traced(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> Result[T, E]:
            async with session.world.tracer.root(name, session.trace) as span:
                span.note({"cicd.pipeline.name": name, "cicd.pipeline.action.name": "RUN"})
                outcome = await call(session, *args, **kwargs)
                _conclude(span, outcome)
            return outcome

        return traced

    return decorate


def conclude(span: Span, code: int, error: str | None) -> None:
    """How a whole command ended; without a word for it, what was said before of the same span stands."""
    if code == exits.DONE:
        result, error = "success", None
    elif code in (exits.INTERRUPTED, exits.TERMINATED):
        result = "cancellation"
    else:
        result = "error" if code in (exits.BUG, exits.UNAVAILABLE, exits.UNFINISHED) else "failure"
    span.note({"cicd.pipeline.result": result, "dev.floe.exit_code": code})
    if error is not None or code == exits.DONE:
        span.ended(error)


def _conclude(span: Span, outcome: Result[Any, Any]) -> None:
    match settled(outcome):
        case Success((Synced(), *_) as synced):
            _conclude_copies(span, synced)
        case Success(answer):
            _conclude_answer(span, answer)
        case Failure(Refused(refusals=refusals)):
            code, told = exits.refused(refusals)
            conclude(span, code, word(told[0]))
        case Failure(Faulted(faults=faults)):
            conclude(span, exits.faulted(faults), word(faults[0]))
        case Failure(Malformed()):
            conclude(span, exits.USAGE, "malformed")
        case Failure(_):
            conclude(span, exits.BUG, "bug")


def _conclude_answer(span: Span, answer: object) -> None:
    """An answer may hold bad news."""
    match answer:
        case Carried() as carried:
            _note_carried(span, carried)
            fault = carried.receipt.fault
            conclude(span, exits.UNFINISHED if fault else exits.DONE, word(fault) if fault else None)
        case Preview(blockers=blockers) if blockers:
            code, told = exits.refused(blockers)
            conclude(span, code, word(told[0]))
        case Overview(is_amiss=True):
            conclude(span, exits.DRIFTED, "drift")
        case _:
            conclude(span, exits.DONE, None)


def _conclude_copies(span: Span, synced: tuple[Synced, ...]) -> None:
    code = exits.copied(synced)
    conclude(span, code, next((each.status for each in synced if exits.COPIES[each.status] == code), None))


def _note_carried(span: Span, carried: Carried) -> None:
    """Which artifact is where now, and where that is written."""
    plan, draft, record = carried.concluded.plan, carried.concluded.draft, carried.receipt.record
    span.note({"deployment.environment.name": environment_of(plan.command)})
    if plan.after is not None:
        span.note({"oci.manifest.digest": plan.after.digest, "dev.floe.version": plan.after.version})
    if draft is not None:
        span.note({"cicd.pipeline.run.id": draft.id, "dev.floe.assurance": draft.operator.assurance})
    if record is not None:
        span.note({"dev.floe.record": record})


class Teller:
    """Tells each step, once it is over, as a line of the log."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def __call__(self, span: Recorded) -> None:
        own = {key.removeprefix(OWN): value for key, value in span.attributes.items() if key.startswith(OWN)}
        details = "".join(f", {key}={value}" for key, value in own.items())
        error = f", error={span.error}" if span.error else ""
        message = f"{span.name}: {span.milliseconds} ms{error}{details}"
        self._log.debug(message, span=span.name, duration_ms=span.milliseconds, error=span.error, **own)


def _why_not(around: Surroundings) -> str | None:
    """Why no span can be sent where the environment says."""
    if around.otlp_protocol != PROTOCOL:
        return f"no traces are sent: floe speaks OTLP as {PROTOCOL}, and the environment says {around.otlp_protocol}"
    if not all(_is_installed(library) for library in LIBRARIES):
        return "no traces are sent: an OTLP endpoint is set, and floe was installed without its extra: floe[otel]"
    return None


def _is_installed(library: str) -> bool:
    try:
        return find_spec(library) is not None
    except ModuleNotFoundError:  # nor is what it is a part of
        return False


def _unheard(_: str) -> None:
    """What became of traces is told to those who asked for details."""
