"""A page as its reader meets it: files to write, commands to type, and what each prints."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

PIECE: Final = re.compile(r"^(#+) ([^\n]*)$|^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED: Final = re.compile(r"^# ([\w./-]+\.\w+)\b", re.MULTILINE)  # in the first two lines of a file


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class File:
    """A block that begins with the name of a file, in a comment."""

    name: str
    text: str


@dataclass(frozen=True)
class Typed:
    command: str
    printed: str
    at: int  # where in the page what is printed begins


Piece: TypeAlias = Heading | File | Typed


def pieces(page: str) -> Iterator[Piece]:
    """What stands in a page, in its order; blocks without a name are for reading alone."""
    for found in PIECE.finditer(page):
        title, language, text = found[2], found[3], found[4]
        if title is not None:
            yield Heading(title)
        elif language == "console":
            yield from _typed(text, found.start(4))
        elif name := NAMED.search("\n".join(text.splitlines()[:2])):
            yield File(name[1], text)


def _typed(block: str, start: int) -> Iterator[Typed]:
    for found in re.finditer(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        yield Typed(found[1], found[2], start + found.start(2))
