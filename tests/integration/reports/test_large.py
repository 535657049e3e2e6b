"""Row V02: large reports are read whole, and too large ones not at all."""

import json
import time

import pytest

from floe.core.gates import GateResult
from floe.core.reports.reading import Unread
from floe.core.scan import Scanned
from tests.integration.reports.made import BAD, MILD, gate, spelled, trivy, trivy_finding, verdict


def many(count: int, filler: str = "") -> bytes:
    """A report with so many findings, written without a document in memory; the last of them blocks."""
    shell = spelled(trivy()).decode()
    start, empty, end = shell.partition('"Vulnerabilities": []')
    assert empty
    rows = (json.dumps(trivy_finding(MILD._replace(id=f"CVE-{n}", title=filler))) for n in range(count - 1))
    return f'{start}"Vulnerabilities": [{", ".join((*rows, json.dumps(trivy_finding(BAD))))}]{end}'.encode()


def assessed(result: GateResult) -> Scanned:
    assert isinstance(result.assessment, Scanned)
    return result.assessment


@pytest.mark.soak
def test_half_a_million_findings_are_all_counted_and_one_more_is_too_many() -> None:
    started = time.monotonic()
    result = verdict(many(500_000), gate("trivy"))
    assert (result.status, assessed(result).total) == ("failed", 500_000)
    assert [each.id for each in assessed(result).blocking] == [BAD.id]
    assert verdict(many(500_001), gate("trivy")).assessment == Unread(why="it holds more than 500000 findings")
    assert time.monotonic() - started < 120


@pytest.mark.soak
def test_a_report_of_a_hundred_megabytes_is_read_and_cut_off_it_fails() -> None:
    content = many(100_000, "x" * 800)
    assert len(content) > 100_000_000
    assert assessed(verdict(content, gate("trivy"))).total == 100_000
    assert verdict(content[:-1], gate("trivy")).status == "failed"


def test_a_report_of_some_thousand_findings_is_read_at_once() -> None:
    content = many(5_000)
    started = time.monotonic()
    result = verdict(content, gate("trivy"))
    assert time.monotonic() - started < 5
    assert (assessed(result).total, len(assessed(result).allowed), len(assessed(result).blocking)) == (5_000, 100, 1)
