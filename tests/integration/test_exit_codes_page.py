"""docs/exit-codes.md says what floe/shell/exits.py does."""

from collections.abc import Iterator
from pathlib import Path

from floe.shell import exits

PAGE = Path(__file__).parents[2] / "docs" / "exit-codes.md"
# What is no refusal and no fault, each with the code it ends with.
OTHERS = {
    ("bug", exits.BUG),
    ("malformed", exits.USAGE),
    ("malformed", exits.INVALID),
    ("invalid-file", exits.INVALID),
    ("pending", exits.UNAVAILABLE),
    ("undelivered", exits.UNAVAILABLE),
    ("unfinished", exits.UNFINISHED),
    ("drifted", exits.DRIFTED),
    ("interrupted", exits.INTERRUPTED),
    ("interrupted", exits.TERMINATED),
}


def rows(columns: int) -> Iterator[list[str]]:
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == columns and not cells[0].startswith("-"):
            yield cells


def test_every_code_is_on_the_page() -> None:
    codes = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    assert {int(code) for code, _ in rows(2) if code != "code"} == codes


def test_every_word_is_on_the_page_with_its_code() -> None:
    """Row L09."""
    listed = [(word.strip("`"), int(code)) for word, code, _ in rows(3) if word != "`error.code`"]
    known = {*exits.REFUSALS.items(), *exits.FAULTS.items()}
    words = {(str(kind.__struct_config__.tag), code) for kind, code in known}
    assert set(listed) == words | {("not-built", code) for code in exits.NOT_BUILT.values()} | OTHERS
    assert len(listed) == len(set(listed))


def test_the_order_is_the_one_that_decides() -> None:
    assert ", ".join(map(str, exits.PROMOTING)) in PAGE.read_text()
