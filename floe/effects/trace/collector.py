"""Sending spans to an OpenTelemetry collector beside everything else: its cost is bounded, and it fails nobody."""

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import anyio.to_thread

from floe.effects.trace.recorder import Recorded

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter

    Way: TypeAlias = tuple[SpanExporter, Callable[[Recorded], ReadableSpan]]

PATIENCE_SECONDS: Final = 0.1  # for the collector, once a command is over
LOADING_SECONDS: Final = 2.0  # for the libraries, which load while the command runs
GATHERING_SECONDS: Final = 0.2  # spans that end close together travel together


class Collector:
    """Takes spans at no cost, and sends them from a thread of its own. Where to, the environment says (OTEL_…)."""

    def __init__(self, about: Mapping[str, str], told: Callable[[str], None]) -> None:
        self._about, self._told = about, told
        self._queue: queue.SimpleQueue[Recorded | threading.Event] = queue.SimpleQueue()
        self._ready, self._hurry = threading.Event(), threading.Event()
        self._sent: threading.Event | None = None
        self._way: Way | None = None
        self._lock, self._is_working = threading.Lock(), False
        self._work_on()

    def take(self, span: Recorded) -> None:
        self._queue.put(span)
        self._work_on()

    async def flush(self) -> None:
        """See off what there is. This takes no longer than our patience, whatever the collector does."""
        await anyio.to_thread.run_sync(self._wait)

    def _wait(self) -> None:
        if self._sent is not None and not self._sent.is_set():
            return  # it has been waited for already
        self._sent = threading.Event()
        self._queue.put(self._sent)
        self._hurry.set()
        self._work_on()
        if not self._ready.wait(LOADING_SECONDS) or not self._sent.wait(PATIENCE_SECONDS):
            self._told(f"traces: the collector has not taken the spans within {PATIENCE_SECONDS * 1000:.0f} ms")

    def _work_on(self) -> None:
        """See to it that somebody sends what there is."""
        with self._lock:
            if not self._is_working:
                self._is_working = True
                threading.Thread(target=self._work, name="floe traces", daemon=True).start()

    def _work(self) -> None:
        if not self._ready.is_set():
            self._open()
        while True:
            spans, waiting = self._gathered()
            if spans and self._way is not None:
                self._send(self._way, spans)
            for each in waiting:
                each.set()
            with self._lock:
                if waiting and self._queue.empty():  # a command is over: no thread is left of it
                    self._is_working = False
                    return

    def _open(self) -> None:
        try:
            self._way = _opened(self._about)
        except Exception as error:  # noqa: BLE001 - settings that OpenTelemetry cannot read, a broken installation
            self._told(f"traces: nothing is sent: {type(error).__name__}")
        self._ready.set()

    def _gathered(self) -> tuple[list[Recorded], list[threading.Event]]:
        """What is to be sent next, and who waits for that."""
        found = [self._queue.get()]
        if isinstance(found[0], Recorded):
            self._hurry.wait(GATHERING_SECONDS)
        self._hurry.clear()
        while not self._queue.empty():
            found.append(self._queue.get())
        return [each for each in found if isinstance(each, Recorded)], [
            each for each in found if isinstance(each, threading.Event)
        ]

    def _send(self, way: "Way", spans: Sequence[Recorded]) -> None:
        from opentelemetry.sdk.trace.export import SpanExportResult  # noqa: PLC0415 (loaded by now)

        exporter, render = way
        try:
            taken = exporter.export([render(span) for span in spans]) is SpanExportResult.SUCCESS
        except Exception:  # noqa: BLE001 - whatever the exporter does, floe goes on
            taken = False
        if not taken:
            self._told(f"traces: the collector did not take {len(spans)} spans")


def _opened(about: Mapping[str, str]) -> "Way":
    """The exporter, and what turns a span into one of its own. Loading it takes longer than most of what floe does."""
    logging.getLogger("opentelemetry").addHandler(logging.NullHandler())  # floe itself says what is worth saying
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415

    # What `_rendered` and `_send` need comes along with these.
    return OTLPSpanExporter(), partial(_rendered, Resource.create(about))


def _rendered(resource: "Resource", span: Recorded) -> "ReadableSpan":
    from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415 (loaded by now)
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope  # noqa: PLC0415
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags  # noqa: PLC0415

    def context(span_id: str, *, remote: bool) -> Any:  # noqa: ANN401 - a type that is loaded late
        flags = TraceFlags(span.flags)
        return SpanContext(int(span.trace_id, 16), int(span_id, 16), is_remote=remote, trace_flags=flags)

    return ReadableSpan(
        name=span.name,
        context=context(span.span_id, remote=False),
        parent=context(span.parent, remote=span.is_root) if span.parent else None,
        resource=resource,
        attributes={**span.attributes, **({"error.type": span.error} if span.error else {})},
        kind=SpanKind.SERVER if span.is_root else SpanKind.INTERNAL,
        status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.UNSET),
        start_time=span.began,
        end_time=span.end,
        instrumentation_scope=InstrumentationScope("floe"),
    )
