"""Other registries, as far as their rules differ from those of the one behind: each rule is a layer.

Rules are as measured and read: Harbor and ECR both look whether a tag is there and then act, and both
refuse to make a tag again even for the same digest.
"""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

from tests.servers.referrers import Referrers
from tests.servers.tokens import Tokens
from tests.servers.wire import Answer, Layer, Line, Place, Request, first, refusal

MOVING: Final = ("latest-*", "floe-*")  # what immutability has to spare
VERSIONS: Final = ("v[0-9]*", "[0-9]*")


@dataclass
class Immutable:
    """Tags that `holds` are made once. Between the look and the act lie `window` seconds; None: nothing can."""

    holds: Callable[[str], bool]
    refuse: Callable[[Place, bool], Answer]  # told whether the digest is the same
    window: float | None = 0.0
    _serial: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request, line: Line) -> Answer:
        place = request.place("manifests")
        if request.method != "PUT" or place is None or place.rest.startswith("sha256:") or not self.holds(place.rest):
            return line.forward(request)
        if self.window is None:
            with self._serial:
                return self._put(request, place, line)
        return self._put(request, place, line)

    def _put(self, request: Request, place: Place, line: Line) -> Answer:
        there = line.forward(request.as_head())
        if there.status == 200:
            digest = "sha256:" + sha256(request.body).hexdigest()
            return self.refuse(place, first(there.headers, "Docker-Content-Digest") == digest)
        line.wait(self.window or 0.0)
        return line.forward(request)


def harbor(immutable: Iterable[str] = VERSIONS, *, window: float = 0.0) -> tuple[Layer, ...]:
    """Harbor: tags that match a rule are immutable."""
    globs = tuple(immutable)
    return (Immutable(lambda tag: _matches(tag, globs), _refused_by_harbor, window), Pages(100), Referrers())


def ecr(excluded: Iterable[str] = MOVING, *, window: float | None = None) -> tuple[Layer, ...]:
    """Amazon ECR, IMMUTABLE_WITH_EXCLUSION: every tag is immutable but those that match a filter."""
    globs = tuple(excluded)
    return (Immutable(lambda tag: not _matches(tag, globs), _refused_by_ecr, window), Pages(100), Referrers())


def ghcr(tokens: Tokens | None = None) -> tuple[Layer, ...]:
    """GitHub's: tokens even for what is public, pages, no referrers, and nothing is immutable."""
    return (tokens or Tokens(), Pages(100), no_referrers)


def no_referrers(request: Request, line: Line) -> Answer:
    if request.place("referrers"):
        return Answer(404, (("Content-Type", "text/plain"),), b"404 page not found\n")
    return line.forward(request)


@dataclass(frozen=True)
class Pages:
    """Tag lists in order and in pages of at most `size`, also for clients that do not ask for pages."""

    size: int

    def __call__(self, request: Request, line: Line) -> Answer:
        answer = line.forward(request)
        if request.method != "GET" or not request.path.endswith("/tags/list") or answer.status != 200:
            return answer
        listed = json.loads(answer.body)
        asked = request.query.get("n", "")
        size = min(self.size, int(asked)) if asked.isdecimal() else self.size
        left = sorted(tag for tag in listed["tags"] or () if tag > request.query.get("last", ""))
        page = left[:size]
        link = () if len(left) <= size else (_link(request, size, page),)
        body = json.dumps({"name": listed["name"], "tags": page}).encode()
        return replace(answer, headers=(*answer.headers, *link), body=body)


def _link(request: Request, size: int, page: list[str]) -> tuple[str, str]:
    query = urlencode({"n": size, "last": page[-1] if page else ""})
    return "Link", f'<{request.path}?{query}>; rel="next"'


def _matches(tag: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(tag, glob) for glob in globs)


def _refused_by_harbor(place: Place, same: bool) -> Answer:
    said = f"Failed to process request due to '{place.repository}:{place.rest}' configured as immutable."
    return refusal(412, "PRECONDITION", said)


def _refused_by_ecr(place: Place, same: bool) -> Answer:
    where = f"'{place.rest}' in the '{place.repository}' repository"
    if same:
        return refusal(400, "ImageAlreadyExists", f"Image with this digest and tag {where} already exists.")
    return refusal(400, "TAG_INVALID", f"The image tag {where} cannot be overwritten because the tag is immutable.")
