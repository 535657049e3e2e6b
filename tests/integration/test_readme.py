"""The README is true: its walk-through is typed as it stands, and prints what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from returns.result import Success

from floe.shell.starter import begin

README = Path(__file__).parents[2] / "README.md"
PLACEHOLDERS = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:<digest>"),
    (re.compile(r"sha256:[0-9a-f]{12}"), "sha256:<short>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<fingerprint>"),
    (re.compile(r"\bkey, [0-9a-f]{12}\b"), "key, <fingerprint>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<trace>"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"), "<time>"),
    (re.compile(r"~\d+s"), "~<n>s"),
)


def sessions() -> list[tuple[str, str]]:
    """Each command of the walk-through, with what it prints."""
    blocks = re.findall(r"```console\n(.*?)```", README.read_text(), re.DOTALL)
    commands = [each for block in blocks for each in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, printed) for command, _, printed in (each.partition("\n") for each in commands)]


def told(text: str) -> str:
    for pattern, placeholder in PLACEHOLDERS:
        text = pattern.sub(placeholder, text)
    return text.strip()


def test_the_walk_through_prints_what_it_says(tmp_path: Path) -> None:
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "FLOE_OPERATOR": "ci@github.com",
        "LC_ALL": "C.UTF-8",
    }
    folder = tmp_path
    for command, printed in sessions():
        if command.startswith("cd "):
            folder /= command.removeprefix("cd ")
            continue
        finished = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert told(finished.stdout) == told(printed), command


def test_the_python_example_runs(tmp_path: Path) -> None:
    example = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)[0]
    assert Success(tmp_path) == begin(tmp_path).map(lambda _: tmp_path)
    finished = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert "version-not-found" in finished.stdout or "VersionNotFound" in finished.stdout


@pytest.mark.parametrize("name", ["LICENSE", "CONTRIBUTING.md", "docs/adr/README.md", "docs/exit-codes.md"])
def test_what_the_readme_links_to_is_there(name: str) -> None:
    assert f"({name})" in README.read_text()
    assert (README.parent / name).is_file()
