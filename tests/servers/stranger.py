"""A web server of a few lines, plain or over TLS, that answers as it is told and remembers what it was sent."""

import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, Self, TypeAlias

LOOPBACK: Final = "127.0.0.1"
METHODS: Final = ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE")


@dataclass(frozen=True)
class Heard:
    """One request."""

    method: str
    target: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Script: TypeAlias = Callable[[Heard], Reply]


class Stranger:
    """Runs from entering to leaving its block."""

    def __init__(self, script: Script = lambda _: Reply(404), certificate: tuple[Path, Path] | None = None) -> None:
        self.script = script
        self.heard: list[Heard] = []
        self._server = _Server((LOOPBACK, 0), _Handler)
        self._server.stranger = self
        self.scheme = "http"
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self.scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def authority(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    stranger: Stranger


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def handle_one_request(self) -> None:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        try:
            super().handle_one_request()
        except OSError:  # the client hung up
            self.close_connection = True

    def log_message(self, *_: object) -> None:  # type: ignore[explicit-override]  # as above
        """Tests look at what was heard."""

    def answer(self) -> None:
        assert isinstance(self.server, _Server)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        heard = Heard(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.server.stranger.heard.append(heard)
        reply = self.server.stranger.script(heard)
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)


for method in METHODS:
    setattr(_Handler, f"do_{method}", _Handler.answer)
