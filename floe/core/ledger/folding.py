"""Ordering and folding records into state. A record whose expectation does not hold is void: the only arbiter.

The fold does not read the policy, so that history means the same under every manifest.
"""

from collections.abc import Iterable

import msgspec

from floe.core.drawing import own_tag
from floe.core.event import Adopted, Event, Locked, Promoted, Refused, RolledBack, Unlocked, moved_to
from floe.core.ledger.record import Draft, Expectation, Record
from floe.core.ledger.state import (
    KEPT_DURATIONS,
    KEPT_EVENTS,
    Durations,
    EnvironmentState,
    LockHeld,
    Standing,
    State,
    Summary,
)
from floe.core.names import Digest
from floe.core.snapshot import Known


def winner(state: State, draft: Draft) -> Digest | None:
    """The record that made this one's expectation untrue; None when it holds."""
    there = state.of(draft.event.environment)
    moved = there.current.record if there.current else None
    lock = there.locked_at(draft.at)
    held = lock.record if lock else None
    return _broken(draft.expects, moved, held, there)


def evolve(state: State, digest: Digest, record: Record) -> tuple[State, Digest | None]:
    """The state after a record, and the record that won over it when it is void."""
    won = winner(state, record)
    before = state.of(record.event.environment)
    after = _effect(before, digest, record) if won is None else before
    remembered = msgspec.structs.replace(
        after,
        durations=_durations(before, record),
        **_lists(after, record.event, summarize(digest, record, won)),
    )
    others = (each for each in state.environments if each.environment != remembered.environment)
    return State(environments=tuple(sorted((*others, remembered), key=lambda each: each.environment))), won


def fold(records: Iterable[tuple[Digest, Record]], state: State | None = None) -> tuple[State, tuple[Known, ...]]:
    """The state after all records in ledger order, and each record with who won over it."""
    now, known = state or State(), list[Known]()
    for position, (digest, record) in enumerate(records):
        now, won = evolve(now, digest, record)
        known.append(Known(digest=digest, position=position, record=record, void=won))
    return now, tuple(known)


def summarize(digest: Digest, record: Record, won: Digest | None) -> Summary:
    placement = moved_to(record.event)
    return Summary(
        record=digest,
        kind=str(type(record.event).__struct_config__.tag),
        at=record.at,
        operator=record.operator.brief,
        version=placement.version if placement else getattr(record.event, "version", None),
        digest=placement.digest if placement else None,
        is_current=getattr(record.event, "is_current", True),
        reason=_reason(record.event),
        authorized_via=record.authorization.via,
        void=won,
    )


def _lists(there: EnvironmentState, event: Event, summary: Summary) -> dict[str, tuple[Summary, ...]]:
    """History with one more event; refusals have a list of their own, so that they crowd nothing out."""
    if isinstance(event, Refused):
        return {"refused": (*there.refused, summary)[-KEPT_EVENTS:]}
    return {"history": (*there.history, summary)[-KEPT_EVENTS:]}


def _reason(event: Event) -> str | None:
    match event:
        case Promoted() | Adopted():
            return None
        case Refused(command=command, reasons=reasons):
            asked = "" if command == "promote" else f"{command.replace('-', '')}: "  # as it is typed
            return f"{asked}{', '.join(reasons)}"
        case RolledBack(reason=reason) | Locked(reason=reason) | Unlocked(reason=reason):
            return reason


def _broken(expects: Expectation, moved: Digest | None, held: Digest | None, there: EnvironmentState) -> Digest | None:
    """The latest record is the one to name: it is what the writer of the outvoted one had not seen.

    Where nothing is recorded at all, it is the one that was expected and is missing.
    """
    latest = there.history[-1].record if there.history else None
    if expects.after is not msgspec.UNSET and expects.after != moved:
        return moved or latest or expects.after
    if expects.lock is not msgspec.UNSET and expects.lock != held:
        return held or latest or expects.lock
    return None


def _effect(there: EnvironmentState, digest: Digest, record: Record) -> EnvironmentState:
    match record.event:
        case Adopted(is_current=False):
            return there
        case Promoted() | Adopted() | RolledBack() as event:
            standing = Standing(
                record=digest,
                id=record.id,
                version=event.version,
                digest=event.digest,
                tag=own_tag(event),
                operator=record.operator.brief,
                at=record.at,
            )
            return msgspec.structs.replace(there, current=standing)
        case Locked(reason=reason, until=until):
            held = LockHeld(record=digest, reason=reason, operator=record.operator.brief, at=record.at, until=until)
            return msgspec.structs.replace(there, lock=held)
        case Unlocked():
            return msgspec.structs.replace(there, lock=None)
        case Refused():
            return there


def _durations(there: EnvironmentState, record: Record) -> tuple[Durations, ...]:
    """The last durations of each gate, also of gates that ran for a record that is void."""
    known = {each.gate: each.ms for each in there.durations}
    for result in record.gates:
        known[result.gate] = (*known.get(result.gate, ()), result.duration_ms)[-KEPT_DURATIONS:]
    return tuple(Durations(gate=gate, ms=ms) for gate, ms in sorted(known.items()))
