"""Who could act, as far as a policy alone tells: the people it names, or anybody at all."""

from collections.abc import Iterable
from typing import TypeAlias

from floe.core.identity.naming import issuer_of
from floe.core.policy import Authorization, IdentityPolicy

People: TypeAlias = frozenset[str] | None  # None: anybody, whom the policy cannot count


def able(rule: Authorization | None, identity: IdentityPolicy, *, by_person: bool = False) -> People:
    """Who may move an environment; `by_person` leaves out identities behind which no person is known."""
    everybody = _known_people(identity) if by_person and identity.people else None
    if rule is None or (rule.allowed_groups is None and rule.allowed_operators is None):
        return everybody
    if rule.allowed_groups and claims_groups(identity):
        return everybody
    listed = {*(rule.allowed_operators or ()), *members(rule.allowed_groups or (), identity)}
    known = _behind((each for each in listed if _can_come(each, identity)), identity)
    return known if everybody is None else known & everybody


def members(groups: tuple[str, ...], identity: IdentityPolicy) -> frozenset[str]:
    """Everybody whom the policy itself puts into one of these groups."""
    return frozenset(member for each in identity.groups if each.name in groups for member in each.members)


def approvers(groups: tuple[str, ...], identity: IdentityPolicy) -> People:
    """Who may approve: the groups' people; without groups all people, or anybody where none are listed."""
    if groups and not claims_groups(identity):
        return _behind(members(groups, identity), identity)
    return frozenset(each.name for each in identity.people) or None


def claims_groups(identity: IdentityPolicy) -> bool:
    """Whether an issuer says who is in a group, so that the policy does not know all who are."""
    return any(issuer.groups_claim for issuer in identity.issuers)


def can_be_shown(identity: str, policy: IdentityPolicy) -> bool:
    """Whether anybody can count as this: a token of an issuer that is there may prove it, or names count as given."""
    return policy.accept_unverified or issuer_of(identity) in {each.issuer for each in policy.issuers}


def _known_people(policy: IdentityPolicy) -> frozenset[str]:
    return frozenset(each.name for each in policy.people if _can_come(each.name, policy))


def _can_come(name: str, policy: IdentityPolicy) -> bool:
    """Whether somebody can count as this person, or as this identity."""
    theirs = [member for each in policy.people if each.name == name for member in each.members]
    return any(can_be_shown(each, policy) for each in (name, *theirs))


def _behind(identities: Iterable[str], policy: IdentityPolicy) -> frozenset[str]:
    """The people behind identities; an identity that no entry has stands for itself."""
    people = {identity: each.name for each in reversed(policy.people) for identity in each.members}
    return frozenset(people.get(identity, identity) for identity in identities)
