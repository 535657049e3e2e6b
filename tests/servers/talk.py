"""A client that knows nothing: what is asked of a registry is what is sent, and what comes back is shown."""

import http.client
import json
from dataclasses import dataclass
from typing import Any, Final

from tests.servers.wire import Pairs, first

INDEX: Final = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True)
class Heard:
    status: int
    headers: Pairs
    body: bytes

    def header(self, name: str) -> str | None:
        return first(self.headers, name)

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a registry's error."""
        return str(self.said["errors"][0]["code"])


def index(note: str, **more: object) -> bytes:
    """A manifest that needs nothing else to be there."""
    said = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [], "annotations": {"note": note}, **more}
    return json.dumps(said).encode()


@dataclass(frozen=True)
class Talk:
    """One repository at `HOST:PORT`, a new connection for each request."""

    authority: str
    repository: str
    timeout: float = 10.0

    def ask(self, method: str, path: str, body: bytes = b"", /, **headers: str) -> Heard:
        """The answer, or what http.client raises where there is none."""
        connection = http.client.HTTPConnection(self.authority, timeout=self.timeout)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            return Heard(response.status, tuple(response.getheaders()), response.read())
        finally:
            connection.close()

    def get(self, reference: str, **headers: str) -> Heard:
        return self.ask("GET", self.at(f"manifests/{reference}"), b"", Accept=INDEX, **headers)

    def head(self, reference: str, **headers: str) -> Heard:
        return self.ask("HEAD", self.at(f"manifests/{reference}"), b"", Accept=INDEX, **headers)

    def put(self, reference: str, body: bytes, **headers: str) -> Heard:
        return self.ask("PUT", self.at(f"manifests/{reference}"), body, Content_Type=INDEX, **headers)

    def tags(self, query: str = "", **headers: str) -> Heard:
        return self.ask("GET", self.at(f"tags/list{query}"), b"", **headers)

    def at(self, rest: str) -> str:
        return f"/v2/{self.repository}/{rest}"
