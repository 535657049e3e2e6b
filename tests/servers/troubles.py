"""The kinds of trouble: each is a layer, or makes one."""

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from tests.servers.wire import (
    Answer,
    Cut,
    Delivery,
    Endless,
    HangUp,
    Layer,
    Line,
    Request,
    Reset,
    Silence,
    Trickle,
    having,
    refusal,
)

NOWHERE: Final = "sha256:" + "0" * 64
DIGEST_HEADER: Final = "Docker-Content-Digest"


def latency(seconds: float, jitter: float = 0.0, seed: int = 0) -> Layer:
    """Every answer comes later, by up to `jitter` seconds more."""
    dice, lock = random.Random(seed), threading.Lock()

    def late(request: Request, line: Line) -> Answer:
        with lock:
            more = dice.random() * jitter
        line.wait(seconds + more)
        return line.forward(request)

    return late


def reset_before(request: Request, line: Line) -> Answer:
    """The connection breaks, and the registry never hears of the request."""
    return Answer(0, delivery=Reset())


def reset_after(request: Request, line: Line) -> Answer:
    """The request is applied, and the connection breaks before its answer."""
    return _delivered(Reset())(request, line)


def lost_answer(request: Request, line: Line) -> Answer:
    """The request is applied, and the connection is closed in good order without an answer."""
    return _delivered(HangUp())(request, line)


def silence(lasts: float) -> Layer:
    """The request is applied, and for so long nobody says a word."""
    return _delivered(Silence(lasts))


def truncated(keep: int) -> Layer:
    """Only the first bytes of the body arrive."""
    return _delivered(Cut(keep))


def trickle(size: int = 1, every: float = 0.2) -> Layer:
    """The body arrives a few bytes at a time."""
    return _delivered(Trickle(size, every))


def endless(request: Request, line: Line) -> Answer:
    """The body never ends."""
    return _delivered(Endless())(request, line)


def too_many_requests(retry_after: str | None = "1") -> Layer:
    """The registry asks for patience: for so many seconds, or until a date; see `in_seconds`."""
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    return lambda _request, _line: refusal(429, "TOOMANYREQUESTS", "too many requests", *headers)


def in_seconds(seconds: float) -> str:
    """A moment as an HTTP date, which has whole seconds."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def server_error(status: int = 503) -> Layer:
    """The registry fails before it did anything."""
    return lambda _request, _line: refusal(status, "UNKNOWN", "unknown error")


def server_error_after(status: int = 502) -> Layer:
    """The request is applied, and something on the way back fails."""

    def applied(request: Request, line: Line) -> Answer:
        line.forward(request)
        return Answer(status, (("Content-Type", "text/html"),), b"<html><h1>Bad Gateway</h1></html>")

    return applied


def wrong_body(request: Request, line: Line) -> Answer:
    """One bit of the body is another; its length and all headers are as they were."""
    answer = line.forward(request)
    return replace(answer, body=_with_a_bit_turned(answer.body))


def other_body(body: bytes) -> Layer:
    """Well-formed content, but not what was asked for; all headers but its length are as they were."""
    return lambda request, line: replace(line.forward(request), body=body)


def wrong_digest_header(request: Request, line: Line) -> Answer:
    """The body is right, and the header says that it is something else."""
    answer = line.forward(request)
    return replace(answer, headers=having(answer.headers, DIGEST_HEADER, NOWHERE))


def duplicate(request: Request, line: Line) -> Answer:
    """The request is delivered twice; the second answer is given."""
    line.forward(request)
    return line.forward(request)


def duplicate_later(seconds: float) -> Layer:
    """The request is delivered, and delivered again when everybody has gone on."""

    def again(request: Request, line: Line) -> Answer:
        echo = threading.Timer(seconds, lambda: line.forward(request))
        echo.daemon = True
        echo.start()
        return line.forward(request)

    return again


def _delivered(delivery: Delivery) -> Callable[[Request, Line], Answer]:
    return lambda request, line: replace(line.forward(request), delivery=delivery)


def _with_a_bit_turned(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :] if body else b"\x00"
