"""What an event draws, and what of it is still to be drawn."""

from hypothesis import given
from hypothesis import strategies as st

from floe.core.drawing import drawings, own_tag, pending, undrawn, unfinished
from floe.core.effect import CreateTag, MovePointer
from floe.core.event import Adopted, Event, Locked, Promoted, Refused, RolledBack, Unlocked
from floe.core.names import is_reserved, pointer
from floe.core.snapshot import Snapshot
from tests.property.histories import snapshots
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, NAMES, any_of


@given(any_of(Event))
def test_only_moves_draw_and_each_draws_its_tag_and_the_pointer(event: Event) -> None:
    with deciding():
        drawn = drawings(event)
    match event:
        case Promoted() | RolledBack():
            own, moved = drawn
            assert isinstance(own, CreateTag)
            assert own.name == own_tag(event)
            assert moved == MovePointer(
                name=pointer(event.environment), environment=event.environment, digest=event.digest
            )
        case Locked() | Unlocked() | Refused():
            assert drawn == ()
            assert own_tag(event) is None
        case Adopted():
            assert own_tag(event) == f"{event.version}-{event.environment}"


@given(any_of(Event))
def test_what_an_event_draws_nobody_else_may_write(event: Event) -> None:
    if isinstance(event, Promoted | Adopted):
        tag = own_tag(event)
        assert tag is not None
        assert is_reserved(tag, (event.environment,))


@given(snapshots(), st.sampled_from(NAMES))
def test_what_is_pending_is_what_the_current_record_has_not_drawn(known: Snapshot, name: str) -> None:
    state = known.state.of(name)
    with deciding():
        left = pending(known, state)
    current = state.current
    if current is None:
        assert left == ()
        return
    names = [each.name for each in left]
    assert (current.tag in names) == (current.tag not in known.names)
    assert (pointer(state.environment) in names) == (known.tag(pointer(state.environment)) != current.digest)
    assert set(unfinished(known, state)) <= set(left)
    assert {each.digest for each in left} <= {current.digest}


@given(snapshots())
def test_a_record_that_is_no_longer_current_leaves_the_pointer_alone(known: Snapshot) -> None:
    for each in known.valid:
        state = known.state.of(each.record.event.environment)
        is_current = state.current is not None and state.current.record == each.digest
        left = undrawn(known, each, state)
        assert is_current or not any(isinstance(drawing, MovePointer) for drawing in left)
        assert all(known.tag(drawing.name) != drawing.digest for drawing in left)


def test_a_lock_draws_nothing() -> None:
    assert drawings(Locked(environment=NAMES[0], reason="x")) == ()
    assert drawings(Unlocked(environment=NAMES[0], reason="x", lock=DIGESTS[0])) == ()
