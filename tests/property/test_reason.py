"""A reason is kept as it was given, as long as a record can hold it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Success

from floe.core import canonical
from floe.core.reason import LARGEST, parse_reason
from tests.property.purity import deciding


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 500))
def test_a_reason_is_kept_or_refused_for_its_size_alone(text: str, times: int) -> None:
    reason = text * times
    with deciding():
        found = parse_reason(reason)
    assert (found == Success(reason)) == (len(canonical.encode(reason)) <= LARGEST)


@pytest.mark.parametrize("text", ["\udc80", "a" * 5000 + "\ud800"])
def test_half_a_character_is_no_reason(text: str) -> None:
    malformed = parse_reason(text).failure()
    assert malformed.expected == "Unicode text"
    assert malformed.found.isascii()
