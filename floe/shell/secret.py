"""Values that no output shows, and the `${NAME}` by which a manifest refers to them."""

from collections.abc import Mapping
from typing import Final, NoReturn

import re2

NAMED: Final = re2.compile(r"(\$?)\$\{([^}]*)\}?")  # `$${…}` stands for `${…}` itself
NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"


class Secret:
    """A value that no output shows: printed, logged or formatted it is `***`, and it is in no document."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The value, for the one place that sends it."""
        return self._text

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        return "***"

    def __eq__(self, other: object) -> bool:  # type: ignore[explicit-override]  # as above
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:  # type: ignore[explicit-override]  # as above
        return hash(self._text)

    def __reduce__(self) -> NoReturn:  # type: ignore[explicit-override]  # as above
        raise TypeError("a secret is not written down")


def names_in(text: str) -> tuple[str, ...]:
    """What stands between the braces of each `${…}`, whether or not it is a name."""
    return tuple(found[2] for found in NAMED.finditer(text) if not found[1])


def is_name(text: str) -> bool:
    return bool(re2.fullmatch(NAME, text))


def unset(text: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The names that this text refers to and that have no value, an empty one included."""
    return tuple(name for name in names_in(text) if not environ.get(name))


def filled(text: str, environ: Mapping[str, str]) -> Secret:
    """The text with every `${NAME}` replaced once; what a value holds is not looked at again."""
    return Secret("".join(_pieces(text, environ)))


def _pieces(text: str, environ: Mapping[str, str]) -> list[str]:
    pieces: list[str] = []
    end = 0
    for found in NAMED.finditer(text):
        pieces += text[end : found.start()], found[0][1:] if found[1] else environ[found[2]]
        end = found.end()
    return [*pieces, text[end:]]
