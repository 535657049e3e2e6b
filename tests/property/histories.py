"""Histories and snapshots to draw from: well-formed, and not always such as floe itself would have let happen."""

from datetime import timedelta

import msgspec
from hypothesis import strategies as st

from floe.core import canonical
from floe.core.command import Command
from floe.core.drawing import own_tag
from floe.core.event import Adopted, Event, Placement, Promoted, RolledBack, moved_to
from floe.core.facts import Facts
from floe.core.gates import Examined, GateResult
from floe.core.ledger.folding import evolve
from floe.core.ledger.record import AuthorizationVerdict, Draft, Expectation, Record, SignatureVerdict, place, seal
from floe.core.ledger.state import State
from floe.core.names import Digest, EnvironmentName, Tag, environment_tag, pointer, rollback_tag
from floe.core.operator import Operator
from floe.core.policy import Policy
from floe.core.snapshot import Known, Snapshot, TagFact
from tests.property.strategies import (
    BEGINNING,
    DIGESTS,
    NAMES,
    VERSIONS,
    commands,
    events,
    operators,
    policies,
    signatures,
)

Written = tuple[Digest, Record]
History = tuple[Written, ...]
POLICY = canonical.digest("any policy")
VERDICTS = (SignatureVerdict(status="warning"), SignatureVerdict(status="verified"))
PASSED = (GateResult(gate="tests", status="passed", duration_ms=1200, report=Examined()),)
REPOSITORY = "memory://registry"


def draft_of(event: Event, number: int = 0, **more: object) -> Draft:
    """A draft of an event, with the rest as it usually is."""
    fields: dict[str, object] = {
        "id": f"{number:08x}-0000-4000-8000-000000000000",
        "trace_id": f"{number:032x}",
        "at": BEGINNING + timedelta(minutes=number),
        "event": event,
        "operator": Operator(name="alice", assurance="unverified"),
        "expects": Expectation(),
        "policy": POLICY,
        "facts": Facts(policy=POLICY),
        "authorization": AuthorizationVerdict(via="open"),
        "plan": POLICY,
        "after": moved_to(event),
    }
    return Draft(**{**fields, **more})  # type: ignore[arg-type]  # the values are what the fields are


def written(draft: Draft, number: int) -> Written:
    """A draft as it stands in a ledger."""
    record = place(draft, seq=number + 1, predecessors=(), repository=REPOSITORY)
    return seal(record, 2).digest, record


@st.composite
def expectations(draw: st.DrawFn, state: State, environment: EnvironmentName) -> Expectation:
    """True ones mostly, else about anything."""
    current, lock = state.of(environment).current, state.of(environment).lock
    right, held = current.record if current else None, lock.record if lock else None
    others = ((right, held), (right, msgspec.UNSET), (msgspec.UNSET, held), (right, None), (None, held))
    wrong = ((DIGESTS[0], held), (right, DIGESTS[0]))
    after, locked = draw(st.sampled_from((*((right, held),) * 4, *others, *wrong)))
    return Expectation(after=after, lock=locked)


@st.composite
def histories(
    draw: st.DrawFn, order: tuple[EnvironmentName, ...] = NAMES, longest: int = 8, *, coherent: bool = False
) -> History:
    """Records in ledger order; some of them are void. In a coherent history each version has its own bytes."""
    state, found = State(), list[Written]()
    for number, any_event in enumerate(draw(st.lists(events(order), max_size=longest))):
        event = _with_own_bytes(any_event) if coherent else any_event
        current = state.of(event.environment).current
        before = Placement(version=current.version, digest=current.digest) if current else None
        draft = draft_of(
            event,
            number,
            operator=draw(operators),
            expects=draw(expectations(state, event.environment)),
            gates=PASSED if number % 2 else (),
            signature=draw(st.sampled_from(VERDICTS)),
            before=before,
        )
        found.append(written(draft, number))
        state, _ = evolve(state, *found[-1])
    return tuple(found)


def _with_own_bytes(event: Event) -> Event:
    if isinstance(event, Promoted | Adopted | RolledBack):
        return msgspec.structs.replace(event, digest=DIGESTS[VERSIONS.index(event.version)])
    return event


def folded(history: History) -> tuple[State, tuple[Known, ...]]:
    """State and known records by folding one record after the other."""
    state, known = State(), list[Known]()
    for position, (digest, record) in enumerate(history):
        state, won = evolve(state, digest, record)
        known.append(Known(digest=digest, position=position, record=record, void=won))
    return state, tuple(known)


TAGS = (
    *map(Tag, VERSIONS),
    *(environment_tag(version, name) for version in VERSIONS for name in NAMES),
    *(rollback_tag(version, name, number) for version in VERSIONS for name in NAMES for number in (1, 2)),
    *map(pointer, NAMES),
)
DRAWN = TAGS[len(VERSIONS) :]


@st.composite
def tag_facts(draw: st.DrawFn, known: tuple[Known, ...], *, touched: bool = True) -> dict[Tag, Digest]:
    """Tags as the ledger would have drawn them; some are not drawn, and where they were touched some are wrong."""
    tags = {Tag(version): DIGESTS[number] for number, version in enumerate(VERSIONS)}
    for each in known:
        placement = moved_to(each.record.event)
        if each.void is None and placement is not None:
            event = each.record.event
            tags[Tag(placement.version)] = placement.digest
            tags[own_tag(event) or Tag("")] = placement.digest
            tags[pointer(event.environment)] = placement.digest
    for tag in draw(st.lists(st.sampled_from(TAGS if touched else DRAWN), max_size=4)):
        chosen = draw(st.none() | st.sampled_from(DIGESTS)) if touched else None
        tags = {**tags, tag: chosen} if chosen else {name: there for name, there in tags.items() if name != tag}
    return tags


@st.composite
def snapshots(draw: st.DrawFn, order: tuple[EnvironmentName, ...] = NAMES) -> Snapshot:
    """Everything is known: the whole history and every tag."""
    state, known = folded(draw(histories(order)))
    tags = draw(tag_facts(known))
    return Snapshot(
        at=BEGINNING + timedelta(minutes=draw(st.integers(0, 60))),
        operator=draw(operators),
        state=state,
        tags=tuple(TagFact(tag=tag, digest=tags.get(tag)) for tag in TAGS),
        names=tuple(tags),
        records=known,
        signature=draw(signatures),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Snapshot, Command, Policy]:
    """What a decision is made from."""
    policy = draw(policies())
    return draw(snapshots(policy.names)), draw(commands(policy.names)), policy
