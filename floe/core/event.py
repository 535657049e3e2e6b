"""What has happened, in the past tense: the decided part of a record."""

from datetime import datetime
from typing import Literal, TypeAlias

from floe.core.names import ADigest, EnvironmentName, Tag, Version
from floe.core.value import Value

CommandWord: TypeAlias = Literal["promote", "roll-back", "lock", "unlock", "adopt"]


class Placement(Value, frozen=True, kw_only=True):
    """A version at its digest: what a pointer points to."""

    version: Version
    digest: ADigest


class Promoted(Value, frozen=True, kw_only=True, tag_field="kind", tag="promoted"):
    version: Version
    digest: ADigest
    source: str  # an environment, or "none"
    environment: EnvironmentName
    forced: bool = False


class Adopted(Value, frozen=True, kw_only=True, tag_field="kind", tag="adopted"):
    """A version was there before floe was: its tag was made by hand, and nobody knows by whose."""

    version: Version
    digest: ADigest
    environment: EnvironmentName
    is_current: bool  # whether the pointer was there


class RolledBack(Value, frozen=True, kw_only=True, tag_field="kind", tag="rolled-back"):
    version: Version
    digest: ADigest
    environment: EnvironmentName
    number: int  # counted from 1, per version and environment
    tag: Tag
    reason: str
    during_lock: bool = False


class Locked(Value, frozen=True, kw_only=True, tag_field="kind", tag="locked"):
    environment: EnvironmentName
    reason: str
    until: datetime | None = None


class Unlocked(Value, frozen=True, kw_only=True, tag_field="kind", tag="unlocked"):
    environment: EnvironmentName
    reason: str
    lock: ADigest  # the record of the lock that this one ends


class Refused(Value, frozen=True, kw_only=True, tag_field="kind", tag="refused"):
    """Somebody was told that they may not. It changes nothing; it is remembered."""

    environment: EnvironmentName
    command: CommandWord
    version: Version | None = None
    reasons: tuple[str, ...]  # the words by which programs know the refusals


Event: TypeAlias = Promoted | Adopted | RolledBack | Locked | Unlocked | Refused


def moved_to(event: Event) -> Placement | None:
    """The version that an event puts into its environment; None when it puts none there."""
    if isinstance(event, Promoted | Adopted | RolledBack):
        return Placement(version=event.version, digest=event.digest)
    return None
