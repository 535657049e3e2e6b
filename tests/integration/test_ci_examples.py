"""The examples for CI are true: they fit the published schemas, and every script in them does what it should."""

import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import yaml

from tests.integration.process import PLAIN, Bench
from tests.servers import debian

ROOT: Final = Path(__file__).parents[2]
GITHUB: Final = ROOT / "examples" / "github-actions"
PROMOTE, WITH_ACTION, ACTION = GITHUB / "promote.yml", GITHUB / "with-the-action.yml", ROOT / "action.yml"
GITLAB: Final = ROOT / "examples" / "gitlab-ci" / ".gitlab-ci.yml"
BIN: Final = Path(sys.executable).parent
FLOE_WHEEL: Final = "floe-0-py3-none-any.whl"
GUARDED: Final = PLAIN.replace("{name: staging,", "{name: staging, authorization: {allowed_groups: [nobody]},")
OUTCOMES: Final = {0: "Promotion succeeded", 8: "Gate failure", 12: "Authorization failed", 13: "Environment locked"}


class Ended(NamedTuple):
    code: int
    printed: str
    outputs: dict[str, str]
    summary: str


class Runner:
    """A machine of a CI service, as far as scripts can tell."""

    def __init__(self, bench: Bench, temporary: Path, wheel: Path) -> None:
        self.bench, self.temporary, self.wheel = bench, temporary, wheel
        temporary.mkdir()

    def run(self, script: str, variables: Mapping[str, str], *, shell: str = "bash") -> Ended:
        """Run a script as GitHub does: `-e` and `pipefail`, with files for what it has to say."""
        files = {name: self.temporary / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH")}
        for file in files.values():
            file.write_text("")
        program = self.temporary / "script.sh"
        program.write_text(script)
        finished = subprocess.run(
            [shell, "--noprofile", "--norc", "-eo", "pipefail", str(program)],
            cwd=self.bench.folder,
            env=self._environ(files) | dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        return Ended(finished.returncode, finished.stdout, outputs, files["GITHUB_STEP_SUMMARY"].read_text())

    def plainly(self, script: str) -> str:
        """What a script prints on a terminal, where nothing ends it early."""
        command = ["bash", "-c", script]
        finished = subprocess.run(
            command, cwd=self.bench.folder, env=self._environ({}), capture_output=True, text=True, check=False
        )
        return finished.stdout

    def _environ(self, files: Mapping[str, Path]) -> dict[str, str]:
        return {
            **self.bench.environ(),
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temporary),
            "FLOE": str(self.wheel),
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            **{name: str(file) for name, file in files.items()},
        }


@pytest.fixture
def runner(bench: Bench, tmp_path: Path) -> Runner:
    if debian.find("jq") is None:
        pytest.skip(debian.why_missing("jq"))
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev")
    return Runner(bench, tmp_path / "runner", wheel(tmp_path))


def wheel(folder: Path) -> Path:
    """A wheel whose one program is the floe that is under test."""
    file, facts = folder / FLOE_WHEEL, "floe-0.dist-info"
    program = zipfile.ZipInfo("floe-0.data/scripts/floe")
    program.external_attr = (stat.S_IFREG | 0o755) << 16
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(program, f'#!/bin/sh\nexec {sys.executable} -m floe "$@"\n')
        archive.writestr(f"{facts}/METADATA", "Metadata-Version: 2.1\nName: floe\nVersion: 0\n")
        archive.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{facts}/RECORD", "")
    return file


def read(file: Path) -> Any:
    return yaml.load(file.read_text(), Loader=yaml.BaseLoader)  # `on` is a key, not a truth


def steps(file: Path, job: str) -> dict[str, dict[str, Any]]:
    """The scripts of a job, by name."""
    return {step["name"]: step for step in read(file)["jobs"][job]["steps"] if "run" in step}


def action() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(ACTION)["runs"]["steps"]
    return found


def filled(env: Mapping[str, str], **values: str) -> dict[str, str]:
    """The environment of a step, once the service has worked out its expressions."""
    return {name: re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: values[found[1]], text) for name, text in env.items()}


def shells(page: str) -> list[str]:
    return re.findall(r"```bash\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("github-workflows", PROMOTE),
        ("github-workflows", WITH_ACTION),
        ("github-actions", ACTION),
        ("gitlab-ci", GITLAB),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_an_example_fits_the_published_schema(schema: str, file: Path) -> None:
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", f"vendor.{schema}", str(file)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout


def test_no_script_has_an_expression_pasted_into_it() -> None:
    scripts = [
        step["run"]
        for file in (PROMOTE, WITH_ACTION)
        for job in read(file)["jobs"].values()
        for step in job["steps"]
        if "run" in step
    ]
    for script in (*scripts, *(step["run"] for step in action())):
        assert "${{" not in script


@pytest.mark.parametrize("file", [PROMOTE, WITH_ACTION], ids=lambda file: file.name)
def test_jobs_may_prove_who_they_are_and_nothing_more(file: Path) -> None:
    workflow = read(file)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert job["permissions"] == {"contents": "read", "id-token": "write"}
        assert job["concurrency"] == {
            "group": f"floe-{name.removeprefix('promote-to-')}",
            "cancel-in-progress": "false",
        }
    assert read(GITLAB)[".promote"]["id_tokens"] == {"FLOE_ID_TOKEN": {"aud": "floe"}}


def test_the_workflow_promotes_to_staging_and_then_to_prod(runner: Runner) -> None:
    staging, prod = steps(PROMOTE, "promote-to-staging"), steps(PROMOTE, "promote-to-prod")
    assert staging["Install floe"] == prod["Install floe"]
    installed = runner.run(
        staging["Install floe"]["run"], filled(staging["Install floe"]["env"], **{"vars.FLOE": str(runner.wheel)})
    )
    assert installed.code == 0, installed.printed
    added = (runner.temporary / "GITHUB_PATH").read_text().strip()
    path = {"PATH": f"{added}:{os.environ['PATH']}", "VERSION": "v1.0.0"}
    promoted = runner.run(staging["Promote to Staging"]["run"], path)
    assert (promoted.code, promoted.printed) == (0, "::notice::Promoted to staging\n")
    document = json.loads((runner.bench.folder / "promotion.json").read_text())
    assert promoted.outputs == {
        "exit_code": "0",
        "promotion_id": document["promotion_id"],
        "digest": document["artifact_digest"],
    }
    assert promoted.summary.startswith(r"### Promoted v1\.0\.0 from dev to staging" + "\n")
    assert "| tests | passed |" in promoted.summary
    again = runner.run(staging["Promote to Staging"]["run"], path)
    assert (again.code, again.outputs) == (0, promoted.outputs)
    done = runner.run(prod["Promote to Production"]["run"], path)
    assert done.printed.startswith("Promoted v1.0.0 from staging to prod\n")
    assert runner.run(prod["Promote to Production"]["run"], path).code == 0


@pytest.mark.parametrize(
    ("code", "told"), [(8, "A gate said no"), (12, "Not allowed"), (13, "The environment is locked")]
)
def test_the_workflow_tells_why_not_and_ends_as_floe_does(code: int, told: str, runner: Runner) -> None:
    hinder(runner.bench, code)
    ended = runner.run(steps(PROMOTE, "promote-to-staging")["Promote to Staging"]["run"], {"VERSION": "v1.0.0"})
    assert (ended.code, ended.outputs["exit_code"]) == (code, str(code))
    assert ended.printed.endswith(f"::error::{told}\n")
    assert f"(exit code {code})" in ended.summary.splitlines()[0]


@pytest.mark.parametrize("version", ['v1"; touch owned; echo "$(touch owned)', "--help"])
def test_what_somebody_types_as_version_is_neither_run_nor_an_option(version: str, runner: Runner) -> None:
    gitlab = {"VERSION": version, "FROM": "dev", "TO": "staging"}
    promote = {name.upper().replace("-", "_"): each.get("default", "") for name, each in read(ACTION)["inputs"].items()}
    binaries = runner.temporary / "floe"
    binaries.mkdir()
    (binaries / "bin").symlink_to(BIN)
    for script, variables in (
        (steps(PROMOTE, "promote-to-staging")["Promote to Staging"]["run"], gitlab),
        (steps(PROMOTE, "promote-to-prod")["Promote to Production"]["run"], gitlab),
        ("\n".join(read(GITLAB)[".promote"]["script"]), gitlab),
        (action()[1]["run"], promote | gitlab),
    ):
        ended = runner.run(script, variables)
        assert ended.code == 2, ended.printed
    assert not (runner.bench.folder / "owned").exists()


def test_the_action_promotes_and_has_outputs(runner: Runner) -> None:
    install, promote = action()
    defaults = {f"inputs.{name}": given.get("default", "") for name, given in read(ACTION)["inputs"].items()}
    given = defaults | {"inputs.package": str(runner.wheel), "inputs.version": "v1.0.0", "inputs.to": "staging"}
    assert runner.run(install["run"], filled(install["env"], **given)).code == 0
    dry = runner.run(promote["run"], filled(promote["env"], **{**given, "inputs.dry-run": "true"}))
    assert (dry.code, dry.outputs["promotion_id"]) == (0, "")
    ended = runner.run(promote["run"], filled(promote["env"], **{**given, "inputs.from": "dev"}))
    assert (ended.code, ended.printed) == (0, "")
    assert set(ended.outputs) == set(read(ACTION)["outputs"])
    assert ended.outputs["digest"] == runner.bench.tags()["v1.0.0-staging"]
    assert len(ended.outputs["trace_id"]) == 32
    runner.bench.write("broken", "")
    failed = runner.run(promote["run"], filled(promote["env"], **{**given, "inputs.to": "prod"}))
    assert (failed.code, failed.outputs["exit_code"], failed.outputs["promotion_id"]) == (8, "8", "")


def test_what_follows_the_action_is_told_of_its_outputs(runner: Runner) -> None:
    step = steps(WITH_ACTION, "promote-to-staging")["Say what was promoted"]
    given = {"steps.promote.outputs.exit_code": "0", "steps.promote.outputs.digest": "sha256:1"}
    assert runner.run(step["run"], filled(step["env"], **given)).printed == "exit code 0, digest sha256:1\n"


def test_the_gitlab_job_promotes(runner: Runner) -> None:
    job = read(GITLAB)[".promote"]
    staging, prod = (read(GITLAB)[f"promote-to-{name}"]["variables"] for name in ("staging", "prod"))
    whole = "\n".join((*job["before_script"], *job["script"]))
    assert runner.run(whole, {"VERSION": "v1.0.0", **staging}).printed == "Promoted to staging\n"
    assert runner.run("\n".join(job["script"]), {"VERSION": "v1.0.0", **prod}).printed == "Promoted to prod\n"


@pytest.mark.parametrize("code", OUTCOMES)
def test_the_documented_shell_lines_tell_exit_codes_apart(code: int, runner: Runner) -> None:
    hinder(runner.bench, code)
    printed = runner.plainly(shells("ci.md")[0])
    document, _, told = printed.rpartition("}\n")
    assert told == f"{OUTCOMES[code]}\n"
    assert json.loads(f"{document}}}")["success"] == (code == 0)


def test_the_documented_jq_line_finds_an_environment(runner: Runner) -> None:
    runner.bench.promote("v1.0.0", "staging", "prod")
    assert json.loads(runner.plainly(shells("ci.md")[1]))["version"] == "v1.0.0"


def hinder(bench: Bench, code: int) -> None:
    """See to it that a promotion to staging ends with this code."""
    if code == 8:
        bench.write("broken", "")
    elif code == 12:
        bench.write("manifest.yaml", GUARDED)
    elif code == 13:
        assert bench.inside("platform", "lock", "--env=staging", "--reason=Incident").code == 0
