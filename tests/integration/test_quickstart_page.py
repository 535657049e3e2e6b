"""docs/quickstart.md is true: its files are written, its commands typed, and what they print is compared."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.integration.page.reader import Reader, told
from tests.integration.page.reading import File, Heading, pieces
from tests.integration.page.world import World, world
from tests.integration.reports.made import CVES, REFERENCE, spelled, trivy

PAGE: Final = Path(__file__).parents[2] / "docs" / "quickstart.md"
TRIVY: Final = """#!{python}
# A scanner that has found what is in its report.
import pathlib, sys
print(pathlib.Path(__file__).with_name("report.json").read_text().replace("{reference}", sys.argv[2]))
"""
PYTEST: Final = """#!/bin/sh
# Without the plugins of whoever runs this.
PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 exec {python} -m pytest "$@"
"""
FOUND: Final = {"CI/CD JSON Output": CVES[2:3], "Security Gate Configuration": CVES}  # by sections of the page


def test_every_line_of_the_page(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    home, servers = tmp_path / "home", tmp_path / "servers"
    for each in (home / "bin", home / "shop", servers):
        each.mkdir(parents=True)
    page, mended = PAGE.read_text(), []
    for name, text in (("trivy", TRIVY), ("pytest", PYTEST)):
        program = home / "bin" / name
        program.write_text(text.format(python=sys.executable, reference=REFERENCE))
        program.chmod(0o755)
    report = home / "bin" / "report.json"
    with world(servers) as around:
        around.sigstore.trust_config(home / "shop")
        reader = Reader(home / "shop", around, variables(home, around))
        for piece in pieces(page):
            match piece:
                case Heading(text=text):
                    report.write_bytes(spelled(trivy(*FOUND.get(text, ()))))
                case File():
                    reader.write(piece)
                case _:
                    printed = reader.type(piece)
                    if request.config.getoption("--rewrite"):
                        mended.append((piece.at, piece.printed, printed))
                    else:
                        assert told(printed) == told(piece.printed), piece.command
    if mended:
        PAGE.write_text(rewritten(page, mended))


def variables(home: Path, around: World) -> dict[str, str]:
    return {
        "PATH": f"{home / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        **around.variables(home),
    }


def rewritten(page: str, mended: list[tuple[int, str, str]]) -> str:
    """What is only new stays as it was."""
    for at, before, after in reversed(mended):
        if told(before) != told(after):
            page = page[:at] + after + page[at + len(before) :]
    return page
