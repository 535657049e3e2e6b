"""Whole stories, word for word: `scenarios/*.txt` hold commands and what they print.

`$` is a command; `%` is something that happens (see stage.py); `#` is told to the reader. `pytest --rewrite` writes
down what is printed now: read the difference before you keep it.
"""

from pathlib import Path

import pytest

from tests.integration.process import Bench
from tests.integration.stage import MANIFESTS, Stage

SCENARIOS = sorted(MANIFESTS.glob("*.txt"))
SIGNS = ("$ ", "% ", "# ")


@pytest.fixture
def stage(bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Stage:
    monkeypatch.chdir(bench.folder)
    for name in ("FLOE_MANIFEST", "FLOE_IDENTITY_TOKEN", "TRACEPARENT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in bench.environ().items():
        monkeypatch.setenv(name, value)
    return Stage(bench, capsys)


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_story_is_told_word_for_word(file: Path, stage: Stage, request: pytest.FixtureRequest) -> None:
    written = file.read_text()
    played = "".join(told(line, stage) for line in written.splitlines() if line.startswith(SIGNS))
    if request.config.getoption("--rewrite"):
        file.write_text(played)
        return
    assert played == written


def told(line: str, stage: Stage) -> str:
    return f"{line}\n{'' if line.startswith('# ') else stage.play(line)}"
