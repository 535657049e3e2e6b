"""Every request that passed, for counting."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from tests.servers.wire import Answer, HangUp, Pairs, Request, Reset, Silence


@dataclass(frozen=True)
class Seen:
    """One request and what became of it; the status is None where there was no answer."""

    method: str
    target: str
    headers: Pairs
    status: int | None
    uploaded: int  # bytes of the request's body
    downloaded: int  # bytes of the answer's body

    def fits(self, method: str, path: str) -> bool:
        return fnmatchcase(self.method, method) and fnmatchcase(urlsplit(self.target).path, path)


class Recorder:
    """The requests so far, in the order of their answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[Seen] = []

    @property
    def seen(self) -> tuple[Seen, ...]:
        with self._lock:
            return tuple(self._seen)

    def note(self, request: Request, answer: Answer) -> None:
        answered = not isinstance(answer.delivery, HangUp | Reset | Silence)
        seen = Seen(
            method=request.method,
            target=request.target,
            headers=request.headers,
            status=answer.status if answered else None,
            uploaded=len(request.body),
            downloaded=len(answer.body) if answered else 0,
        )
        with self._lock:
            self._seen.append(seen)

    @contextmanager
    def counted(self) -> "Iterator[Count]":
        """What is seen from here on; no more of it once the block is left."""
        count = Count(self, len(self.seen))
        yield count
        count.close()


class Count:
    """The requests of a while."""

    def __init__(self, recorder: Recorder, start: int) -> None:
        self._recorder = recorder
        self._start = start
        self._end: int | None = None

    @property
    def seen(self) -> tuple[Seen, ...]:
        return self._recorder.seen[self._start : self._end]

    def of(self, method: str = "*", path: str = "*") -> tuple[Seen, ...]:
        """Those with a method and a path that match these globs."""
        return tuple(each for each in self.seen if each.fits(method, path))

    def close(self) -> None:
        self._end = len(self._recorder.seen)

    def __len__(self) -> int:
        return len(self.seen)
