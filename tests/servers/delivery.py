"""How an answer's bytes leave the proxy."""

import socket
import struct
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from tests.servers.wire import Answer, Cut, Endless, HangUp, Line, Request, Reset, Silence, Trickle, Whole, without

NO_BODY: Final = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
BLANKS: Final = b" " * 65536
NO_FAREWELL: Final = struct.pack("ii", 1, 0)  # SO_LINGER: on, and for no time


def deliver(request: Request, answer: Answer, client: socket.socket, line: Line) -> bool:
    """Send an answer in its way; whether the connection is still good for another."""
    if isinstance(answer.delivery, Whole):
        client.sendall(head(request, answer) + _body(request, answer))
        return True
    _deliver_badly(request, answer, client, line)
    return False


def hang_up(client: socket.socket) -> None:
    """Close a connection: at once where it is to be reset, else after all that was said."""
    with suppress(OSError):  # the client may have been quicker
        if client.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(NO_FAREWELL)) != NO_FAREWELL:
            client.shutdown(socket.SHUT_WR)
    client.close()


def _deliver_badly(request: Request, answer: Answer, client: socket.socket, line: Line) -> None:
    match answer.delivery:
        case Cut(keep=keep):
            client.sendall(head(request, answer) + _body(request, answer)[:keep])
        case Trickle(size=size, every=every):
            client.sendall(head(request, answer))
            _trickle(_body(request, answer), size, every, client, line)
        case Endless():
            client.sendall(head(request, answer, endless=True) + _body(request, answer))
            while not line.stopping.is_set():
                client.sendall(BLANKS)
        case Reset():
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_FAREWELL)
        case Silence(lasts=lasts):
            line.wait(lasts)
        case HangUp() | Whole():
            pass


def head(request: Request, answer: Answer, *, endless: bool = False) -> bytes:
    """The status line and the headers. Only an answer to HEAD has the length that the registry gave."""
    headers = answer.headers
    if not _is_bare(request, answer):
        headers = without(headers, "content-length")
        headers = headers if endless else (*headers, ("Content-Length", str(len(answer.body))))
    lines = (f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {answer.status} {_phrase(answer.status)}\r\n{''.join(lines)}\r\n".encode("latin-1")


def _body(request: Request, answer: Answer) -> bytes:
    return b"" if _is_bare(request, answer) else answer.body


def _is_bare(request: Request, answer: Answer) -> bool:
    return request.method == "HEAD" or answer.status in NO_BODY


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in {each.value for each in HTTPStatus} else "Unknown"


def _trickle(body: bytes, size: int, every: float, client: socket.socket, line: Line) -> None:
    for start in range(0, len(body), size):
        line.wait(every)
        if line.stopping.is_set():
            return
        client.sendall(body[start : start + size])
