"""Entries of people and groups that do not say what they seem to."""

from collections.abc import Iterator

from floe.core.check.able import can_be_shown
from floe.core.check.finding import Finding, doubtful, wrong
from floe.core.identity.naming import issuer_of
from floe.core.policy import IdentityPolicy, Policy


def findings(policy: Policy) -> Iterator[Finding]:
    yield from _two_people_in_one(policy)
    yield from _nobody_behind(policy)
    yield from _nobody_can_show(policy.identity)
    yield from _groups_of_many(policy.identity)


def _two_people_in_one(policy: Policy) -> Iterator[Finding]:
    """An identity in two entries: separate hands could be the same."""
    owners: dict[str, str] = {}
    for person in policy.identity.people:
        for identity in person.members:
            owner = owners.setdefault(identity, person.name)
            if owner != person.name:
                message = f"'{identity}' belongs to '{owner}' and to '{person.name}': one identity is one person's"
                yield wrong(f"identity.people.{person.name}", message)


def _nobody_behind(policy: Policy) -> Iterator[Finding]:
    people = policy.identity.people
    known = {each.name for each in people} | {identity for each in people for identity in each.members}
    for person in people:
        if not person.members:
            message = "no identity is theirs, so nobody who asks is this person"
            yield doubtful(f"identity.people.{person.name}", message)
    for group in policy.identity.groups:
        for member in group.members if people else ():
            if member not in known:
                message = f"'{member}' is no person and no person's identity, so it counts as unknown"
                yield doubtful(f"identity.groups.{group.name}", message)


def _nobody_can_show(identity: IdentityPolicy) -> Iterator[Finding]:
    """Identities of people that no token of an issuer that is there can prove."""
    for person in identity.people if identity.issuers else ():
        for member in person.members:
            if not can_be_shown(member, identity):
                issuer = issuer_of(member)
                why = f"'{issuer}' is none of identity.issuers" if issuer else "it is a name, which proves nothing"
                yield doubtful(f"identity.people.{person.name}", f"nobody can count as '{member}': {why}")


def _groups_of_many(identity: IdentityPolicy) -> Iterator[Finding]:
    """Groups are compared by name: one issuer's `admins` are let in as another's."""
    claiming = [each.issuer for each in identity.issuers if each.groups_claim]
    if len(claiming) > 1:
        yield doubtful("identity.issuers", f"a group counts by its name, whichever says so: {', '.join(claiming)}")
