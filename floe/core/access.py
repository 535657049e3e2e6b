"""Who may. Either list suffices; what is not known about a person is not in their favour."""

from returns.result import Failure, Result, Success

from floe.core.operator import Operator
from floe.core.policy import Authorization, Environment, IdentityPolicy
from floe.core.record import AuthorizationVerdict
from floe.core.refusal import NotAuthorized, Refusal, Unverified


def person(operator: Operator, identity: IdentityPolicy) -> str | None:
    """The person behind an identity. Where no people are listed, each (issuer, subject) is one."""
    if not identity.people:
        return f"{operator.issuer}#{operator.subject}" if operator.subject else operator.name
    return next((each.name for each in identity.people if operator.identities & set(each.members)), None)


def groups(operator: Operator, identity: IdentityPolicy) -> tuple[str, ...] | None:
    """The groups an operator is in, by the policy and by the issuer's word; None where neither says anything."""
    if not identity.groups and operator.groups is None:
        return None
    whole = operator.identities | {person(operator, identity)}
    listed = {each.name for each in identity.groups if whole & set(each.members)}
    return tuple(sorted(listed | set(operator.groups or ())))


def may(
    operator: Operator, environment: Environment, identity: IdentityPolicy
) -> Result[AuthorizationVerdict, tuple[Refusal, ...]]:
    """Whether the operator may move this environment, and by which word of the policy."""
    rule = environment.authorization
    if rule is None or not _speaks_of_people(rule):
        return Success(AuthorizationVerdict(via="open"))
    via = _via(operator, rule, identity)
    unproved = operator.assurance == "unverified" and not identity.accept_unverified
    refusals: list[Refusal] = []
    if unproved:
        refusals.append(Unverified(operator=operator, environment=environment.name))
    if via is None:
        refusals.append(
            NotAuthorized(
                operator=operator,
                environment=environment.name,
                required_groups=rule.allowed_groups,
                groups=groups(operator, identity),
                required_operators=rule.allowed_operators,
            )
        )
    if refusals or via is None:
        return Failure(tuple(refusals))
    return Success(AuthorizationVerdict(via=via, accepted_unverified=operator.assurance == "unverified"))


def _speaks_of_people(rule: Authorization) -> bool:
    listed = rule.allowed_groups is not None or rule.allowed_operators is not None
    return listed or rule.separation_of_duties


def _via(operator: Operator, rule: Authorization, identity: IdentityPolicy) -> str | None:
    if rule.allowed_groups is None and rule.allowed_operators is None:
        return "open"
    theirs = set(groups(operator, identity) or ())
    for group in rule.allowed_groups or ():
        if group in theirs:
            return f"group {group}"
    names = operator.identities | {person(operator, identity)}
    return next((f"operator {name}" for name in rule.allowed_operators or () if name in names), None)
