"""floe as a process in a folder of its own; and through the library, where the process is not the point."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import anyio
from returns.result import Result

from floe.core.names import Tag
from floe.core.operator import Operator
from floe.effects.drive import Carried
from floe.effects.publish import push
from floe.effects.registry.folder import LayoutRegistry
from floe.shell import api, manifest, wiring
from floe.shell.cli import app
from floe.shell.compiling import compile_files
from floe.shell.session import Session
from floe.shell.settings import Surroundings
from floe.shell.trace import trace

T = TypeVar("T")

OPERATOR: Final = "ci@example.com"
URI: Final = "oci-layout://registry"
FLOE: Final = (sys.executable, "-m", "floe")
PROMOTER: Final = Path(__file__).with_name("promoter.py")
TIMEOUT: Final = 120.0  # seconds; what takes that long has hung

PLAIN: Final = """
artifacts:
  registry: {uri: "oci-layout://registry"}
  promotion:
    gate_commands:
      tests: {command: "test ! -f broken", timeout_seconds: 60}
      security_scan: {command: ["true"], timeout_seconds: 60}
    environments:
      - {name: dev, gates: {policy_compliance: true}}
      - {name: staging, gates: {policy_compliance: true, tests: true, security_scan: true}}
      - {name: prod, gates: {policy_compliance: true, tests: true, security_scan: true}}
"""
BARE: Final = """
artifacts:
  registry: {uri: "oci-layout://registry"}
  promotion: {environments: [{name: dev}, {name: staging}, {name: prod}]}
"""
SPEC: Final = """
apiVersion: floe.dev/v1
kind: FloeSpec
metadata: {{name: analytics-pipeline, version: "{version}", owner: data@example.com}}
transforms: [{{name: stg_events}}, {{name: fct_events, dependsOn: [stg_events]}}]
output_ports:
  - name: config
    fields: [{fields}]
"""
REPORTING: Final = """
apiVersion: floe.dev/v1
kind: FloeSpec
metadata: {name: reporting-dashboard, version: "1.0.0", owner: bi@example.com}
transforms: [{name: report}]
input_ports: [{name: settings, product: analytics-pipeline, port: config}]
output_ports: [{name: dashboard, fields: [{name: id, type: string}]}]
"""


class Answer(NamedTuple):
    """What a process answered."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        return json.loads(self.stdout)


class Bench:
    """A folder with a manifest, and a registry folder that the first push makes."""

    def __init__(self, folder: Path, home: Path, text: str = PLAIN) -> None:
        self.folder = folder
        self.home = home
        self.write("manifest.yaml", text)

    @property
    def registry(self) -> Path:
        return self.folder / "registry"

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def environ(self, operator: str | None = OPERATOR) -> dict[str, str]:
        """As little as a process needs: nobody's name, no git identity, no colour."""
        named = {} if operator is None else {"FLOE_OPERATOR": operator}
        nobody = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CEILING_DIRECTORIES": "/"}
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "NO_COLOR": "1", "LANG": "C.UTF-8"} | nobody | named

    def start(
        self, *arguments: str, operator: str | None = OPERATOR, program: Sequence[str] = FLOE
    ) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*program, *arguments],
            cwd=self.folder,
            env=self.environ(operator),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def floe(self, *arguments: str, operator: str | None = OPERATOR, program: Sequence[str] = FLOE) -> Answer:
        return discreet(ended(self.start(*arguments, operator=operator, program=program)))

    def inside(self, *arguments: str, operator: str | None = OPERATOR) -> Answer:
        """The same command line within this process, ten times sooner: where processes are not the point."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.chdir(self.folder), redirect_stdout(out), redirect_stderr(err), only(self.environ(operator)):
            try:
                app(list(arguments), prog_name="floe")
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0
            else:
                raise AssertionError("a command ends with an exit code")
        return discreet(Answer(code, out.getvalue(), err.getvalue()))

    def platform(self, *arguments: str, operator: str | None = OPERATOR) -> Answer:
        return self.floe("platform", *arguments, operator=operator)

    def compile(self, version: str, *fields: str) -> Path:
        """The compiled document of a version; its bytes differ from those of every other version."""
        written = ", ".join(f"{{name: {name}, type: string}}" for name in ("id", *fields))
        spec = self.write("floe.yaml", SPEC.format(version=version, fields=written))
        reporting = self.write("reporting.yaml", REPORTING)
        out = self.folder / "target" / "compiled_artifacts.json"
        return compile_files((spec, reporting), out, manifest=self.folder / "manifest.yaml").unwrap().path

    def push(self, version: str, *fields: str) -> str:
        """A version in the registry; its digest."""
        registry = LayoutRegistry(self.registry, "registry")
        return run(lambda: push(registry, self.compile(version, *fields), Tag(version))).unwrap().digest

    def session(self, operator: str = OPERATOR) -> Session:
        loaded = manifest.load(self.folder / "manifest.yaml", {}).unwrap()
        world = wiring.world(loaded.settings, loaded.policy.governance, Surroundings(variables=self.environ())).unwrap()
        return Session(
            policy=loaded.policy,
            world=world,
            operator=Operator(name=operator, assurance="unverified"),
            trace=trace(None, world.entropy),
            settings=loaded.settings,
        )

    def promote(self, version: str, *environments: str, operator: str = OPERATOR) -> None:
        """A version in each of these environments, one after the other."""
        for name in environments:
            carried = run(partial(api.promote, self.session(operator), version, to=name))
            assert done(carried).receipt.fault is None

    def tags(self) -> dict[str, str]:
        return {str(tag): str(digest) for tag, digest in LayoutRegistry(self.registry).layout.index().digests.items()}


@contextmanager
def only(environ: dict[str, str]) -> Iterator[None]:
    """Within this block, the environment is this and nothing else."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def ended(process: "subprocess.Popen[str]", within: float = TIMEOUT) -> Answer:
    try:
        stdout, stderr = process.communicate(timeout=within)
    finally:
        process.kill()
    return Answer(process.returncode, stdout, stderr)


def discreet(answer: Answer) -> Answer:
    """Row A08: whatever tests plant as a secret begins with `canary`, and no answer of any test shows it."""
    assert "canary" not in answer.stdout, answer.stdout
    assert "canary" not in answer.stderr, answer.stderr
    return answer


def race(bench: Bench, environment: str, shares: Sequence[Sequence[str]], within: float = TIMEOUT) -> list[Answer]:
    """What processes answer that each promote their share of versions, and all start at the same moment."""
    running = [
        subprocess.Popen(
            [sys.executable, str(PROMOTER), str(bench.folder / "manifest.yaml"), environment, *share],
            cwd=bench.folder,
            env=bench.environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for share in shares
    ]
    for each in running:
        assert each.stdin is not None
        each.stdin.close()  # they start
        each.stdin = None
    return [ended(each, within) for each in running]


def run(call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return anyio.run(call)


def done(outcome: Result[Carried, Any]) -> Carried:
    return outcome.unwrap()


def tree(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything in a folder: mode, time of the last change, and bytes."""
    found = {str(each.relative_to(folder)): each for each in (folder, *folder.rglob("*"))}
    return {
        name: (each.stat().st_mode, each.stat().st_mtime_ns, each.read_bytes() if each.is_file() else b"")
        for name, each in found.items()
    }


SHOWN: Final = (
    (r"sha256:[0-9a-f]{64}", "sha256:<64>"),
    (r"sha256:[0-9a-f]{12}\b", "sha256:abcdef012345"),
    (r"\b20\d\d-\d\d-\d\d \d\d:\d\d\b", "2026-01-15 10:30"),
    (r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-15T10:30:00Z"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", "<uuid>"),
    (r"\b[0-9a-f]{32}\b", "<trace>"),
    (r'"duration_ms": \d+', '"duration_ms": 0'),
    (r"~\d+s", "~0s"),
)


def shown(text: str) -> str:
    """What was printed, with the same word for whatever is new in every run; columns stay where they are."""
    for pattern, word in SHOWN:
        text = re.sub(pattern, word, text)
    return text
