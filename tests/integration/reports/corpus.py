"""Reports of every sort, each with the verdict it must get."""

from typing import Any, Final, NamedTuple

from floe.core.reports.reading import ArtifactFacts
from tests.integration.reports.made import (
    BAD,
    DIGEST,
    IMAGE,
    MILD,
    OTHER,
    Json,
    Path,
    altered,
    grype,
    sarif,
    spelled,
    trivy,
    without,
)

FILE: Final = ArtifactFacts(digests=(DIGEST,), is_image=False)
UNFIXED: Final = BAD._replace(is_fixed=False)
ODD: Final = BAD._replace(severity="SUPERB")
HIGH: Final = BAD._replace(severity="HIGH", id="CVE-2024-1234")
STRICT: Final[Json] = {"block_on_severity": ("CRITICAL", "HIGH")}
PATIENT: Final[Json] = {"block_on_severity": ("CRITICAL", "HIGH"), "ignore_unfixed": True}


class Case(NamedTuple):
    form: str | None
    content: bytes
    status: str
    by: Json = {}
    says: str = ""  # a part of why there is no verdict from the report
    artifact: ArtifactFacts = IMAGE


def case(form: str | None, report: object, status: str, says: str = "", by: Json | None = None) -> Case:
    return Case(form, spelled(report), status, by or {}, says)


def at(report: Json, path: str, value: object) -> Json:
    return altered(report, steps(path), value)


def no(report: Json, path: str) -> Json:
    return without(report, steps(path))


def steps(path: str) -> Path:
    return tuple(int(step) if step.isdigit() else step for step in path.split("."))


def nested(levels: int) -> list[Any]:
    inside: list[Any] = []
    for _ in range(levels - 1):
        inside = [inside]
    return inside


FIRST: Final = "Results.0.Vulnerabilities.0."
MATCH: Final = "matches.0.vulnerability."
RESULT: Final = "runs.0.results.0."
RULE: Final = "runs.0.tool.driver.rules.0."

SECRET: Final = {"RuleID": "private-key", "Category": "AsymmetricPrivateKey", "Severity": "CRITICAL", "Title": "Key"}
CHECK: Final = {"ID": "DS002", "Severity": "CRITICAL", "Status": "FAIL", "Title": "root"}
LICENCE: Final = {"Name": "AGPL-3.0", "Severity": "CRITICAL", "Category": "restricted", "PkgName": "x"}

TRIVY: Final = {
    "clean": case("trivy", trivy(), "passed"),
    "clean, in the default format": case(None, trivy(), "passed", by=STRICT),
    "below the threshold": case("trivy", trivy(HIGH, MILD), "warning"),
    "blocked": case("trivy", trivy(BAD), "failed"),
    "blocked by its own threshold": case("trivy", trivy(HIGH), "failed", by=STRICT),
    "without a fix, and counted": case("trivy", trivy(UNFIXED), "failed"),
    "without a fix, and ignored": case("trivy", trivy(UNFIXED), "passed", by=PATIENT),
    "with a state nobody knows": case("trivy", at(trivy(UNFIXED), FIRST + "Status", "?"), "failed", by=PATIENT),
    "end of life for its package": case(
        "trivy", at(trivy(UNFIXED), FIRST + "Status", "end_of_life"), "passed", by=PATIENT
    ),
    "fixed by a version alone": case("trivy", no(trivy(BAD), FIRST + "Status"), "failed", by=PATIENT),
    "fixed by a word alone": case("trivy", no(trivy(BAD), FIRST + "FixedVersion"), "failed", by=PATIENT),
    "of a severity nobody knows": case("trivy", trivy(ODD), "failed"),
    "of a severity in small letters": case("trivy", trivy(BAD._replace(severity="critical")), "failed"),
    "of unknown severity": case("trivy", trivy(BAD._replace(severity="UNKNOWN")), "warning"),
    "of unknown severity, where high blocks": case(
        "trivy", trivy(BAD._replace(severity="UNKNOWN")), "failed", by=STRICT
    ),
    "without a severity": case("trivy", no(trivy(BAD), FIRST + "Severity"), "failed", "`Severity`"),
    "of a system past its end": case("trivy", at(trivy(), "Metadata.OS.EOSL", True), "warning"),
    "with suppressed findings": case(
        "trivy", at(trivy(), "Results.0.ExperimentalModifiedFindings", [{"Type": "vulnerability"}]), "passed"
    ),
    "with a secret": case("trivy", at(trivy(), "Results.0.Secrets", [SECRET]), "failed"),
    "with a failed check": case("trivy", at(trivy(), "Results.0.Misconfigurations", [CHECK]), "failed"),
    "with a passed check": case(
        "trivy", at(trivy(), "Results.0.Misconfigurations", [{**CHECK, "Status": "PASS"}]), "passed"
    ),
    "with a licence": case("trivy", at(trivy(), "Results.0.Licenses", [LICENCE]), "failed"),
    "Vulnerabilities null": case("trivy", at(trivy(), "Results.0.Vulnerabilities", None), "passed"),
    "Vulnerabilities missing": case("trivy", no(trivy(), "Results.0.Vulnerabilities"), "passed"),
    "nothing recognized": case("trivy", no(trivy(), "Results"), "failed", "recognized nothing"),
    "Results null": case("trivy", at(trivy(), "Results", None), "failed", "recognized nothing"),
    "Results empty": case("trivy", at(trivy(), "Results", []), "failed", "recognized nothing"),
    "no packages": case("trivy", at(trivy(), "Results.0.Class", "config"), "failed", "no packages"),
    "another schema": case("trivy", at(trivy(), "SchemaVersion", 1), "failed", "SchemaVersion 1"),
    "no schema": case("trivy", no(trivy(), "SchemaVersion"), "failed", "`SchemaVersion`"),
    "a schema in words": case("trivy", at(trivy(), "SchemaVersion", "2"), "failed", "Expected `int`"),
    "a title that is a number": case("trivy", at(trivy(MILD), FIRST + "Title", 5), "failed", "Expected `str`"),
    "a package that is null": case("trivy", at(trivy(MILD), FIRST + "PkgName", None), "failed", "Expected `str`"),
    "another image": case("trivy", at(trivy(), "Metadata.RepoDigests", [f"x@{OTHER}"]), "failed", "does not name"),
    "another image, and any will do": case("trivy", no(trivy(), "Metadata"), "passed", by={"subject": "any"}),
    "a folder instead of the image": case(
        "trivy", at(trivy(), "ArtifactType", "filesystem"), "failed", "does not name"
    ),
    "of an artifact that is no image": Case("trivy", spelled(no(trivy(), "Metadata")), "passed", artifact=FILE),
    "of an artifact that must be named": Case(
        "trivy", spelled(no(trivy(), "Metadata")), "failed", {"subject": "artifact"}, "does not name", FILE
    ),
    "nothing": Case("trivy", b"", "failed", says="no JSON"),
    "a table": Case("trivy", b"Total: 0 (CRITICAL: 0)\n", "failed", says="no JSON"),
    "a log before it": Case("trivy", b"INFO scanning\n" + spelled(trivy()), "failed", says="no JSON"),
    "two of them": Case("trivy", spelled(trivy()) * 2, "failed", says="no JSON"),
    "a list": case("trivy", [trivy()], "failed", "Expected `object`"),
    "null": Case("trivy", b"null", "failed", says="Expected `object`"),
    "UTF-16": Case("trivy", spelled(trivy()).decode().encode("utf-16"), "failed", says="no JSON"),
    "no UTF-8": Case("trivy", spelled(trivy()).replace(b"debian", b"\xff"), "failed", says="no JSON"),
    "nested too deep": case("trivy", {**trivy(), "x": nested(70)}, "failed", "deeper than 64"),
    "nested without end": Case("trivy", spelled(trivy())[:-1] + b', "x": ' + b"[" * 100_000, "failed", says="deeper"),
    "nested as deep as may be": case("trivy", {**trivy(), "x": nested(63)}, "passed"),
    "brackets in texts": case("trivy", {**trivy(), "x": "[" * 99 + '\\"' + "{" * 99}, "passed"),
    "Grype's": case("trivy", grype(), "failed", "`SchemaVersion`"),
    "SARIF": case("trivy", sarif(), "failed", "`SchemaVersion`"),
}
UNASKED: Final = {
    "a table, unasked": Case(None, b"Total: 0\n", "passed", says="no JSON"),
    "a list, unasked": Case(None, b"[]", "passed", says="Expected `object`"),
    "other JSON, unasked": Case(None, b'{"ok": true}', "passed", says="SchemaVersion"),
    "blocked, unasked": case(None, trivy(BAD), "failed"),
    "below, unasked": case(None, trivy(HIGH), "warning"),
    "cut off, unasked": Case(None, spelled(trivy())[:-1], "failed", says="no JSON"),
    "nothing recognized, unasked": case(None, no(trivy(), "Results"), "failed", "recognized nothing"),
}
GRYPE: Final = {
    "clean": case("grype", grype(), "passed"),
    "blocked": case("grype", grype(BAD), "failed"),
    "below the threshold": case("grype", grype(HIGH), "warning"),
    "negligible": case("grype", grype(BAD._replace(severity="NEGLIGIBLE")), "warning", by=STRICT),
    "without a fix, and ignored": case("grype", grype(UNFIXED), "passed", by=PATIENT),
    "with a state nobody knows": case("grype", at(grype(UNFIXED), MATCH + "fix.state", "?"), "failed", by=PATIENT),
    "with a state that is empty": case("grype", at(grype(UNFIXED), MATCH + "fix.state", ""), "passed", by=PATIENT),
    "never to be fixed": case("grype", at(grype(UNFIXED), MATCH + "fix.state", "wont-fix"), "passed", by=PATIENT),
    "an empty severity": case("grype", at(grype(BAD), MATCH + "severity", ""), "failed", by=STRICT),
    "no severity": case("grype", no(grype(BAD), MATCH + "severity"), "failed", "`severity`"),
    "ignored matches": case("grype", {**grype(), "ignoredMatches": [{"appliedIgnoreRules": []}]}, "passed"),
    "a system past its end": case(
        "grype", {**grype(), "alertsByPackage": [{"alerts": [{"type": "distro-eol"}]}]}, "warning"
    ),
    "no matches": case("grype", no(grype(), "matches"), "failed", "`matches`"),
    "matches null": case("grype", at(grype(), "matches", None), "failed", "Expected `array`"),
    "no descriptor": case("grype", no(grype(), "descriptor"), "failed", "`descriptor`"),
    "another program's": case("grype", at(grype(), "descriptor.name", "syft"), "failed", "syft"),
    "another image": case(
        "grype",
        at(at(grype(), "source.target.manifestDigest", OTHER), "source.target.repoDigests", []),
        "failed",
        "does not name",
    ),
    "a folder": case("grype", at(grype(), "source", {"type": "directory", "target": "/src"}), "failed", "/src"),
    "a folder, and any will do": case(
        "grype", at(grype(), "source", {"type": "directory", "target": "/src"}), "passed", by={"subject": "any"}
    ),
    "an error": Case("grype", b"error: no db\n", "failed", says="no JSON"),
    "Trivy's": case("grype", trivy(), "failed", "`matches`"),
}
BARE: Final = no(sarif(BAD), RULE + "properties")  # judged by its level
SARIF: Final = {
    "clean": case("sarif", sarif(), "passed"),
    "blocked by its score": case("sarif", at(sarif(BAD), RESULT + "level", "note"), "failed"),
    "blocked by its level": case("sarif", BARE, "failed"),
    "blocked by its rule's level": case("sarif", no(BARE, RESULT + "level"), "failed"),
    "a high score": case("sarif", sarif(HIGH), "warning"),
    "a high score, where high blocks": case("sarif", sarif(HIGH), "failed", by=STRICT),
    "a warning": case("sarif", at(BARE, RESULT + "level", "warning"), "warning", by=STRICT),
    "no level anywhere": case("sarif", no(no(BARE, RESULT + "level"), RULE + "defaultConfiguration"), "failed"),
    "a level nobody knows": case("sarif", at(BARE, RESULT + "level", "dire"), "failed"),
    "a score that is none": case("sarif", at(sarif(MILD), RULE + "properties.security-severity", "bad"), "failed"),
    "a score beyond the scale": case("sarif", at(sarif(MILD), RULE + "properties.security-severity", "11"), "failed"),
    "a score that is no number": case("sarif", at(sarif(MILD), RULE + "properties.security-severity", "nan"), "failed"),
    "a score of nothing": case("sarif", sarif(BAD._replace(severity="UNKNOWN")), "failed", by=STRICT),
    "its own score": case("sarif", at(sarif(MILD), RESULT + "properties", {"security-severity": "9.1"}), "failed"),
    "fixes are not known": case("sarif", sarif(UNFIXED), "failed", by=PATIENT),
    "suppressed": case("sarif", at(sarif(BAD), RESULT + "suppressions", [{"kind": "external"}]), "passed"),
    "suppression under review": case(
        "sarif", at(sarif(BAD), RESULT + "suppressions", [{"status": "underReview"}]), "failed"
    ),
    "no suppressions": case("sarif", at(sarif(BAD), RESULT + "suppressions", []), "failed"),
    "a check that passed": case("sarif", at(sarif(BAD), RESULT + "kind", "pass"), "passed"),
    "found before and gone": case("sarif", at(sarif(BAD), RESULT + "baselineState", "absent"), "passed"),
    "a rule by its place": case("sarif", at(no(sarif(BAD), RESULT + "ruleId"), RESULT + "ruleIndex", 0), "failed"),
    "a rule that is not there": case(
        "sarif",
        at(no(sarif(BAD), RESULT + "ruleId"), RESULT + "ruleIndex", 9),
        "failed",
        "names no rule",
    ),
    "no rules": case("sarif", no(sarif(MILD), "runs.0.tool.driver.rules"), "warning"),
    "a logical place": case(
        "sarif",
        at(sarif(MILD), RESULT + "locations", [{"logicalLocations": [{"name": "f"}]}]),
        "warning",
    ),
    "no place": case("sarif", no(sarif(MILD), RESULT + "locations"), "warning"),
    "no results": case("sarif", no(sarif(), "runs.0.results"), "failed", "no results"),
    "no runs": case("sarif", at(sarif(), "runs", []), "failed", "no run"),
    "a run that failed": case(
        "sarif", at(sarif(), "runs.0.invocations", [{"executionSuccessful": False}]), "failed", "did not run"
    ),
    "a run that did not": case("sarif", at(sarif(), "runs.0.invocations", [{"executionSuccessful": True}]), "passed"),
    "results elsewhere": case(
        "sarif", at(sarif(), "runs.0.externalPropertyFileReferences", {"results": [{}]}), "failed", "another file"
    ),
    "another version": case("sarif", at(sarif(), "version", "2.0.0"), "failed", "SARIF 2.0.0"),
    "another image": case("sarif", no(sarif(), "runs.0.properties"), "failed", "does not name"),
    "named by a hash": case(
        "sarif",
        at(no(sarif(), "runs.0.properties"), "runs.0.artifacts", [{}, {"hashes": {"sha-256": "A" * 64}}]),
        "passed",
    ),
    "another image, and any will do": case("sarif", no(sarif(), "runs.0.properties"), "passed", by={"subject": "any"}),
}
CORPUS: Final = {
    f"{form}: {name}": each
    for form, cases in {"trivy": TRIVY, "none": UNASKED, "grype": GRYPE, "sarif": SARIF}.items()
    for name, each in cases.items()
}
