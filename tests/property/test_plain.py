"""Laws of foreign text made plain."""

from hypothesis import example, given
from hypothesis import strategies as st

from floe.core.plain import CUT, LARGEST_END, brief, end_of, plain

ORDERS = ("##[", "##vso[", "##teamcity[")
foreign = st.lists(
    st.sampled_from(("::", "##[", "##vso[", "#", "\r\n", "\r", "\n", " ", "\t", "\x1b[", "\u202e")) | st.text()
).map("".join)
printed = foreign.map(str.encode) | st.binary(max_size=6000)


def is_harmless(text: str) -> bool:
    return all((character.isprintable() or character in "\n\t") for character in text) and not any(
        line.lstrip().startswith("::") or any(order in line for order in ORDERS) for line in text.split("\n")
    )


@given(foreign)
@example("####[error]")
@example("\u2028::set-output")
@example("\u00a0::add-mask::x")
def test_plain_text_is_harmless(text: str) -> None:
    """Rows N08, G07."""
    assert is_harmless(plain(text))


@given(foreign)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=":#")))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@given(printed, st.booleans())
@example(b"x" * 4094 + b"::error::y", False)
def test_the_end_of_any_output_is_harmless_and_small(output: bytes, is_whole: bool) -> None:
    end = end_of(output, is_whole=is_whole)
    assert is_harmless(end)
    assert len(end.encode()) <= LARGEST_END


@given(printed)
def test_a_short_output_is_kept_whole(output: bytes) -> None:
    whole = plain(output.decode(errors="backslashreplace"))
    end = end_of(output, is_whole=True)
    assert end == whole or (end.startswith(CUT) and whole.endswith(end.removeprefix(CUT)))
    assert (end == whole) == (len(whole.encode()) <= LARGEST_END)


@given(st.text(st.characters(min_codepoint=0x800, categories=["Lo"]), min_size=4), st.integers(1, 2))
def test_a_torn_character_is_left_out(text: str, torn: int) -> None:
    assert end_of(text.encode()[torn:], is_whole=False) == CUT + plain(text[1:])


@given(foreign, st.integers(1, 40))
def test_brief_text_is_harmless_on_one_line_and_short(text: str, longest: int) -> None:
    """Row N08."""
    shown = brief(text, longest)
    assert is_harmless(shown)
    assert "\n" not in shown
    assert len(shown) <= longest


@given(st.text("ab ", max_size=30))
def test_what_is_brief_and_plain_stays_as_it_is(text: str) -> None:
    words = " ".join(text.split())
    assert brief(words, 30) == words
    assert brief(words + "a" * 31, 30) == (words + "a" * 31)[:29] + CUT
