"""Rules about who may act that nobody can satisfy, or that stop nobody."""

from collections.abc import Iterator

from floe.core.check.able import People, able, approvers, claims_groups, members
from floe.core.check.finding import Finding, doubtful, wrong
from floe.core.policy import Authorization, Environment, IdentityPolicy, Policy


def findings(environment: Environment, policy: Policy) -> Iterator[Finding]:
    rule, where = environment.authorization, f"environments.{environment.name}.authorization"
    if rule is not None:
        yield from _belief(rule, where, policy.identity)
        yield from _lists(rule, where, policy.identity)
        yield from _nobody_can_come(rule, where, policy.identity)
        yield from _duties(environment, rule, f"{where}.separation_of_duties", policy)
        yield from _approvals(rule, f"{where}.approvals", policy.identity)
    for group in environment.override_groups:
        yield from _nobody_in(group, f"environments.{environment.name}.override_groups", policy.identity)


def is_closed(environment: Environment, policy: Policy) -> bool:
    """Whether authorization alone lets nobody act here."""
    rule = environment.authorization
    return rule is not None and (
        _is_unbelieving(rule, policy.identity)
        or able(rule, policy.identity) == frozenset()
        or not _has_other_hands(environment, rule, policy)
        or not _has_approvers(rule, policy.identity)
    )


def _belief(rule: Authorization, where: str, identity: IdentityPolicy) -> Iterator[Finding]:
    if _is_unbelieving(rule, identity):
        ways = "add identity.issuers, or accept_unverified: true"
        yield wrong(where, f"no operator can be verified, so every operator is refused: {ways}")
    if _speaks_of_people(rule) and identity.accept_unverified:
        yield doubtful(where, "identity.accept_unverified lets everybody pass for anybody whom this rule names")
    if not _speaks_of_people(rule) and rule.approvals is None:
        yield doubtful(where, "it asks for nothing, so everybody may")


def _lists(rule: Authorization, where: str, identity: IdentityPolicy) -> Iterator[Finding]:
    for group in rule.allowed_groups or ():
        yield from _nobody_in(group, f"{where}.allowed_groups", identity)
    for key, names in (("allowed_groups", rule.allowed_groups), ("allowed_operators", rule.allowed_operators)):
        if names == ():
            other = rule.allowed_groups or rule.allowed_operators
            message = "the list is empty, so nobody may by it"
            yield doubtful(f"{where}.{key}", message) if other else wrong(f"{where}.{key}", message)


def _nobody_can_come(rule: Authorization, where: str, identity: IdentityPolicy) -> Iterator[Finding]:
    """Everybody who is named is named by what nobody can show."""
    named = {*(rule.allowed_operators or ()), *members(rule.allowed_groups or (), identity)}
    if named and not _is_unbelieving(rule, identity) and able(rule, identity) == frozenset():
        message = "nobody whom it names can show that they are: no issuer of promotion.identity can prove it"
        yield wrong(where, message)


def _nobody_in(group: str, where: str, identity: IdentityPolicy) -> Iterator[Finding]:
    if not members((group,), identity):
        if claims_groups(identity):
            yield doubtful(where, f"only an issuer can say who is in '{group}': identity.groups does not list it")
        else:
            yield wrong(where, f"nobody is in '{group}': list its members under identity.groups")


def _duties(environment: Environment, rule: Authorization, where: str, policy: Policy) -> Iterator[Finding]:
    if not rule.separation_of_duties:
        return
    if environment == policy.environments[0]:
        yield doubtful(where, "no environment is before this one, so no hands are compared")
    if not _has_other_hands(environment, rule, policy):
        yield wrong(where, "it takes two people, and the policy knows too few who may act here and before")
    if policy.identity.accept_unverified and not policy.identity.people:
        yield doubtful(where, "identity.people is empty, so one person under two names counts as two")


def _approvals(rule: Authorization, where: str, identity: IdentityPolicy) -> Iterator[Finding]:
    if not _has_approvers(rule, identity):
        message = "more approvals than people who may give them, beside the one who promotes"
        yield wrong(where, message)
    for group in rule.approvals.groups if rule.approvals else ():
        yield from _nobody_in(group, f"{where}.groups", identity)


def _speaks_of_people(rule: Authorization) -> bool:
    listed = rule.allowed_groups is not None or rule.allowed_operators is not None
    return listed or rule.separation_of_duties


def _is_unbelieving(rule: Authorization, identity: IdentityPolicy) -> bool:
    return _speaks_of_people(rule) and not identity.issuers and not identity.accept_unverified


def _has_other_hands(environment: Environment, rule: Authorization, policy: Policy) -> bool:
    """Whether somebody who may act here could find other hands for each environment that counts."""
    if not rule.separation_of_duties:
        return True
    here = able(rule, policy.identity, by_person=True)
    before = [able(each.authorization, policy.identity, by_person=True) for each in _counted(environment, policy)]
    if here is None:
        return frozenset() not in before
    return any(all(_left(people, one) for people in before) for one in here)


def _counted(environment: Environment, policy: Policy) -> tuple[Environment, ...]:
    """The environments whose hands count here: those with authorization, and the one directly before."""
    earlier = policy.environments[: policy.environments.index(environment)]
    return tuple(each for each in earlier if each.authorization is not None or each == earlier[-1])


def _has_approvers(rule: Authorization, identity: IdentityPolicy) -> bool:
    if rule.approvals is None:
        return True
    here, consenting = able(rule, identity), approvers(rule.approvals.groups, identity)
    if consenting is None:
        return True
    some = here if here is not None else frozenset({""})
    return any(len(consenting - {one}) >= rule.approvals.count for one in some)


def _left(people: People, one: str) -> bool:
    """Whether anybody is left when one steps aside."""
    return people is None or bool(people - {one})
