"""What a gate measured, and whether it is within its limits and not too far above what it was."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from floe.core import canonical
from floe.core.names import Version
from floe.core.policy import Bound, Gate
from floe.core.reports.numeral import EXACT, spelled
from floe.core.value import Value

LARGEST: Final = 4096  # bytes of metrics that a record keeps of one gate
_HUNDRED: Final = Decimal(100)


class Metric(Value, frozen=True, kw_only=True):
    name: str
    value: str  # a decimal numeral in its one spelling


class Metrics(Value, frozen=True, kw_only=True, tag="metrics"):
    """All that was measured, each once."""

    metrics: tuple[Metric, ...] = ()

    def of(self, name: str) -> str | None:
        return next((each.value for each in self.metrics if each.name == name), None)


class Baseline(Value, frozen=True, kw_only=True):
    """What a gate measured of the version that is in the environment now."""

    gate: str
    version: Version
    measured: Metrics


class Breach(Value, frozen=True, kw_only=True):
    """A metric that is not where it may be: what it was, what it is (None: not measured), what is allowed."""

    metric: str
    was: str | None = None
    found: str | None
    allowed: str | None = None
    limit: str


class Compared(Value, frozen=True, kw_only=True, tag="compared"):
    """What measuring came to: the metrics that a record keeps, and what is wrong with any."""

    metrics: Metrics = Metrics()
    breaches: tuple[Breach, ...] = ()
    against: Version | None = None  # whose metrics these were compared with
    note: str | None = None


def wants_baseline(gate: Gate) -> bool:
    """Whether what was measured before counts: for increases, and where a limit is on whatever is measured."""
    return bool(gate.max_increase_percent) or any(bound.metric is None for bound in gate.max)


def compare(gate: Gate, measured: Metrics, baseline: Baseline | None) -> Compared:
    """Every metric against its limits; a metric that has a limit, or had a value, must be measured."""
    if not measured.metrics:
        return Compared(breaches=(Breach(metric="any metric", found=None, limit="at least one"),))
    kept = _kept(gate, measured)
    size = len(canonical.encode(kept))
    if size > LARGEST:
        limit = f"at most {LARGEST}: name the metrics that count under max or max_increase_percent"
        return Compared(breaches=(Breach(metric="bytes of metrics to record", found=str(size), limit=limit),))
    before = baseline.measured if baseline else Metrics()
    return Compared(
        metrics=kept,
        breaches=tuple(_breaches(gate, measured, before)),
        against=baseline.version if baseline else None,
        note=_note(gate, measured, baseline),
    )


def _kept(gate: Gate, measured: Metrics) -> Metrics:
    """The metrics with a limit; or all, where a limit is on all of them or there is none."""
    named = {bound.metric for bound in (*gate.max, *gate.max_increase_percent)}
    if not named or None in named:
        return measured
    return Metrics(metrics=tuple(each for each in measured.metrics if each.name in named))


def _breaches(gate: Gate, measured: Metrics, before: Metrics) -> Iterator[Breach]:
    for bound in gate.max:
        for name in _concerned(bound, measured, before):
            yield from _above(bound, name, measured.of(name), before.of(name))
    for bound in gate.max_increase_percent:
        for name in _concerned(bound, measured, before):
            yield from _risen(bound, name, measured.of(name), before.of(name))


def _concerned(bound: Bound, measured: Metrics, before: Metrics) -> tuple[str, ...]:
    if bound.metric is not None:
        return (bound.metric,)
    return tuple(sorted({each.name for each in (*measured.metrics, *before.metrics)}))


def _above(bound: Bound, name: str, found: str | None, was: str | None) -> Iterator[Breach]:
    if found is None or Decimal(found) > Decimal(bound.limit):
        yield Breach(metric=name, was=was, found=found, allowed=bound.limit, limit=f"max {bound.limit}")


def _risen(bound: Bound, name: str, found: str | None, was: str | None) -> Iterator[Breach]:
    allowed = _allowed(was, bound.limit) if was is not None else None
    if found is None or (allowed is not None and Decimal(found) > Decimal(allowed)):
        limit = f"max_increase_percent {bound.limit}"
        yield Breach(metric=name, was=was, found=found, allowed=allowed, limit=limit)


def _allowed(was: str, percent: str) -> str:
    """So much above what it was; where that was below zero, so much of its size above it."""
    before = Decimal(was)
    rise = EXACT.divide(EXACT.multiply(EXACT.abs(before), Decimal(percent)), _HUNDRED)
    return spelled(EXACT.add(before, rise))


def _note(gate: Gate, measured: Metrics, baseline: Baseline | None) -> str | None:
    if not gate.max_increase_percent:
        return None
    if baseline is None:
        return "no baseline yet to compare with"
    names = {name for bound in gate.max_increase_percent for name in _concerned(bound, measured, baseline.measured)}
    fresh = sorted(name for name in names if baseline.measured.of(name) is None)
    return f"no baseline yet for {', '.join(fresh)}" if fresh else None
