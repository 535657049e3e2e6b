"""A proxy in front of a registry, on this machine only: it counts, it plays other registries, it makes trouble.

with Proxy("127.0.0.1:5000", *profiles.harbor()) as proxy:
    proxy.toxics.add(troubles.reset_before, method="PUT", path="*/manifests/latest-*", times=1)
    with proxy.asked.counted() as count:
        ...  # talk to proxy.authority
"""

import http.client
import socket
import threading
from typing import Final, Self

from tests.servers import delivery
from tests.servers.listener import Listener
from tests.servers.recorder import Recorder
from tests.servers.toxics import Toxics
from tests.servers.wire import Answer, Layer, Line, Request, refusal, without

OF_ONE_HOP: Final = ("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect")
PATIENCE: Final = 30.0  # seconds that the registry behind has for an answer


class Proxy:
    """Runs from entering to leaving its block. `asked` is what clients sent, `passed` what the registry answered."""

    def __init__(self, upstream: str, *layers: Layer) -> None:
        self.upstream = upstream
        self.toxics = Toxics()
        self.asked, self.passed = Recorder(), Recorder()
        self._layers = layers
        self._stopping = threading.Event()
        self._listener = Listener(self._serve)

    @property
    def authority(self) -> str:
        """Where clients find it: `HOST:PORT`."""
        return self._listener.authority

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop in the middle of whatever is going on; to close it twice is no harm."""
        self._stopping.set()
        self._listener.close()

    def _serve(self, request: Request, client: socket.socket) -> bool:
        line = Line((self.toxics, *self._layers), self._ask, self._stopping)
        answer = line.forward(request)
        self.asked.note(request, answer)  # before the client has it, so that it never counts too early
        return delivery.deliver(request, answer, client, line)

    def _ask(self, request: Request) -> Answer:
        """The registry's own answer; 502 where there is none."""
        try:
            answer = _exchange(self.upstream, request)
        except (OSError, http.client.HTTPException) as error:
            return refusal(502, "UNAVAILABLE", f"{self.upstream} does not answer: {error}")
        self.passed.note(request, answer)
        return answer


def _exchange(upstream: str, request: Request) -> Answer:
    """One request and its answer. The Host header stays the client's, so that locations lead back to the proxy."""
    connection = http.client.HTTPConnection(upstream, timeout=PATIENCE)
    try:
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in without(request.headers, *OF_ONE_HOP, "content-length"):
            connection.putheader(name, value)
        if request.body or request.method not in ("GET", "HEAD"):
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        return Answer(response.status, without(response.getheaders(), *OF_ONE_HOP), response.read())
    finally:
        connection.close()
