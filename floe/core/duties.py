"""Separation of duties: the hands that brought an artifact here may not carry it on.

It goes by digest and by person: another tag or another account does not make other hands.
"""

from collections.abc import Iterable, Iterator

from floe.core import access
from floe.core.event import Adopted, Promoted
from floe.core.facts import Doubt, Hand
from floe.core.names import Digest, EnvironmentName
from floe.core.operator import Operator
from floe.core.policy import Environment, IdentityPolicy, Policy
from floe.core.refusal import MachineWithoutHuman, Refusal, SameHands, UnknownHands
from floe.core.snapshot import Known


def hands(records: Iterable[Known], artifact: Digest, source: str, target: str, policy: Policy) -> tuple[Hand, ...]:
    """Who last promoted the artifact, under any name, into each environment that counts for the target."""
    known = tuple(records)
    found = (_latest(known, artifact, each.name) for each in counted(policy, source, target))
    return tuple(_hand(each, policy) for each in found if each is not None)


def are_apart(operator: Operator, carried: tuple[Hand, ...], target: Environment, policy: Policy) -> Iterator[Refusal]:
    """A refusal for each pair of hands that is, or may be, the operator's own."""
    rule = target.authorization
    if rule is None or not rule.separation_of_duties:
        return
    executor = access.person(operator, policy.identity)
    if executor is None and operator.kind == "machine":
        yield MachineWithoutHuman(operator=operator, environment=target.name)
        return
    for hand in carried:
        if executor is not None and hand.person == executor:
            yield SameHands(operator=operator, promoted_to=hand.environment, environment=target.name)
        elif executor is None or hand.person is None:
            yield UnknownHands(
                operator=operator,
                unknown=operator.identity if executor is None else hand.operator,
                why=(_doubt(operator, policy.identity) if executor is None else hand.doubt) or "unlisted",
                promoted_to=hand.environment,
                environment=target.name,
            )


def counted(policy: Policy, source: str, target: str) -> tuple[Environment, ...]:
    """The environments whose promotions count: those with authorization before the target, and the source."""
    earlier = policy.environments[: policy.names.index(EnvironmentName(target))]
    return tuple(each for each in earlier if each.authorization is not None or each.name == source)


def _latest(records: tuple[Known, ...], artifact: Digest, environment: str) -> Known | None:
    for known in reversed(records):
        event = known.record.event
        if isinstance(event, Promoted | Adopted) and (event.environment, event.digest) == (environment, artifact):
            return known
    return None


def _hand(known: Known, policy: Policy) -> Hand:
    operator = known.record.operator
    adopted = isinstance(known.record.event, Adopted)  # the one who adopts is not the one who promoted
    doubt = "unlisted" if adopted else _doubt(operator, policy.identity)
    return Hand(
        environment=known.record.event.environment,
        operator=operator.name,
        person=access.person(operator, policy.identity) if doubt is None else None,
        doubt=doubt,
        record=known.digest,
    )


def _doubt(operator: Operator, identity: IdentityPolicy) -> Doubt | None:
    """Why it is not known who promoted: a name that nobody proved keeps no hands apart."""
    if not access.is_believed(operator, identity):
        return "unproved"
    if access.person(operator, identity) is None:
        return "machine" if operator.kind == "machine" else "unlisted"
    return None
