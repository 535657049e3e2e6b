"""What the house says of itself is true."""

import tomllib
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_ci_runs_the_second_command_of_the_readme() -> None:
    first, second, *_ = [
        line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("python3 -m venv")
    ]
    assert first.endswith("floe demo")
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == second


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text()
    missing = [file.name for file in folder.glob("0*.md") if f"({file.name})" not in index]
    assert missing == []


def test_h08_what_sigstore_brings_along_is_new_enough() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert any(each.startswith("pyjwt>=2.13") for each in declared)
    assert tuple(map(int, version("pyjwt").split(".")[:2])) >= (2, 13)
