"""Merging a head with the records that a registry lists: the order in which all readers agree.

On a registry without compare-and-swap, each record has a tag of its own, and the head is a cache. The set of record
tags only grows, so whoever looks at the head first and lists the tags then misses nothing that was acknowledged.
"""

from collections.abc import Iterable
from typing import Final

from floe.core.artifact import Manifest
from floe.core.event import moved_to
from floe.core.ledger.head import Head, advance
from floe.core.ledger.record import Record
from floe.core.names import Digest, Tag
from floe.core.value import Value

SHORT: Final = 32  # hex digits by which a tag names a record
SHORTER: Final = 16  # hex digits by which a tag names an artifact
NO_ARTIFACT: Final = "0" * SHORTER
_PREFIX: Final = "floe-log."
_PARTS: Final = 5
_LENGTHS: Final = [SHORT, SHORTER, SHORTER]
_HEX: Final = frozenset("0123456789abcdef")


class Listed(Value, frozen=True, kw_only=True):
    """A record as its tag names it: its writer's guess of the position, and the artifacts it concerns."""

    seq: int
    record: str
    artifact: str
    left: str
    tag: Tag

    def concerns(self, artifact: Digest) -> bool:
        return _cut(artifact, SHORTER) in (self.artifact, self.left)


class Written(Value, frozen=True, kw_only=True):
    """A record as it was read: its bytes and what they say."""

    manifest: Manifest
    record: Record


def tag_of(written: Written) -> Tag:
    """The tag that a record has to itself: it can never be written over by another record."""
    record = written.record
    placement, before = moved_to(record.event), record.before
    artifact = _cut(placement.digest, SHORTER) if placement else NO_ARTIFACT
    left = _cut(before.digest, SHORTER) if before else NO_ARTIFACT
    return Tag(f"floe-log.{record.seq:08d}.{_cut(written.manifest.digest, SHORT)}.{artifact}.{left}")


def listed(names: Iterable[Tag]) -> tuple[Listed, ...]:
    """The records among some tags, by their writers' guesses."""
    found = (_read(name) for name in names if name.startswith(_PREFIX))
    return tuple(sorted((each for each in found if each), key=lambda each: (each.seq, each.record)))


def missing(head: Head, records: tuple[Listed, ...]) -> tuple[Listed, ...] | None:
    """The listed records that the head lacks; None when only its segments can tell.

    The sealed part is known by its number and its XOR. What is left over beyond it is missing, and is most likely what
    was listed with the highest guesses: if the XOR of the rest agrees, it is.
    """
    tail = {_cut(entry.record, SHORT) for entry in head.tail}
    rest = tuple(each for each in records if each.record not in tail)
    surplus = len(rest) - head.count
    if surplus < 0:
        return None
    cut = len(rest) - surplus
    return rest[cut:] if _xor(rest[:cut]) == head.xor else None


def missing_from(known: Iterable[Digest], records: tuple[Listed, ...]) -> tuple[Listed, ...]:
    """The listed records that are not among all those the head and its segments name."""
    names = {_cut(digest, SHORT) for digest in known}
    return tuple(each for each in records if each.record not in names)


def merged(head: Head, found: Iterable[Written]) -> tuple[Head, tuple[Manifest, ...]]:
    """The head with more records behind its own, and the segments that were sealed by that. Its order stands."""
    segments: list[Manifest] = []
    for each in found:
        advanced = advance(head, each.manifest, each.record)
        head = advanced.head
        segments.extend([advanced.sealed] if advanced.sealed else [])
    return head, tuple(segments)


def by_guess(found: Iterable[Written]) -> tuple[Written, ...]:
    """Records as every reader orders those that a head lacks: by (seq, digest)."""
    return tuple(sorted(found, key=lambda each: (each.record.seq, each.manifest.digest)))


def in_order(found: Iterable[Written]) -> tuple[Written, ...]:
    """Records by their predecessors, and by (seq, digest) where those leave it open: for when the head is lost."""
    waiting = list(by_guess(found))
    there = {each.manifest.digest for each in waiting}
    placed: dict[Digest, Written] = {}
    while waiting:
        ready = next(
            (each for each in waiting if all(p in placed or p not in there for p in each.record.predecessors)),
            waiting[0],
        )
        placed[ready.manifest.digest] = ready
        waiting.remove(ready)
    return tuple(placed.values())


def _read(name: Tag) -> Listed | None:
    """The parts of a record's tag; None when it is no such tag, whatever it begins with."""
    parts = name.split(".")
    if len(parts) != _PARTS or not parts[1].isdecimal() or list(map(len, parts[2:])) != _LENGTHS:
        return None
    _, seq, record, artifact, left = parts
    if not _HEX.issuperset(record + artifact + left):
        return None
    return Listed(seq=int(seq), record=record, artifact=artifact, left=left, tag=name)


def _cut(digest: Digest, length: int) -> str:
    return digest.removeprefix("sha256:")[:length]


def _xor(records: Iterable[Listed]) -> str:
    value = 0
    for each in records:
        value ^= int(each.record, 16)
    return f"{value:032x}"
