"""Reading what gates print: one reader for each format, from bytes to facts, or to why there are none."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import anyio.to_thread
from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.core.policy import Format
from floe.core.reports.reading import Reading
from floe.effects.gate.reports import grype, infracost, junit, metrics, pytest_benchmark, sarif, trivy
from floe.effects.gate.spool import Spool

Reader: TypeAlias = Callable[[bytes], Reading]

READERS: Final[Mapping[Format, Reader]] = {
    "trivy": trivy.read,
    "grype": grype.read,
    "sarif": sarif.read,
    "metrics": metrics.read,
    "infracost": infracost.read,
    "pytest-benchmark": pytest_benchmark.read,
    "junit": junit.read,
}


async def read(form: Format, spool: Spool) -> Reading:
    """What the report in the spool says, as its format has it."""
    return await anyio.to_thread.run_sync(_read, form, spool)


def _read(form: Format, spool: Spool) -> Reading:
    match settled(spool.content()):
        case Failure(unread):
            return unread
        case Success(content):
            return READERS[form](content)
