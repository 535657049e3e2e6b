"""The quickstart's Security Gate Configuration, with a scanner on PATH: rows V01, V03 and G08 as a user meets them."""

import json
import stat
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

import pytest

import floe
from floe.core.artifact import DOCKER_MANIFEST
from floe.core.canonical import digest_of
from floe.core.names import Digest
from floe.core.scan import Scanned
from tests.integration.process import Answer, Bench, run
from tests.integration.reports.made import BAD, CVES, MILD, Json, grype, sarif, spelled, trivy
from tests.integration.shop import Shop
from tests.servers.docker_registry import DockerRegistries

ENVIRONMENTS: Final = """
artifacts:
  registry: {{uri: "{uri}", auth: {{type: anonymous}}}}
  promotion:
    environments:
      - name: dev
      - name: prod
        gates:
          security_scan:
"""
QUICKSTART: Final = """
            command: "trivy image ${ARTIFACT_REF} --format json"
            block_on_severity: [CRITICAL, HIGH]
            ignore_unfixed: true
            timeout_seconds: 600
"""
# A scanner like the real one: what it prints depends on its options, and on TRIVY_FORMAT where there are none.
TRIVY: Final = """#!{python}
import os, pathlib, sys
form = sys.argv[sys.argv.index("--format") + 1] if "--format" in sys.argv else os.environ.get("TRIVY_FORMAT", "table")
print("INFO Vulnerability scanning is enabled", file=sys.stderr)
report = pathlib.Path(__file__).with_name("report.json").read_text().replace("@REF@", sys.argv[2])
print(report if form == "json" else "a table", end="\\n" if report else "")
sys.exit(int(pathlib.Path(__file__).with_name("code").read_text()))
"""
BLOCK: Final = """ERROR: Gate 'security_scan' failed
Blocking vulnerabilities found:
  - CVE-2024-1234 (HIGH): libssl 1.1.1 - Remote code execution
  - CVE-2024-5678 (CRITICAL): curl 7.88 - Buffer overflow

Total vulnerabilities: 15
  CRITICAL: 1
  HIGH: 1
  MEDIUM: 8 (not blocking)
  LOW: 5 (not blocking)

Ignored (unfixed): 3

Fix blocking vulnerabilities and retry.
"""


class Scanner:
    """A bench with `trivy` on PATH, which prints what it is given."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.folder = bench.home / "bin"
        self.folder.mkdir()
        program = self.folder / "trivy"
        program.write_text(TRIVY.format(python=sys.executable))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.prints(spelled(trivy()))

    def prints(self, report: bytes | Json, code: int = 0) -> None:
        content = report if isinstance(report, bytes) else spelled(report)
        (self.folder / "report.json").write_bytes(content)
        (self.folder / "code").write_text(str(code))

    def gate(self, text: str, uri: str = "oci-layout://registry") -> None:
        self.bench.write("manifest.yaml", ENVIRONMENTS.format(uri=uri) + text)

    def promote(self, *arguments: str) -> Answer:
        return self.bench.inside("platform", "promote", "v1.0.0", "--from=dev", "--to=prod", *arguments)


def on_path(bench: Bench, environ: dict[str, str]) -> dict[str, str]:
    return {**environ, "PATH": f"{bench.home / 'bin'}:{environ['PATH']}"}


class Scanning(Bench):
    def environ(self, operator: str | None = "ci@example.com") -> dict[str, str]:  # type: ignore[explicit-override]
        return on_path(self, super().environ(operator))


@pytest.fixture
def scanner(bench: Bench) -> Scanner:
    """A version in dev, which prod does not take without a scan."""
    made = Scanner(Scanning(bench.folder, bench.home))
    made.gate(QUICKSTART)
    made.bench.push("v1.0.0")
    made.bench.promote("v1.0.0", "dev")
    return made


def test_the_security_gate_of_the_quickstart_blocks_as_shown(scanner: Scanner) -> None:
    scanner.prints(trivy(*CVES))
    before = scanner.bench.tags()
    answer = scanner.bench.platform("promote", "v1.0.0", "--from=dev", "--to=prod")
    assert (answer.code, answer.stdout) == (8, "")
    assert answer.stderr == BLOCK
    assert scanner.bench.tags() == before


def test_a_promotion_with_findings_below_the_threshold_warns_and_lists_them(scanner: Scanner) -> None:
    scanner.prints(trivy(*CVES[2:]))
    answer = scanner.promote("--output=json")
    assert answer.code == 0
    document = answer.document
    policy, scan = document["gate_results"]
    assert list(policy) == ["gate", "status", "duration_ms"]
    assert list(scan) == ["gate", "status", "duration_ms", "scan"]
    assert (scan["gate"], scan["status"]) == ("security_scan", "warning")
    found = scan["scan"]
    assert (found["total"], found["ignored_unfixed"], found["blocking"]) == (13, 3, [])
    assert found["severities"] == {"MEDIUM": 8, "LOW": 5}
    assert found["allowed"][0]["id"] == "CVE-2023-1000"
    assert "Gate 'security_scan': CVE-2023-1000 (MEDIUM): zlib 7.88 - Buffer overflow" in document["warnings"]
    assert answer.stderr.count("WARNING: Gate 'security_scan'") == 13


def test_a_refusal_lists_what_blocks_for_programs_too(scanner: Scanner) -> None:
    scanner.prints(trivy(*CVES))
    document = scanner.promote("--output=json").document
    assert (document["error"]["code"], document["error"]["exit_code"]) == ("gate-failed", 8)
    scan = document["gate_results"][-1]
    assert scan["status"] == "failed"
    assert [each["id"] for each in scan["scan"]["blocking"]] == ["CVE-2024-1234", "CVE-2024-5678"]


def test_the_record_keeps_the_counts_and_what_was_scanned(scanner: Scanner) -> None:
    """Row V07."""
    scanner.prints(trivy(*CVES[2:], ArtifactName="@REF@"))
    digest = scanner.promote("--output=json").document["record"]
    record = run(lambda: scanner.bench.session().world.ledger.record(digest)).unwrap()
    scanned = record.gates[-1].assessment
    assert isinstance(scanned, Scanned)
    assert (scanned.total, scanned.ignored, scanned.rows, scanned.tool) == (13, 3, 16, "Trivy 0.70.0")
    assert scanned.names == (f"registry@{scanner.bench.tags()['v1.0.0']}",)


@pytest.mark.parametrize("form", ["grype", "sarif"])
def test_other_formats_are_read_as_the_gate_says(scanner: Scanner, form: str) -> None:
    scanner.gate(f"            {{command: 'trivy image x --format json', format: {form}}}")
    make = {"grype": grype, "sarif": sarif}[form]
    scanner.prints(make(BAD))
    answer = scanner.promote()
    assert answer.code == 8
    assert f"  - {BAD.id} (CRITICAL): curl" in answer.stderr
    scanner.prints(trivy())
    what = {"grype": "Grype report", "sarif": "SARIF log"}[form]
    assert f"Report not accepted: it is no {what}: Object missing required field" in scanner.promote().stderr
    scanner.prints(make())
    assert scanner.promote().code == 0


EMPTY: Final = spelled({**trivy(), "Results": []})
BROKEN: Final = {
    "a crash": (b"", 1, "Report not read: the command printed no report"),
    "nothing, and success": (b"", 0, "Report not read: the command printed no report"),
    "cut off": (spelled(trivy())[:-2], 0, "Report not accepted: it is no JSON: Input data was truncated"),
    "a clean report and a failure": (spelled(trivy()), 1, "Report: no blocking vulnerabilities, 0 in all"),
    "nothing recognized": (EMPTY, 0, "Report not accepted: Trivy recognized nothing: the report has no Results"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_v01_without_a_whole_report_there_is_no_pass(scanner: Scanner, name: str) -> None:
    report, code, said = BROKEN[name]
    scanner.prints(report, code)
    answer = scanner.promote()
    lines = answer.stderr.splitlines()
    assert answer.code == 8
    assert lines[:3] == [
        "ERROR: Gate 'security_scan' failed",
        "Command: trivy image ${ARTIFACT_REF} --format json",
        f"Exit code: {code}",
    ]
    assert "  INFO Vulnerability scanning is enabled" in lines
    assert lines[-3:] == [said, "", "Fix security_scan and retry promotion."]


def test_trivy_is_told_to_print_json_and_its_report_is_judged_unasked(scanner: Scanner) -> None:
    """The quickstart's Custom Gate Configuration: no format and no threshold."""
    scanner.gate("            command: 'trivy image ${ARTIFACT_REF}'")
    scanner.prints(trivy(*CVES))
    answer = scanner.promote()
    assert answer.code == 8
    assert "  - CVE-2024-5678 (CRITICAL): curl 7.88 - Buffer overflow" in answer.stderr
    assert "  HIGH: 4 (not blocking)" in answer.stderr


def test_what_is_no_report_is_not_read_and_the_exit_code_decides(scanner: Scanner) -> None:
    scanner.gate("            command: 'trivy image ${ARTIFACT_REF} --format table'")
    document = scanner.promote("--dry-run", "--run-gates", "--output=json")
    assert document.code == 0
    answer = scanner.promote()
    assert answer.code == 0
    assert answer.stdout.splitlines()[-1] == "Report not read: security_scan (the exit code decided)"
    again = scanner.promote("--force", "--output=json").document["gate_results"][-1]
    assert again["status"] == "passed"
    assert again["report"].startswith("report not read: it is no JSON")
    scanner.prints(b"", 3)
    assert scanner.promote("--force").code == 8


def test_a_dry_run_with_gates_says_what_would_block_and_what_is_below(scanner: Scanner) -> None:
    scanner.prints(trivy(*CVES))
    answer = scanner.promote("--dry-run", "--run-gates")
    assert answer.code == 8
    assert "BLOCKED: Security scan gate would fail\n  Blocking vulnerabilities found:\n" in answer.stdout
    scanner.prints(trivy(MILD))
    answer = scanner.promote("--dry-run", "--run-gates")
    assert answer.code == 0
    assert "WARNING: Gate 'security_scan': CVE-2024-0001 (LOW): zlib 1.2\n" in answer.stderr


def test_without_a_place_for_the_report_the_gate_fails(scanner: Scanner) -> None:
    known, tempfile.tempdir = tempfile.tempdir, "/nowhere"
    try:
        answer = scanner.promote()
    finally:
        tempfile.tempdir = known
    assert answer.code == 8
    assert "The command could not be started: there is no place to keep its report: " in answer.stderr


def test_the_page_about_gates_shows_what_is_printed(scanner: Scanner) -> None:
    page = (Path(floe.__file__).parents[1] / "docs" / "gates.md").read_text()
    assert QUICKSTART in page
    assert BLOCK in page
    example = json.loads(page.partition("```json\n")[2].partition("```")[0])
    scanner.prints(trivy(MILD, *CVES[-3:]))
    printed = scanner.promote("--output=json").document["gate_results"][-1]
    assert {**printed, "duration_ms": 0} == {
        **example,
        "duration_ms": 0,
        "scan": {**example["scan"], "scanned": printed["scan"]["scanned"]},
    }


def test_a_gate_of_any_name_reads_reports(scanner: Scanner) -> None:
    commands = "{container_scan: {command: 'trivy image ${ARTIFACT_REF} --format json', format: trivy}}"
    text = ENVIRONMENTS.format(uri="oci-layout://registry").replace("security_scan:", "container_scan: true")
    scanner.bench.write("manifest.yaml", text.replace("promotion:", f"promotion:\n    gate_commands: {commands}"))
    scanner.prints(trivy(*CVES))
    answer = scanner.promote()
    assert (answer.code, answer.stderr.splitlines()[0]) == (8, "ERROR: Gate 'container_scan' failed")


# Images ---------------------------------------------------------------------------------------------------------------

CONFIG: Final = b'{"architecture":"amd64","os":"linux"}'


class Images(Shop):
    def environ(self, operator: str | None = "ci@example.com") -> dict[str, str]:  # type: ignore[explicit-override]
        return on_path(self, super().environ(operator))

    def image(self) -> Digest:
        """An image as docker pushes one, under v1.0.0; its manifest's digest."""
        registry = self.session().world.registry
        config = run(partial(registry.put_blob, CONFIG)).unwrap()
        kind = "application/vnd.docker.container.image.v1+json"
        head = {"mediaType": kind, "digest": config, "size": len(CONFIG)}
        body = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": head, "layers": []}
        return self.put("v1.0.0", json.dumps(body).encode(), DOCKER_MANIFEST)


@pytest.mark.parametrize(
    ("names", "subject", "code"),
    [
        ({"RepoDigests": ["app@{digest}"]}, "", 0),
        ({"RepoDigests": ["app@sha256:" + "0" * 64], "ImageID": "{config}"}, "", 0),
        ({"RepoDigests": ["app@sha256:" + "0" * 64]}, "", 8),
        ({}, "", 8),
        ({}, "any", 0),
    ],
)
def test_v03_the_report_on_an_image_must_name_it(
    tmp_path: Path, docker_registries: DockerRegistries, names: Json, subject: str, code: int
) -> None:
    for name in ("shop", "home"):
        (tmp_path / name).mkdir()
    images = Images(tmp_path / "shop", tmp_path / "home", docker_registries["plain"])
    scanner = Scanner(images)
    scanner.gate(QUICKSTART + (f"            subject: {subject}" if subject else ""), images.uri)
    digest = images.image()
    assert images.inside("platform", "promote", "v1.0.0", "--to=dev").code == 0
    known = json.dumps(names).replace("{digest}", digest).replace("{config}", digest_of(CONFIG))
    scanner.prints(trivy(Metadata=json.loads(known), ArtifactName="another:1.0"))
    answer = scanner.promote()
    assert answer.code == code
    if code:
        said = "it is about another:1.0 and does not name this artifact; scan ${ARTIFACT_REF}, or say subject: any"
        assert f"Report not accepted: {said} (expected {digest})" in answer.stderr
