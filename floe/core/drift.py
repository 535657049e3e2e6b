"""Whether the tags are what the ledger would have drawn; where not, what to draw, and what only a person can mend."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import msgspec

from floe.core.effect import CreateTag, Drawing, MovePointer
from floe.core.ledger.head import Entry
from floe.core.ledger.state import State
from floe.core.names import ADigest, Digest, EnvironmentName, Tag, is_reserved, pointer
from floe.core.value import Value


class Drift(Value, frozen=True, kw_only=True):
    """One tag that is not as the ledger has it; an absent digest means no such tag, or no such record.

    An outvoted tag was drawn for a record that did not count in the end: it and its winner are named.
    """

    tag: Tag
    kind: Literal["missing", "moved", "unrecorded", "outvoted"]
    expected: ADigest | None
    found: ADigest | None
    record: ADigest | None = None
    winner: ADigest | None = None


Tags: TypeAlias = Mapping[Tag, Digest]


def expected_tags(entries: Iterable[Entry], state: State) -> dict[Tag, Digest]:
    """Every tag that valid records made, and each pointer where its environment stands."""
    made = {entry.tag: entry.artifact for entry in entries if entry.void is None and entry.tag and entry.artifact}
    pointers = {pointer(each.environment): each.current.digest for each in state.environments if each.current}
    return {**made, **pointers}


def drift(
    expected: Tags, found: Tags, environments: tuple[EnvironmentName, ...], entries: Iterable[Entry] = ()
) -> tuple[Drift, ...]:
    """Every difference, by tag name; the entries tell which tags were drawn for records that do not count."""
    outvoted = {entry.tag: entry for entry in entries if entry.void is not None and entry.tag}
    differences = _differences(expected, found, environments)
    return tuple(sorted((_named(each, outvoted) for each in differences), key=lambda each: each.tag))


def drawn_by(differences: Iterable[Drift], state: State) -> tuple[Drawing, ...]:
    """What recovery draws: tags that are missing, and pointers. A tag that is made once is never moved."""
    return tuple(_redrawn(differences, {pointer(each.environment): each.environment for each in state.environments}))


def finished_by(drawn: Iterable[Drawing], differences: Iterable[Drift], entries: Iterable[Entry]) -> tuple[Digest, ...]:
    """The records that others wrote and these drawings finish, in ledger order.

    The last one's tag was made, or the pointer moved from where it was when that was written; a pointer that had
    gone anywhere else was moved by hand.
    """
    valid = tuple(entry for entry in entries if entry.void is None and entry.artifact is not None)
    found = {each.tag: each.found for each in differences}
    by_tag = {entry.tag: entry for entry in valid}
    by_environment = {entry.environment: entry for entry in valid}
    finished: set[Digest] = set()
    for each in drawn:
        if isinstance(each, CreateTag):
            finished.add(by_tag[each.name].record)
        elif each.name in found and found[each.name] == by_environment[each.environment].left:
            finished.add(by_environment[each.environment].record)
    return tuple(entry.record for entry in valid if entry.record in finished)


def _differences(expected: Tags, found: Tags, environments: tuple[EnvironmentName, ...]) -> Iterator[Drift]:
    for tag, digest in expected.items():
        there = found.get(tag)
        if there != digest:
            yield Drift(tag=tag, kind="missing" if there is None else "moved", expected=digest, found=there)
    for tag in found:
        if tag not in expected and not tag.startswith("floe-") and is_reserved(tag, environments):
            yield Drift(tag=tag, kind="unrecorded", expected=None, found=found[tag])


def _named(each: Drift, outvoted: Mapping[Tag, Entry]) -> Drift:
    entry = outvoted.get(each.tag)
    if each.kind != "unrecorded" or entry is None:
        return each
    return msgspec.structs.replace(each, kind="outvoted", record=entry.record, winner=entry.void)


def _redrawn(differences: Iterable[Drift], pointers: Mapping[Tag, EnvironmentName]) -> Iterator[Drawing]:
    for each in differences:
        if each.expected is None:
            continue
        if each.tag in pointers:
            yield MovePointer(name=each.tag, environment=pointers[each.tag], digest=each.expected)
        elif each.kind == "missing":
            yield CreateTag(name=each.tag, digest=each.expected)
