"""The closed list of facts that a plan is made for: when one of them has changed, the plan holds no more.

Ids, times, estimates and other environments are not among them.
"""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from floe.core.names import ADigest, EnvironmentName
from floe.core.value import Value

SignatureStatus: TypeAlias = Literal["valid", "missing", "invalid", "untrusted", "not checkable", "not checked"]

SubjectSource: TypeAlias = Literal["certificate name", "token subject", "repository and ref"]
Doubt: TypeAlias = Literal["unlisted", "unproved", "machine"]


class SignatureFacts(Value, frozen=True, kw_only=True):
    """What was found when the artifact's signatures were checked."""

    status: SignatureStatus = "not checked"
    signer: str | None = None  # as people read it: `keyless, GitHub Actions` or `key, <12 hex>`
    detail: str | None = None
    issuer: str | None = None  # of a certificate
    subject: str | None = None  # of a certificate: the one that the policy's expression matched
    matched: SubjectSource | None = None
    key: str | None = None  # SHA-256 of the public key, hex
    bundle: ADigest | None = None
    signed_at: datetime | None = None

    @property
    def essence(self) -> "SignatureFacts":
        """What it comes to, by whichever of several bundles: one more signature of the same hand changes nothing."""
        return msgspec.structs.replace(self, bundle=None, signed_at=None)


class Hand(Value, frozen=True, kw_only=True):
    """Who last promoted a digest into an environment; person None where nobody can say, and why not."""

    environment: EnvironmentName
    operator: str
    person: str | None
    doubt: Doubt | None = None
    record: ADigest


class Facts(Value, frozen=True, kw_only=True):
    version_digest: ADigest | None = None
    environment_tag: ADigest | None = None
    last_record: ADigest | None = None  # the last that moved the target's pointer
    lock: ADigest | None = None
    hands: tuple[Hand, ...] = ()
    policy: ADigest
    signature: SignatureFacts = SignatureFacts()


class Changed(Value, frozen=True, kw_only=True):
    """One fact that is not what it was: its name, its value then and its value now."""

    fact: str
    then: str
    now: str


def changes(then: Facts, now: Facts) -> tuple[Changed, ...]:
    """Every fact that differs, by name."""
    pairs = ((name, _compared(getattr(then, name)), _compared(getattr(now, name))) for name in Facts.__struct_fields__)
    return tuple(
        Changed(fact=name, then=told(before), now=told(after)) for name, before, after in pairs if before != after
    )


def _compared(value: object) -> object:
    return value.essence if isinstance(value, SignatureFacts) else value


def told(value: object) -> str:
    match value:
        case None | ():
            return "none"
        case SignatureFacts(status=status, signer=signer):
            return f"{status} ({signer})" if signer else status
        case tuple():
            return ", ".join(f"{hand.operator} in {hand.environment} ({hand.record[:19]})" for hand in value)
        case _:
            return str(value)
