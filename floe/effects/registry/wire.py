"""The one place from which anything is sent to a registry or its token service: a request out, an answer back."""

import ssl
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from threading import Lock
from typing import Final

from floe.core.fault import Damaged, Oversized
from floe.effects.blocking import FaultError
from floe.effects.ports import Clock
from floe.effects.registry import faults, tls
from floe.effects.registry.line import CONNECT_SECONDS, Line, connect
from floe.effects.registry.origin import Origin
from floe.effects.registry.proxies import proxy_for
from floe.effects.registry.stream import CHUNK
from floe.effects.registry.transport import Content

IDLE_SECONDS: Final = 10.0  # in which something must arrive
LARGEST_ERROR: Final = 64 * 1024  # bytes of an answer that says what is wrong
SAFE: Final = ("GET", "HEAD")
KEPT: Final = 16  # connections to an origin that are not in use


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is sent to an origin. `target` is the path and what follows it. No `Value`: it may hold credentials."""

    method: str
    origin: Origin
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: Content = b""
    idle: float = IDLE_SECONDS


class Answer:
    """What comes back. Its body is read once, by one of the three ways; then, or closed, it frees its line."""

    def __init__(self, wire: "Wire", line: Line, response: HTTPResponse, request: Request) -> None:
        self.status = response.status
        self.origin = request.origin
        self._wire, self._line, self._response, self._request = wire, line, response, request
        self._is_over = False
        if request.method == "HEAD" or response.length == 0:
            self.close()

    def header(self, name: str) -> str | None:
        return self._response.headers.get(name)

    def headers(self) -> dict[str, str]:
        return dict(self._response.headers.items())

    def text(self) -> bytes:
        """The beginning of an answer that says what is wrong."""
        found = b""
        for chunk in self.chunks():
            found += chunk
            if len(found) > LARGEST_ERROR:
                self.close()
        return found[:LARGEST_ERROR]

    def content(self, at_most: int, what: str, where: str) -> bytes:
        """The whole of a small body."""
        size = self._response.length
        pieces: list[bytes] = []
        found = 0
        for chunk in self.chunks() if size is None or size <= at_most else (b"",):
            pieces.append(chunk)
            found += len(chunk)
            if max(found, size or 0) > at_most:
                self.close()
                raise FaultError(Oversized(where=where, what=what, size=size or found, largest=at_most))
        return b"".join(pieces)

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes; a fault where it breaks off."""
        try:
            while not self._is_over and (chunk := self._next()):
                yield chunk
        finally:
            self.close()

    def close(self) -> None:
        """Done with it: the line is free for others if all of the body was read, and closed if not."""
        if not self._is_over:
            self._is_over = True
            is_whole = self._response.isclosed() or self._request.method == "HEAD" or self._response.length == 0
            self._response.close()
            self._wire.release(self._line, is_reusable=is_whole and not self._response.will_close)

    def _next(self) -> bytes:
        try:
            chunk = self._response.read1(CHUNK) if self._response.length != 0 else b""
            if not chunk and self._response.length:
                raise IncompleteRead(b"", self._response.length)
        except (OSError, HTTPException) as error:
            raise faults.broken(error, self.origin) from error
        return chunk


class Wire:
    """Connections to origins, kept open between requests. Threads may share it."""

    def __init__(
        self,
        clock: Clock,
        variables: Mapping[str, str],
        ca_file: Path | None = None,
        *,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        self._clock = clock
        self._connect_seconds = connect_seconds
        self._variables = variables
        self._ca_file = ca_file
        self._lock = Lock()
        self._idle: dict[Origin, list[Line]] = {}
        weakref.finalize(self, _close, self._idle, self._lock)  # for those who forget to

    def send(self, request: Request, until: float) -> Answer:
        """One request, one answer; whatever breaks is a fault, and the line is gone."""
        try:
            line = self._line(request.origin, until)
        except (OSError, HTTPException) as error:
            raise faults.unreached(error, request.origin) from error
        try:
            response = self._exchange(line, request, until)
            answer = Answer(self, line, response, request)
        except (OSError, HTTPException) as error:
            line.close()
            raise faults.broken(error, request.origin) from error
        except BaseException:
            line.close()
            raise
        if (found := answer.header("Content-Encoding") or "identity").lower() != "identity":
            answer.close()
            what = f"Content-Encoding: {found}"
            raise FaultError(Damaged(where=request.origin.url, expected="the bytes as they are", found=what))
        return answer

    def release(self, line: Line, *, is_reusable: bool) -> None:
        with self._lock:
            kept = self._idle.setdefault(line.origin, [])
            if is_reusable and len(kept) < KEPT:
                kept.append(line)
                return
        line.close()

    def close(self) -> None:
        _close(self._idle, self._lock)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return tls.context(self._variables, self._ca_file)

    def _line(self, origin: Origin, until: float) -> Line:
        while (line := self._kept(origin)) is not None:
            if line.is_fresh:
                return line
            line.close()
        proxy = proxy_for(origin, self._variables)
        return connect(origin, proxy, lambda: self._tls, self._clock, until, self._connect_seconds)

    def _kept(self, origin: Origin) -> Line | None:
        with self._lock:
            kept = self._idle.get(origin)
            return kept.pop() if kept else None

    def _exchange(self, line: Line, request: Request, until: float) -> HTTPResponse:
        guard = line.guard
        guard.until, guard.idle = until, request.idle
        guard.is_cancellable = request.method in SAFE
        target = request.origin.url + request.target if line.forwards else request.target
        headers = {**line.headers, **request.headers, "Host": request.origin.authority}
        if request.body or request.method not in SAFE:
            headers["Content-Length"] = str(len(request.body))
        try:
            line.http.request(request.method, target, body=request.body or None, headers=headers)
        except (BrokenPipeError, ConnectionResetError):  # some answer before they have heard all
            return line.http.getresponse()
        return line.http.getresponse()


def _close(idle: dict[Origin, list[Line]], lock: Lock) -> None:
    with lock:
        lines = [line for kept in idle.values() for line in kept]
        idle.clear()
    for line in lines:
        line.close()
