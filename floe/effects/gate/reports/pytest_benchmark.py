"""pytest-benchmark's JSON (ionelmc/pytest-benchmark, `--benchmark-json`): the median of each benchmark, in seconds."""

from msgspec import Raw, Struct
from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.core.reports.reading import Reading
from floe.effects.gate.reports import metrics, strict


class _Stats(Struct):
    median: Raw


class _Benchmark(Struct):
    fullname: str
    stats: _Stats


class _Report(Struct):
    benchmarks: list[_Benchmark]


def read(content: bytes) -> Reading:
    match settled(strict.decode(content, _Report, "report of pytest-benchmark")):
        case Failure(unread):
            return unread
        case Success(report):
            medians = ((each.fullname, bytes(each.stats.median).decode()) for each in report.benchmarks)
            return metrics.collect([(name, metrics.numeral(median)) for name, median in medians])
