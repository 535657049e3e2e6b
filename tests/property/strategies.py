"""The vocabulary of the laws: what is drawn at random is drawn from here.

Pools are small on purpose, so that what is drawn meets again: the same version, person or environment.
"""

import types
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from floe.core.canonical import digest_of
from floe.core.command import Command, Lock, Promote, RollBack, Unlock
from floe.core.effect import Effect
from floe.core.event import Event, Locked, Promoted, RolledBack, Unlocked
from floe.core.facts import Facts, SignatureFacts, SignatureStatus
from floe.core.fault import Fault
from floe.core.gates import GateResult, Report
from floe.core.names import Digest, EnvironmentName, Malformed, Tag, Version, rollback_tag
from floe.core.operator import Operator
from floe.core.policy import (
    POLICY_GATE,
    Approvals,
    Authorization,
    Environment,
    Freeze,
    Gate,
    IdentityPolicy,
    Named,
    Policy,
    Trust,
)
from floe.core.record import Draft, Record
from floe.core.refusal import Refusal

BEGINNING: Final = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
DIGESTS: Final = tuple(digest_of(b"artifact %d" % number) for number in range(3))
VERSIONS: Final = tuple(map(Version, ("v1.0.0", "v1.1.0", "2.0.0-rc.1")))
NAMES: Final = tuple(map(EnvironmentName, ("dev", "qa", "staging", "prod")))
PEOPLE: Final = ("alice", "bob", "carol", "ci")
GROUPS: Final = ("developers", "releasers")

digests = st.sampled_from(DIGESTS)
any_digest = st.binary(min_size=1, max_size=4).map(digest_of)
versions = st.sampled_from(VERSIONS)
names = st.sampled_from(NAMES)
moments = st.integers(0, 5000).map(lambda seconds: BEGINNING + timedelta(seconds=seconds))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def subset(of: tuple[str, ...], **bounds: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(of), unique=True, **bounds).map(tuple)


# People -------------------------------------------------------------------------------------------------------------


@st.composite
def operators(draw: st.DrawFn) -> Operator:
    name = draw(st.sampled_from(PEOPLE))
    if draw(st.booleans()):
        return Operator(name=name, assurance="unverified")
    return Operator(
        name=name,
        assurance=draw(st.sampled_from(("verified", "signed"))),
        issuer="https://issuer.example",
        subject=f"subject of {name}",
        groups=draw(st.none() | subset(GROUPS)),
    )


@st.composite
def identities(draw: st.DrawFn) -> IdentityPolicy:
    """With and without people; some people have two accounts, some accounts are nobody's."""
    listed = (Named(name="Alice A.", members=("alice", "ci")), Named(name="Bob B.", members=("bob",)))
    members = st.lists(st.sampled_from((*PEOPLE, "Alice A.", "Bob B.")), unique=True, max_size=3).map(tuple)
    groups = tuple(Named(name=name, members=draw(members)) for name in draw(subset(GROUPS)))
    return IdentityPolicy(
        people=listed if draw(st.booleans()) else (), groups=groups, accept_unverified=draw(st.booleans())
    )


# Policies -----------------------------------------------------------------------------------------------------------

authorizations = st.builds(
    Authorization,
    allowed_groups=st.none() | subset(GROUPS),
    allowed_operators=st.none() | subset((*PEOPLE, "Alice A.")),
    separation_of_duties=st.booleans(),
    approvals=st.sampled_from((None,) * 5 + (Approvals(count=1),)),
)
trusts = st.builds(Trust, enforcement=st.sampled_from(("enforce", "warn", "off")))
COMPLIANCE: Final = Gate(name=POLICY_GATE, timeout_seconds=300)
TESTS: Final = Gate(name="tests", command=("pytest",), timeout_seconds=300)
MISSING: Final = Gate(name="cost_analysis", timeout_seconds=300)
READ: Final = Gate(name="security_scan", command="trivy", format="trivy", timeout_seconds=300)
gate_sets = st.sampled_from(
    (*((COMPLIANCE,), (COMPLIANCE, TESTS)) * 3, (COMPLIANCE, MISSING), (COMPLIANCE, TESTS, READ)),
)


@st.composite
def environments(draw: st.DrawFn, name: EnvironmentName) -> Environment:
    seldom = st.sampled_from((False,) * 7 + (True,))
    return Environment(
        name=name,
        gates=draw(gate_sets),
        optional=draw(st.booleans()),
        authorization=draw(st.none() | authorizations),
        freeze=(Freeze(reason="holidays"),) if draw(seldom) else (),
        min_time_in_previous_seconds=600 if draw(seldom) else None,
        trust=draw(st.none() | trusts),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any order of any environments, with any rules."""
    order = draw(st.lists(names, unique=True, min_size=1))
    return Policy(environments=tuple(draw(environments(name)) for name in order), identity=draw(identities()))


def plain_policy(*order: str, optional: tuple[str, ...] = (), identity: IdentityPolicy | None = None) -> Policy:
    """Environments without rules."""
    return Policy(
        environments=tuple(
            Environment(name=EnvironmentName(name), gates=(COMPLIANCE,), optional=name in optional) for name in order
        ),
        identity=identity or IdentityPolicy(),
    )


# Every value of a closed vocabulary, built from its own type --------------------------------------------------------


def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value that an annotation admits: a new word of a vocabulary is covered on the day it is added."""
    if kind in _WORDS:
        return _WORDS[kind]
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return any_of(inside[0])
    if origin in (Union, types.UnionType):
        return st.one_of(*map(any_of, inside))
    if origin is Literal:
        return st.sampled_from(inside)
    if origin is tuple and inside[-1] is Ellipsis:
        return st.lists(any_of(inside[0]), max_size=2).map(tuple)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.deferred(lambda: _built(kind))
    raise TypeError(f"no strategy for {kind}")


def _built(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, include_extras=True)
    fields = {name: any_of(hints[name]) for name in kind.__struct_fields__}
    return st.fixed_dictionaries(fields).map(lambda given: kind(**given))


_WORDS: Final[dict[Any, st.SearchStrategy[Any]]] = {
    Digest: digests,
    Version: versions,
    EnvironmentName: names,
    Tag: st.builds("{}-{}".format, versions, names).map(Tag),
    str: texts,
    int: st.integers(0, 2**53 - 1),
    bool: st.booleans(),
    datetime: moments,
    type(None): st.none(),
    msgspec.UnsetType: st.just(msgspec.UNSET),
}


def each_of(vocabulary: Any) -> tuple[type[msgspec.Struct], ...]:
    """The members of a union."""
    return get_args(vocabulary)


refusals: st.SearchStrategy[Refusal] = any_of(Refusal)
faults: st.SearchStrategy[Fault] = any_of(Fault)
effects: st.SearchStrategy[Effect] = any_of(Effect)
reports: st.SearchStrategy[Report] = any_of(Report)
gate_results: st.SearchStrategy[GateResult] = any_of(GateResult)
drafts: st.SearchStrategy[Draft] = any_of(Draft)
records: st.SearchStrategy[Record] = any_of(Record)
facts: st.SearchStrategy[Facts] = any_of(Facts)
signatures = st.builds(
    SignatureFacts,
    status=st.sampled_from(get_args(SignatureStatus)),
    signer=st.sampled_from((None, "keyless, GitHub Actions")),
    detail=st.sampled_from((None, "expired")),
)
malformed: st.SearchStrategy[Malformed] = any_of(Malformed)


# Commands and events ------------------------------------------------------------------------------------------------

UNKNOWN: Final = "nowhere"


@st.composite
def commands(draw: st.DrawFn, order: tuple[str, ...] = NAMES) -> Command:
    """Commands in these environments mostly, sometimes in one that does not exist."""
    somewhere = st.sampled_from((*order, *order, *order, UNKNOWN))
    version, environment = draw(versions), draw(somewhere)
    match draw(st.sampled_from(("promote", "promote", "promote", "roll back", "roll back", "lock", "unlock"))):
        case "promote":
            source = draw(st.none() | st.just("none") | somewhere)
            force = draw(st.sampled_from((False, False, True)))
            return Promote(version=version, source=source, target=environment, force=force)
        case "roll back":
            return RollBack(version=draw(st.none() | st.just(version)), environment=environment, reason="slow")
        case "lock":
            return Lock(environment=environment, reason="incident", until=draw(st.none() | moments))
        case _:
            return Unlock(environment=environment, reason="over")


def events(order: tuple[EnvironmentName, ...]) -> st.SearchStrategy[Event]:
    """Events in these environments; what they say need not make sense together."""
    somewhere = st.sampled_from(order)
    promoted = st.builds(
        Promoted, version=versions, digest=digests, source=st.just("none") | somewhere, environment=somewhere
    )
    return st.one_of(
        promoted,
        promoted,
        st.builds(_rolled_back, versions, digests, somewhere, st.integers(1, 2), st.booleans()),
        st.builds(Locked, environment=somewhere, reason=st.just("incident"), until=st.none() | moments),
        st.builds(Unlocked, environment=somewhere, reason=st.just("over"), lock=digests),
    )


def _rolled_back(version: Version, digest: Digest, environment: EnvironmentName, number: int, locked: bool) -> Event:
    return RolledBack(
        version=version,
        digest=digest,
        environment=environment,
        number=number,
        tag=rollback_tag(version, environment, number),
        reason="slow",
        during_lock=locked,
    )
