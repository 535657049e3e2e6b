"""Whoever looks, and in whatever order records are listed: all readers see one ledger."""

from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from floe.core.ledger.folding import fold
from floe.core.ledger.head import SEGMENT, TAIL, Head
from floe.core.ledger.merge import (
    SHORT,
    Listed,
    Written,
    by_guess,
    in_order,
    listed,
    merged,
    missing,
    missing_from,
    tag_of,
)
from floe.core.ledger.record import place, seal
from floe.core.names import Digest, Tag
from tests.property.histories import REPOSITORY, History, draft_of, folded, histories
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS
from tests.property.test_head import event, grown

LONGEST = TAIL + SEGMENT + 20


def wrote(number: int, seq: int, head: Head) -> Written:
    record = place(draft_of(event(number), number), seq=seq, predecessors=head.tips, repository=REPOSITORY)
    return Written(manifest=seal(record, 2), record=record)


def everything(length: int) -> list[Written]:
    return [Written(manifest=seal(record, 2), record=record) for record in grown(length).records]


@given(st.integers(0, LONGEST), st.integers(0, 12), st.randoms(use_true_random=False))
def test_what_a_head_lacks_is_found_by_number_and_xor(length: int, behind: int, random: Random) -> None:
    behind = min(behind, length)
    stored, all_tags = grown(length - behind).head, [tag_of(each) for each in everything(length)]
    random.shuffle(all_tags)
    with deciding():
        found = missing(stored, listed(all_tags))
    assert found is not None
    expected = [tag_of(each) for each in everything(length)[length - behind :]]
    assert [each.tag for each in found] == expected


@given(st.integers(0, LONGEST), st.integers(0, 5))
def test_a_head_completed_by_anybody_is_the_same(length: int, behind: int) -> None:
    behind = min(behind, length)
    late = everything(length)[length - behind :]
    completed, segments = merged(grown(length - behind).head, late)
    assert completed == grown(length).head
    assert list(segments) == grown(length).sealed[len(grown(length - behind).sealed) :]


@given(st.integers(1, 12).flatmap(lambda n: st.permutations(range(n))))
def test_a_lost_head_is_rebuilt_the_same_from_any_listing(order: list[int]) -> None:
    written = everything(len(order))
    rebuilt, _ = merged(Head(), in_order(written[place] for place in order))
    assert rebuilt.state == grown(len(order)).head.state
    assert rebuilt.tail == grown(len(order)).head.tail


@given(st.integers(1, 10), st.lists(st.integers(1, 3), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_racing_records_are_ordered_alike_by_all_readers(length: int, guesses: list[int], random: Random) -> None:
    head = grown(length).head
    racing = [wrote(50 + number, length + guess, head) for number, guess in enumerate(guesses)]
    shuffled = list(racing)
    random.shuffle(shuffled)
    one, other = by_guess(racing), by_guess(shuffled)
    assert one == other
    assert merged(head, one)[0] == merged(head, other)[0]
    keys = [(each.record.seq, each.manifest.digest) for each in one]
    assert keys == sorted(keys)


@given(st.integers(SEGMENT + TAIL, LONGEST), st.integers(0, SEGMENT - 1), st.integers(1, 3))
def test_a_record_that_vanished_from_the_sealed_part_is_noticed(length: int, gone: int, more: int) -> None:
    """Then only the segments can tell what is missing."""
    head = grown(length).head
    rest = [tag_of(each) for place, each in enumerate(everything(length)) if place != gone]
    assert missing(head, listed(rest)) is None
    late = [tag_of(wrote(70 + number, 1, head)) for number in range(more)]
    found = missing(head, listed([*rest, *late]))
    assert found is None


@given(st.integers(SEGMENT + TAIL, LONGEST))
def test_a_late_record_with_an_early_guess_is_left_to_the_segments(length: int) -> None:
    head = grown(length).head
    late = tag_of(wrote(70, 1, head))
    records = listed([late, *(tag_of(each) for each in everything(length))])
    assert missing(head, records) is None
    assert [each.tag for each in missing_from((entry.record for entry in grown(length).entries), records)] == [late]


@given(histories(longest=4), st.sampled_from(DIGESTS))
def test_a_tag_tells_what_its_record_is_about(history: History, artifact: Digest) -> None:
    for known in folded(history)[1]:
        written = Written(manifest=seal(known.record, 2), record=known.record)
        [read] = listed((tag_of(written),))
        assert read.seq == written.record.seq
        assert written.manifest.digest.startswith(f"sha256:{read.record}")
        about = {each.digest for each in (known.record.before, known.record.after) if each}
        assert read.concerns(artifact) == (artifact in about)


HEX, SHORTER = "a" * SHORT, "b" * 16


def test_other_tags_are_no_records() -> None:
    others = (
        *("floe-log", "v1.0.0", "latest-dev", "floe-log.1", f"floe-log.x.{HEX}.{SHORTER}.{SHORTER}"),
        *(f"floe-log.1.{HEX}.{SHORTER}", f"floe-log.1.{HEX}0.{SHORTER}.{SHORTER}", f"floe-log.1.{HEX}.{SHORTER}.b"),
        f"floe-log.1.{'g' * SHORT}.{SHORTER}.{SHORTER}",
    )
    assert listed(map(Tag, others)) == ()
    [read] = listed((Tag(f"floe-log.1.{HEX}.{SHORTER}.{SHORTER}"),))
    assert read == Listed(seq=1, record=HEX, artifact=SHORTER, left=SHORTER, tag=read.tag)


def test_records_that_name_each_other_do_not_hang_the_reader() -> None:
    """Nobody can make two digests that contain each other; a reader ends all the same."""
    one, two = everything(2)
    known = [each.manifest.digest for each in (one, two)]
    from_nowhere = Written(
        manifest=two.manifest, record=place(draft_of(event(1)), seq=1, predecessors=(known[1],), repository="x")
    )
    assert in_order([from_nowhere]) == (from_nowhere,)


@given(st.integers(2, 12))
def test_a_fold_of_the_merged_order_is_the_head_s_state(length: int) -> None:
    written = in_order(everything(length))
    assume(len(written) == length)
    assert fold((each.manifest.digest, each.record) for each in written)[0] == grown(length).head.state
