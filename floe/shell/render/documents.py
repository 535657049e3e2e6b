"""The documents that programs read: every key that a command's answer has, whatever happened."""

from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, UnsetType

from floe.core.compiled.impact import Impact
from floe.core.gates import Status
from floe.core.message.notice import EventType
from floe.core.names import ADigest, Tag, Version
from floe.core.operator import Assurance
from floe.core.replica import Status as CopyStatus
from floe.core.reports.reading import Finding
from floe.core.value import Value


class ScanVerdict(Value, frozen=True, kw_only=True):
    """What a scanner's report comes to; `blocking` and `allowed` list the first hundred of each."""

    total: int
    severities: dict[str, int]
    blocking: tuple[Finding, ...]
    allowed: tuple[Finding, ...]
    ignored_unfixed: int
    suppressed: int
    scanner: str
    scanned: tuple[str, ...]


class TestsVerdict(Value, frozen=True, kw_only=True):
    """How many tests ran, and how many of them failed; those that were skipped did not run."""

    ran: int
    failed: int
    skipped: int


class GateVerdict(Value, frozen=True, kw_only=True):
    gate: str
    status: Status
    duration_ms: int
    report: str | UnsetType = UNSET  # why it was not read or not accepted
    scan: ScanVerdict | UnsetType = UNSET
    tests: TestsVerdict | UnsetType = UNSET
    metrics: dict[str, str] | UnsetType = UNSET  # decimal numerals
    note: str | UnsetType = UNSET  # what is to be known of a gate that passed


class CopyShown(Value, frozen=True, kw_only=True):
    """What became of one secondary registry."""

    registry: str
    status: CopyStatus
    digest: ADigest | UnsetType = UNSET  # what stands there: the artifact, or what is in its place
    error: str | UnsetType = UNSET


class CopyCounted(CopyShown, frozen=True, kw_only=True):
    location: str
    artifacts: int
    records: int
    tags: int


class Copying(Value, frozen=True, kw_only=True):
    """`floe platform sync`, where every secondary is up to date."""

    success: Literal[True] = True
    sync: tuple[CopyCounted, ...]
    trace_id: str


class Promotion(Value, frozen=True, kw_only=True):
    """`floe platform promote` and `apply`. A completed or needless promotion knows its id and little else."""

    success: Literal[True] = True
    promotion_id: str | None
    artifact_digest: ADigest | None
    artifact_tag: Version
    source_environment: str | None
    target_environment: str
    gate_results: tuple[GateVerdict, ...] = ()
    trace_id: str
    promoted_at: datetime | None
    operator: str | None = None
    assurance: Assurance | None = None
    signature: str | None = None
    tags: tuple[Tag, ...] = ()
    record: ADigest | None = None
    sync: tuple[CopyShown, ...] = ()
    warnings: tuple[str, ...] = ()
    completed: bool | UnsetType = UNSET  # an earlier run had recorded it, this one drew its tags
    already: bool | UnsetType = UNSET  # it was there; nothing was done


class Rollback(Value, frozen=True, kw_only=True):
    """`floe platform rollback`."""

    success: Literal[True] = True
    rollback_id: str | None
    environment: str
    artifact_digest: ADigest
    artifact_tag: Version
    previous_version: Version | None = None
    previous_digest: ADigest | None = None
    tags: tuple[Tag, ...] = ()
    reason: str | None = None
    impact: Impact | None = None
    operator: str | None = None
    assurance: Assurance | None = None
    trace_id: str
    rolled_back_at: datetime | None = None
    record: ADigest | None = None
    sync: tuple[CopyShown, ...] | UnsetType = UNSET  # where there are other registries to copy to
    warnings: tuple[str, ...] = ()
    completed: bool | UnsetType = UNSET


class Locking(Value, frozen=True, kw_only=True):
    """`floe platform lock` and `unlock`."""

    success: Literal[True] = True
    environment: str
    locked: bool
    reason: str | None
    operator: str
    assurance: Assurance
    at: datetime
    trace_id: str
    record: ADigest | None = None
    sync: tuple[CopyShown, ...] | UnsetType = UNSET
    warnings: tuple[str, ...] = ()


class Message(Value, frozen=True, kw_only=True):
    """One message to one of those who are told; `delivered` is null where nothing was sent."""

    to: str
    message_id: str
    event_type: EventType
    environment: str
    version: Version | None
    at: datetime
    delivered: bool | None
    attempts: int
    why: str | None


class Messages(Value, frozen=True, kw_only=True):
    """`floe platform notify`."""

    success: Literal[True] = True
    since: datetime
    dry_run: bool = False
    messages: tuple[Message, ...] = ()
    trace_id: str


class Reason(Value, frozen=True, kw_only=True):
    """One reason why not: a stable word, a sentence, and what to do."""

    code: str
    message: str
    details: tuple[str, ...] = ()
    facts: dict[str, Any] = {}


class Error(Value, frozen=True, kw_only=True):
    code: str
    exit_code: int
    message: str
    reasons: tuple[Reason, ...] = ()


class Failed(Value, frozen=True, kw_only=True):
    """Any command that did not do what was asked."""

    success: Literal[False] = False
    promotion_id: None = None
    error: Error
    gate_results: tuple[GateVerdict, ...] = ()
    trace_id: str | None = None


class LockShown(Value, frozen=True, kw_only=True):
    reason: str
    by: str
    at: datetime
    until: datetime | None = None


class HistoryItem(Value, frozen=True, kw_only=True):
    kind: str
    version: Version | None
    digest: ADigest | None
    at: datetime
    operator: str
    assurance: Assurance
    reason: str | None
    authorized_via: str | None
    record: ADigest
    void: ADigest | None


class EnvironmentStatus(Value, frozen=True, kw_only=True):
    """`floe platform status` answers with one of these for each environment."""

    environment: str
    version: Version | None
    digest: ADigest | None
    promoted_by: str | None
    assurance: Assurance | None
    promoted_at: datetime | None
    locked: LockShown | None
    history: tuple[HistoryItem, ...]


DOCUMENTS = (Promotion, Rollback, Locking, Copying, Messages, Failed, tuple[EnvironmentStatus, ...])
