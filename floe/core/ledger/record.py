"""A record: one event with all that was known when it was decided, as one OCI manifest (CONTRACT 8).

The statement's canonical bytes stand in one annotation. Records live for ever: later fields are optional,
unknown ones are ignored, and `min_reader` says which floe may still fold what it does not fully know.
"""

from datetime import datetime
from typing import Final, Literal

import msgspec
from returns.result import Failure, Result, Success

from floe.core import canonical
from floe.core.artifact import (
    EMPTY,
    EMPTY_CONTENT,
    MANIFEST,
    Contents,
    Descriptor,
    Manifest,
    contents,
)
from floe.core.event import Event, Placement
from floe.core.facts import Facts
from floe.core.fault import Fault, LedgerDamaged, TooNew
from floe.core.gates import Assessment, Examined, Exited, GateResult, NotStarted, Report, TimedOut
from floe.core.names import ADigest, Digest, Malformed
from floe.core.operator import Operator
from floe.core.reports.metrics import Compared
from floe.core.reports.reading import Unread
from floe.core.reports.suite import Suite
from floe.core.scan import Scanned
from floe.core.value import Value

SCHEMA: Final = 1
RULES: Final = 1  # raised when a decision changes its meaning
READER: Final = 1  # what this floe can fold
LARGEST: Final = 32 * 1024  # bytes of a statement
MEDIA_TYPE: Final = "application/vnd.dev.floe.promotion.v1+json"
POLICY_TYPE: Final = "application/vnd.dev.floe.policy.v1+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://floe.dev/promotion/v1"
STATEMENT: Final = "dev.floe.promotion.statement"

# How long texts of gates and lists of violations may be, tried in this order until the statement fits.
_TRIMS: Final = ((4096, 100), (2048, 50), (1024, 20), (256, 5), (0, 0))


class Expectation(Value, frozen=True, kw_only=True):
    """What a record assumes of its environment; unset means that it assumes nothing of the kind."""

    after: ADigest | msgspec.UnsetType | None = msgspec.UNSET  # the last record that moved the pointer
    lock: ADigest | msgspec.UnsetType | None = msgspec.UNSET  # the record of the lock in force


class SignatureVerdict(Value, frozen=True, kw_only=True):
    status: Literal["verified", "warning", "not-checked"]
    detail: str = ""


class AuthorizationVerdict(Value, frozen=True, kw_only=True):
    """Why the operator may: `open`, `group <name>` or `operator <name>`."""

    via: str
    accepted_unverified: bool = False


class Draft(Value, frozen=True, kw_only=True):
    """A record that has not yet found its place in the ledger."""

    id: str
    trace_id: str
    at: datetime
    event: Event
    operator: Operator
    expects: Expectation
    policy: ADigest
    facts: Facts
    gates: tuple[GateResult, ...] = ()
    signature: SignatureVerdict = SignatureVerdict(status="not-checked")
    authorization: AuthorizationVerdict
    plan: ADigest | None = None  # None: it was not come to one
    before: Placement | None = None
    after: Placement | None = None


class Record(Draft, frozen=True, kw_only=True):
    """A draft in its place: its writer's guess of the position, and the records it came after."""

    schema: int = SCHEMA
    rules: int = RULES
    min_reader: int = READER
    seq: int
    predecessors: tuple[ADigest, ...]
    repository: str


class _Subject(Value, frozen=True, kw_only=True):
    name: str
    digest: dict[str, str]


class _Statement(Value, frozen=True, kw_only=True, rename={"type": "_type", "predicate_type": "predicateType"}):
    """An in-toto Statement v1 (in-toto attestation spec)."""

    type: str = STATEMENT_TYPE
    predicate_type: str = PREDICATE_TYPE
    subject: tuple[_Subject, ...]
    predicate: Record


class _Reach(Value, frozen=True, kw_only=True):
    min_reader: int


class _Glance(Value, frozen=True, kw_only=True):
    """As much of a statement as any floe can read."""

    predicate: _Reach


def place(draft: Draft, *, seq: int, predecessors: tuple[Digest, ...], repository: str) -> Record:
    fields = {name: getattr(draft, name) for name in Draft.__struct_fields__}
    return Record(**fields, seq=seq, predecessors=predecessors, repository=repository)


def seal(record: Record, policy_size: int) -> Manifest:
    """The record as the manifest that is stored: its digest is the record's name."""
    statement = _fitting(record)
    layer = Descriptor(media_type=POLICY_TYPE, digest=record.policy, size=policy_size)
    body = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": MEDIA_TYPE,
        "config": _EMPTY,
        "layers": (layer,),
        "annotations": {STATEMENT: statement.decode(), **_for_readers(record)},
    }
    return Manifest(media_type=MANIFEST, content=canonical.encode(body))


def unseal(manifest: Manifest, where: str) -> Result[Record, Fault]:
    """The record that a manifest holds, if this floe may read it."""
    inside = contents(manifest)
    text = _statement_of(inside)
    if text is None:
        return Failure(_damaged(manifest, where, "it holds no statement"))
    glance = canonical.decode(text, _Glance)
    if isinstance(glance, Success) and glance.unwrap().predicate.min_reader > READER:
        needs = glance.unwrap().predicate.min_reader
        return Failure(TooNew(where=where, what=f"record {manifest.digest}", needs=needs, reads=READER))
    return (
        canonical.decode(text, _Statement)
        .bind(_as_promised)
        .alt(lambda malformed: _damaged(manifest, where, f"{malformed.found}; expected {malformed.expected}"))
    )


def _as_promised(statement: _Statement) -> Result[Record, Malformed]:
    if (statement.type, statement.predicate_type) == (STATEMENT_TYPE, PREDICATE_TYPE):
        return Success(statement.predicate)
    return Failure(Malformed(what="statement", found=statement.predicate_type, expected=PREDICATE_TYPE))


def _fitting(record: Record) -> bytes:
    content = b""
    for length, violations in _TRIMS:
        gates = tuple(_trimmed(result, length, violations) for result in record.gates)
        trimmed = msgspec.structs.replace(record, gates=gates)
        content = canonical.encode(_Statement(subject=(_subject(record),), predicate=trimmed))
        if len(content) <= LARGEST:
            return content
    raise AssertionError(f"a record of {len(content)} bytes without any output: facts are unbounded somewhere")


def _trimmed(result: GateResult, length: int, violations: int) -> GateResult:
    command = result.command[:length] if result.command else result.command
    return msgspec.structs.replace(
        result,
        command=command,
        report=_shortened(result.report, length, violations),
        assessment=_condensed(result.assessment, length, violations),
    )


def _shortened(report: Report, length: int, violations: int) -> Report:
    match report:
        case Examined():
            return msgspec.structs.replace(report, violations=report.violations[:violations])
        case NotStarted(why=why):
            return msgspec.structs.replace(report, why=why[:length])
        case Exited(output=output) | TimedOut(output=output):
            end = output.tail[-length:] if length else ""
            return msgspec.structs.replace(report, output=msgspec.structs.replace(output, tail=end))


def _condensed(assessment: Assessment | None, length: int, findings: int) -> Assessment | None:
    match assessment:
        case Scanned():
            return msgspec.structs.replace(
                assessment,
                names=assessment.names if findings else (),
                blocking=assessment.blocking[:findings],
                allowed=assessment.allowed[:findings],
                remarks=assessment.remarks if findings else (),
            )
        case Unread(why=why):
            return msgspec.structs.replace(assessment, why=why[:length])
        case Compared(breaches=breaches):  # its metrics stay: they are what later ones are compared with
            return msgspec.structs.replace(assessment, breaches=breaches[:findings])
        case Suite(named=named):
            return msgspec.structs.replace(assessment, named=named[:findings])
        case None:
            return None


def _subject(record: Record) -> _Subject:
    """What the statement is about: the artifact, or for a lock the policy it was made under."""
    if record.after is not None:
        return _Subject(name=record.after.version, digest=_in_toto(record.after.digest))
    return _Subject(name="policy", digest=_in_toto(record.policy))


def _in_toto(digest: Digest) -> dict[str, str]:
    algorithm, _, value = digest.partition(":")
    return {algorithm: value}


def _for_readers(record: Record) -> dict[str, str]:
    """What a person sees who looks at the manifest with any other tool; floe itself reads the statement."""
    told = {
        "kind": type(record.event).__struct_config__.tag,
        "environment": record.event.environment,
        "operator": record.operator.name,
        "assurance": record.operator.assurance,
        "version": record.after.version if record.after else None,
        "digest": record.after.digest if record.after else None,
    }
    return {f"dev.floe.promotion.{key}": str(value) for key, value in told.items() if value is not None}


def _statement_of(inside: Contents | None) -> bytes | None:
    text = inside.annotations.get(STATEMENT) if inside and inside.artifact_type == MEDIA_TYPE else None
    return text.encode() if text is not None else None


def _damaged(manifest: Manifest, where: str, why: str) -> LedgerDamaged:
    return LedgerDamaged(where=where, what=f"record {manifest.digest}", why=why)


_EMPTY: Final = Descriptor(media_type=EMPTY, digest=canonical.digest_of(EMPTY_CONTENT), size=len(EMPTY_CONTENT))
