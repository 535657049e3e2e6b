"""Gates as people meet them: the quickstart's custom gates with real commands, metrics, tests and governance."""

import os
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.integration.process import BARE, Answer, Bench, shown
from tests.integration.shop import Shop
from tests.servers.docker_registry import DockerRegistries

QUICKSTART: Final = """
    gate_commands:
      tests:
        command: "pytest tests/ --tb=short"
        timeout_seconds: 300
      security_scan:
        command: "trivy image ${ARTIFACT_REF}"
        timeout_seconds: 600
      cost_analysis:
        command: "./scripts/cost-check.sh ${ARTIFACT_DIGEST}"
        timeout_seconds: 60
      performance_baseline:
        command: "./scripts/perf-check.sh ${ARTIFACT_TAG}"
        timeout_seconds: 120
"""
ALL: Final = (
    "policy_compliance: true, tests: true, security_scan: true, cost_analysis: true, performance_baseline: true"
)
CUSTOM: Final = f"""
artifacts:
  registry: {{uri: "oci-layout://registry"}}
  promotion:
    environments:
      - {{name: dev}}
      - {{name: staging, gates: {{{ALL}}}}}
{QUICKSTART}"""
PROMOTE: Final = ("platform", "promote", "v1.0.0", "--from=dev", "--to=staging")
FAILING: Final = {
    "tests/test_api.py": "def test_endpoint():\n    raise AssertionError\n",
    "tests/test_config.py": "def test_validation():\n    raise ValueError\n",
}
MEASURED: Final = """
artifacts:
  registry: {uri: "oci-layout://registry"}
  promotion:
    gate_commands:
      tests: {command: "cat junit.xml", format: junit}
      cost_analysis: {command: "cat metrics.json", max: {cost: 500}, max_increase_percent: 10}
    environments: [{name: dev, gates: {tests: true, cost_analysis: true}}]
"""
GOVERNED: Final = """
governance:
  naming: {products: "[a-z]+", transforms: "(stg|fct)_[a-z]+"}
  required: {products: [description]}
  coverage: {transforms: {tests: 50}}
  policies: [{name: old, severity: warning, expression: "artifact.schema_version > 1", message: a newer schema}]
"""


class Yard(Bench):
    """A bench on whose PATH this very Python's programs are, and those of the project."""

    def environ(self, operator: str | None = "ci@example.com") -> dict[str, str]:  # type: ignore[explicit-override]
        own = (str(self.folder / "bin"), str(Path(sys.executable).parent))
        return {**super().environ(operator), "PATH": os.pathsep.join((*own, os.environ["PATH"]))}

    def script(self, name: str, text: str) -> None:
        self.write(name, f"#!/bin/sh\n{text}\n").chmod(0o755)


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """The quickstart's project: its tests pass, and its scripts look at what they are told."""
    for name in ("yard", "home"):
        (tmp_path / name).mkdir()
    made = Yard(tmp_path / "yard", tmp_path / "home", CUSTOM)
    made.write("tests/test_api.py", "def test_endpoint():\n    pass\n")
    made.script("bin/trivy", 'case "$1 $2" in "image registry@sha256:"*) echo none;; *) exit 2;; esac')
    made.script("scripts/cost-check.sh", 'case "$1" in sha256:*) ;; *) exit 2;; esac')
    made.script("scripts/perf-check.sh", 'test "$1" = v1.0.0')
    made.push("v1.0.0")
    made.promote("v1.0.0", "dev")
    return made


def told(answer: Answer) -> str:
    """What is on stderr but for lines of progress, which a slow machine brings forth."""
    return "".join(line for line in answer.stderr.splitlines(keepends=True) if not line.startswith("gate "))


def verdicts(answer: Answer) -> list[tuple[str, str]]:
    return [(each["gate"], each["status"]) for each in answer.document["gate_results"]]


def test_custom_gates_run_as_they_are_configured(yard: Yard) -> None:
    """Section Custom Gate Configuration."""
    answer = yard.floe(*PROMOTE)
    assert (answer.code, told(answer)) == (0, "")
    assert answer.stdout.splitlines()[:4] == [
        "Promoted v1.0.0 from dev to staging",
        "New tag: v1.0.0-staging",
        "Latest tag updated: latest-staging",
        "Gates passed: 5/5",
    ]


def test_a_gate_that_fails_says_why(yard: Yard) -> None:
    """Section Gate Failures."""
    for name, text in FAILING.items():
        yard.write(name, text)
    answer = yard.floe(*PROMOTE)
    lines = told(answer).splitlines()
    assert (answer.code, answer.stdout) == (8, "")
    assert lines[:4] == ["ERROR: Gate 'tests' failed", "Command: pytest tests/ --tb=short", "Exit code: 1", "Output:"]
    failed = [line for line in lines if line.startswith("  FAILED")]
    assert sorted(failed) == [
        "  FAILED tests/test_api.py::test_endpoint - AssertionError",
        "  FAILED tests/test_config.py::test_validation - ValueError",
    ]
    assert lines[-2:] == ["", "Fix tests and retry promotion."]
    assert all(line.startswith("  ") for line in lines[4:-2])
    document = yard.floe(*PROMOTE, "--output=json")
    assert (document.code, document.document["success"], document.document["error"]["exit_code"]) == (8, False, 8)
    assert verdicts(document) == [
        ("policy_compliance", "passed"),
        ("tests", "failed"),
        ("security_scan", "passed"),
        ("cost_analysis", "passed"),
        ("performance_baseline", "passed"),
    ]
    assert all(isinstance(each["duration_ms"], int) for each in document.document["gate_results"])
    assert "v1.0.0-staging" not in yard.tags()


def test_a_gate_without_a_command_fails_and_says_what_to_add(yard: Yard) -> None:
    yard.write("manifest.yaml", CUSTOM.replace(QUICKSTART, ""))
    answer = yard.inside(*PROMOTE)
    assert answer.code == 8
    assert answer.stderr.count("ERROR: Gate ") == 4


def measures(bench: Bench, cost: str, *cases: str) -> None:
    bench.write("metrics.json", f'{{"metrics": {{"cost": {cost}}}}}')
    parts = (case.partition(":") for case in cases)
    listed = "".join(f'<testcase classname="t" name="{name}">{inside}</testcase>' for name, _, inside in parts)
    bench.write("junit.xml", f'<testsuite tests="{len(cases)}">{listed}</testsuite>')


def into_dev(bench: Bench, version: str, *more: str) -> Answer:
    return bench.inside("platform", "promote", version, "--to=dev", *more)


def results(answer: Answer) -> dict[str, Any]:
    return {each["gate"]: each for each in answer.document["gate_results"]}


def test_measures_are_held_against_what_is_there_now(bench: Bench) -> None:
    bench.write("manifest.yaml", MEASURED)
    for version in ("v1.0.0", "v1.1.0"):
        bench.push(version, "f" + version[3])
    measures(bench, "400.5", "one", "two", "later:<skipped/>")
    first = into_dev(bench, "v1.0.0", "-o", "json")
    assert results(first)["cost_analysis"] | {"duration_ms": 0} == {
        "gate": "cost_analysis",
        "status": "passed",
        "duration_ms": 0,
        "metrics": {"cost": "400.5"},
        "note": "no baseline yet to compare with",
    }
    assert results(first)["tests"]["tests"] == {"ran": 2, "failed": 0, "skipped": 1}
    measures(bench, "440.6", "one", "two:<failure message='boom'/>")
    second = into_dev(bench, "v1.1.0")
    assert (second.code, second.stderr) == (
        8,
        """ERROR: Gate 'tests' failed
Command: cat junit.xml
Exit code: 0
1 of 2 tests failed
  - t::two - boom

Fix tests and retry promotion.

ERROR: Gate 'cost_analysis' failed
Command: cat metrics.json
Exit code: 0
Metrics not within their limits:
  - cost: was 400.5 (v1.0.0), is 440.6; allowed: 440.55 (max_increase_percent 10)

Fix cost_analysis and retry promotion.
""",
    )
    dry = into_dev(bench, "v1.1.0", "--dry-run", "--run-gates")
    assert dry.code == 8
    assert "BLOCKED: Cost analysis gate would fail" in dry.stdout
    measures(bench, "440.55", "one")
    assert into_dev(bench, "v1.1.0").code == 0
    bench.write("metrics.json", "{}")
    torn = into_dev(bench, "v1.0.0", "--force")
    assert (torn.code, "Report not accepted: it is no report of metrics" in torn.stderr) == (8, True)


def test_a_dry_run_shows_what_governance_would_not_let_pass(bench: Bench) -> None:
    bench.push("v1.0.0")
    bench.write("manifest.yaml", BARE + GOVERNED)
    dry = into_dev(bench, "v1.0.0", "--dry-run")
    assert dry.code == 8
    _, mark, blocked = shown(dry.stdout).partition("BLOCKED: ")
    assert (
        mark + blocked
        == """BLOCKED: Policy compliance gate would fail
  Violations:
    - naming.products (error) at product 'analytics-pipeline': found the name 'analytics-pipeline'; expected a name \
that matches [a-z]+
    - naming.products (error) at product 'reporting-dashboard': found the name 'reporting-dashboard'; expected a name \
that matches [a-z]+
    - naming.transforms (error) at product 'reporting-dashboard', transform 'report': found the name 'report'; \
expected a name that matches (stg|fct)_[a-z]+
    - required.products (error) at product 'analytics-pipeline': found no description; expected one
    - required.products (error) at product 'reporting-dashboard': found no description; expected one
    - coverage.transforms (error) at transforms: found 0 of 3 have tests (0 %); not: product 'analytics-pipeline', \
transform 'stg_events'; product 'analytics-pipeline', transform 'fct_events'; product 'reporting-dashboard', transform \
'report'; expected at least 50 %
    - old (warning) at governance.policies[old]: found false; expected a newer schema

  Fix the violations, push a new version and promote that.
"""
    )
    real = into_dev(bench, "v1.0.0")
    assert (real.code, real.stderr.splitlines()[0]) == (8, "ERROR: Gate 'policy_compliance' failed")
    assert set(bench.tags()) == {"v1.0.0"}


@pytest.mark.parametrize(
    ("expression", "code", "said"),
    [
        ("artifact.products.all(", 4, "manifest.yaml:5:68: governance.policies[0].expression: "),
        ("artifact.nothing == 1", 8, "the expression failed: there is no key 'nothing'"),
        ("1 + 1", 8, "the expression failed: it gives a int, not true or false"),
    ],
)
def test_an_expression_that_says_nothing_lets_nothing_pass(bench: Bench, expression: str, code: int, said: str) -> None:
    bench.push("v1.0.0")
    rule = f"{{name: odd, severity: warning, expression: '{expression}'}}"
    bench.write("manifest.yaml", f"{BARE}governance: {{policies: [{rule}]}}\n")
    answer = into_dev(bench, "v1.0.0")
    assert answer.code == code
    assert said in answer.stderr


def test_gates_judge_what_is_on_a_registry(tmp_path: Path, docker_registries: DockerRegistries) -> None:
    for name in ("shop", "home"):
        (tmp_path / name).mkdir()
    shop = Shop(tmp_path / "shop", tmp_path / "home", docker_registries["plain"])
    shop.write("manifest.yaml", MEASURED.replace("oci-layout://registry", f"oci://{shop.repository}"))
    for version in ("v1.0.0", "v1.1.0"):
        shop.publish(version)
    measures(shop, "100", "one")
    assert into_dev(shop, "v1.0.0").code == 0
    measures(shop, "111", "one")
    refused = shop.floe("platform", "promote", "v1.1.0", "--to=dev")
    assert refused.code == 8
    assert "  - cost: was 100 (v1.0.0), is 111; allowed: 110 (max_increase_percent 10)\n" in refused.stderr
    measures(shop, "110", "one")
    assert into_dev(shop, "v1.1.0").code == 0
    assert "v1.1.0-dev" in shop.tags()
