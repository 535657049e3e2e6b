"""What the report of a gate says, before anyone judges it: a kind of fact for each sort of report."""

from typing import Literal, TypeAlias

from floe.core.names import ADigest
from floe.core.reports.metrics import Metrics
from floe.core.reports.suite import Suite
from floe.core.value import Value

Fix: TypeAlias = Literal["none", "unknown", "there"]


class Unread(Value, frozen=True, kw_only=True, tag="unread"):
    """There is no report that could be judged; `is_foreign` says that it does not even claim to be one."""

    why: str
    is_foreign: bool = False


class Finding(Value, frozen=True, kw_only=True):
    """One thing that a scanner found; texts are as the scanner wrote them."""

    id: str
    package: str
    version: str = ""
    severity: str  # in capitals; one that nobody knows blocks
    title: str = ""
    fix: Fix = "unknown"  # whether there is a version without it


class Findings(Value, frozen=True, kw_only=True, tag="findings"):
    """All that a scan found, each as often as the report has it."""

    tool: str
    names: tuple[str, ...] = ()  # of what was scanned
    digests: tuple[str, ...] = ()  # of the same
    findings: tuple[Finding, ...] = ()
    suppressed: int = 0  # findings that the scanner was told to leave out
    remarks: tuple[str, ...] = ()  # what else makes the result doubtful


class ArtifactFacts(Value, frozen=True, kw_only=True):
    """What is known of the artifact that a report should be about."""

    digests: tuple[ADigest, ...]  # its own first, then those by which scanners may call it
    is_image: bool


Reading: TypeAlias = Unread | Findings | Metrics | Suite
