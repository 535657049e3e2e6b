"""Trivy's JSON, schema 2 (aquasecurity/trivy, pkg/types/report.go). Go leaves out what is empty."""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct, field
from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.core.reports.reading import Finding, Findings, Fix, Reading, Unread
from floe.effects.gate.reports import strict

SCHEMA: Final = 2
PACKAGES: Final = ("os-pkgs", "lang-pkgs")  # classes of results that hold packages
UNFIXED: Final = frozenset(
    ("unknown", "not_affected", "affected", "under_investigation", "will_not_fix", "fix_deferred", "end_of_life")
)


class Vulnerability(Struct, frozen=True, rename="pascal", gc=False):
    id: str = field(name="VulnerabilityID")
    pkg_name: str
    severity: str
    installed_version: str = ""
    fixed_version: str = ""
    status: str = ""
    title: str = ""


class Misconfiguration(Struct, frozen=True, rename="pascal", gc=False):
    id: str = field(name="ID")
    severity: str
    status: str
    title: str = ""


class Secret(Struct, frozen=True, rename="pascal", gc=False):
    id: str = field(name="RuleID")
    severity: str
    title: str = ""


class License(Struct, frozen=True, rename="pascal", gc=False):
    name: str
    severity: str
    pkg_name: str = ""
    file_path: str = ""


class Result(Struct, frozen=True, rename="pascal"):
    target: str
    kind: str = field(name="Class", default="")
    vulnerabilities: list[Vulnerability] | None = None
    misconfigurations: list[Misconfiguration] | None = None
    secrets: list[Secret] | None = None
    licenses: list[License] | None = None
    modified: list[msgspec.Raw] | None = field(name="ExperimentalModifiedFindings", default=None)


class System(Struct, frozen=True, rename="pascal"):
    family: str = ""
    name: str = ""
    is_over: bool = field(name="EOSL", default=False)


class Metadata(Struct, frozen=True, rename="pascal"):
    os: System | None = field(name="OS", default=None)
    image_id: str = field(name="ImageID", default="")
    repo_digests: list[str] | None = None


class Program(Struct, frozen=True, rename="pascal"):
    version: str = ""


class Report(Struct, frozen=True, rename="pascal"):
    schema_version: int
    artifact_name: str
    artifact_type: str
    trivy: Program = Program()
    metadata: Metadata = Metadata()
    results: list[Result] | None = None


def read(content: bytes) -> Reading:
    """What Trivy found; or why this is no whole report of Trivy's."""
    match settled(strict.decode(content, Report, "Trivy report")):
        case Failure(unread):
            return msgspec.structs.replace(unread, is_foreign=not _claims(content))
        case Success(report):
            return _objection(report) or _findings(report)


def _claims(content: bytes) -> bool:
    """Whether this wants to be a report, though it is not a whole one."""
    if b'"SchemaVersion"' in content:
        return True
    return content.lstrip().startswith(b"{") and not strict.is_json(content)


def _objection(report: Report) -> Unread | None:
    if report.schema_version != SCHEMA:
        return Unread(why=f"it has SchemaVersion {report.schema_version}; this floe reads {SCHEMA}")
    if not report.results:
        return Unread(why="Trivy recognized nothing: the report has no Results")
    if not any(result.kind in PACKAGES for result in report.results):
        return Unread(why=f"Trivy found no packages to scan: no result has the Class {' or '.join(PACKAGES)}")
    return None


def _findings(report: Report) -> Findings | Unread:
    results = report.results or []
    findings = strict.at_most(each for result in results for each in _of(result))
    if findings is None:
        return strict.TOO_MANY
    system = report.metadata.os
    is_over = (f"{system.family} {system.name} is past its end of life",) if system and system.is_over else ()
    return Findings(
        tool=f"Trivy {report.trivy.version}".rstrip(),
        names=(report.artifact_name,),
        digests=tuple(_digests(report)),
        findings=findings,
        suppressed=sum(len(result.modified or ()) for result in results),
        remarks=is_over,
    )


def _digests(report: Report) -> Iterator[str]:
    """By which an image is named; what else is scanned has none."""
    if report.artifact_type == "container_image":
        yield from (name.rpartition("@")[2] for name in report.metadata.repo_digests or ())
        yield report.metadata.image_id


def _of(result: Result) -> Iterator[Finding]:
    for each in result.vulnerabilities or ():
        yield Finding(
            id=each.id,
            package=each.pkg_name,
            version=each.installed_version,
            severity=each.severity.upper(),
            title=each.title,
            fix=_fix(each),
        )
    yield from _others(result)


def _others(result: Result) -> Iterator[Finding]:
    """Findings that are no vulnerabilities: they are in a file, and no fix is waited for."""
    failed = [each for each in result.misconfigurations or () if each.status not in ("PASS", "EXCEPTION")]
    for each in (*failed, *(result.secrets or ())):
        yield Finding(id=each.id, package=result.target, severity=each.severity.upper(), title=each.title)
    for one in result.licenses or ():
        place = one.pkg_name or one.file_path or result.target
        yield Finding(id=one.name, package=place, severity=one.severity.upper(), title="Licence")


def _fix(each: Vulnerability) -> Fix:
    if each.status == "fixed" or each.fixed_version:
        return "there"
    return "none" if not each.status or each.status in UNFIXED else "unknown"
