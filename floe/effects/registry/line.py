"""A connection that keeps to a deadline: however slowly the other side drips, no read and no write outlasts it."""

import io
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from typing import Final

import anyio
import anyio.from_thread

from floe.effects.ports import Clock
from floe.effects.registry.origin import Origin
from floe.effects.registry.proxies import Proxy

CONNECT_SECONDS: Final = 3.0
SLICE_SECONDS: Final = 0.25  # how long Ctrl-C may have to wait for a reader
BUFFER: Final = 64 * 1024


class Guard:
    """What `http.client` takes for a socket. `until` ends all, `idle` ends one wait."""

    def __init__(self, raw: socket.socket, clock: Clock) -> None:
        self.raw = raw
        self.until = 0.0
        self.idle = 0.0
        self.is_cancellable = False
        self._clock = clock

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(_Inbound(self), BUFFER)

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self.raw.settimeout(self._left(self._clock.monotonic()))
            rest = rest[self.raw.send(rest) :]

    def receive_into(self, buffer: memoryview) -> int:
        began = self._clock.monotonic()
        while True:
            left = self._left(began)
            self.raw.settimeout(min(left, SLICE_SECONDS))
            with suppress(TimeoutError):
                return self.raw.recv_into(buffer)
            if self.is_cancellable:
                with suppress(anyio.NoEventLoopError):  # nobody can cancel what no event loop waits for
                    anyio.from_thread.check_cancelled()

    def close(self) -> None:
        """Nothing: the line is closed by whoever opened it."""

    def _left(self, began: float) -> float:
        now = self._clock.monotonic()
        left = min(self.until - now, began + self.idle - now)
        if left <= 0:
            raise TimeoutError
        return left


class _Inbound(io.RawIOBase):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def readable(self) -> bool:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[explicit-override, override]  # as above
        return self._guard.receive_into(buffer)


class Line:
    """An open connection to an origin, perhaps through a proxy."""

    def __init__(self, origin: Origin, proxy: Proxy | None, guard: Guard) -> None:
        self.origin = origin
        self.guard = guard
        self.forwards = proxy is not None and origin.scheme == "http"  # so that it wants whole addresses
        self.headers = proxy.headers if proxy and self.forwards else {}
        self.http = HTTPConnection(origin.host, origin.port)
        self.http.auto_open = 0
        self.http.sock = guard  # a socket as far as it is used

    @property
    def is_fresh(self) -> bool:
        """Whether nobody hung up, or said something unasked, since the last answer."""
        self.guard.raw.settimeout(0)
        try:
            self.guard.raw.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        with suppress(OSError):
            self.guard.raw.close()


def connect(
    origin: Origin,
    by: Proxy | str | None,
    tls: Callable[[], ssl.SSLContext],
    clock: Clock,
    until: float,
    seconds: float = CONNECT_SECONDS,
) -> Line:
    """A new line, through a proxy or to an address that was looked up before; whatever goes wrong is an `OSError`."""
    left = max(0.001, min(seconds, until - clock.monotonic()))
    proxy = by if isinstance(by, Proxy) else None
    host = (proxy.host, proxy.port) if proxy else (by if isinstance(by, str) else origin.host, origin.port)
    raw = socket.create_connection(host, left)
    try:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        guard = Guard(raw, clock)
        if origin.scheme == "https":
            if proxy:
                _tunnel(guard, origin, proxy, until)
            raw.settimeout(max(0.001, min(2 * CONNECT_SECONDS, until - clock.monotonic())))
            guard.raw = tls().wrap_socket(raw, server_hostname=origin.host)
        return Line(origin, proxy, guard)
    except BaseException:
        raw.close()
        raise


def _tunnel(guard: Guard, origin: Origin, proxy: Proxy, until: float) -> None:
    guard.until, guard.idle = until, 2 * CONNECT_SECONDS
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    lines = [f"CONNECT {host}:{origin.port} HTTP/1.1", f"Host: {host}:{origin.port}"]
    lines += [f"{name}: {value}" for name, value in proxy.headers.items()]
    guard.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
    answer = HTTPResponse(guard, method="CONNECT")  # type: ignore[arg-type]  # a socket as far as it is used
    answer.begin()
    if answer.status != 200:  # noqa: PLR2004 (OK)
        raise ConnectionError(f"the proxy {proxy.host}:{proxy.port} answered {answer.status}")
