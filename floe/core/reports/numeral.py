"""Decimal numerals: compared exactly, and never by way of a float."""

from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Final

import re2
from returns.result import Failure, Result, Success

from floe.core.names import Malformed

NUMERAL: Final = r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?"
HIGHEST: Final = 15  # the exponent of the largest number that is compared
LOWEST: Final = -30  # of the smallest digit
EXACT: Final = Context(prec=400, traps=[Inexact, InvalidOperation])


def parse_numeral(text: str) -> Result[str, Malformed]:
    """The one spelling of a number, without an exponent: `1.50e1` is `15`."""
    number = Decimal(text) if re2.fullmatch(NUMERAL, text) else Decimal("NaN")
    if number.is_nan() or _is_out_of_reach(number):
        expected = f"a decimal number below 1e{HIGHEST + 1} with at most {-LOWEST} decimal places"
        return Failure(Malformed(what="number", found=text[:60], expected=expected))
    return Success(spelled(number))


def spelled(number: Decimal) -> str:
    return format(number.normalize(EXACT), "f") if number else "0"


def _is_out_of_reach(number: Decimal) -> bool:
    exponent = number.normalize(EXACT).as_tuple().exponent
    assert isinstance(exponent, int), "only what is no number has another"
    return bool(number) and (number.adjusted() > HIGHEST or exponent < LOWEST)
