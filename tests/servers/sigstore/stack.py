"""All services of a Sigstore behind one address of this machine."""

import base64
import json
import socket
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

from tests.servers import delivery
from tests.servers.listener import Listener
from tests.servers.recorder import Recorder
from tests.servers.sigstore import configuration, rekor
from tests.servers.sigstore.basics import RefusedError, Watch
from tests.servers.sigstore.fulcio import Fulcio
from tests.servers.sigstore.log import Log
from tests.servers.sigstore.timestamps import TimestampAuthority
from tests.servers.sigstore.tokens import Provider
from tests.servers.wire import Answer, Line, Request, first

SIGNING_CERT: Final = "/api/v2/signingCert"
ENTRIES: Final = {1: "/api/v1/log/entries", 2: "/api/v2/log/entries"}
TIMESTAMP: Final = "/api/v1/timestamp"
JSON: Final = "application/json"


class Sigstore:
    """Runs from entering to leaving its block. Each service has a watch of its own, so that they may disagree."""

    def __init__(self, *providers: Provider, version: int = 1, timestamps: bool = True) -> None:
        self._listener = Listener(self._serve)
        self._authority = self._listener.authority
        self._stopping = threading.Event()
        self.asked = Recorder()
        self.answers: dict[str, Answer] = {}  # instead of the right one, by path
        self.version = version
        self.uses_timestamps = timestamps
        self.fulcio = Fulcio(providers, Watch())
        self.log = Log(self._authority, Watch())
        self.timestamps = TimestampAuthority(Watch())
        self._since = Watch().now() - timedelta(days=1)

    @property
    def url(self) -> str:
        return f"http://{self._authority}"

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._listener.close()

    @property
    def trusted_root(self) -> dict[str, Any]:
        return configuration.trusted_root(self.url, self._since, self.fulcio, self.log, self.timestamps)

    @property
    def signing_config(self) -> dict[str, Any]:
        return configuration.signing_config(self.url, self._since, self.version, timestamps=self.uses_timestamps)

    @property
    def client_trust_config(self) -> dict[str, Any]:
        return configuration.client_trust_config(self.trusted_root, self.signing_config)

    def write(self, file: Path) -> Path:
        """The client trust configuration, as a manifest names it."""
        file.write_text(json.dumps(self.client_trust_config))
        return file

    def _serve(self, request: Request, client: socket.socket) -> bool:
        answer = self.answers.get(request.path) or self._right(request)
        self.asked.note(request, answer)
        return delivery.deliver(request, answer, client, Line((), self._right, self._stopping))

    def _right(self, request: Request) -> Answer:
        try:
            status, kind, body = self._answered(request)
        except RefusedError as error:
            said = {"code": error.status, "message": str(error), "details": []}
            status, kind, body = error.status, JSON, json.dumps(said).encode()
        return Answer(status, (("Content-Type", kind),), body)

    def _answered(self, request: Request) -> tuple[int, str, bytes]:
        match request.method, request.path:
            case "POST", path if path == SIGNING_CERT:
                bearer = (first(request.headers, "Authorization") or "").removeprefix("Bearer ")
                return 200, JSON, json.dumps(self.fulcio.answer(json.loads(request.body), bearer)).encode()
            case "POST", path if path == ENTRIES[1]:
                return 201, JSON, json.dumps(rekor.first(self.log, json.loads(request.body))).encode()
            case "POST", path if path == ENTRIES[2]:
                return 201, JSON, json.dumps(rekor.second(self.log, json.loads(request.body))).encode()
            case "POST", path if path == TIMESTAMP:
                return 201, "application/timestamp-reply", self._stamped(request)
            case _:
                raise RefusedError(404, "nothing here")

    def _stamped(self, request: Request) -> bytes:
        """An answer to RFC 3161's own spelling, or to the JSON that sigstore-js sends."""
        if not (first(request.headers, "Content-Type") or "").startswith(JSON):
            return self.timestamps.answer(request.body)
        asked = json.loads(request.body)
        digest, nonce = base64.b64decode(asked["artifactHash"]), asked.get("nonce")
        wanted = bool(asked.get("certificates"))
        return self.timestamps.stamp(digest, None if nonce is None else int(nonce), with_certificate=wanted)
