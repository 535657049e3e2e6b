"""Tags are a drawing of the ledger: what each record has drawn, and what is still to be drawn."""

from collections.abc import Iterator
from typing import TypeAlias

from floe.core.effect import CreateTag, Drawing, MovePointer
from floe.core.event import Adopted, Event, Locked, Promoted, Refused, RolledBack, Unlocked, moved_to
from floe.core.ledger.state import EnvironmentState
from floe.core.names import Tag, environment_tag, pointer
from floe.core.snapshot import Known, Snapshot

Drawings: TypeAlias = tuple[Drawing, ...]


def own_tag(event: Event) -> Tag | None:
    """The tag that an event makes once; None where it makes none."""
    match event:
        case RolledBack(tag=tag):
            return tag
        case Promoted(version=version, environment=environment) | Adopted(version=version, environment=environment):
            return environment_tag(version, environment)
        case Locked() | Unlocked() | Refused():
            return None


def drawings(event: Event) -> Drawings:
    """What an event draws: its own tag, then the pointer."""
    name, placement = own_tag(event), moved_to(event)
    if name is None or placement is None:
        return ()
    return (
        CreateTag(name=name, digest=placement.digest),
        MovePointer(name=pointer(event.environment), environment=event.environment, digest=placement.digest),
    )


def undrawn(snapshot: Snapshot, known: Known, state: EnvironmentState) -> Drawings:
    """What a record of this environment has not drawn; its pointer counts only while it is current."""
    return tuple(_undrawn(snapshot, known, state))


def unfinished(snapshot: Snapshot, state: EnvironmentState) -> Drawings:
    """The tag that the current record has not drawn, left behind by a run that was cut short."""
    current = state.current
    if current is None or current.tag is None or current.tag in snapshot.names:
        return ()
    return (CreateTag(name=current.tag, digest=current.digest),)


def pending(snapshot: Snapshot, state: EnvironmentState) -> Drawings:
    """All that the current record has not drawn: its tag, and the pointer."""
    current, name = state.current, pointer(state.environment)
    if current is None or snapshot.tag(name) == current.digest:
        return unfinished(snapshot, state)
    moved = MovePointer(name=name, environment=state.environment, digest=current.digest)
    return (*unfinished(snapshot, state), moved)


def _undrawn(snapshot: Snapshot, known: Known, state: EnvironmentState) -> Iterator[Drawing]:
    is_current = state.current is not None and state.current.record == known.digest
    for drawing in drawings(known.record.event):
        counts = is_current if isinstance(drawing, MovePointer) else True
        if counts and snapshot.tag(drawing.name) != drawing.digest:
            yield drawing
