"""Who asks, and how sure floe is of it."""

from typing import Literal, TypeAlias

from floe.core.value import Value

Assurance: TypeAlias = Literal["unverified", "verified", "signed"]


class Operator(Value, frozen=True, kw_only=True):
    """The one who asks. `name` is for people; issuer and subject are what a token proved."""

    name: str
    assurance: Assurance
    issuer: str | None = None
    subject: str | None = None
    groups: tuple[str, ...] | None = None  # None: the issuer does not say, which is not "none"

    @property
    def identities(self) -> frozenset[str]:
        """Everything under which the policy may name this operator."""
        if self.issuer is None or self.subject is None:
            return frozenset({self.name})
        return frozenset({self.name, f"{self.issuer}#{self.subject}"})


def shown(operator: Operator) -> str:
    """An operator as people read it: an unverified name always says so."""
    return f"{operator.name} (unverified)" if operator.assurance == "unverified" else operator.name
