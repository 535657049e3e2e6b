"""floe's own form for what was measured: `{"metrics": {"name": number}}`, whatever else stands beside it."""

import json
from typing import Final

from msgspec import Raw, Struct
from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.core.reports.metrics import Metric, Metrics
from floe.core.reports.numeral import parse_numeral
from floe.core.reports.reading import Reading, Unread
from floe.effects.gate.reports import strict

LONGEST: Final = 200  # characters of a name
MOST: Final = 10_000


class _Report(Struct):
    metrics: Raw


class _Number(str):
    """A number as it is written: no float is made of it on its way."""

    __slots__ = ()


def read(content: bytes) -> Reading:
    match settled(strict.decode(content, _Report, "report of metrics")):
        case Failure(unread):
            return unread
        case Success(report):
            written = bytes(report.metrics)
            if not written.startswith(b"{"):
                return Unread(why='"metrics" is no mapping of names to numbers')
            return collect(json.loads(written, parse_int=_Number, parse_float=_Number, object_pairs_hook=list))


def collect(pairs: list[tuple[str, object]]) -> Reading:
    """What was measured, or the first thing that is wrong with it; only numbers as they are written count."""
    found: dict[str, str] = {}
    for name, value in pairs[: MOST + 1]:
        number = settled(parse_numeral(value)) if isinstance(value, _Number) else None
        if not name.isprintable() or not name.strip() or len(name) > LONGEST:
            return Unread(why=f"{name[:LONGEST]!a} is no name of a metric: 1 to {LONGEST} printable characters")
        if name in found:
            return Unread(why=f"the metric {name} is there twice")
        if number is None:
            return Unread(why=f"the metric {name} is {_noun(value)}, not a number")
        if isinstance(number, Failure):
            malformed = number.failure()
            return Unread(why=f"the metric {name} is {malformed.found}; expected {malformed.expected}")
        found[name] = number.unwrap()
    if len(pairs) > MOST:
        return Unread(why=f"more than {MOST} metrics")
    return Metrics(metrics=tuple(Metric(name=name, value=found[name]) for name in sorted(found)))


def numeral(text: str) -> object:
    """A number that a tool writes as text."""
    return _Number(text)


def _noun(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return "text" if isinstance(value, str) else "a list or a mapping"
