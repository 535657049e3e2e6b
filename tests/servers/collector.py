"""An OpenTelemetry collector: takes spans over HTTP as protobuf, and tells what it was sent."""

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from tests.servers.listener import A_MOMENT, LOOPBACK, Listener
from tests.servers.wire import Request, first

PATIENCE = 5.0  # seconds
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"


class Span(NamedTuple):
    name: str
    trace_id: str
    span_id: str
    parent: str
    kind: str
    error: str | None
    began: int
    end: int
    attributes: dict[str, str | int | bool]
    resource: dict[str, str | int | bool]


class Collector:
    """Spans in the order in which they came; every request as it was."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._listener = Listener(self._serve)

    @property
    def endpoint(self) -> str:
        return f"http://{self._listener.authority}"

    @property
    def spans(self) -> list[Span]:
        return [span for request in self.requests for span in _spans(request)]

    def named(self, name: str) -> Span:
        """The one span of this name, which may be on its way."""
        patience = time.monotonic() + PATIENCE
        while not (found := [span for span in self.spans if span.name == name]) and time.monotonic() < patience:
            time.sleep(A_MOMENT)
        assert len(found) == 1, [span.name for span in self.spans]
        return found[0]

    def below(self, parent: str) -> list[str]:
        """The names of a span's children, in the order in which they began."""
        return [span.name for span in sorted(self.spans, key=lambda each: each.began) if span.parent == parent]

    def start(self) -> None:
        self._listener.start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self, request: Request, client: socket.socket) -> bool:
        self.requests.append(request)
        client.sendall(ANSWER)
        return True


@contextmanager
def nobody() -> Iterator[str]:
    """Where connections are refused."""
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
    yield f"http://{LOOPBACK}:{port}"


@contextmanager
def silence() -> Iterator[str]:
    """Where connections are taken, and nobody ever answers."""
    with socket.create_server((LOOPBACK, 0)) as server:
        yield f"http://{LOOPBACK}:{server.getsockname()[1]}"


def _spans(request: Request) -> Iterator[Span]:
    assert request.path == "/v1/traces"
    assert first(request.headers, "Content-Type") == "application/x-protobuf"
    body = gzip.decompress(request.body) if first(request.headers, "Content-Encoding") == "gzip" else request.body
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        for scope in resource.scope_spans:
            assert scope.scope.name == "floe"
            for span in scope.spans:
                yield _span(span, _attributes(resource.resource.attributes))


def _span(span: trace_pb2.Span, resource: dict[str, str | int | bool]) -> Span:
    is_error = span.status.code == trace_pb2.Status.STATUS_CODE_ERROR
    return Span(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        error=span.status.message if is_error else None,
        began=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        attributes=_attributes(span.attributes),
        resource=resource,
    )


def _attributes(pairs: "list[KeyValue]") -> dict[str, str | int | bool]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}
