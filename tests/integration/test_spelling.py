"""JSON as it is printed: the same to programs, and laid out as the quickstart has it."""

import json
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.shell.render.spelling import WIDEST, spelled

SCALARS: Final = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
VALUES: Final = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
SHOWN: Final = """{
  "success": true,
  "gate_results": [
    {"gate": "policy_compliance", "status": "passed", "duration_ms": 1234},
    {"gate": "tests", "status": "passed", "duration_ms": 45000}
  ],
  "tags": [
    "v1.0.0-staging"
  ],
  "sync": [],
  "promoted_at": "2026-01-15T14:45:00Z"
}"""


@given(VALUES)
def test_programs_read_what_was_meant(value: object) -> None:
    assert json.loads(spelled(value)) == value


def test_results_stand_on_a_line_each() -> None:
    results = [("policy_compliance", 1234), ("tests", 45000)]
    document = {
        "success": True,
        "gate_results": tuple({"gate": gate, "status": "passed", "duration_ms": ms} for gate, ms in results),
        "tags": ("v1.0.0-staging",),
        "sync": (),
        "promoted_at": datetime(2026, 1, 15, 14, 45, tzinfo=UTC),
    }
    assert spelled(document) == SHOWN


@pytest.mark.parametrize("more", [0, 1])
def test_what_is_wider_than_a_line_is_broken(more: int) -> None:
    text = "x" * (WIDEST - len("      ,") - len('{"a": ""}') + more)
    lines = spelled([[[{"a": text}, {"a": {"b": {}}}]]]).splitlines()
    assert ('{"a": "' in "".join(lines)) == (more == 0)
    assert more or max(map(len, lines)) == WIDEST
