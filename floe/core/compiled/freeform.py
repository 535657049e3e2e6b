"""Data without a schema (labels, unknown keys, the manifest's own sections) in the one spelling floe keeps.

It is canonical JSON embedded verbatim. Numbers that are no integer, and integers that not every reader of JSON
holds exactly, are spelled as text: 0.5 becomes "0.5". So the same data has the same bytes everywhere.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

import msgspec
from returns.result import Failure, Result, Success

from floe.core import canonical
from floe.core.names import Malformed

Json: TypeAlias = msgspec.Raw

NOTHING: Final = Json(b"null")
EMPTY: Final = Json(b"{}")
DEEPEST: Final = 32  # levels of nesting; a spec that needs more is a mistake or an attack
LARGEST_INTEGER: Final = 2**53 - 1  # RFC 8259 section 6: beyond it readers disagree


def spell(data: object, at: str = "") -> Result[Json, tuple[Malformed, ...]]:
    """The one spelling of the data; `at` is where it stands, for the messages."""
    faults = tuple(_faults(data, at, DEEPEST))
    return Failure(faults) if faults else Success(spelled(data))


def read(json: Json) -> object:
    """The data that is spelled."""
    return msgspec.json.decode(json)


def mapping(json: Json) -> dict[str, object]:
    """The data that is spelled, where it is a mapping; else an empty one."""
    data = read(json)
    return data if isinstance(data, dict) else {}


def spelled(data: object) -> Json:
    """The spelling of data that is known to have one, since it was spelled before."""
    return Json(canonical.encode(_exact(data)))


def laid_over(base: object, top: object) -> object:
    """What `top` says, and what `base` says else: key by key where both are mappings, one level deep."""
    if isinstance(base, dict) and isinstance(top, dict):
        return {**base, **top}
    return base if top is None else top


def _faults(data: object, at: str, room: int) -> Iterator[Malformed]:
    match data:
        case None | bool() | int():
            return
        case str():
            yield from _faults_of_text(data, at)
        case float():
            yield from () if math.isfinite(data) else (_fault(at, repr(data), "a finite number"),)
        case list() | tuple() | dict() if room == 0:
            yield _fault(at, "nesting without end", f"at most {DEEPEST} levels")
        case list() | tuple():
            for index, each in enumerate(data):
                yield from _faults(each, f"{at}[{index}]", room - 1)
        case dict():
            yield from _faults_of_mapping(data, at, room - 1)
        case _:
            yield _fault(at, f"a {type(data).__name__}", "a text in quotes, a number, true, false or null")


def _faults_of_text(text: str, at: str) -> Iterator[Malformed]:
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield _fault(at, "half of a surrogate pair", "Unicode text")


def _faults_of_mapping(data: Mapping[object, object], at: str, room: int) -> Iterator[Malformed]:
    for key, value in data.items():
        place = f"{at}.{key}" if at else str(key)
        if isinstance(key, str):
            yield from _faults_of_text(key, place)
        else:
            yield _fault(place, f"the key {key!r}", "a text as key: write it in quotes")
        yield from _faults(value, place, room)


def _exact(data: object) -> object:
    match data:
        case bool():
            return data
        case int() if abs(data) > LARGEST_INTEGER:
            return str(data)
        case float():
            return repr(data)
        case list() | tuple():
            return [_exact(each) for each in data]
        case dict():
            return {key: _exact(value) for key, value in data.items()}
        case _:
            return data


def _fault(at: str, found: str, expected: str) -> Malformed:
    return Malformed(what=at, found=found, expected=expected)
