"""What is said about a file that people wrote: where, what was found, what was expected."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from floe.core.value import Value

Path: TypeAlias = tuple[str | int, ...]  # the keys and indices that lead to a place in a document

LONGEST_SHOWN: Final = 80  # characters of somebody else's text that a message repeats
BARE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class Complaint(Value, frozen=True, kw_only=True):
    """One mistake in one file; the file cannot be used until it is mended."""

    where: str
    line: int | None = None  # from 1; None when the whole file is meant
    column: int | None = None  # from 1, in characters
    path: str = ""
    found: str
    expected: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        place = self.where if self.line is None else f"{self.where}:{self.line}:{self.column}"
        return ": ".join(part for part in (place, self.path, self.says) if part)

    @property
    def says(self) -> str:
        """The message without the place."""
        if self.nearest is not None:
            return f"{self.found}; did you mean {quoted(self.nearest)}?"
        return self.found if self.expected is None else f"{self.found}; expected {self.expected}"


class Doubt(Value, frozen=True, kw_only=True):
    """Something in a file that loads and may not do what its author hopes."""

    path: str
    message: str
    feature: str | None = None  # what floe cannot do yet, when that is the reason

    def __str__(self) -> str:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        return f"{self.path}: {self.message}"


def dotted(path: Path) -> str:
    """A path as people write it: `artifacts.promotion.environments[1].name`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step and BARE.issuperset(step):
            text += f".{step}" if text else step
        else:
            text += f"[{quoted(step)}]"
    return text


def shown(text: str) -> str:
    """Somebody else's text on one line, cut short, with nothing in it that moves a terminal's cursor."""
    short = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in short)


def quoted(text: str) -> str:
    return f"'{shown(text)}'"


def listed(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    every = tuple(words)
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} or {every[-1]}" if every else "nothing"
