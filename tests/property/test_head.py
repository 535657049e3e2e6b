"""The head keeps every record in its place, and stays small."""

import json
from functools import cache

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import INDEX, Manifest, describe
from floe.core.event import Event, Locked, Promoted
from floe.core.fault import LedgerDamaged, TooNew
from floe.core.ledger import head
from floe.core.ledger.folding import fold
from floe.core.ledger.head import (
    SEGMENT,
    TAIL,
    Entry,
    Head,
    advance,
    decode,
    encode,
    entries_of,
    segment_of,
    segment_tag,
)
from floe.core.ledger.record import Expectation, Record, place, seal
from floe.core.names import Digest, parse_tag
from tests.property import oracle
from tests.property.histories import History, draft_of, histories
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, NAMES, VERSIONS, any_of

LONGEST = TAIL + 3 * SEGMENT + 5
WHERE = "memory://registry"


class Grown(msgspec.Struct):
    """A head, with everything that was ever in it."""

    head: Head
    records: list[Record]
    entries: list[Entry]
    sealed: list[Manifest]


def event(number: int) -> Event:
    if number % 7 == 3:
        return Locked(environment=NAMES[number % 2], reason="x")
    return Promoted(
        version=VERSIONS[number % 3], digest=DIGESTS[number % 2], source="none", environment=NAMES[number % 2]
    )


@cache
def grown(length: int) -> Grown:
    """A head after so many records, one after the other; every fifth expects something untrue."""
    if length == 0:
        return Grown(Head(), [], [], [])
    before = grown(length - 1)
    expects = Expectation(after=DIGESTS[2]) if length % 5 == 0 else Expectation()
    record = place(
        draft_of(event(length), length, expects=expects), seq=length, predecessors=before.head.tips, repository=WHERE
    )
    advanced = advance(before.head, seal(record, 2), record)
    sealed = [advanced.sealed] if advanced.sealed else []
    return Grown(advanced.head, [*before.records, record], [*before.entries, advanced.entry], [*before.sealed, *sealed])


for _step in range(0, LONGEST, 50):
    grown(_step)  # so that no later call goes deep

lengths = st.integers(0, LONGEST)


@given(lengths)
def test_all_entries_are_kept_in_order(length: int) -> None:
    found = grown(length)
    with deciding():
        listed = [entry for segment in found.sealed for entry in entries_of(segment, WHERE).unwrap()]
    listed += found.head.tail
    assert listed == found.entries
    assert [entry.position for entry in listed] == list(range(length))
    assert [entry.record for entry in listed] == [seal(record, 2).digest for record in found.records]


@given(lengths)
def test_segments_are_full_and_the_tail_is_neither_short_nor_long(length: int) -> None:
    now = grown(length).head
    assert len(now.segments) == (length - TAIL) // SEGMENT if length >= TAIL else not now.segments
    assert now.count == SEGMENT * len(now.segments)
    assert min(length, TAIL) <= len(now.tail) < TAIL + SEGMENT
    assert now.length == length
    assert [each.digest for each in now.segments] == [each.digest for each in grown(length).sealed]
    assert now.tips == tuple(entry.record for entry in now.tail[-1:])


@given(lengths)
def test_count_and_xor_are_those_of_the_sealed_records(length: int) -> None:
    found = grown(length)
    assert found.head.xor == oracle.xor(entry.record for entry in found.entries[: found.head.count])


@given(lengths)
def test_a_head_knows_the_state_and_all_void_records(length: int) -> None:
    found = grown(length)
    state, known = fold((entry.record, record) for entry, record in zip(found.entries, found.records, strict=True))
    assert found.head.state == state
    assert found.head.voids == {each.digest for each in known if each.void}
    assert [entry.void for entry in found.entries] == [each.void for each in known]


@given(lengths)
def test_a_head_survives_being_written_down(length: int) -> None:
    now = grown(length).head
    manifest = encode(now)
    with deciding():
        assert decode(manifest, WHERE) == Success(now)
    assert encode(decode(manifest, WHERE).unwrap()) == manifest
    assert {each["digest"] for each in json.loads(manifest.content)["manifests"]} >= {
        entry.record for entry in now.tail
    }


@given(histories(longest=5), st.sampled_from(DIGESTS), st.frozensets(st.sampled_from(NAMES)))
def test_an_entry_tells_which_artifacts_a_record_concerns(
    history: History, artifact: Digest, places: frozenset[str]
) -> None:
    for _, record in history:
        entry = advance(Head(), seal(record, 2), record).entry
        about = {each.digest for each in (record.before, record.after) if each}
        concerned = artifact in about and record.event.environment in places
        assert entry.concerns(artifact, places) == concerned


@given(st.lists(any_of(Entry), max_size=4).map(tuple))
def test_a_segment_survives_being_written_down(entries: tuple[Entry, ...]) -> None:
    assert entries_of(segment_of(entries), WHERE) == Success(entries)


def test_the_tag_of_a_segment_says_what_is_in_it() -> None:
    found = grown(LONGEST)
    tags = [segment_tag(each, found.head, number) for number, each in zip((3, 2, 1), found.sealed, strict=True)]
    assert [tag.rpartition(".")[0] for tag in tags] == [
        "floe-seg.00000000-00000063",
        "floe-seg.00000064-00000127",
        "floe-seg.00000128-00000191",
    ]
    assert all(isinstance(parse_tag(tag), Success) for tag in tags)


def test_writers_who_did_not_see_each_other_leave_two_tips() -> None:
    now = grown(3).head
    seen = now.tips
    for number in (1, 2):
        record = place(draft_of(event(1), 90 + number), seq=4, predecessors=seen, repository=WHERE)
        now = advance(now, seal(record, 2), record).head
    assert len(now.tips) == 2
    joining = place(draft_of(event(1), 99), seq=5, predecessors=now.tips, repository=WHERE)
    assert len(advance(now, seal(joining, 2), joining).head.tips) == 1


# Damage -------------------------------------------------------------------------------------------------------------


def altered(manifest: Manifest, **changes: object) -> Manifest:
    body = {**json.loads(manifest.content), **changes}
    return Manifest(media_type=INDEX, content=canonical.encode(body))


STATE = "dev.floe.ledger.state"
HEAD = encode(grown(TAIL).head)
SUMMARY = json.loads(json.loads(HEAD.content)["annotations"][STATE])
LISTED = json.loads(HEAD.content)["manifests"]


def summarized(**changes: object) -> Manifest:
    text = canonical.encode({**SUMMARY, **changes}).decode()
    return altered(HEAD, annotations={STATE: text})


DAMAGED = {
    "no manifest": Manifest(media_type=INDEX, content=b"nothing"),
    "another type": altered(HEAD, artifactType="text/plain"),
    "no state": altered(HEAD, annotations={}),
    "a state that is none": altered(HEAD, annotations={STATE: "{}"}),
    "a state that is spelled otherwise": altered(HEAD, annotations={STATE: " " + canonical.encode(SUMMARY).decode()}),
    "a state of the wrong shape": summarized(state=[]),
    "an entry that says nothing": altered(HEAD, manifests=[{**LISTED[0], "annotations": {}}]),
    "an entry with a position that is no number": altered(
        HEAD, manifests=[{**LISTED[0], "annotations": {**LISTED[0]["annotations"], "dev.floe.ledger.position": "x"}}]
    ),
    "an entry that is no digest": altered(HEAD, manifests=[{**LISTED[0], "digest": "sha256:1"}]),
    "a segment": segment_of(grown(3).head.tail),
    "a count without its segment": summarized(count=SEGMENT),
    "a segment that is not counted": altered(HEAD, manifests=[*LISTED, describe(segment_of(grown(3).head.tail))]),
}


@pytest.mark.parametrize("manifest", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_head_is_refused(manifest: Manifest) -> None:
    with deciding():
        assert isinstance(decode(manifest, WHERE).failure(), LedgerDamaged)


@pytest.mark.parametrize(
    "manifest",
    [HEAD, Manifest(media_type=INDEX, content=b"nothing"), altered(segment_of(grown(3).head.tail), manifests=[{}])],
)
def test_what_is_no_segment_is_refused(manifest: Manifest) -> None:
    assert isinstance(entries_of(manifest, WHERE).failure(), LedgerDamaged)


@given(lengths, st.integers(-SEGMENT, SEGMENT))
def test_a_head_counts_what_its_segments_hold_or_is_damaged(length: int, by: int) -> None:
    now = grown(length).head
    miscounted = encode(msgspec.structs.replace(now, count=now.count + by))
    with deciding():
        found = decode(miscounted, WHERE)
    assert found == Success(now) if by == 0 else isinstance(found.failure(), LedgerDamaged)


def test_a_head_of_newer_rules_is_too_new_whatever_else_it_says() -> None:
    newer = canonical.encode({"fold": head.FOLD + 1, "something": "else"}).decode()
    fault = decode(altered(HEAD, annotations={STATE: newer}), WHERE).failure()
    assert isinstance(fault, TooNew)
    assert (fault.needs, fault.reads) == (head.FOLD + 1, head.FOLD)


@given(st.integers(0, len(HEAD.content) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_seen_by_its_digest(at: int, by: int) -> None:
    content = bytearray(HEAD.content)
    content[at] ^= by
    changed = Manifest(media_type=INDEX, content=bytes(content))
    assert changed.digest != HEAD.digest
    assert isinstance(decode(changed, WHERE), Success | Failure)
    assert describe(changed).digest != describe(HEAD).digest
