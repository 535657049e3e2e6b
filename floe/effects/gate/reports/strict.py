"""JSON as reports must have it: one whole document of the right shape, and nested no deeper than reports are."""

from collections.abc import Iterable
from itertools import islice
from typing import Final, TypeVar

import msgspec
from returns.result import Failure, Result, Success

from floe.core.reports.reading import Finding, Unread

T = TypeVar("T")

DEEPEST: Final = 64  # levels of nesting
MOST: Final = 500_000  # findings
TOO_MANY: Final = Unread(why=f"it holds more than {MOST} findings")
_BRACKETS: Final = bytes.maketrans(b"{}", b"[]")
_OTHER: Final = bytes(set(range(256)) - set(b'"[]{}'))


def decode(content: bytes, kind: type[T], what: str) -> Result[T, Unread]:
    """The document; `what` names the kind of report in the complaint about anything else."""
    try:
        document = msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        return Failure(Unread(why=f"it is no {what}: {error}"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Failure(Unread(why=f"it is no JSON: {error}"))
    except RecursionError:
        return Failure(_too_deep())
    return Failure(_too_deep()) if is_deeper(content, DEEPEST) else Success(document)


def is_json(content: bytes) -> bool:
    """Whether this is one whole JSON document of any kind."""
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def at_most(findings: Iterable[Finding]) -> tuple[Finding, ...] | None:
    """All of them, or None where there are more than floe reads."""
    found = tuple(islice(findings, MOST + 1))
    return found if len(found) <= MOST else None


def is_deeper(content: bytes, levels: int) -> bool:
    """Whether this JSON is nested deeper than that."""
    outside = content.replace(b"\\\\", b"").replace(b'\\"', b"").translate(_BRACKETS, _OTHER).split(b'"')[::2]
    left = b"".join(outside)
    for _ in range(levels):
        left = left.replace(b"[]", b"")
    return bool(left)


def _too_deep() -> Unread:
    return Unread(why=f"it is nested deeper than {DEEPEST} levels")
