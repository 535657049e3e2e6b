"""Whether a compiled document is as governance demands: names, what must be said, how often, and with which words."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

import re2

from floe.core import canonical
from floe.core.compiled.document import Compiled
from floe.core.compiled.element import Element, elements
from floe.core.demand import Allowed, Coverage, Demand, Naming, Required
from floe.core.gates import Violation
from floe.core.plain import plain
from floe.core.reports.numeral import EXACT, spelled

LONGEST: Final = 120  # characters of the document's own words that a violation repeats
NAMED: Final = 5  # parts that a violation names


def breaches(compiled: Compiled, demands: tuple[Demand, ...]) -> tuple[Violation, ...]:
    """Every breach: demands in their order, parts in the order of the document."""
    parts = elements(compiled.products) if demands else ()
    return tuple(found for demand in demands for found in _breaches(demand, parts))


def _breaches(demand: Demand, parts: Iterable[Element]) -> Iterator[Violation]:
    concerned = tuple(each for each in parts if each.kind == demand.kind)
    match demand:
        case Naming():
            return _misnamed(demand, concerned)
        case Required():
            return _silent(demand, concerned)
        case Allowed():
            return (found for each in concerned for found in _words_not_allowed(demand, each))
        case Coverage():
            return _uncovered(demand, concerned)


def is_said(value: object) -> bool:
    """Whether anything stands there: no null, no blank text, no empty list or mapping."""
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {})


def _misnamed(demand: Naming, parts: tuple[Element, ...]) -> Iterator[Violation]:
    for each in parts:
        if not re2.fullmatch(demand.pattern, each.name):
            yield _violation(demand, each.where, f"the name '{each.name}'", f"a name that matches {demand.pattern}")


def _silent(demand: Required, parts: tuple[Element, ...]) -> Iterator[Violation]:
    for each in parts:
        if not is_said(each.says(demand.key)):
            yield _violation(demand, each.where, f"no {demand.key}", "one")


def _words_not_allowed(demand: Allowed, part: Element) -> Iterator[Violation]:
    value = part.says(demand.key)
    said = (value if isinstance(value, list) else [value]) if is_said(value) else []
    for word in dict.fromkeys(map(_word, said)):
        if word not in demand.values:
            expected = f"one of {', '.join(demand.values)}"
            yield _violation(demand, part.where, f"{demand.key} '{word}'", expected)


def _uncovered(demand: Coverage, parts: tuple[Element, ...]) -> Iterator[Violation]:
    silent = [each.where for each in parts if not is_said(each.says(demand.key))]
    told = len(parts) - len(silent)
    if EXACT.multiply(Decimal(demand.percent), Decimal(len(parts))) <= 100 * told:
        return
    share = spelled(EXACT.scaleb(Decimal(10_000 * told // len(parts)), Decimal(-2)))  # rounded down
    more = f" and {len(silent) - NAMED} more" if len(silent) > NAMED else ""
    found = f"{told} of {len(parts)} have {demand.key} ({share} %); not: {'; '.join(silent[:NAMED])}{more}"
    yield _violation(demand, demand.kind, found, f"at least {demand.percent} %", longest=5 * LONGEST)


def _word(value: object) -> str:
    return value if isinstance(value, str) else canonical.encode(value).decode()


def _violation(demand: Demand, where: str, found: str, expected: str, *, longest: int = LONGEST) -> Violation:
    return Violation(
        rule=f"{type(demand).__struct_config__.tag}.{demand.kind}",
        severity=demand.severity,
        path=_short(where, 5 * LONGEST),
        found=_short(found, longest),
        expected=_short(expected, 5 * LONGEST),
    )


def _short(text: str, longest: int) -> str:
    line = plain(" ".join(text.split()))
    return line if len(line) <= longest else line[: longest - 1] + "…"
