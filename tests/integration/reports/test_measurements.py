"""Reports of what was measured: numbers as they are written, every one of them once, or no report at all."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.core.policy import Format
from floe.core.reports.metrics import Metrics
from floe.core.reports.reading import Reading, Unread
from floe.effects.gate.reports import READERS

INFRACOST: Final[dict[str, Any]] = {
    "version": "0.2",
    "currency": "USD",
    "projects": [{"name": "acme/dev", "metadata": {"path": "dev"}}, {"name": "acme/prod", "metadata": {"errors": []}}],
    "totalHourlyCost": "2.418630136986301358",
    "totalMonthlyCost": "1765.6",
    "pastTotalMonthlyCost": "1765.6",
}
BENCHMARK: Final[dict[str, Any]] = {
    "machine_info": {"node": "ci"},
    "benchmarks": [
        {"name": "test_load", "fullname": "tests/test_load.py::test_load", "stats": {"median": 1.2345e-05, "min": 1}},
        {"name": "test_save", "fullname": "tests/test_load.py::test_save", "stats": {"median": 2, "min": 1}},
    ],
    "version": "5.1.0",
}


def read(form: Format, content: str | bytes) -> Reading:
    return READERS[form](content.encode() if isinstance(content, str) else content)


def measured(form: Format, report: object) -> dict[str, str]:
    found = read(form, json.dumps(report))
    assert isinstance(found, Metrics), found
    return {each.name: each.value for each in found.metrics}


def test_numbers_are_read_as_they_are_written() -> None:
    text = '{"unit": "ms", "metrics": {"b": 1.10, "a": 1e3, "c": -0, "d": 0.1234567890123456789012345}}'
    found = read("metrics", text)
    assert isinstance(found, Metrics)
    assert [(each.name, each.value) for each in found.metrics] == [
        ("a", "1000"),
        ("b", "1.1"),
        ("c", "0"),
        ("d", "0.1234567890123456789012345"),
    ]


def test_what_tools_measure_has_a_name_for_each_number() -> None:
    assert measured("infracost", INFRACOST) == {"totalHourlyCost": "2.418630136986301358", "totalMonthlyCost": "1765.6"}
    assert measured("pytest-benchmark", BENCHMARK) == {
        "tests/test_load.py::test_load": "0.000012345",
        "tests/test_load.py::test_save": "2",
    }
    assert measured("metrics", {"metrics": {}}) == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"metrics": {"a": NaN}}', "no JSON"),
        ('{"metrics": {"a": Infinity}}', "no JSON"),
        ('{"metrics": {"a": 1e400}}', "the metric a is 1e400; expected a decimal number"),
        ('{"metrics": {"a": true}}', "the metric a is true, not a number"),
        ('{"metrics": {"a": null}}', "the metric a is null, not a number"),
        ('{"metrics": {"a": "1"}}', "the metric a is text, not a number"),
        ('{"metrics": {"a": [1]}}', "the metric a is a list or a mapping, not a number"),
        ('{"metrics": {"a": {"b": 1}}}', "the metric a is a list or a mapping"),
        ('{"metrics": {"a": 1, "a": 0}}', "the metric a is there twice"),
        ('{"metrics": {"": 1}}', "is no name of a metric"),
        ('{"metrics": {"a\\u001b[2J": 1}}', "is no name of a metric"),
        (f'{{"metrics": {{"{"a" * 201}": 1}}}}', "is no name of a metric"),
        ('{"metrics": [1]}', '"metrics" is no mapping'),
        ('{"metrics": 1}', '"metrics" is no mapping'),
        ('{"metric": {"a": 1}}', "it is no report of metrics"),
        ("[]", "it is no report of metrics"),
        ('{"metrics": {"a": 1}', "no JSON"),
        ('{"metrics": {"a": 1}} trailing', "no JSON"),
        (f'{{"metrics": {{"a": {"[" * 100}{"]" * 100}}}}}', "nested deeper"),
        ("", "no JSON"),
        (b"\xff\xfe{", "no JSON"),
    ],
)
def test_anything_but_numbers_is_no_report_of_metrics(text: str | bytes, why: str) -> None:
    found = read("metrics", text)
    assert isinstance(found, Unread)
    assert why in found.why


def test_more_metrics_than_anybody_reads_are_none() -> None:
    many = {"metrics": {f"m{number}": number for number in range(10_001)}}
    assert read("metrics", json.dumps(many)) == Unread(why="more than 10000 metrics")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"version": "0.3"}, "version 0.3 of Infracost's JSON; 0.2 is read"),
        ({"projects": []}, "nothing was priced"),
        ({"totalMonthlyCost": None}, "nothing was priced"),
        ({"totalMonthlyCost": 1765.6}, "it is no report of Infracost"),
        ({"totalMonthlyCost": "much"}, "the metric totalMonthlyCost is much"),
        ({"totalMonthlyCost": "NaN"}, "the metric totalMonthlyCost is NaN"),
        ({"totalMonthlyCost": ""}, "the metric totalMonthlyCost is ; expected"),
        (
            {"projects": [{"name": "acme/dev", "metadata": {"errors": [{"code": 101}]}}]},
            "Infracost could not price all of project acme/dev",
        ),
        ({"projects": [{"name": "acme/dev"}]}, "it is no report of Infracost"),
    ],
)
def test_costs_that_are_not_all_known_are_no_report(changes: dict[str, object], why: str) -> None:
    found = read("infracost", json.dumps({**INFRACOST, **changes}))
    assert isinstance(found, Unread)
    assert why in found.why
    hourly = {name: value for name, value in INFRACOST.items() if name != "totalHourlyCost"}
    assert measured("infracost", hourly) == {"totalMonthlyCost": "1765.6"}


@pytest.mark.parametrize(
    ("benchmarks", "why"),
    [
        ([{"fullname": "a", "stats": {"median": "1"}}], 'the metric a is "1"'),
        ([{"fullname": "a", "stats": {"mean": 1}}], "missing required field `median`"),
        ([{"fullname": "a", "stats": {"median": 1}}] * 2, "the metric a is there twice"),
        ([{"fullname": "a", "stats": {"median": True}}], "the metric a is true"),
        (None, "it is no report of pytest-benchmark"),
    ],
)
def test_benchmarks_without_a_median_are_no_report(benchmarks: object, why: str) -> None:
    found = read("pytest-benchmark", json.dumps({**BENCHMARK, "benchmarks": benchmarks}))
    assert isinstance(found, Unread)
    assert why in found.why


@given(st.sampled_from(("metrics", "infracost", "pytest-benchmark")), st.data())
def test_a_report_that_was_cut_off_is_none(form: Format, data: st.DataObject) -> None:
    whole = {"metrics": {"metrics": {"a": 1, "b": 2}}, "infracost": INFRACOST, "pytest-benchmark": BENCHMARK}[form]
    content = json.dumps(whole).encode()
    at = data.draw(st.integers(0, len(content) - 1))
    assert isinstance(read(form, content[:at]), Unread)


@given(st.sampled_from(("metrics", "infracost", "pytest-benchmark", "junit")), st.binary(max_size=60))
def test_any_bytes_are_a_report_or_none(form: Format, content: bytes) -> None:
    read(form, content)
