"""Answers from the past: what a cache in front of a registry, or one that is eventually consistent, may say."""

import threading
from dataclasses import dataclass
from time import monotonic

from tests.servers.wire import Answer, Line, Request, first


@dataclass(frozen=True)
class _Kept:
    answer: Answer
    until: float


class Stale:
    """Reads are answered as they were the first time, until that is `lasts` seconds old. Writes pass.

    A cache that `obeys` asks the registry where the request says `Cache-Control: no-cache`.
    """

    def __init__(self, lasts: float = float("inf"), *, obeys: bool = False) -> None:
        self._lasts = lasts
        self._obeys = obeys
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], _Kept] = {}
        self.served = 0  # how many answers were from the past

    def __call__(self, request: Request, line: Line) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return line.forward(request)
        key, now = (request.method, request.target), monotonic()
        with self._lock:
            kept = self._kept.get(key)
            if kept and kept.until > now and not self._must_ask(request):
                self.served += 1
                return kept.answer
        answer = line.forward(request)
        with self._lock:
            self._kept[key] = _Kept(answer, now + self._lasts)
        return answer

    def _must_ask(self, request: Request) -> bool:
        return self._obeys and "no-cache" in (first(request.headers, "Cache-Control") or "")
