"""Files of text: UTF-8, of bounded size, and without characters that no editor shows."""

import itertools
import unicodedata
from typing import Final

from returns.result import Failure, Result, Success

from floe.shell.complaint import Complaint

LARGEST: Final = 1024 * 1024  # bytes
BOM: Final = "\ufeff"
# YAML 1.2 section 5.1, less what only YAML 1.1 takes for the end of a line, and less what makes a line
# read otherwise than it is (Unicode TR 36, "bidirectional text spoofing").
HIDDEN: Final = frozenset(
    chr(code)
    for code in itertools.chain(
        (each for each in range(0x20) if each not in (0x9, 0xA, 0xD)),
        range(0x7F, 0xA0),
        (0x2028, 0x2029),
        range(0x202A, 0x202F),
        range(0x2066, 0x206A),
        range(0xD800, 0xE000),
        (0xFEFF, 0xFFFE, 0xFFFF),
    )
)


def decode(content: bytes, *, where: str) -> Result[str, Complaint]:
    """The text of a file."""
    if len(content) > LARGEST:
        return Failure(_too_large(where))
    try:
        return Success(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        return Failure(
            _at(where, before, f"the byte 0x{content[error.start]:02x}, which is no UTF-8", "a file in UTF-8")
        )


def misspelt(text: str, *, where: str) -> tuple[Complaint, ...]:
    """Why this text is not read at all: its size, and each character that may not stand in it."""
    if len(text) > LARGEST or len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        return (_too_large(where),)
    found = sorted((text.index(each), each) for each in HIDDEN.intersection(text))
    return tuple(_at(where, text[:index], _named(each), _instead(each)) for index, each in found)


def _named(character: str) -> str:
    name = unicodedata.name(character, "control character")
    return f"the character U+{ord(character):04X} ({name.lower()})"


def _instead(character: str) -> str:
    return "UTF-8 without a byte order mark" if character == BOM else "it escaped, within double quotes"


def _too_large(where: str) -> Complaint:
    return Complaint(where=where, found="more than 1 MiB", expected="at most 1 MiB")


def _at(where: str, before: str, found: str, expected: str) -> Complaint:
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Complaint(where=where, line=line, column=column, found=found, expected=expected)
