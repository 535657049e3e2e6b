"""JSON with one meaning only: no name twice in an object, no half characters, nothing but what RFC 8259 has."""

import json
from typing import Any

import msgspec
from returns.result import Failure, Result, Success


def read(content: bytes) -> Result[Any, str]:
    """What the bytes say, or why they say nothing for sure."""
    try:
        msgspec.json.decode(content)  # which knows no NaN and no unpaired surrogates
        return Success(json.loads(content.decode(), object_pairs_hook=_once))
    except (msgspec.DecodeError, ValueError) as error:
        return Failure(f"no JSON ({error})")
    except RecursionError:
        return Failure("nesting without end")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice in one object")
    return found
