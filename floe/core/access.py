"""Who may. Either list suffices; what is not known about a person is not in their favour."""

from returns.result import Failure, Result, Success

from floe.core.event import CommandWord
from floe.core.identity.naming import is_proved
from floe.core.ledger.record import AuthorizationVerdict
from floe.core.operator import Operator
from floe.core.policy import Authorization, Environment, IdentityPolicy, Named
from floe.core.refusal import NotAuthorized, Refusal, Unverified


def person(operator: Operator, identity: IdentityPolicy) -> str | None:
    """The person who asks, or for whom a machine asks. Where no people are listed, each (issuer, subject) is one.

    A machine is nobody: it is the person for whom it acts, if the policy knows them.
    """
    if operator.kind == "machine":
        return _owner(operator.on_behalf_of, identity.people)
    return _owner(operator.identity, identity.people) if identity.people else operator.identity


def is_believed(operator: Operator, identity: IdentityPolicy) -> bool:
    """Whether what an operator says of themselves counts: it was proved, or names are taken as given."""
    return operator.assurance != "unverified" or identity.accept_unverified


def groups(operator: Operator, identity: IdentityPolicy) -> tuple[str, ...] | None:
    """The groups an operator is in, by the policy and by the issuer's word.

    None where neither says anything; also where the policy lists none and an issuer that should say does not.
    """
    names = _names(operator, identity)
    listed = {each.name for each in identity.groups if names & set(each.members)}
    if operator.groups is None and not listed and (not identity.groups or _should_say(operator, identity)):
        return None
    return tuple(sorted(listed | set(operator.groups or ())))


def may(
    operator: Operator, environment: Environment, identity: IdentityPolicy, command: CommandWord = "promote"
) -> Result[AuthorizationVerdict, tuple[Refusal, ...]]:
    """Whether the operator may move this environment, and by which word of the policy. `command` is what they ask."""
    rule = environment.authorization
    if rule is None or not _speaks_of_people(rule):
        return Success(AuthorizationVerdict(via="open"))
    via = _via(operator, rule, identity)
    refusals: list[Refusal] = []
    if not is_believed(operator, identity):
        refusals.append(Unverified(operator=operator, environment=environment.name))
    if via is None:
        refusals.append(
            NotAuthorized(
                operator=operator,
                environment=environment.name,
                command=command,
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
    names = _names(operator, identity)
    return next((f"operator {name}" for name in rule.allowed_operators or () if name in names), None)


def _names(operator: Operator, identity: IdentityPolicy) -> frozenset[str]:
    """Everything that the policy may call this operator. What only a token proves is nobody's for the asking."""
    theirs = operator.identities
    if not is_believed(operator, identity):
        theirs = frozenset(each for each in theirs if not is_proved(each))
    return theirs | {each.name for each in identity.people if theirs & set(each.members)}


def _owner(identity: str | None, people: tuple[Named, ...]) -> str | None:
    return next((each.name for each in people if identity in each.members), None)


def _should_say(operator: Operator, identity: IdentityPolicy) -> bool:
    return any(each.groups_claim for each in identity.issuers if each.issuer == operator.issuer)
