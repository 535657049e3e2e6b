"""A server for HTTP/1.1 on this machine only, one thread a connection, and nothing left of it once it is closed."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, Final, TypeAlias

from tests.servers import delivery
from tests.servers.wire import Pairs, Request, first

LOOPBACK: Final = "127.0.0.1"
A_MOMENT: Final = 0.02  # seconds between two looks at whether to stop
WAITING: Final = 128  # connections that may be on their way

Serve: TypeAlias = Callable[[Request, socket.socket], bool]


class Listener:
    """Hands each request to `serve`, which answers it and says whether the connection is still good."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._socket = socket.create_server((LOOPBACK, 0), backlog=WAITING)
        self._socket.settimeout(A_MOMENT)
        self._lock = threading.Lock()
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._bugs: list[Exception] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen)

    @property
    def authority(self) -> str:
        """Where clients find it: `HOST:PORT`."""
        return f"{LOOPBACK}:{self._socket.getsockname()[1]}"

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Hang up on everybody, wait for every thread, and tell what went wrong in them."""
        self._closing.set()
        self._thread.join()
        self._socket.close()
        with self._lock:
            clients = dict(self._clients)
            for client in clients:
                with suppress(OSError):  # it may have hung up itself
                    client.shutdown(socket.SHUT_RDWR)
        for thread in clients.values():
            thread.join()
        if self._bugs:
            raise ExceptionGroup("in the proxy", self._bugs)

    def _listen(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                client, _ = self._socket.accept()
                thread = threading.Thread(target=self._attend, args=(client,))
                with self._lock:
                    self._clients[client] = thread
                thread.start()

    def _attend(self, client: socket.socket) -> None:
        """A client that goes away is its own affair; anything else is a bug of the proxy or of a test."""
        try:
            self._converse(client)
        except (ConnectionError, TimeoutError):
            pass
        except Exception as error:  # noqa: BLE001 - it is raised where the test can see it
            self._bugs.append(error)
        finally:
            with self._lock:
                del self._clients[client]
                delivery.hang_up(client)

    def _converse(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with client.makefile("rb") as stream:
            for request in _requests(stream, client):
                if not self._serve(request, client) or first(request.headers, "Connection") == "close":
                    return


def _requests(stream: BinaryIO, client: socket.socket) -> Iterator[Request]:
    while line := stream.readline():
        method, target, _ = line.decode("latin-1").split()
        headers = tuple(http.client.parse_headers(stream).items())
        if first(headers, "Expect"):
            client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        yield Request(method, target, headers, _body(stream, headers))


def _body(stream: BinaryIO, headers: Pairs) -> bytes:
    if "chunked" in (first(headers, "Transfer-Encoding") or ""):
        return b"".join(iter(lambda: _chunk(stream), b""))
    return _exactly(stream, int(first(headers, "Content-Length") or "0"))


def _chunk(stream: BinaryIO) -> bytes:
    size = stream.readline().split(b";")[0]
    if not size:
        raise ConnectionAbortedError("the client went away between chunks")
    chunk = _exactly(stream, int(size, 16))
    stream.readline()
    return chunk


def _exactly(stream: BinaryIO, size: int) -> bytes:
    body = stream.read(size)
    if len(body) < size:
        raise ConnectionAbortedError("the client went away within its request")
    return body
