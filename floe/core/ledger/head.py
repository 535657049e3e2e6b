"""The head of a ledger: its state, its newest records, and the segments that hold the others.

The head is a cache, rebuilt from records whenever it must be. It is an OCI index, so that whatever copies or
collects by reference reaches every record through it.
"""

from typing import Final

import msgspec
from returns.result import Failure, Result, Success

from floe.core import canonical
from floe.core.artifact import INDEX, MANIFEST, Descriptor, Manifest, contents, describe
from floe.core.drawing import own_tag
from floe.core.event import moved_to
from floe.core.fault import Fault, LedgerDamaged, TooNew
from floe.core.ledger.folding import evolve
from floe.core.ledger.record import MEDIA_TYPE, Record
from floe.core.ledger.state import State
from floe.core.names import ADigest, Digest, EnvironmentName, Tag
from floe.core.value import Value

TAG: Final = Tag("floe-log")
FOLD: Final = 1  # version of the folding rules; a head of another one is rebuilt
TAIL: Final = 16  # records the head keeps at least
SEGMENT: Final = 64  # records a segment holds
HEAD_TYPE: Final = "application/vnd.dev.floe.ledger.head.v1+json"
SEGMENT_TYPE: Final = "application/vnd.dev.floe.ledger.segment.v1+json"
_VOID: Final = "dev.floe.ledger.void"
_STATE: Final = "dev.floe.ledger.state"
_PREFIX: Final = "dev.floe.ledger."


class Entry(Value, frozen=True, kw_only=True):
    """A record as lists name it: enough to tell whether it concerns an artifact, without reading it."""

    record: ADigest
    size: int  # bytes of its manifest
    position: int
    kind: str
    environment: EnvironmentName
    tag: Tag | None = None  # the one this record makes
    artifact: ADigest | None = None
    left: ADigest | None = None  # the artifact that the pointer left
    void: ADigest | None = None

    def concerns(self, artifact: Digest, environments: frozenset[str]) -> bool:
        return self.environment in environments and artifact in (self.artifact, self.left)


class Head(Value, frozen=True, kw_only=True):
    state: State = State()
    tail: tuple[Entry, ...] = ()  # oldest first
    segments: tuple[Descriptor, ...] = ()  # oldest first
    tips: tuple[ADigest, ...] = ()  # the records that no other came after; where writers take turns, one
    count: int = 0  # of records in segments
    xor: str = "0" * 32  # of the first 32 hex digits of their digests

    @property
    def length(self) -> int:
        return self.count + len(self.tail)

    @property
    def voids(self) -> frozenset[Digest]:
        """All records that do not count."""
        sealed = (name for each in self.segments for name in each.annotations.get(_VOID, "").split(",") if name)
        return frozenset((*map(Digest, sealed), *(entry.record for entry in self.tail if entry.void)))


class Advanced(Value, frozen=True, kw_only=True):
    """A head after one more record, the record's entry, and the segment that was sealed by it, if one was."""

    head: Head
    entry: Entry
    sealed: Manifest | None = None


class _Summary(Value, frozen=True, kw_only=True):
    """What of a head stands in its annotation."""

    fold: int = FOLD
    count: int
    xor: str
    tips: tuple[ADigest, ...]
    state: State


def advance(head: Head, sealed_record: Manifest, record: Record) -> Advanced:
    """The head with one more record at its end; nothing before it changes place."""
    state, won = evolve(head.state, sealed_record.digest, record)
    entry = _entry(sealed_record, record, head.length, won)
    tail = (*head.tail, entry)
    tips = (*(tip for tip in head.tips if tip not in record.predecessors), sealed_record.digest)
    if len(tail) < TAIL + SEGMENT:
        return Advanced(head=msgspec.structs.replace(head, state=state, tail=tail, tips=tips), entry=entry)
    old, kept = tail[:SEGMENT], tail[SEGMENT:]
    segment = segment_of(old)
    grown = Head(
        state=state,
        tail=kept,
        segments=(*head.segments, _described(segment, old)),
        tips=tips,
        count=head.count + len(old),
        xor=_folded(head.xor, old),
    )
    return Advanced(head=grown, entry=entry, sealed=segment)


def segment_of(entries: tuple[Entry, ...]) -> Manifest:
    return _index(SEGMENT_TYPE, tuple(_describe(entry) for entry in entries), {})


def segment_tag(segment: Manifest, named: Head, from_end: int) -> Tag:
    """The tag of a segment that is the `from_end`-th last of those a head names: first and last position, digest."""
    return _segment_tag(len(named.segments) - from_end, segment.digest)


def segment_tags(named: Head) -> dict[Tag, Digest]:
    """Every segment of a head by its tag."""
    return {_segment_tag(number, each.digest): each.digest for number, each in enumerate(named.segments)}


def entries_of(segment: Manifest, where: str) -> Result[tuple[Entry, ...], Fault]:
    """The entries a segment lists."""
    inside = contents(segment)
    if inside is None or inside.artifact_type != SEGMENT_TYPE:
        return Failure(LedgerDamaged(where=where, what=f"segment {segment.digest}", why="it is no segment"))
    return _entries(inside.manifests, where)


def encode(head: Head) -> Manifest:
    summary = _Summary(count=head.count, xor=head.xor, tips=head.tips, state=head.state)
    listed = (*head.segments, *(_describe(entry) for entry in head.tail))
    return _index(HEAD_TYPE, listed, {_STATE: canonical.encode(summary).decode()})


def decode(manifest: Manifest, where: str) -> Result[Head, Fault]:
    inside = contents(manifest)
    damaged = LedgerDamaged(where=where, what=f"head {manifest.digest}", why="it is no ledger head")
    if inside is None or inside.artifact_type != HEAD_TYPE or _STATE not in inside.annotations:
        return Failure(damaged)
    text = inside.annotations[_STATE].encode()
    segments = tuple(each for each in inside.manifests if each.media_type == INDEX)
    tail = tuple(each for each in inside.manifests if each.media_type == MANIFEST)
    return _summary(text, where).bind(
        lambda summary: _entries(tail, where).bind(
            lambda entries: (
                Success(_head(summary, entries, segments))
                if summary.count == SEGMENT * len(segments)
                else Failure(msgspec.structs.replace(damaged, why=_miscounted(summary.count, len(segments))))
            )
        )
    )


def _head(summary: _Summary, tail: tuple[Entry, ...], segments: tuple[Descriptor, ...]) -> Head:
    return Head(
        state=summary.state, tail=tail, segments=segments, tips=summary.tips, count=summary.count, xor=summary.xor
    )


def _miscounted(count: int, segments: int) -> str:
    return f"it counts {count} sealed records, and lists {segments} segments of {SEGMENT}"


def _summary(text: bytes, where: str) -> Result[_Summary, Fault]:
    found = canonical.decode(text, _Fold)
    if isinstance(found, Success) and found.unwrap().fold > FOLD:
        return Failure(TooNew(where=where, what="the ledger's head", needs=found.unwrap().fold, reads=FOLD))
    return canonical.decode(text, _Summary).alt(
        lambda malformed: LedgerDamaged(where=where, what="the ledger's head", why=malformed.found)
    )


class _Fold(Value, frozen=True, kw_only=True):
    fold: int


def _segment_tag(number: int, digest: Digest) -> Tag:
    first = number * SEGMENT
    return Tag(f"floe-seg.{first:08d}-{first + SEGMENT - 1:08d}.{digest.removeprefix('sha256:')[:32]}")


def _described(segment: Manifest, entries: tuple[Entry, ...]) -> Descriptor:
    """A segment as the head lists it, with the records in it that do not count."""
    voids = ",".join(entry.record for entry in entries if entry.void)
    return msgspec.structs.replace(describe(segment), annotations={_VOID: voids} if voids else {})


def _entry(manifest: Manifest, record: Record, position: int, won: Digest | None) -> Entry:
    placement, before = moved_to(record.event), record.before
    return Entry(
        record=manifest.digest,
        size=len(manifest.content),
        position=position,
        kind=str(type(record.event).__struct_config__.tag),
        environment=record.event.environment,
        tag=own_tag(record.event),
        artifact=placement.digest if placement else None,
        left=before.digest if before else None,
        void=won,
    )


def _describe(entry: Entry) -> Descriptor:
    fields = msgspec.to_builtins(entry)
    told = {name: str(fields[name]) for name in _ANNOTATED if fields[name] is not None}
    return Descriptor(
        media_type=MANIFEST,
        digest=entry.record,
        size=entry.size,
        artifact_type=MEDIA_TYPE,
        annotations={f"{_PREFIX}{name}": text for name, text in told.items()},
    )


def _entries(descriptors: tuple[Descriptor, ...], where: str) -> Result[tuple[Entry, ...], Fault]:
    try:
        return Success(tuple(_read(each) for each in descriptors))
    except msgspec.ValidationError as error:
        return Failure(LedgerDamaged(where=where, what="a list of records", why=str(error)))


def _read(descriptor: Descriptor) -> Entry:
    told = {key.removeprefix(_PREFIX): text for key, text in descriptor.annotations.items()}
    return msgspec.convert({**told, "record": descriptor.digest, "size": descriptor.size}, Entry, strict=False)


def _index(kind: str, manifests: tuple[Descriptor, ...], annotations: dict[str, str]) -> Manifest:
    body = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "artifactType": kind,
        "manifests": manifests,
        "annotations": annotations,
    }
    return Manifest(media_type=INDEX, content=canonical.encode(body))


def _folded(xor: str, entries: tuple[Entry, ...]) -> str:
    value = int(xor, 16)
    for entry in entries:
        value ^= int(entry.record.removeprefix("sha256:")[:32], 16)
    return f"{value:032x}"


_ANNOTATED: Final = ("position", "kind", "environment", "tag", "artifact", "left", "void")
