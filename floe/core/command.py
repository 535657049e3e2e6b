"""What may be asked. Environment names are as typed: whether they exist is for the policy to say."""

from datetime import datetime
from typing import TypeAlias

from floe.core.names import ADigest, Version
from floe.core.value import Value


class Promote(Value, frozen=True, kw_only=True, tag="promote"):
    """Move a version on. Without a source, from the environment before the target."""

    version: Version
    source: str | None = None  # "none" stands for before the first environment
    target: str
    force: bool = False


class RollBack(Value, frozen=True, kw_only=True, tag="roll-back"):
    """Move a pointer back. Without a version, to the one before; without a reason, only to look."""

    version: Version | None = None
    environment: str
    reason: str | None = None


class Lock(Value, frozen=True, kw_only=True, tag="lock"):
    environment: str
    reason: str
    until: datetime | None = None


class Unlock(Value, frozen=True, kw_only=True, tag="unlock"):
    environment: str
    reason: str


class Adopt(Value, frozen=True, kw_only=True, tag="adopt"):
    """Take a version that is in an environment by its tag alone into the ledger."""

    version: Version
    digest: ADigest
    environment: str
    is_current: bool


Command: TypeAlias = Promote | RollBack | Lock | Unlock | Adopt


def environment_of(command: Command) -> str:
    """The environment that a command would change."""
    return command.target if isinstance(command, Promote) else command.environment
