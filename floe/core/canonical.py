"""One value, one spelling, one digest.

Sorted keys, UTF-8, no white space, integers but no other numbers: for the shapes floe uses, RFC 8785.
"""

import hashlib
from typing import NoReturn, TypeVar

import msgspec
from returns.result import Failure, Result, Success

from floe.core.names import Digest, Malformed

T = TypeVar("T")


def encode(value: object) -> bytes:
    """The bytes that are hashed, signed and compared."""
    return msgspec.json.encode(value, order="sorted")


def digest_of(content: bytes) -> Digest:
    return Digest("sha256:" + hashlib.sha256(content).hexdigest())


def digest(value: object) -> Digest:
    return digest_of(encode(value))


def decode(content: bytes, kind: type[T]) -> Result[T, Malformed]:
    """The value these canonical bytes spell; other spellings of it, duplicate keys and floats are refused."""
    try:
        plain = _PLAIN.decode(content)
        if encode(plain) != content:
            return Failure(_malformed(kind, "another spelling of the same JSON", "its canonical bytes"))
        return Success(msgspec.convert(plain, kind, str_keys=True))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return Failure(_malformed(kind, str(error), f"JSON of a {_name(kind)}"))


def decode_exactly(content: bytes, kind: type[T]) -> Result[T, Malformed]:
    """As `decode`, and nothing is in the bytes that the value does not hold."""
    return decode(content, kind).bind(
        lambda value: (
            Success(value)
            if encode(value) == content
            else Failure(_malformed(kind, "fields this floe does not know", "fields it knows"))
        )
    )


def _malformed(kind: type[object], found: str, expected: str) -> Malformed:
    return Malformed(what=_name(kind), found=found, expected=expected)


def _name(kind: type[object]) -> str:
    """A union of values has no name of its own."""
    return getattr(kind, "__name__", str(kind))


def _no_float(text: str) -> NoReturn:
    raise msgspec.DecodeError(f"the number {text} is no integer")


_PLAIN = msgspec.json.Decoder(float_hook=_no_float)
