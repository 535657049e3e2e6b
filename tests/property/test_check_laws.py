"""Laws of `check`: it finds the rules that nobody can satisfy, and none that somebody can."""

from hypothesis import given
from hypothesis import strategies as st

from floe.core.access import may
from floe.core.check.finding import Finding
from floe.core.check.policy import examine
from floe.core.names import EnvironmentName
from floe.core.operator import Operator
from floe.core.policy import (
    POLICY_GATE,
    Approvals,
    Authorization,
    Environment,
    Gate,
    IdentityPolicy,
    Issuer,
    Named,
    Policy,
)
from tests.property.purity import deciding

PEOPLE = ("ada", "grace", "alan")
GROUPS = ("managers", "developers", "nobody")
BUILT_IN = Gate(name=POLICY_GATE, timeout_seconds=60)
ISSUER = Issuer(issuer="https://a.example", audience="floe")


def proved(name: str) -> str:
    return f"{ISSUER.issuer}#{name}"


def given_name(name: str) -> str:
    return f"{name}@example.com"


KINDS = (proved, given_name)
subsets = st.sets(st.sampled_from(PEOPLE)).map(lambda names: tuple(sorted(names)))
optional_people = st.none() | subsets
optional_groups = st.none() | st.sets(st.sampled_from(GROUPS)).map(lambda names: tuple(sorted(names)))
authorizations = st.builds(
    Authorization,
    allowed_groups=optional_groups,
    allowed_operators=optional_people,
    separation_of_duties=st.booleans(),
)
identities = st.builds(
    IdentityPolicy,
    issuers=st.sampled_from([(), (ISSUER,)]),
    people=st.sampled_from(
        [(), *(tuple(Named(name=name, members=(each(name),)) for name in PEOPLE) for each in KINDS)]
    ),
    groups=st.builds(
        lambda managers, developers: (
            Named(name="managers", members=managers),
            Named(name="developers", members=developers),
        ),
        subsets,
        subsets,
    ),
    accept_unverified=st.booleans(),
)


def step(name: str, authorization: Authorization | None = None, *gates: Gate, optional: bool = False) -> Environment:
    return Environment(
        name=EnvironmentName(name), gates=(BUILT_IN, *gates), authorization=authorization, optional=optional
    )


def found(policy: Policy, level: str | None = None) -> tuple[Finding, ...]:
    with deciding():
        findings = examine(policy)
    return tuple(each for each in findings if level in (None, each.level))


def one(authorization: Authorization, identity: IdentityPolicy) -> Policy:
    return Policy(environments=(step("dev"), step("prod", authorization)), identity=identity)


def somebody_may(authorization: Authorization, identity: IdentityPolicy) -> bool:
    """The oracle: ask for everybody there is, verified or not, with every identity they have."""
    names = [*PEOPLE, *map(given_name, PEOPLE), *map(proved, PEOPLE), "stranger"]
    unproved = [Operator(name=name, assurance="unverified") for name in names] if identity.accept_unverified else []
    verified = [
        Operator(name="?", assurance="verified", issuer=each.issuer, subject=name)
        for each in identity.issuers
        for name in names
    ]
    prod = step("prod", authorization)
    return any(may(each, prod, identity).value_or(None) for each in (*unproved, *verified))


@given(authorizations, identities)
def test_where_nobody_may_act_something_is_wrong(authorization: Authorization, identity: IdentityPolicy) -> None:
    speaks = authorization != Authorization()
    if speaks and not somebody_may(authorization, identity):
        assert found(one(authorization, identity), "wrong")


@given(authorizations, identities)
def test_where_everybody_listed_may_act_nothing_is_wrong(
    authorization: Authorization, identity: IdentityPolicy
) -> None:
    listed = [*(authorization.allowed_groups or ()), *(authorization.allowed_operators or ())]
    filled = {each.name for each in identity.groups if each.members} | set(PEOPLE)
    if not authorization.separation_of_duties and somebody_may(authorization, identity) and filled.issuperset(listed):
        assert found(one(authorization, identity), "wrong") == ()


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=6))
def test_what_is_behind_a_closed_environment_is_not_reached(shape: list[tuple[bool, bool]]) -> None:
    missing = Gate(name="tests", timeout_seconds=60)
    environments = tuple(
        step(f"e{index}", None, *([missing] if closed else []), optional=optional)
        for index, (closed, optional) in enumerate(shape)
    )
    barriers = [index for index, (closed, optional) in enumerate(shape) if closed and not optional]
    behind = [f"environments.e{index}" for index in range(barriers[0] + 1, len(shape))] if barriers else []
    assert [each.where for each in found(Policy(environments=environments), "doubtful")] == behind


def test_a_gate_without_a_command_is_wrong() -> None:
    policy = Policy(environments=(step("dev", None, Gate(name="tests", timeout_seconds=60)),))
    assert [(each.level, each.where) for each in found(policy)] == [("wrong", "environments.dev.gates.tests")]


def test_a_gate_with_limits_that_its_report_cannot_hold_is_wrong() -> None:
    scan = Gate(name="security_scan", command="scan", format="junit", block_on_severity=("HIGH",), timeout_seconds=60)
    (found,) = examine(Policy(environments=(Environment(name=EnvironmentName("dev"), gates=(BUILT_IN, scan)),)))
    assert (found.level, found.where) == ("wrong", "environments.dev.gates.security_scan")
    assert found.message.startswith("this gate reads junit, so it fails: ")


def test_a_group_that_only_an_issuer_knows_is_doubtful() -> None:
    claiming = Issuer(issuer="https://a.example", audience="floe", groups_claim="groups")
    rule = Authorization(allowed_groups=("managers",))
    assert [each.level for each in found(one(rule, IdentityPolicy(issuers=(claiming,))))] == ["doubtful"]
    assert [each.level for each in found(one(rule, IdentityPolicy(issuers=(ISSUER,))))] == ["wrong"]


def duties(*people: str, names: tuple[str, ...] = PEOPLE) -> Policy:
    """Everybody may promote to staging; these may promote to prod, with separate hands."""
    identity = IdentityPolicy(
        issuers=(ISSUER,), people=tuple(Named(name=name, members=(proved(name),)) for name in names)
    )
    rule = Authorization(allowed_operators=people, separation_of_duties=True)
    return Policy(environments=(step("staging"), step("prod", rule)), identity=identity)


def test_separate_hands_take_two_people() -> None:
    assert found(duties("ada")) == ()
    assert [each.level for each in found(duties("ada", names=("ada",)))] == ["wrong"]


def test_separate_hands_in_the_first_environment_compare_nothing() -> None:
    policy = duties("ada", "grace")
    first = Policy(environments=policy.environments[1:], identity=policy.identity)
    assert [each.level for each in found(first)] == ["doubtful"]


def test_names_that_anybody_can_take_keep_no_hands_apart() -> None:
    rule = Authorization(separation_of_duties=True)
    where = [each.where for each in found(one(rule, IdentityPolicy(accept_unverified=True)), "doubtful")]
    assert where == ["environments.prod.authorization", "environments.prod.authorization.separation_of_duties"]


def test_a_rule_that_asks_for_nothing_is_doubtful() -> None:
    assert [each.level for each in found(one(Authorization(), IdentityPolicy()))] == ["doubtful"]


def test_no_more_approvals_can_be_asked_for_than_there_are_others_to_give_them() -> None:
    def levels(count: int) -> list[str]:
        rule = Authorization(approvals=Approvals(count=count, groups=("managers",)))
        identity = IdentityPolicy(groups=(Named(name="managers", members=("ada", "grace")),))
        return [each.level for each in found(one(rule, identity))]

    assert levels(2) == []
    assert levels(3) == ["wrong"]


def test_where_nobody_is_listed_anybody_else_may_approve() -> None:
    rule = Authorization(approvals=Approvals(count=20))
    assert found(one(rule, IdentityPolicy())) == ()


def test_who_promotes_does_not_approve() -> None:
    ada = (proved("ada"),)
    rule = Authorization(allowed_operators=ada, approvals=Approvals(count=1, groups=("managers",)))
    identity = IdentityPolicy(issuers=(ISSUER,), groups=(Named(name="managers", members=ada),))
    assert [each.where for each in found(one(rule, identity))] == ["environments.prod.authorization.approvals"]


def test_one_identity_is_one_persons() -> None:
    people = (Named(name="ada", members=("a@x",)), Named(name="grace", members=("a@x",)))
    policy = Policy(environments=(step("dev"),), identity=IdentityPolicy(people=people))
    assert [(each.level, each.where) for each in found(policy)] == [("wrong", "identity.people.grace")]


def test_a_person_without_identities_and_a_member_without_a_person_are_doubtful() -> None:
    identity = IdentityPolicy(
        people=(Named(name="ada", members=()),), groups=(Named(name="managers", members=("grace",)),)
    )
    where = [each.where for each in found(Policy(environments=(step("dev"),), identity=identity), "doubtful")]
    assert where == ["identity.people.ada", "identity.groups.managers"]


def test_an_empty_list_is_wrong_unless_another_lets_somebody_in() -> None:
    alone = one(Authorization(allowed_groups=()), IdentityPolicy(issuers=(ISSUER,)))
    rule = Authorization(allowed_groups=(), allowed_operators=(proved("ada"),))
    beside = one(rule, IdentityPolicy(issuers=(ISSUER,)))
    assert [each.level for each in found(alone)] == ["wrong"]
    assert [each.level for each in found(beside)] == ["doubtful"]


def test_waiting_before_the_first_environment_stops_nothing() -> None:
    first = Environment(name=EnvironmentName("dev"), gates=(BUILT_IN,), min_time_in_previous_seconds=60)
    assert [each.level for each in found(Policy(environments=(first,)))] == ["doubtful"]


def test_those_who_may_override_are_somebody() -> None:
    last = Environment(name=EnvironmentName("dev"), gates=(BUILT_IN,), override_groups=("managers",))
    assert [each.level for each in found(Policy(environments=(last,)))] == ["wrong"]


def test_a_rule_that_names_only_what_nobody_can_show_is_wrong() -> None:
    """Row I01: a name alone lets nobody in, and `check` says so before anybody is refused."""
    people = (Named(name="ada", members=("ada@example.com", "https://other.example#ada")),)
    identity = IdentityPolicy(issuers=(ISSUER,), people=people)
    findings = found(one(Authorization(allowed_operators=("ada",)), identity))
    assert [(each.level, each.where) for each in findings] == [
        ("wrong", "environments.prod.authorization"),
        ("doubtful", "identity.people.ada"),
        ("doubtful", "identity.people.ada"),
    ]
    assert "'https://other.example' is none of identity.issuers" in findings[2].message


def test_groups_of_two_issuers_are_doubtful() -> None:
    issuers = tuple(
        Issuer(issuer=f"https://{name}.example", audience="floe", groups_claim="groups") for name in ("a", "b")
    )
    where = [
        each.where for each in found(Policy(environments=(step("dev"),), identity=IdentityPolicy(issuers=issuers)))
    ]
    assert where == ["identity.issuers"]
