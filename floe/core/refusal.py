"""Every way of saying no, each with the facts that justify it. Policy says no; the world had no part in it."""

from datetime import datetime
from typing import Literal, TypeAlias

from floe.core.event import CommandWord
from floe.core.facts import Doubt
from floe.core.gates import GateResult
from floe.core.names import ADigest, Digest, EnvironmentName, Tag, Version
from floe.core.operator import Operator
from floe.core.value import Value

Reason: TypeAlias = Literal[
    "form", "algorithm", "issuer", "keys", "key", "signature", "audience", "claims", "expired", "early", "old", "event"
]


class UnknownEnvironment(Value, frozen=True, kw_only=True, tag="unknown-environment"):
    name: str
    known: tuple[EnvironmentName, ...]


class VersionNotFound(Value, frozen=True, kw_only=True, tag="version-not-found"):
    version: Version
    nearest: tuple[str, ...]


class NotNext(Value, frozen=True, kw_only=True, tag="not-next"):
    """The target does not follow the source; `path` leads from one to the other, empty when none does."""

    source: str
    target: str
    path: tuple[str, ...]


class NeverPromoted(Value, frozen=True, kw_only=True, tag="never-promoted"):
    version: Version
    environment: str
    available: tuple[str, ...]


class NothingBefore(Value, frozen=True, kw_only=True, tag="nothing-before"):
    """No version is known to have been current before the one that is."""

    environment: str


class RolledBackFrom(Value, frozen=True, kw_only=True, tag="rolled-back-from"):
    version: Version
    environment: str
    at: datetime
    by: Operator
    reason: str


class SoakLeft(Value, frozen=True, kw_only=True, tag="soak-left"):
    version: Version
    source: str
    until: datetime


class AlreadyPromoted(Value, frozen=True, kw_only=True, tag="already-promoted"):
    id: str  # of the promotion that brought it
    version: Version
    digest: ADigest
    environment: str
    at: datetime
    by: Operator


class AlreadyCurrent(Value, frozen=True, kw_only=True, tag="already-current"):
    version: Version
    environment: str


class TagExists(Value, frozen=True, kw_only=True, tag="tag-exists"):
    """A tag that is made once points to other content than it would be made for."""

    name: Tag
    found: ADigest
    wanted: ADigest


class IsLocked(Value, frozen=True, kw_only=True, tag="locked"):
    environment: str
    reason: str
    by: Operator
    at: datetime
    until: datetime | None = None


class AlreadyLocked(Value, frozen=True, kw_only=True, tag="already-locked"):
    environment: str
    reason: str
    by: Operator
    at: datetime
    until: datetime | None = None


class Unverified(Value, frozen=True, kw_only=True, tag="unverified"):
    """Rules about people are set, and nobody has proved who this is."""

    operator: Operator
    environment: str


class TokenRefused(Value, frozen=True, kw_only=True, tag="token-refused"):
    """A token was given and proves nothing; `found` and `expected` hold no part of it but claims."""

    reason: Reason
    issuer: str | None = None
    found: str
    expected: str


class NotAuthorized(Value, frozen=True, kw_only=True, tag="not-authorized"):
    """The operator is in none of the lists; groups None where nobody can say which groups they are in."""

    operator: Operator
    environment: str
    command: CommandWord = "promote"
    required_groups: tuple[str, ...] | None
    groups: tuple[str, ...] | None
    required_operators: tuple[str, ...] | None


class SameHands(Value, frozen=True, kw_only=True, tag="same-hands"):
    operator: Operator
    promoted_to: str
    environment: str


class UnknownHands(Value, frozen=True, kw_only=True, tag="unknown-hands"):
    """Either the operator or the earlier promoter is no person the policy knows: so they may be the same."""

    operator: Operator
    unknown: str
    why: Doubt = "unlisted"
    promoted_to: str
    environment: str


class MachineWithoutHuman(Value, frozen=True, kw_only=True, tag="machine-without-human"):
    """Duties are separate here, and nobody is known to stand behind the machine that asks."""

    operator: Operator
    environment: str


class SignatureRefused(Value, frozen=True, kw_only=True, tag="signature-refused"):
    status: Literal["missing", "invalid", "untrusted", "not checkable", "not checked"]
    artifact: ADigest
    version: Version
    repository: str | None = None
    detail: str | None = None
    enforced: bool = True  # by the manifest; else somebody only wanted to know


class PlanUnsigned(Value, frozen=True, kw_only=True, tag="plan-unsigned"):
    """A signed plan was asked for, and nobody who is trusted in its environment has signed this one."""

    status: Literal["missing", "invalid", "untrusted", "not checkable", "not checked"]
    plan: ADigest
    environment: str
    detail: str | None = None


class GateWithoutCommand(Value, frozen=True, kw_only=True, tag="gate-without-command"):
    gate: str
    environment: str


class GateFailed(Value, frozen=True, kw_only=True, tag="gate-failed"):
    result: GateResult


class GateNotRun(Value, frozen=True, kw_only=True, tag="gate-not-run"):
    """A gate is on and there is no verdict: unknown means no."""

    gate: str


class NotBuilt(Value, frozen=True, kw_only=True, tag="not-built"):
    """The policy asks for something this floe cannot decide yet."""

    feature: Literal["approvals", "freeze"]
    environment: str


class FactChanged(Value, frozen=True, kw_only=True, tag="fact-changed"):
    """Between plan and apply the world moved on."""

    fact: str
    then: str
    now: str


class EffectsChanged(Value, frozen=True, kw_only=True, tag="effects-changed"):
    """The same command would now do something else than what was planned."""


class Outvoted(Value, frozen=True, kw_only=True, tag="outvoted"):
    """Another record came first, and the wait is over."""

    environment: str
    winner: Digest


Refusal: TypeAlias = (
    UnknownEnvironment
    | VersionNotFound
    | NotNext
    | NeverPromoted
    | NothingBefore
    | RolledBackFrom
    | SoakLeft
    | AlreadyPromoted
    | AlreadyCurrent
    | TagExists
    | IsLocked
    | AlreadyLocked
    | Unverified
    | TokenRefused
    | NotAuthorized
    | SameHands
    | UnknownHands
    | MachineWithoutHuman
    | SignatureRefused
    | PlanUnsigned
    | GateWithoutCommand
    | GateFailed
    | GateNotRun
    | NotBuilt
    | FactChanged
    | EffectsChanged
    | Outvoted
)
Refusals: TypeAlias = tuple[Refusal, ...]
# What time or people may still bring: a plan with these outstanding can be saved and shown, not applied.
Outstanding: TypeAlias = SoakLeft | NotBuilt
