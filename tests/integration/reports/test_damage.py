"""Rows V01, V02: whatever is missing from a report, broken in it or cut off, failed does not become passed."""

import json

import pytest

from tests.integration.reports.made import (
    BAD,
    MAKERS,
    MILD,
    OTHER_TYPES,
    Json,
    altered,
    gate,
    paths,
    spelled,
    verdict,
    without,
)

# Where a format itself says that nothing there is nothing found, nobody can see that something was taken out.
SILENT = {"trivy": ("Vulnerabilities",), "grype": (), "sarif": ()}
GATES = {
    "the default": {},
    "a threshold": {"block_on_severity": ("CRITICAL", "HIGH")},
    "without unfixed": {"block_on_severity": ("CRITICAL", "HIGH", "MEDIUM", "LOW"), "ignore_unfixed": True},
}
BLOCKED: dict[str, Json] = {form: make(BAD) for form, make in MAKERS.items()}

pytestmark = pytest.mark.parametrize("form", MAKERS)


@pytest.mark.parametrize("by", GATES.values(), ids=GATES)
def test_a_report_cut_off_anywhere_fails(form: str, by: Json) -> None:
    content = spelled(BLOCKED[form])
    for end in range(len(content)):
        assert verdict(content[:end], gate(form, **by)).status == "failed", content[:end]


def test_without_a_format_too_a_report_that_was_begun_is_no_pass(form: str) -> None:
    content = spelled(BLOCKED["trivy"])
    for end in range(1, len(content)):
        assert verdict(content[:end], gate()).status == "failed", content[:end]


@pytest.mark.parametrize("by", GATES.values(), ids=GATES)
def test_a_report_from_which_a_part_was_taken_fails(form: str, by: Json) -> None:
    for path, _ in paths(BLOCKED[form]):
        if isinstance(path[-1], int) or path[-1] in SILENT[form]:
            continue
        damaged = without(BLOCKED[form], path)
        assert verdict(spelled(damaged), gate(form, **by)).status == "failed", path


@pytest.mark.parametrize("by", GATES.values(), ids=GATES)
@pytest.mark.parametrize("kind", OTHER_TYPES)
def test_a_report_with_something_else_in_any_place_fails(form: str, by: Json, kind: str) -> None:
    other = OTHER_TYPES[kind]
    for path, value in paths(BLOCKED[form]):
        if type(value) is type(other) or (other is None and path[-1] in SILENT[form]):
            continue
        damaged = altered(BLOCKED[form], path, other)
        assert verdict(spelled(damaged), gate(form, **by)).status == "failed", (path, other)


def test_every_byte_that_makes_it_other_json_or_none_is_seen_or_harmless(form: str) -> None:
    """A bracket, brace, quote, comma or colon turned into another never gives a pass."""
    content = spelled(BLOCKED[form])
    for at, byte in enumerate(content):
        if chr(byte) in '[]{}",:':
            for instead in b'[]{}",: ':
                broken = content[:at] + bytes([instead]) + content[at + 1 :]
                assert verdict(broken, gate(form)).status == "failed" or is_whole(broken, form), broken


def is_whole(content: bytes, form: str) -> bool:
    """Whether the blocking finding is in there as it was: what changed is a text that nobody judges."""
    try:
        report = json.loads(content)
    except ValueError:
        return False
    return verdict(spelled(report), gate(form)).status == "failed"


def test_more_after_the_end_fails(form: str) -> None:
    clean = spelled(MAKERS[form](MILD))
    assert verdict(clean, gate(form)).status == "warning"
    for more in (b"}", b"x", clean, b"\0", b"{}"):
        assert verdict(clean + more, gate(form)).status == "failed"
    assert verdict(b"\n " + clean + b"\n", gate(form)).status == "warning"
