"""Who may: either list suffices, and what is not known about a person is not in their favour."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core import access
from floe.core.operator import Operator, shown
from floe.core.outcome import failures
from floe.core.policy import Authorization, Environment, IdentityPolicy, Named, Policy
from floe.core.refusal import NotAuthorized, Unverified
from tests.property import oracle
from tests.property.purity import deciding
from tests.property.strategies import PEOPLE, authorizations, identities, operators, plain_policy


def guarded(rule: Authorization | None, identity: IdentityPolicy) -> tuple[Environment, Policy]:
    policy = plain_policy("prod", identity=identity)
    environment = msgspec.structs.replace(policy.environments[0], authorization=rule)
    return environment, msgspec.structs.replace(policy, environments=(environment,))


rules = st.none() | authorizations


@given(operators, rules, identities)
def test_an_operator_may_who_is_listed_and_proved(
    operator: Operator, rule: Authorization | None, identity: IdentityPolicy
) -> None:
    environment, policy = guarded(rule, identity)
    with deciding():
        verdict = access.may(operator, environment, identity)
    listed = oracle.is_listed(operator, "prod", policy)
    unproved = oracle.must_prove(operator, "prod", policy)
    assert isinstance(verdict, Success) == (listed and not unproved)
    kinds = [type(refusal) for refusal in failures(verdict)]
    assert kinds == [Unverified] * unproved + [NotAuthorized] * (not listed)


@given(operators, authorizations, identities)
def test_the_verdict_names_the_word_of_the_policy_that_let_the_operator_in(
    operator: Operator, rule: Authorization, identity: IdentityPolicy
) -> None:
    environment, _ = guarded(rule, identity)
    verdict = access.may(operator, environment, identity)
    if isinstance(verdict, Success):
        via = verdict.unwrap().via
        groups = {f"group {name}" for name in rule.allowed_groups or ()}
        named = {f"operator {name}" for name in rule.allowed_operators or ()}
        assert via in groups | named or (via == "open" and not groups | named)


@given(operators, rules, identities)
def test_a_name_that_is_not_proved_is_let_in_only_where_that_is_said_and_recorded(
    operator: Operator, rule: Authorization | None, identity: IdentityPolicy
) -> None:
    environment, _ = guarded(rule, identity)
    verdict = access.may(operator, environment, identity)
    if isinstance(verdict, Success) and verdict.unwrap().accepted_unverified:
        assert operator.assurance == "unverified"
        assert identity.accept_unverified
    if isinstance(verdict, Success) and verdict.unwrap().via != "open":
        assert verdict.unwrap().accepted_unverified == (operator.assurance == "unverified")


@given(operators, authorizations, identities)
def test_what_only_a_token_shows_is_nobody_s_for_the_asking(
    operator: Operator, rule: Authorization, identity: IdentityPolicy
) -> None:
    environment, _ = guarded(rule, identity)
    impostor = Operator(name=operator.identity, assurance="unverified")
    strict = msgspec.structs.replace(identity, accept_unverified=False)
    if isinstance(access.may(impostor, environment, strict), Success):
        assert rule.allowed_groups is None
        assert rule.allowed_operators is None


@given(operators, authorizations, identities)
def test_to_learn_less_about_an_operator_never_lets_them_in(
    operator: Operator, rule: Authorization, identity: IdentityPolicy
) -> None:
    environment, _ = guarded(rule, identity)
    less = msgspec.structs.replace(operator, groups=None)
    if isinstance(access.may(less, environment, identity), Success):
        assert isinstance(access.may(operator, environment, identity), Success)


@given(operators, authorizations)
def test_an_empty_list_admits_nobody(operator: Operator, rule: Authorization) -> None:
    closed = msgspec.structs.replace(rule, allowed_groups=(), allowed_operators=())
    environment, policy = guarded(closed, IdentityPolicy(accept_unverified=True))
    assert isinstance(access.may(operator, environment, policy.identity), Failure)


@given(operators, identities)
def test_groups_are_those_of_the_policy_and_of_the_issuer(operator: Operator, identity: IdentityPolicy) -> None:
    found = access.groups(operator, identity)
    if found is None:
        assert operator.groups is None
    assert set(found or ()) == oracle.groups(operator, identity)
    assert list(found or ()) == sorted(found or ())


@given(operators, identities)
def test_a_person_is_found_behind_each_of_their_accounts(operator: Operator, identity: IdentityPolicy) -> None:
    assert access.person(operator, identity) == oracle.person(operator, identity)


def test_two_accounts_of_one_person_are_one_person() -> None:
    identity = IdentityPolicy(people=(Named(name="Alice", members=("alice", "https://issuer#1")),))
    by_name = Operator(name="alice", assurance="unverified")
    by_token = Operator(name="somebody", assurance="verified", issuer="https://issuer", subject="1")
    by_machine = Operator(name="ci", assurance="verified", kind="machine", on_behalf_of="https://issuer#1")
    for operator in (by_name, by_token, by_machine):
        assert access.person(operator, identity) == "Alice"
    assert access.person(Operator(name="bob", assurance="unverified"), identity) is None


@given(st.sampled_from(PEOPLE))
def test_an_unverified_name_always_says_so(name: str) -> None:
    assert shown(Operator(name=name, assurance="unverified")) == f"{name} (unverified)"
    assert shown(Operator(name=name, assurance="verified")) == name
