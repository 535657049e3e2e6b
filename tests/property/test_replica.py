"""What a copy must hold follows from the ledger alone, and what it lacks from two lists of tags."""

from hypothesis import given
from hypothesis import strategies as st

from floe.core.drift import expected_tags
from floe.core.fault import Diverged, Fault
from floe.core.ledger.head import SEGMENT, Head, segment_tag, segment_tags
from floe.core.ledger.merge import listed, tag_of
from floe.core.ledger.state import State
from floe.core.names import Digest, Tag, environment_tag, is_reserved, parse_version
from floe.core.replica import Lag, Synced, drawn, drawn_names, lag, other, placed, short, shorts, tags_of
from tests.property.histories import TAGS, History, histories
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, NAMES, VERSIONS, faults
from tests.property.test_drift import listed as listed_entries
from tests.property.test_head import grown
from tests.property.test_merge import everything

whole = histories(coherent=True)
tag_sets = st.frozensets(
    st.sampled_from((*TAGS, *map(Tag, (*VERSIONS, "floe-log", "latest-dev", "notes", "sha256-" + "0" * 64))))
)
records = st.frozensets(st.sampled_from([short(each) for each in DIGESTS]))


@given(whole)
def test_what_is_drawn_is_what_every_reader_expects_but_pointers(history: History) -> None:
    entries, _ = listed_entries(history)
    with deciding():
        assert drawn(entries) == expected_tags(entries, State())


@given(whole, tag_sets)
def test_release_tags_are_copied_where_they_are_and_were_promoted(history: History, names: frozenset[Tag]) -> None:
    entries, _ = listed_entries(history)
    with deciding():
        wanted = tags_of(entries, names)
    assert drawn(entries).items() <= wanted.items()
    for tag in wanted.keys() - drawn(entries).keys():
        assert tag in names
        version = parse_version(tag).unwrap()
        made = {each.artifact for each in entries if each.tag == environment_tag(version, each.environment)}
        assert wanted[tag] in made


@given(whole)
def test_a_pointer_was_only_where_some_record_put_it(history: History) -> None:
    entries, state = listed_entries(history)
    for name in NAMES:
        with deciding():
            known = placed(entries, name)
        current = state.of(name).current
        assert current is None or current.digest in known
        assert known == {each.artifact for each in entries if each.environment == name} - {None}


@given(tag_sets)
def test_names_that_only_records_make_are_reserved_and_do_not_move(names: frozenset[Tag]) -> None:
    with deciding():
        found = drawn_names(names, NAMES)
    assert found == {each for each in names if is_reserved(each, NAMES) and not each.startswith(("floe-", "latest-"))}


@given(tag_sets, tag_sets, records, records)
def test_how_far_a_copy_is_behind_is_what_it_lacks(
    names: frozenset[Tag], there: frozenset[Tag], ours: frozenset[str], theirs: frozenset[str]
) -> None:
    with deciding():
        found = lag(ours, names, theirs, there, NAMES)
    assert found.records - found.own == len(ours) - len(theirs)
    assert found.tags == len({each for each in names - there if each in drawn_names(names, NAMES)})
    assert found.is_none == (found == Lag())


@given(st.dictionaries(st.sampled_from(TAGS), st.sampled_from(DIGESTS)))
def test_what_is_missing_is_not_another(expected: dict[Tag, Digest]) -> None:
    with deciding():
        assert other(expected, dict(expected)) == {}
        assert other(expected, dict.fromkeys(expected)) == {}
        swapped = {tag: next(each for each in DIGESTS if each != digest) for tag, digest in expected.items()}
        assert other(expected, swapped) == swapped


@given(st.integers(0, SEGMENT))
def test_records_are_known_by_the_names_their_tags_give_them(length: int) -> None:
    with deciding():
        known = shorts(listed([tag_of(each) for each in everything(length)]))
    assert known == {short(each.manifest.digest) for each in everything(length)}


@given(st.integers(0, 3 * SEGMENT))
def test_segments_are_named_as_whoever_wrote_them_named_them(length: int) -> None:
    known, sealed = grown(length).head, grown(length).sealed
    with deciding():
        tags = segment_tags(known)
    assert tags == {segment_tag(each, known, len(sealed) - number): each.digest for number, each in enumerate(sealed)}
    assert segment_tags(Head()) == {}


@given(faults, st.integers(0, 1))
def test_what_became_of_a_copy_is_told_by_its_fault(fault: Fault, news: int) -> None:
    failed = Synced(registry="eu", location="oci://eu/app", fault=fault, records=news)
    done = Synced(registry="eu", location="oci://eu/app", tags=news)
    with deciding():
        assert (done.status, done.error, done.digest) == ("synced", None, None)
        assert failed.status == ("diverged" if isinstance(fault, Diverged) else "pending")
        assert failed.error
        assert failed.has_news == done.has_news == bool(news)


@given(st.sampled_from(DIGESTS))
def test_what_stands_in_the_place_of_a_tag_is_told(found: Digest) -> None:
    fault = Diverged(where="oci://eu/app", what="tag v1 is another one", found=found, expected="x")
    assert Synced(registry="eu", location="oci://eu/app", fault=fault).digest == found
