"""TRACEPARENT is read as W3C Trace Context says: continued where it is well formed, ignored where it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.effects.memory.world import CountedEntropy
from floe.shell.trace import trace

ID, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEX = "0123456789abcdef"


@pytest.mark.parametrize(
    ("inherited", "handed_on"),
    [
        (f"00-{ID}-{SPAN}-01", f"00-{ID}-{SPAN}-01"),
        (f"00-{ID}-{SPAN}-00", f"00-{ID}-{SPAN}-00"),
        (f"00-{ID}-{SPAN}-ff", f"00-{ID}-{SPAN}-03"),  # flags that nobody has defined are not handed on
        (f"cc-{ID}-{SPAN}-03", f"00-{ID}-{SPAN}-01"),  # of a later version, what this one knows
        (f"cc-{ID}-{SPAN}-01-what-comes-later", f"00-{ID}-{SPAN}-01"),
    ],
)
def test_a_well_formed_traceparent_is_continued(inherited: str, handed_on: str) -> None:
    continued = trace(inherited, CountedEntropy())
    assert (continued.trace_id, continued.parent, continued.traceparent) == (ID, SPAN, handed_on)


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "00",
        ID,
        f"ff-{ID}-{SPAN}-01",
        f"00-{ID.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{ID}-{'0' * 16}-01",
        f"00-{ID[1:]}-{SPAN}-01",
        f"00-{ID}-{SPAN}",
        f"00-{ID}-{SPAN}-1",
        f"00-{ID}-{SPAN}-01-more",
        f"00-{ID}-{SPAN}-01-",
        f"cc-{ID}-{SPAN}-01.more",
        f" 00-{ID}-{SPAN}-01",
        f"00-{ID}-{SPAN}-\u0660\u0661",  # digits, and no hexadecimal ones
    ],
)
def test_a_malformed_traceparent_counts_for_nothing(malformed: str) -> None:
    begun = trace(malformed, CountedEntropy())
    assert begun == trace(None, CountedEntropy())
    assert begun.parent is None
    assert begun.traceparent.startswith(f"00-{begun.trace_id}-")


@given(st.text() | st.from_regex(r"[0-9a-f-]{40,70}", fullmatch=True))
def test_whatever_is_inherited_the_trace_id_has_32_hex_digits(inherited: str) -> None:
    begun = trace(inherited, CountedEntropy())
    assert len(begun.trace_id) == 32
    assert set(begun.trace_id) <= set(HEX)
    version, trace_id, span, flags = begun.traceparent.split("-")
    assert (version, trace_id, len(span), len(flags)) == ("00", begun.trace_id, 16, 2)
