"""Telling what was measured or tested, where that stops a promotion."""

from typing import TypeAlias

from floe.core.names import Version
from floe.core.reports.metrics import Breach, Compared
from floe.core.reports.suite import Suite, objection

Lines: TypeAlias = tuple[str, ...]
SHOWN = 20  # metrics


def about_metrics(compared: Compared) -> Lines:
    """Every metric that is not where it may be: what it was, what it is, what is allowed."""
    if not compared.breaches:
        return ()
    lines = (f"  - {_breach(each, compared.against)}" for each in compared.breaches[:SHOWN])
    more = len(compared.breaches) - SHOWN
    return ("Metrics not within their limits:", *lines, *((f"  … and {more} more",) if more > 0 else ()))


def about_tests(suite: Suite, code: int) -> Lines:
    """Why a run of tests does not pass, and which tests failed."""
    why = objection(suite, code)
    if why is None:
        return ()
    named = (f"  - {each.name}{' - ' if each.message else ''}{each.message}" for each in suite.named)
    more = suite.failed - len(suite.named)
    return (f"{why[0].upper()}{why[1:]}", *named, *((f"  … and {more} more",) if more > 0 else ()))


def _breach(breach: Breach, against: Version | None) -> str:
    was = f"was {breach.was}{f' ({against})' if against else ''}, " if breach.was is not None else ""
    found = "not measured" if breach.found is None else f"is {breach.found}"
    limit = breach.limit if breach.allowed is None else f"{breach.allowed} ({breach.limit})"
    return f"{breach.metric}: {was}{found}; allowed: {limit}"
