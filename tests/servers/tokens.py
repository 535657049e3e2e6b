"""Bearer tokens as the distribution token protocol has them: for a scope, and for a while."""

import base64
import json
import secrets
import threading
from dataclasses import dataclass
from time import monotonic
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from tests.servers.wire import Answer, Line, Request, first, refusal

SERVICE: Final = "registry.test"
READS: Final = ("GET", "HEAD")


@dataclass
class _Grant:
    actions: frozenset[tuple[str, str]]  # repository and action
    until: float
    left: float


@dataclass(frozen=True)
class Person:
    """Who gets tokens."""

    name: str
    password: str


class Tokens:
    """Nothing is answered without a token that covers it; `/token` makes them, for a person or for everybody.

    A token ends after `uses` requests or `seconds`. A `narrow` service grants pulling, whatever is asked for.
    """

    def __init__(
        self,
        person: Person | None = None,
        *,
        uses: float = float("inf"),
        seconds: float = 300.0,
        narrow: bool = False,
        realm: str | None = None,
    ) -> None:
        self._person = person
        self._uses, self._seconds, self._narrow, self._realm = uses, seconds, narrow, realm
        self._lock = threading.Lock()
        self._grants: dict[str, _Grant] = {}

    @property
    def made(self) -> int:
        """How many tokens there were so far."""
        return len(self._grants)

    def __call__(self, request: Request, line: Line) -> Answer:
        if request.path == "/token":
            return self._make(request)
        token = (first(request.headers, "Authorization") or "").removeprefix("Bearer ")
        wanted = _wanted(request)
        error = self._refusal(token, wanted)
        return line.forward(request) if error is None else self._challenge(request, wanted, error)

    def revoke(self) -> None:
        """No token that was made holds from here on."""
        with self._lock:
            for grant in self._grants.values():
                grant.until = 0.0

    def _make(self, request: Request) -> Answer:
        if self._person and first(request.headers, "Authorization") != _basic(self._person):
            return refusal(401, "UNAUTHORIZED", "wrong name or password", ("WWW-Authenticate", 'Basic realm="token"'))
        scopes = [value for name, value in parse_qsl(urlsplit(request.target).query) if name == "scope"]
        granted = frozenset(
            each for scope in scopes for each in _actions(scope) if not self._narrow or each[1] == "pull"
        )
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._grants[token] = _Grant(granted, monotonic() + self._seconds, self._uses)
        body = {"token": token, "access_token": token, "expires_in": int(self._seconds)}
        return Answer(200, (("Content-Type", "application/json"),), json.dumps(body).encode())

    def _refusal(self, token: str, wanted: frozenset[tuple[str, str]]) -> str | None:
        """Why not, in the words of RFC 6750; empty where there was no token."""
        with self._lock:
            grant = self._grants.get(token)
            if grant is None:
                return "invalid_token" if token else ""
            if grant.left <= 0 or grant.until <= monotonic():
                return "invalid_token"
            grant.left -= 1
            return None if wanted <= grant.actions else "insufficient_scope"

    def _challenge(self, request: Request, wanted: frozenset[tuple[str, str]], error: str) -> Answer:
        realm = self._realm or f"http://{first(request.headers, 'Host')}/token"
        said = {"realm": realm, "service": SERVICE, "scope": _scope(wanted), "error": error}
        challenge = ",".join(f'{name}="{value}"' for name, value in said.items() if value)
        return refusal(401, "UNAUTHORIZED", "authentication required", ("WWW-Authenticate", f"Bearer {challenge}"))


def _wanted(request: Request) -> frozenset[tuple[str, str]]:
    """What a token must allow; nothing in particular for `/v2/` itself."""
    places = (request.place(kind) for kind in ("manifests", "blobs", "tags", "referrers"))
    place = next((found for found in places if found), None)
    if place is None:
        return frozenset()
    actions = ("pull",) if request.method in READS else ("delete",) if request.method == "DELETE" else ("pull", "push")
    return frozenset((place.repository, action) for action in actions)


def _scope(wanted: frozenset[tuple[str, str]]) -> str:
    repository = next((name for name, _ in wanted), None)
    return f"repository:{repository}:{','.join(sorted(action for _, action in wanted))}" if repository else ""


def _actions(scope: str) -> frozenset[tuple[str, str]]:
    """`repository:NAME:pull,push`; a name may hold a port and therefore a colon."""
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    return frozenset((name, action) for action in actions.split(",")) if kind == "repository" else frozenset()


def _basic(person: Person) -> str:
    return "Basic " + base64.b64encode(f"{person.name}:{person.password}".encode()).decode()
