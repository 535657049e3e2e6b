"""The corpus of reports, judged: rows V01 to V09, and what formats say of themselves."""

from typing import Any

import pytest

from floe.core.reports.reading import Unread
from floe.core.scan import Scanned
from tests.integration.reports.corpus import CORPUS, GRYPE, SARIF, TRIVY, Case, at
from tests.integration.reports.made import BAD, DIGEST, gate, grype, sarif, spelled, trivy, verdict


@pytest.mark.parametrize("each", CORPUS.values(), ids=CORPUS)
def test_each_report_gets_its_verdict(each: Case) -> None:
    """Rows V02, V04."""
    result = verdict(each.content, gate(each.form, **each.by), each.artifact)
    assert result.status == each.status, result
    match result.assessment:
        case Unread(why=why):
            assert each.says
            assert each.says in why
        case Scanned():
            assert not each.says
        case other:
            raise AssertionError(other)


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 100


@pytest.mark.parametrize(
    ("report", "remark"),
    [
        (spelled(at(trivy(), "Metadata.OS.EOSL", True)), "debian 12.5 is past its end of life"),
        (
            spelled({**grype(), "alertsByPackage": [{"alerts": [{"type": "distro-eol"}]}] * 2}),
            "Grype raises distro-eol for 2 packages",
        ),
    ],
)
def test_v09_a_system_past_its_end_is_named(report: bytes, remark: str) -> None:
    form = "grype" if b"alertsByPackage" in report else "trivy"
    assessed = verdict(report, gate(form)).assessment
    assert isinstance(assessed, Scanned)
    assert assessed.remarks == (remark,)


@pytest.mark.parametrize(
    ("form", "report"),
    [
        ("trivy", TRIVY["with suppressed findings"].content),
        ("grype", GRYPE["ignored matches"].content),
        ("sarif", SARIF["suppressed"].content),
    ],
)
def test_v07_what_the_scanner_was_told_to_leave_out_is_counted(form: str, report: bytes) -> None:
    assessed = verdict(report, gate(form)).assessment
    assert isinstance(assessed, Scanned)
    assert (assessed.suppressed, assessed.total) == (1, 0)


@pytest.mark.parametrize("make", [trivy, grype, sarif])
def test_what_is_shown_of_a_finding_is_what_the_scanner_says(make: Any) -> None:
    form = make.__name__
    assessed = verdict(spelled(make(BAD)), gate(form)).assessment
    assert isinstance(assessed, Scanned)
    (one,) = assessed.blocking
    assert (one.id, one.package, one.severity, one.title) == (BAD.id, BAD.package, BAD.severity, BAD.title)
    assert one.version == ("" if form == "sarif" else BAD.version)
    assert assessed.names == (f"registry.example/app@{DIGEST}",)
    assert assessed.tool == {"trivy": "Trivy 0.70.0", "grype": "Grype 0.110.0", "sarif": "Trivy 0.70.0"}[form]
