"""Reports as the scanners write them, made here: as small as a report can be, and as large as one is asked for."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, cast

from floe.core.gates import Exited, GateResult, Output, Reported, judge
from floe.core.names import Digest
from floe.core.policy import Format, Gate
from floe.core.reports.reading import ArtifactFacts, Reading
from floe.effects.gate.reports import READERS

DIGEST: Final = Digest("sha256:" + "a" * 64)
OTHER: Final = "sha256:" + "b" * 64
REFERENCE: Final = f"registry.example/app@{DIGEST}"
IMAGE: Final = ArtifactFacts(digests=(DIGEST,), is_image=True)

Json = dict[str, Any]


class Found(NamedTuple):
    """One finding, in the words of no scanner in particular."""

    id: str = "CVE-2024-5678"
    package: str = "curl"
    version: str = "7.88"
    severity: str = "CRITICAL"
    is_fixed: bool = True
    title: str = "Buffer overflow"


BAD: Final = Found()
MILD: Final = Found(id="CVE-2024-0001", package="zlib", version="1.2", severity="LOW", title="")
CVES: Final = (  # the quickstart's: two that block, thirteen that do not, three that nobody mended
    BAD,
    Found(id="CVE-2024-1234", package="libssl", version="1.1.1", severity="HIGH", title="Remote code execution"),
    *(Found(id=f"CVE-2023-1{number:03}", package="zlib", severity="MEDIUM") for number in range(8)),
    *(Found(id=f"CVE-2023-2{number:03}", package="tar", severity="LOW") for number in range(5)),
    *(Found(id=f"CVE-2023-3{number:03}", package="perl", severity="HIGH", is_fixed=False) for number in range(3)),
)


def trivy_finding(found: Found) -> Json:
    fixed = {"FixedVersion": "9.0", "Status": "fixed"} if found.is_fixed else {"Status": "affected"}
    return {
        "VulnerabilityID": found.id,
        "PkgID": f"{found.package}@{found.version}",
        "PkgName": found.package,
        "PkgIdentifier": {"PURL": f"pkg:deb/debian/{found.package}@{found.version}"},
        "InstalledVersion": found.version,
        **fixed,
        "Severity": found.severity,
        "Title": found.title,
        "CVSS": {"nvd": {"V3Score": 9.8}},
    }


def trivy(*found: Found, **changes: object) -> Json:
    return {
        "SchemaVersion": 2,
        "Trivy": {"Version": "0.70.0"},
        "CreatedAt": "2026-01-15T10:30:00Z",
        "ArtifactName": REFERENCE,
        "ArtifactType": "container_image",
        "Metadata": {
            "OS": {"Family": "debian", "Name": "12.5"},
            "ImageID": OTHER,
            "RepoDigests": [REFERENCE],
        },
        "Results": [
            {
                "Target": "app (debian 12.5)",
                "Class": "os-pkgs",
                "Type": "debian",
                "Vulnerabilities": list(map(trivy_finding, found)),
            },
        ],
        **changes,
    }


def grype_finding(found: Found) -> Json:
    fix = {"versions": ["9.0"], "state": "fixed"} if found.is_fixed else {"versions": [], "state": "not-fixed"}
    return {
        "vulnerability": {
            "id": found.id,
            "dataSource": "https://security.example/" + found.id,
            "severity": found.severity.title(),
            "description": found.title,
            "cvss": [],
            "fix": fix,
        },
        "relatedVulnerabilities": [],
        "matchDetails": [{"type": "exact-direct-match"}],
        "artifact": {"id": "1", "name": found.package, "version": found.version, "type": "deb"},
    }


def grype(*found: Found, **changes: object) -> Json:
    return {
        "matches": list(map(grype_finding, found)),
        "source": {
            "type": "image",
            "target": {
                "userInput": REFERENCE,
                "imageID": OTHER,
                "manifestDigest": DIGEST,
                "repoDigests": [REFERENCE],
                "layers": [],
            },
        },
        "distro": {"name": "debian", "version": "12", "idLike": []},
        "descriptor": {"name": "grype", "version": "0.110.0", "timestamp": ""},
        **changes,
    }


SCORES: Final = {"CRITICAL": "9.8", "HIGH": "7.5", "MEDIUM": "5.0", "LOW": "2.1", "UNKNOWN": "0.0"}
LEVELS: Final = {"CRITICAL": "error", "HIGH": "error", "MEDIUM": "warning"}


def sarif_rule(found: Found) -> Json:
    return {
        "id": found.id,
        "defaultConfiguration": {"level": LEVELS.get(found.severity, "note")},
        "properties": {"security-severity": SCORES[found.severity], "tags": ["vulnerability"]},
    }


def sarif_result(found: Found) -> Json:
    place = {"artifactLocation": {"uri": "library/app"}, "region": {"startLine": 1}}
    return {
        "ruleId": found.id,
        "level": LEVELS.get(found.severity, "note"),
        "message": {"text": found.title or found.id},
        "locations": [{"physicalLocation": place, "message": {"text": found.package}}],
    }


def sarif(*found: Found, **changes: object) -> Json:
    rules = {each.id: sarif_rule(each) for each in found}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "Trivy", "version": "0.70.0", "rules": list(rules.values())}},
                "results": list(map(sarif_result, found)),
                "properties": {"imageName": REFERENCE, "repoDigests": [REFERENCE], "imageID": OTHER},
            }
        ],
        **changes,
    }


MAKERS: Final = {"trivy": trivy, "grype": grype, "sarif": sarif}


def spelled(report: object) -> bytes:
    return json.dumps(report).encode()


def gate(form: str | None = None, **more: Any) -> Gate:
    return Gate(name="security_scan", command="scan", timeout_seconds=300, format=cast("Format | None", form), **more)


def verdict(content: bytes, by: Gate, artifact: ArtifactFacts = IMAGE) -> GateResult:
    """What a command that printed this and ended with 0 comes to."""
    reading: Reading = READERS[by.format or "trivy"](content)
    exited = Exited(code=0, output=Output(size=len(content)))
    return judge(by, Reported(exited=exited, reading=reading, artifact=artifact), 1)


# Damage ---------------------------------------------------------------------------------------------------------------

Path = tuple[str | int, ...]
OTHER_TYPES: Final[Mapping[str, object]] = {
    "null": None,
    "a number": 7,
    "a text": "x",
    "a switch": True,
    "a list": [],
    "an object": {},
}


def paths(report: object, at: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every place in a document, and what stands there."""
    inside: list[tuple[str | int, object]] = []
    if isinstance(report, dict):
        inside = list(report.items())
    elif isinstance(report, list):
        inside = list(enumerate(report))
    for key, value in inside:
        yield (*at, key), value
        yield from paths(value, (*at, key))


def without(report: Json, path: Path) -> Json:
    changed: Any = json.loads(json.dumps(report))
    place = changed
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return changed  # type: ignore[no-any-return]  # JSON


def altered(report: Json, path: Path, value: object) -> Json:
    changed: Any = json.loads(json.dumps(report))
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed  # type: ignore[no-any-return]  # JSON
