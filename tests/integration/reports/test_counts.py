"""Row V08: what floe counts is what anybody would count who reads the report line by line."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.core.scan import Scanned
from floe.effects.gate.reports import strict
from tests.integration.reports.made import MAKERS, SCORES, Found, gate, spelled, verdict

found = st.builds(
    Found,
    id=st.sampled_from([f"CVE-2024-{number}" for number in range(6)]),
    package=st.sampled_from(("curl", "libssl", "zlib")),
    version=st.sampled_from(("1.0", "2.0")),
    severity=st.sampled_from(tuple(SCORES)),
    is_fixed=st.booleans(),
    title=st.sampled_from(("", 'Over[flow} "quoted\\" \n', "Überlauf")),
)


def pairs(form: str, report: Any) -> set[tuple[str, str]]:
    """Identifier and package of everything in the report, read with nothing but the standard library."""
    match form:
        case "trivy":
            rows = [row for result in report["Results"] for row in result["Vulnerabilities"]]
            return {(row["VulnerabilityID"], row["PkgName"]) for row in rows}
        case "grype":
            return {(row["vulnerability"]["id"], row["artifact"]["name"]) for row in report["matches"]}
        case _:
            return {(row["ruleId"], row["locations"][0]["message"]["text"]) for row in report["runs"][0]["results"]}


@pytest.mark.parametrize("form", MAKERS)
@given(st.lists(found, max_size=30))
def test_counts_agree_with_an_independent_count(form: str, findings: list[Found]) -> None:
    content = spelled(MAKERS[form](*findings))
    assessed = verdict(content, gate(form, block_on_severity=("HIGH",))).assessment
    assert isinstance(assessed, Scanned)
    expected = pairs(form, json.loads(content))
    assert assessed.total == len(expected)
    assert {(each.id, each.package) for each in (*assessed.blocking, *assessed.allowed)} == expected
    assert assessed.rows == len(findings)


nestings = st.recursive(
    st.none() | st.integers() | st.text(st.sampled_from('[]{}"\\ \x00é,:')),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(st.sampled_from('[]{}"\\')), inside, max_size=3)
    ),
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(nestings, st.booleans(), st.integers(0, 6))
def test_depth_is_that_of_the_document_whatever_its_texts_hold(value: object, plain: bool, levels: int) -> None:
    content = json.dumps(value, ensure_ascii=plain).encode()
    assert strict.is_deeper(content, levels) == (depth(value) > levels)
