"""Why somebody does what they do, in their words: as much of it as a record holds."""

from typing import Final

from returns.result import Failure, Result, Success

from floe.core import canonical
from floe.core.names import Malformed

LARGEST: Final = 4096  # bytes, as a record spells it
_SHOWN: Final = 60  # characters


def parse_reason(text: str) -> Result[str, Malformed]:
    if any("\ud800" <= character <= "\udfff" for character in text):
        return Failure(_malformed(ascii(text), "Unicode text"))
    size = len(canonical.encode(text))
    if size > LARGEST:
        return Failure(_malformed(f"{text[:_SHOWN]}… ({size} bytes)", f"at most {LARGEST} bytes; keep more elsewhere"))
    return Success(text)


def _malformed(found: str, expected: str) -> Malformed:
    return Malformed(what="reason", found=found[: 2 * _SHOWN], expected=expected)
