"""What an unquoted word of YAML means: the core schema of YAML 1.2 (section 10.3.2), and nothing of 1.1.

So `no`, `1:30`, `1_000` and `2026-01-15` are text, `017` is seventeen, and `1.20` is the number 1.2.
"""

import math
from typing import Final, TypeAlias

import re2
from returns.result import Failure, Result, Success

Scalar: TypeAlias = str | int | float | bool | None

NOTHING: Final = ("", "~", "null", "Null", "NULL")
TRUE: Final = ("true", "True", "TRUE")
FALSE: Final = ("false", "False", "FALSE")
DIGITS: Final = {8: frozenset("01234567"), 10: frozenset("0123456789"), 16: frozenset("0123456789abcdefABCDEF")}
DECIMAL: Final = 10
BASES: Final = {"0o": 8, "0x": 16}
FRACTION: Final = re2.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
BEYOND: Final = frozenset(sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")) | {
    ".nan",
    ".NaN",
    ".NAN",
}
LARGEST: Final = 2**53 - 1  # what every reader of JSON holds exactly
LONGEST: Final = 40  # characters of a numeral; more cannot be a number within bounds


def resolve(word: str) -> Result[Scalar, str]:
    """The value of an unquoted word; a failure says which number it is that floe cannot hold."""
    if word in NOTHING:
        return Success(None)
    if word in TRUE or word in FALSE:
        return Success(word in TRUE)
    if word[0] not in "+-.0123456789":
        return Success(word)
    return _number(word)


def _number(word: str) -> Result[Scalar, str]:
    if word in BEYOND:
        return Failure("a number that is not finite")
    base = _base(word)
    if base is None and not FRACTION.fullmatch(word):
        return Success(word)
    if len(word) > LONGEST:
        return Failure("a number that is too long")
    number = float(word) if base is None else int(word, base)
    if not math.isfinite(number) or abs(number) > LARGEST:
        return Failure("a number beyond what JSON holds exactly")
    return Success(number)


def _base(word: str) -> int | None:
    """The base of a whole number; None for every other word."""
    base = BASES.get(word[:2], DECIMAL)
    digits = word[2:] if base != DECIMAL else word[1:] if word[0] in "+-" else word
    return base if digits and DIGITS[base].issuperset(digits) else None
