"""The vocabulary of the laws: what is drawn at random is drawn from here.

Pools are small on purpose, so that what is drawn meets again: the same version, person or environment.
"""

import itertools
import types
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from floe.core.canonical import digest_of
from floe.core.command import Adopt, Command, Lock, Promote, RollBack, Unlock
from floe.core.effect import Effect
from floe.core.event import Adopted, Event, Locked, Promoted, RolledBack, Unlocked
from floe.core.facts import Facts, SignatureFacts, SignatureStatus
from floe.core.fault import Fault
from floe.core.gates import GateResult, Report
from floe.core.ledger.record import Draft, Record
from floe.core.names import Digest, EnvironmentName, Malformed, Tag, Version, rollback_tag
from floe.core.operator import Operator
from floe.core.policy import (
    POLICY_GATE,
    Approvals,
    Authorization,
    Enforcement,
    Environment,
    Freeze,
    Gate,
    IdentityPolicy,
    Issuer,
    Named,
    Policy,
    Trust,
)
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


# People -------------------------------------------------------------------------------------------------------------

ISSUER: Final = "https://issuer.example"


def _verified(name: str, groups: tuple[str, ...] | None, **more: str) -> Operator:
    fields = {"name": f"{name} of the issuer", "assurance": "verified", "issuer": ISSUER, "subject": name, **more}
    return msgspec.convert({**fields, "groups": groups}, Operator)


OPERATORS: Final = (
    *(Operator(name=name, assurance="unverified") for name in PEOPLE),
    *(_verified(name, groups) for name in PEOPLE for groups in (None, (), GROUPS[:1], GROUPS)),
    _verified("ci", None, kind="machine"),
    _verified("ci", GROUPS, kind="machine", on_behalf_of=f"{ISSUER}#alice"),
    Operator(name=f"{ISSUER}#bob", assurance="unverified"),  # says to be what only a token shows
)
_ACCOUNTS: Final = (*PEOPLE, *(f"{ISSUER}#{name}" for name in PEOPLE))
_LISTED: Final = (  # two accounts each, and carol is in no entry
    Named(name="Alice A.", members=("alice", "ci", f"{ISSUER}#alice")),
    Named(name="Bob B.", members=("bob", f"{ISSUER}#bob")),
)
_MEMBERS: Final = ((), ("alice",), ("Alice A.", "bob"), (f"{ISSUER}#bob", "carol"), _ACCOUNTS)
_GROUPS: Final = (
    (),
    *((Named(name=GROUPS[0], members=members),) for members in _MEMBERS),
    *((Named(name=GROUPS[0], members=_MEMBERS[1]), Named(name=GROUPS[1], members=each)) for each in _MEMBERS),
)
_ISSUERS: Final = ((), (Issuer(issuer=ISSUER, audience="floe", groups_claim="groups"),))
IDENTITIES: Final = tuple(
    IdentityPolicy(people=people, groups=groups, accept_unverified=accept, issuers=issuers)
    for people, groups, accept, issuers in itertools.product(((), _LISTED), _GROUPS, (False, True), _ISSUERS)
)
operators = st.sampled_from(OPERATORS)
identities = st.sampled_from(IDENTITIES)

# Policies -----------------------------------------------------------------------------------------------------------

COMPLIANCE: Final = Gate(name=POLICY_GATE, timeout_seconds=300)
TESTS: Final = Gate(name="tests", command=("pytest",), timeout_seconds=300)
MISSING: Final = Gate(name="cost_analysis", timeout_seconds=300)
READ: Final = Gate(name="cost_analysis", command="cost", format="metrics", timeout_seconds=300)
_GATES: Final = (*((COMPLIANCE,), (COMPLIANCE, TESTS)) * 3, (COMPLIANCE, MISSING), (COMPLIANCE, TESTS, READ))
_OPERATORS: Final = (None, (), ("bob", f"{ISSUER}#carol"), ("Alice A.",))
AUTHORIZATIONS: Final = tuple(
    Authorization(allowed_groups=groups, allowed_operators=named, separation_of_duties=separate, approvals=approvals)
    for approvals in (*(None,) * 3, Approvals(count=1))
    for groups, named, separate in itertools.product((None, (), GROUPS[:1], GROUPS), _OPERATORS, (False, True))
)
TRUSTS: Final = tuple(Trust(enforcement=each) for each in get_args(Enforcement))
authorizations = st.sampled_from(AUTHORIZATIONS)
trusts = st.sampled_from(TRUSTS)
_waits = st.sampled_from(((None, ()),) * 6 + ((600, ()), (None, (Freeze(reason="holidays"),))))


@st.composite
def environments(draw: st.DrawFn, name: EnvironmentName) -> Environment:
    soak, freeze = draw(_waits)
    return Environment(
        name=name,
        gates=draw(st.sampled_from(_GATES)),
        optional=draw(st.booleans()),
        authorization=draw(st.sampled_from((*(None,) * len(AUTHORIZATIONS), *AUTHORIZATIONS))),
        freeze=freeze,
        min_time_in_previous_seconds=soak,
        trust=draw(st.sampled_from((None, None, *TRUSTS))),
    )


_ORDERS: Final = (
    NAMES,
    *(NAMES[:length] for length in (1, 2, 3)),
    (NAMES[0], NAMES[2], NAMES[3]),
    tuple(reversed(NAMES)),
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Several orders of environments, with any rules."""
    order = draw(st.sampled_from(_ORDERS))
    if draw(st.booleans()):
        return plain_policy(*order, gates=(COMPLIANCE, TESTS))
    return Policy(environments=tuple(draw(environments(name)) for name in order), identity=draw(identities))


def plain_policy(
    *order: str,
    optional: tuple[str, ...] = (),
    identity: IdentityPolicy | None = None,
    gates: tuple[Gate, ...] = (COMPLIANCE,),
) -> Policy:
    """Environments without rules."""
    return Policy(
        environments=tuple(
            Environment(name=EnvironmentName(name), gates=gates, optional=name in optional) for name in order
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
    str: st.sampled_from(("x", "alice", "two\nlines", "π ☃ \U0001f600", "\x1b[31m", "")),
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
    match draw(st.sampled_from(("promote", "promote", "promote", "roll back", "roll back", "lock", "unlock", "adopt"))):
        case "promote":
            source = draw(st.none() | st.just("none") | somewhere)
            force = draw(st.sampled_from((False, False, True)))
            return Promote(version=version, source=source, target=environment, force=force)
        case "roll back":
            return RollBack(version=draw(st.none() | st.just(version)), environment=environment, reason="slow")
        case "lock":
            return Lock(environment=environment, reason="incident", until=draw(st.none() | moments))
        case "adopt":
            return Adopt(version=version, digest=draw(digests), environment=environment, is_current=draw(st.booleans()))
        case _:
            return Unlock(environment=environment, reason="over")


@cache
def events(order: tuple[EnvironmentName, ...]) -> st.SearchStrategy[Event]:
    """Events in these environments; what they say need not make sense together."""
    locks = [Locked(environment=name, reason="incident", until=until) for name in order for until in (None, _SOON)]
    return st.one_of(
        st.sampled_from(_promotions(order)),
        st.sampled_from(_promotions(order)),
        st.sampled_from(_adoptions(order)),
        st.sampled_from(_rollbacks(order)),
        st.sampled_from([*locks, *(Unlocked(environment=name, reason="over", lock=DIGESTS[0]) for name in order)]),
    )


_SOON: Final = BEGINNING + timedelta(minutes=3)


def _promotions(order: tuple[EnvironmentName, ...]) -> list[Promoted]:
    return [
        Promoted(version=version, digest=digest, source=source, environment=name)
        for version, digest, name in itertools.product(VERSIONS, DIGESTS, order)
        for source in ("none", *order)
    ]


def _adoptions(order: tuple[EnvironmentName, ...]) -> list[Adopted]:
    return [
        Adopted(version=version, digest=digest, environment=name, is_current=is_current)
        for version, digest, name in itertools.product(VERSIONS, DIGESTS[:2], order)
        for is_current in (True, False)
    ]


def _rollbacks(order: tuple[EnvironmentName, ...]) -> list[RolledBack]:
    return [
        RolledBack(
            version=version,
            digest=digest,
            environment=name,
            number=number,
            tag=rollback_tag(version, name, number),
            reason="slow",
        )
        for version, digest, name, number in itertools.product(VERSIONS, DIGESTS, order, (1, 2))
    ]
