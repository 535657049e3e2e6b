"""What was probably meant: the words that look most like one that is not there."""

import difflib
from collections.abc import Iterable
from typing import Final

ALIKE: Final = 0.6  # of 1; what is less alike was probably not meant
MOST: Final = 500  # words that one word is compared with
LONGEST: Final = 80  # characters of a word that are compared


def nearest(word: str, among: Iterable[str], *, alike: float = ALIKE) -> str | None:
    """The most similar of some words, whatever their case, `-` and `_`; None when none is similar."""
    plain = {_plain(each): each for each in sorted(among)[:MOST]}
    return next((plain[each] for each in closest(_plain(word), plain, at_most=1, alike=alike)), None)


def closest(word: str, among: Iterable[str], *, at_most: int, alike: float) -> tuple[str, ...]:
    """The few most similar of some words, the most similar one first."""
    return tuple(difflib.get_close_matches(word[:LONGEST], among, n=at_most, cutoff=alike))


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_")
