"""Tags are a drawing of the ledger; where they differ, what is missing can be drawn again."""

from hypothesis import given
from hypothesis import strategies as st

from floe.core.drift import Drift, drawn_by, drift, expected_tags, finished_by
from floe.core.effect import MovePointer
from floe.core.event import Promoted
from floe.core.ledger.head import Entry, Head, advance
from floe.core.ledger.record import Expectation, seal
from floe.core.ledger.state import State
from floe.core.names import Digest, EnvironmentName, Tag, is_reserved, pointer
from tests.property import oracle
from tests.property.histories import TAGS, History, draft_of, histories, written
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, NAMES, VERSIONS

tag_maps = st.dictionaries(
    st.sampled_from((*TAGS, *map(Tag, ("floe-log", "latest-moon", "v1.0.0-moon", "notes")))), st.sampled_from(DIGESTS)
)
whole = histories(coherent=True)


def listed(history: History) -> tuple[tuple[Entry, ...], State]:
    head, entries = Head(), list[Entry]()
    for _, record in history:
        advanced = advance(head, seal(record, 2), record)
        head = advanced.head
        entries.append(advanced.entry)
    return tuple(entries), head.state


def drawing(history: History) -> dict[Tag, Digest]:
    return {Tag(tag): digest for tag, digest in oracle.drawn(history).items()}


def repaired(found: dict[Tag, Digest], differences: tuple[Drift, ...], state: State) -> dict[Tag, Digest]:
    """The tags after recovery."""
    return {**found, **{each.name: each.digest for each in drawn_by(differences, state)}}


@given(whole)
def test_what_is_expected_is_what_the_valid_records_drew(history: History) -> None:
    with deciding():
        assert expected_tags(*listed(history)) == drawing(history)


@given(whole, tag_maps)
def test_every_difference_is_found_and_nothing_else(history: History, found: dict[Tag, Digest]) -> None:
    """Row A07."""
    expected = expected_tags(*listed(history))
    with deciding():
        differences = drift(expected, found, NAMES)
    known = [each for each in differences if each.kind != "unrecorded"]
    assert {(each.tag, each.kind) for each in known} == oracle.differences(drawing(history), found)
    assert all((each.expected, each.found) == (expected[each.tag], found.get(each.tag)) for each in known)
    strangers = {each.tag for each in differences if each.kind == "unrecorded"}
    assert strangers == {
        tag for tag in found if tag not in expected and is_reserved(tag, NAMES) and not tag.startswith("floe-")
    }
    assert [each.tag for each in differences] == sorted(each.tag for each in differences)


@given(whole)
def test_tags_that_are_drawn_do_not_drift(history: History) -> None:
    assert drift(expected_tags(*listed(history)), drawing(history), NAMES) == ()


@given(whole, tag_maps)
def test_recovery_mends_all_but_tags_that_are_made_once_and_moved(history: History, found: dict[Tag, Digest]) -> None:
    entries, state = listed(history)
    expected = expected_tags(entries, state)
    after = repaired(found, drift(expected, found, NAMES), state)
    left = drift(expected, after, NAMES)
    assert drawn_by(left, state) == ()
    pointers = {pointer(each.environment) for each in state.environments}
    for each in left:
        assert each.kind == "unrecorded" or (each.kind == "moved" and each.tag not in pointers)


@given(whole, tag_maps)
def test_a_second_recovery_changes_nothing(history: History, found: dict[Tag, Digest]) -> None:
    entries, state = listed(history)
    expected = expected_tags(entries, state)
    once = repaired(found, drift(expected, found, NAMES), state)
    assert repaired(once, drift(expected, once, NAMES), state) == once


@given(whole, tag_maps)
def test_recovery_never_moves_a_tag_that_is_made_once(history: History, found: dict[Tag, Digest]) -> None:
    entries, state = listed(history)
    for each in drawn_by(drift(expected_tags(entries, state), found, NAMES), state):
        assert isinstance(each, MovePointer) or each.name not in found


@given(whole)
def test_w06_drawing_what_the_last_record_left_finishes_that_one(history: History) -> None:
    """Whoever was cut short after its record: what is drawn for it is drawn for nothing else."""
    entries, state = listed(history)
    differences = drift(expected_tags(entries, state), drawing(history[:-1]), NAMES)
    drawn = drawn_by(differences, state)
    with deciding():
        finished = finished_by(drawn, differences, entries)
    assert finished == (history[-1][:1] if drawn else ())


@given(whole)
def test_drawing_everything_finishes_each_record_that_still_shows(history: History) -> None:
    entries, state = listed(history)
    differences = drift(expected_tags(entries, state), {}, NAMES)
    finished = finished_by(drawn_by(differences, state), differences, entries)
    shows = {each.tag: each.record for each in entries if each.void is None and each.tag}
    assert set(finished) >= set(shows.values())
    assert all(each.void is None for each in entries if each.record in finished)
    assert finished_by((), differences, entries) == ()


@given(whole, st.sampled_from(DIGESTS))
def test_a_pointer_that_was_moved_by_hand_finishes_nothing(history: History, elsewhere: Digest) -> None:
    entries, state = listed(history)
    left = {each.environment: each.left for each in entries if each.void is None and each.artifact}
    moved = {pointer(name): elsewhere for name in left if left[name] != elsewhere}
    differences = drift(expected_tags(entries, state), {**drawing(history), **moved}, NAMES)
    assert finished_by(drawn_by(differences, state), differences, entries) == ()


def test_a_tag_of_an_environment_nobody_knows_is_anybody_s() -> None:
    found = {Tag("v1.0.0-moon"): DIGESTS[0], Tag("latest-moon"): DIGESTS[0], Tag("floe-log"): DIGESTS[0]}
    assert [each.tag for each in drift({}, found, NAMES)] == ["latest-moon"]
    assert [each.tag for each in drift({}, found, (EnvironmentName("moon"),))] == ["latest-moon", "v1.0.0-moon"]


def test_a_tag_that_was_drawn_for_a_record_that_lost_is_named_with_both() -> None:
    event = Promoted(version=VERSIONS[0], digest=DIGESTS[0], source="none", environment=NAMES[0])
    lost = written(draft_of(event, 1, expects=Expectation(after=DIGESTS[2])), 1)
    entries, state = listed((lost,))
    found = {Tag("v1.0.0-dev"): DIGESTS[0], Tag("v1.1.0-dev"): DIGESTS[0]}
    outvoted, unrecorded = drift(expected_tags(entries, state), found, NAMES, entries)
    assert (outvoted.kind, outvoted.record, outvoted.winner) == ("outvoted", lost[0], DIGESTS[2])
    assert unrecorded.kind == "unrecorded"
    assert drawn_by((outvoted, unrecorded), state) == ()
