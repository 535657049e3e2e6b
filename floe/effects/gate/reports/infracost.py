"""Infracost's JSON, version 0.2 (infracost/infracost, internal/output). Costs are numerals in quotes, or null."""

from typing import Any, Final

from msgspec import Struct, field
from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.core.plain import plain
from floe.core.reports.reading import Reading, Unread
from floe.effects.gate.reports import metrics, strict

VERSION: Final = "0.2"
_LONGEST: Final = 100


class _Metadata(Struct):
    errors: list[Any] | None = None


class _Project(Struct):
    name: str
    metadata: _Metadata


class _Report(Struct, rename="camel"):
    version: str
    projects: list[_Project]
    monthly: str | None = field(name="totalMonthlyCost")
    hourly: str | None = field(name="totalHourlyCost", default=None)


def read(content: bytes) -> Reading:
    match settled(strict.decode(content, _Report, "report of Infracost")):
        case Failure(unread):
            return unread
        case Success(report):
            return _objection(report) or _costs(report)


def _objection(report: _Report) -> Unread | None:
    if report.version != VERSION:
        return Unread(why=f"version {plain(report.version[:_LONGEST])} of Infracost's JSON; {VERSION} is read")
    failed = next((each for each in report.projects if each.metadata.errors), None)
    if failed is not None:
        return Unread(why=f"Infracost could not price all of project {plain(failed.name[:_LONGEST])}")
    if not report.projects or report.monthly is None:
        return Unread(why="nothing was priced")
    return None


def _costs(report: _Report) -> Reading:
    known = {"totalMonthlyCost": report.monthly, "totalHourlyCost": report.hourly}
    return metrics.collect([(name, metrics.numeral(cost)) for name, cost in known.items() if cost is not None])
