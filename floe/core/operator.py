"""Who asks, and how sure floe is of it."""

from typing import Literal, TypeAlias

from floe.core.value import Value

Assurance: TypeAlias = Literal["unverified", "verified", "signed"]
Kind: TypeAlias = Literal["human", "machine", "unknown"]


class Claim(Value, frozen=True, kw_only=True):
    """Something more that a token said, kept for whoever reads the record."""

    name: str
    value: str


class Token(Value, frozen=True, kw_only=True):
    """What is kept of the token that proved it: enough to find it again in an issuer's log, never the token."""

    id: str | None = None  # `jti`
    expires: int  # seconds since 1970
    sha256: str | None = None
    key: str | None = None  # thumbprint of the key that signed it (RFC 7638)


class Operator(Value, frozen=True, kw_only=True):
    """The one who asks. `name` is for people; issuer and subject are what a token proved."""

    name: str
    assurance: Assurance
    issuer: str | None = None
    subject: str | None = None  # what stays the same about them at the issuer: docs/identity.md
    groups: tuple[str, ...] | None = None  # None: the issuer does not say, which is not "none"
    kind: Kind = "unknown"
    on_behalf_of: str | None = None  # the identity of the person for whom a machine acts, as its issuer has it
    nobody: str | None = None  # why the issuer's word tells of no person behind a machine
    claims: tuple[Claim, ...] = ()
    token: Token | None = None

    @property
    def identity(self) -> str:
        """The one spelling under which the policy names this operator: `ISSUER#SUBJECT`, or a name that was given."""
        return self.name if self.issuer is None or self.subject is None else f"{self.issuer}#{self.subject}"

    @property
    def identities(self) -> frozenset[str]:
        """Everything under which the policy may name this operator; a name that a token shows is not compared."""
        return frozenset({self.identity, *((self.on_behalf_of,) if self.on_behalf_of else ())})

    @property
    def brief(self) -> "Operator":
        """As much of it as lists need."""
        return Operator(
            name=self.name,
            assurance=self.assurance,
            issuer=self.issuer,
            subject=self.subject,
            kind=self.kind,
            on_behalf_of=self.on_behalf_of,
        )


def shown(operator: Operator) -> str:
    """An operator as people read it: an unverified name always says so."""
    return f"{operator.name} (unverified)" if operator.assurance == "unverified" else operator.name
