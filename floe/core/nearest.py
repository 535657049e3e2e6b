"""What was probably meant."""

import difflib
from collections.abc import Iterable


def nearest(word: str, among: Iterable[str]) -> str | None:
    """The most similar of some words; None when none is similar."""
    return next(iter(difflib.get_close_matches(word, sorted(among), n=1)), None)
