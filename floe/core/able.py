"""Who could act, as far as a policy alone tells: the people it names, or anybody at all."""

from collections.abc import Iterable
from typing import TypeAlias

from floe.core.policy import Authorization, IdentityPolicy

People: TypeAlias = frozenset[str] | None  # None: anybody, whom the policy cannot count


def able(rule: Authorization | None, identity: IdentityPolicy, *, by_person: bool = False) -> People:
    """Who may move an environment; `by_person` leaves out identities behind which no person is known."""
    everybody = frozenset(each.name for each in identity.people) if by_person and identity.people else None
    if rule is None or (rule.allowed_groups is None and rule.allowed_operators is None):
        return everybody
    if rule.allowed_groups and claims_groups(identity):
        return everybody
    listed = {*(rule.allowed_operators or ()), *members(rule.allowed_groups or (), identity)}
    known = _behind(listed, identity)
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


def _behind(identities: Iterable[str], policy: IdentityPolicy) -> frozenset[str]:
    """The people behind identities; an identity that no entry has stands for itself."""
    people = {identity: each.name for each in reversed(policy.people) for identity in each.members}
    return frozenset(people.get(identity, identity) for identity in identities)
