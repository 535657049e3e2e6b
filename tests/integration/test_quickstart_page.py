"""docs/quickstart.md is true: its files are written, its commands typed, and what they print is compared."""

import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.integration.page.reader import Reader, told
from tests.integration.page.reading import File, Heading, Typed, pieces
from tests.integration.page.world import World, world
from tests.integration.process import Bench
from tests.integration.reports.made import CVES, REFERENCE, spelled, trivy
from tests.manifests import QUICKSTART
from tests.servers import debian

PAGE: Final = Path(__file__).parents[2] / "docs" / "quickstart.md"
FOUND: Final = {"CI/CD JSON Output": CVES[2:3], "Security Gate Configuration": CVES}  # by trivy, in these sections
TRIVY: Final = """#!{python}
import pathlib, sys
print(pathlib.Path(__file__).with_name("report.json").read_text().replace("{reference}", sys.argv[2]))
"""
PYTEST: Final = """#!/bin/sh
# Without the plugins of whoever runs this.
PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 exec {python} -m pytest "$@"
"""
COMMANDS: Final = """
floe platform compile --spec floe.yaml --manifest manifest.yaml
floe artifact push -a target/compiled_artifacts.json -r oci://harbor.example.com/floe-platform -t v1.0.0
floe artifact sign -r oci://harbor.example.com/floe-platform -t v1.0.0
floe platform promote v1.0.0 --from=none --to=dev
floe platform status
floe platform promote v1.0.0 --from=dev --to=staging --dry-run
floe platform promote v1.0.0 --from=dev --to=staging
floe platform rollback v0.9.0 --env=staging --dry-run
floe platform rollback v0.9.0 --env=staging --reason="Performance regression"
floe platform status --env=prod --history=5
floe platform status --format=json | jq '.[] | select(.environment == "prod")'
floe platform lock --env=prod --reason="Incident #123 - Database migration"
floe platform promote v1.1.0 --from=staging --to=prod
floe platform unlock --env=prod --reason="Incident #123 resolved - migration complete"
floe platform promote v1.0.0 --from=dev --to=staging --output=json
floe platform promote v1.0.0 --from=staging --to=prod
floe platform promote v1.0.0 --from=staging --to=prod
floe platform promote v1.0.0 --from=staging --to=prod
floe platform promote v1.0.0 --from=dev --to=staging 2>&1
floe artifact verify -r oci://harbor.example.com/floe -t v1.0.0
floe artifact sign -r oci://harbor.example.com/floe -t v1.0.0
floe platform promote v1.0.0 --from=dev --to=staging
floe platform promote v1.0.0 --from=staging --to=prod
"""  # those of the quickstart that was asked for, in its order


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where there are programs that gates need, and an empty folder to begin in."""
    home = tmp_path / "home"
    for each in (home / "bin", home / "shop"):
        each.mkdir(parents=True)
    for name, text in (("trivy", TRIVY), ("pytest", PYTEST)):
        program = home / "bin" / name
        program.write_text(text.format(python=sys.executable, reference=REFERENCE))
        program.chmod(0o755)
    jq = debian.find("jq")
    if jq is None:
        pytest.skip(debian.why_missing("jq"))
    (home / "bin" / "jq").symlink_to(jq)
    return home


@pytest.fixture
def around(home: Path, tmp_path: Path) -> Iterator[World]:
    (tmp_path / "servers").mkdir()
    with world(tmp_path / "servers") as around:
        around.sigstore.trust_config(home / "shop")
        yield around


@pytest.mark.parametrize("shell", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["within", "typed"])
def test_every_command_prints_what_the_page_says(
    home: Path, around: World, request: pytest.FixtureRequest, *, shell: bool
) -> None:
    page, printed, rewrites = PAGE.read_text(), [], request.config.getoption("--rewrite")
    reader = Reader(home / "shop", around, variables(home, around), shell=shell)
    for piece in pieces(page):
        match piece:
            case Heading(text=text):
                (home / "bin" / "report.json").write_bytes(spelled(trivy(*FOUND.get(text, ()))))
            case File():
                reader.write(piece)
            case Typed():
                printed.append((piece, reader.type(piece)))
                assert rewrites or told(printed[-1][1]) == told(piece.printed), piece.command
    if rewrites:
        PAGE.write_text(rewritten(page, printed))
    assert len(around.cloud.asked()) > len(around.harbors), "each harbor let in whom Amazon vouched for"
    slack, pagerduty = around.receivers.values()
    assert ["text" in json.loads(each.body) for each in slack.heard] == [True] * 3
    assert [json.loads(each.body)["event_type"] for each in pagerduty.heard] == ["rollback"]
    assert pagerduty.heard[0].headers["authorization"] == "Token secret"


def variables(home: Path, around: World) -> dict[str, str]:
    return {
        "PATH": f"{home / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        **around.variables(home),
    }


def rewritten(page: str, printed: list[tuple[Typed, str]]) -> str:
    """The page with what was printed; what is merely new stays as it was."""
    for typed, after in reversed(printed):
        if told(after) != told(typed.printed):
            page = page[: typed.at] + after + page[typed.at + len(typed.printed) :]
    return page


def manifests() -> list[str]:
    return [piece.text for piece in pieces(PAGE.read_text()) if isinstance(piece, File) and piece.name == MANIFEST]


MANIFEST: Final = "manifest.yaml"


def test_the_manifests_are_those_of_the_quickstart_and_more_lines() -> None:
    added = 0
    for file in QUICKSTART:
        wanted = [line for line in file.read_text().splitlines() if line]
        (page,) = [text for text in manifests() if text.splitlines()[0] == wanted[0]]
        lines = iter(page.splitlines())
        assert [line for line in wanted if line not in lines] == [], file.name
        added += len([line for line in page.splitlines() if line]) - len(wanted)
    assert len(manifests()) == len(QUICKSTART)
    assert added < 60


def test_the_manifests_can_be_read_with_and_without_those_lines(bench: Bench) -> None:
    """Here with the hosts that stand in them."""
    for text in manifests():
        bench.write(MANIFEST, text)
        assert bench.inside("platform", "check").code == 0
    for file in QUICKSTART:
        told = bench.inside("platform", "check", "-m", str(file))
        assert told.code == 0 or told.stderr.startswith("ERROR: the manifest can be read and cannot work\n")


def test_the_commands_are_those_of_the_quickstart_in_its_order() -> None:
    typed = iter([piece.command for piece in pieces(PAGE.read_text()) if isinstance(piece, Typed)])
    assert [each for each in COMMANDS.strip().splitlines() if each not in typed] == []


def test_the_job_promotes_as_the_commands_after_it() -> None:
    (text,) = re.findall(r"```yaml\n(# GitHub Actions example\n.*?)```", PAGE.read_text(), re.DOTALL)
    scripts = [step["run"] for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"] if "run" in step]
    typed = [shlex.split(piece.command) for piece in pieces(PAGE.read_text()) if isinstance(piece, Typed)]
    for script in scripts:
        line = script.replace("\\\n", "").replace("${{ github.event.inputs.version }}", "v1.1.0")
        assert shlex.split(line) in typed
