"""The referrers API of distribution-spec 1.1, computed from the manifests that came by."""

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from tests.servers.wire import Answer, Line, Place, Request, first

INDEX: Final = "application/vnd.oci.image.index.v1+json"


class Referrers:
    """Answers who refers to a digest, and confirms a `subject` when it is pushed; in pages, and filtering, if asked."""

    def __init__(self, page: int | None = None, *, filters: bool = True) -> None:
        self._page = page
        self._filters = filters
        self._lock = threading.Lock()
        self._referring: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}  # by repository and subject, by digest

    def __call__(self, request: Request, line: Line) -> Answer:
        if (asked := request.place("referrers")) and request.method in ("GET", "HEAD"):
            return self._list(asked, request)
        answer = line.forward(request)
        place = request.place("manifests")
        if place and answer.status == 201 and (subject := _subject(request.body)):
            self._keep(place, subject, request)
            return replace(answer, headers=(*answer.headers, ("OCI-Subject", subject)))
        if place and request.method == "DELETE" and answer.status == 202:
            self._forget(place)
        return answer

    def _list(self, asked: Place, request: Request) -> Answer:
        kind = request.query.get("artifactType") if self._filters else None
        with self._lock:
            known = tuple(self._referring.get((asked.repository, asked.rest), {}).values())
        fitting = [each for each in known if kind is None or each.get("artifactType") == kind]
        start = int(request.query.get("start", "0"))
        end = len(fitting) if self._page is None else start + self._page
        query = urlencode({**request.query, "start": end})
        link = () if end >= len(fitting) else (("Link", f'<{request.path}?{query}>; rel="next"'),)
        filtered = () if kind is None else (("OCI-Filters-Applied", "artifactType"),)
        body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": fitting[start:end]}).encode()
        return Answer(200, (("Content-Type", INDEX), *filtered, *link), body)

    def _keep(self, place: Place, subject: str, request: Request) -> None:
        described = _described(request)
        with self._lock:
            self._referring.setdefault((place.repository, subject), {})[described["digest"]] = described

    def _forget(self, place: Place) -> None:
        with self._lock:
            for (repository, _), known in self._referring.items():
                if repository == place.repository:
                    known.pop(place.rest, None)


def _subject(body: bytes) -> str | None:
    subject = _said(body).get("subject")
    return str(subject["digest"]) if isinstance(subject, dict) and "digest" in subject else None


def _described(request: Request) -> dict[str, Any]:
    """The descriptor, with what the spec takes from the manifest; the config's type stands in for its kind."""
    said = _said(request.body)
    kind = said.get("artifactType") or (said.get("config") or {}).get("mediaType")
    described = {
        "mediaType": first(request.headers, "Content-Type"),
        "digest": "sha256:" + sha256(request.body).hexdigest(),
        "size": len(request.body),
        "artifactType": kind,
        "annotations": said.get("annotations"),
    }
    return {name: value for name, value in described.items() if value is not None}


def _said(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
