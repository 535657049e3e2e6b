"""What passes through the proxy: a request, the answer to it, and the way in which the answer's bytes leave."""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

Pairs: TypeAlias = tuple[tuple[str, str], ...]
MANIFEST_TYPES: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)


def first(headers: Pairs, name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def without(headers: Iterable[tuple[str, str]], *names: str) -> Pairs:
    dropped = {name.lower() for name in names}
    return tuple(pair for pair in headers if pair[0].lower() not in dropped)


def having(headers: Pairs, name: str, value: str) -> Pairs:
    """The same, with this header instead of any of its name."""
    return (*without(headers, name), (name, value))


@dataclass(frozen=True)
class Place:
    """What a path of the distribution API is about: `/v2/REPOSITORY/KIND/REST`."""

    repository: str
    kind: str
    rest: str


@dataclass(frozen=True)
class Request:
    method: str
    target: str  # as it was sent, with its query
    headers: Pairs = ()
    body: bytes = b""

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def place(self, kind: str) -> Place | None:
        """Where it goes, if that is a place of this kind; None elsewhere."""
        repository, found, rest = self.path.removeprefix("/v2/").rpartition(f"/{kind}/")
        return Place(repository, kind, rest) if found and self.path.startswith("/v2/") else None

    def as_head(self) -> "Request":
        """The question whether there is something already, whatever its kind."""
        kept = without(self.headers, "content-length", "transfer-encoding", "content-type")
        return replace(self, method="HEAD", body=b"", headers=having(kept, "Accept", ", ".join(MANIFEST_TYPES)))


@dataclass(frozen=True)
class Whole:
    """All bytes at once."""


@dataclass(frozen=True)
class Cut:
    """So many bytes of the body, and then the end."""

    keep: int


@dataclass(frozen=True)
class Trickle:
    """A few bytes of the body at a time."""

    size: int
    every: float


@dataclass(frozen=True)
class Endless:
    """The body, and then blanks for as long as somebody reads."""


@dataclass(frozen=True)
class Reset:
    """Nothing but a reset of the connection."""


@dataclass(frozen=True)
class HangUp:
    """Nothing; the connection is closed in good order."""


@dataclass(frozen=True)
class Silence:
    """Nothing for so long, and then the end."""

    lasts: float


Delivery: TypeAlias = Whole | Cut | Trickle | Endless | Reset | HangUp | Silence


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Pairs = ()
    body: bytes = b""
    delivery: Delivery = Whole()


def refusal(status: int, code: str, message: str, *headers: tuple[str, str]) -> Answer:
    """An error as the distribution spec writes it."""
    body = json.dumps({"errors": [{"code": code, "message": message, "detail": None}]}).encode()
    return Answer(status, (("Content-Type", "application/json"), *headers), body)


@dataclass(frozen=True)
class Line:
    """The way on to the registry, through the layers that are still ahead."""

    layers: "tuple[Layer, ...]"
    registry: Callable[[Request], Answer]
    stopping: threading.Event

    def forward(self, request: Request) -> Answer:
        if not self.layers:
            return self.registry(request)
        return self.layers[0](request, replace(self, layers=self.layers[1:]))

    def ahead_of(self, *layers: "Layer") -> "Line":
        """The same way, through these layers first."""
        return replace(self, layers=(*layers, *self.layers))

    def wait(self, seconds: float) -> None:
        """Time passes, unless the proxy is being stopped."""
        self.stopping.wait(seconds)


Layer: TypeAlias = Callable[[Request, Line], Answer]
