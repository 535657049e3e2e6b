"""Distinguished Encoding Rules (X.690), as much of them as a timestamp needs."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

SEQUENCE, SET, OCTETS, INTEGER, OBJECT, TEXT, TIME, BOOLEAN, CONTEXT = (
    0x30,
    0x31,
    0x04,
    0x02,
    0x06,
    0x0C,
    0x18,
    0x01,
    0xA0,
)
LONG: Final = 0x80  # a length in more than one byte; in an identifier: more of this number follows
SEVEN_BITS: Final = 0x7F


def tagged(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + _length(len(body)) + body


def sequence(*parts: bytes) -> bytes:
    return tagged(SEQUENCE, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    return tagged(SET, b"".join(sorted(parts)))


def octets(content: bytes) -> bytes:
    return tagged(OCTETS, content)


def text(content: str) -> bytes:
    return tagged(TEXT, content.encode())


def whole(number: int) -> bytes:
    return tagged(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def moment(at: datetime) -> bytes:
    return tagged(TIME, at.strftime("%Y%m%d%H%M%SZ").encode())


def identifier(dotted: str) -> bytes:
    first, second, *others = (int(part) for part in dotted.split("."))
    return tagged(OBJECT, b"".join(_base128(number) for number in (first * 40 + second, *others)))


def parts(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The tag and the body of each value in a row."""
    while body:
        start, size = 2, body[1]
        if size & LONG:
            start += size & SEVEN_BITS
            size = int.from_bytes(body[2:start], "big")
        yield body[0], body[start : start + size]
        body = body[start + size :]


def _length(size: int) -> bytes:
    if size < LONG:
        return bytes([size])
    spelt = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([LONG | len(spelt)]) + spelt


def _base128(number: int) -> bytes:
    spelt = [number & SEVEN_BITS]
    while number := number >> 7:
        spelt.append(LONG | number & SEVEN_BITS)
    return bytes(reversed(spelt))
