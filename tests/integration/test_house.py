"""What the house says of itself is true."""

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
