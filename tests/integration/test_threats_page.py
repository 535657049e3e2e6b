"""docs/threats.md is whole, and what it says is built is tested by its number."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
FAMILIES: Final = {"I": 21, "R": 23, "A": 14, "G": 12, "V": 11, "W": 10, "N": 11, "L": 11, "H": 10}
VERDICTS: Final = ("in", "changed", "out")
STATES: Final = ("built", "partly", "documented", "not yet", "-")
NUMBER: Final = re.compile(r"(?<![a-z0-9])([irgavwnlh])([0-9]{2})(?![a-z0-9])", re.IGNORECASE)
VARIABLES: Final = {"FLOE_MANIFEST", "FLOE_OPERATOR", "FLOE_IDENTITY_TOKEN", "FLOE_SIGNING_PASSWORD"}
FOR_GATES: Final = {"FLOE_ENVIRONMENT"}  # what floe tells others


class Row(NamedTuple):
    number: str
    threat: str
    verdict: str
    answer: str
    state: str


def rows() -> Iterator[Row]:
    for line in (ROOT / "docs" / "threats.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if re.match(r"\| [A-Z][0-9]{2} \|", line):
            yield Row(*cells)


def numbers_tested() -> set[str]:
    """Every number in the name or the docstring of a test, or in the docstring of a file of tests."""
    found: set[str] = set()
    for file in (ROOT / "tests").rglob("*.py"):
        module = ast.parse(file.read_text())
        functions = [each for each in ast.walk(module) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
        tests = [each for each in functions if each.name.startswith("test_")]
        names = [each.name.replace("_", " ") for each in tests]
        texts = [ast.get_docstring(each) or "" for each in (*tests, module)] if tests else []
        found |= {f"{letter.upper()}{digits}" for text in (*names, *texts) for letter, digits in NUMBER.findall(text)}
    return found


def test_every_row_is_there_once_with_its_verdict() -> None:
    listed = [row.number for row in rows()]
    assert listed == [f"{family}{number:02d}" for family, last in FAMILIES.items() for number in range(1, last + 1)]
    assert len(listed) == 123
    assert {row.verdict for row in rows()} == set(VERDICTS)
    assert {row.state for row in rows()} <= set(STATES)
    assert all((row.state == "-") == (row.verdict == "out") for row in rows())
    assert all(row.threat and row.answer for row in rows())


def test_what_is_built_is_tested_by_its_number() -> None:
    known = numbers_tested()
    assert [row.number for row in rows() if row.state == "built" and row.number not in known] == []


def test_n10_no_variable_makes_floe_less_safe() -> None:
    """Every variable of floe's own is known here, and none of them turns anything off."""
    sources = "".join(file.read_text() for file in (ROOT / "floe").rglob("*.py"))
    assert set(re.findall(r"\bFLOE_[A-Z_]+\b", sources)) == VARIABLES | FOR_GATES


def test_r14_nothing_in_floe_asks_a_registry_to_delete() -> None:
    for file in (ROOT / "floe").rglob("*.py"):
        assert '"DELETE"' not in file.read_text(), file
        assert ".delete(" not in file.read_text(), file
