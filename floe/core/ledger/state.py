"""What the ledger says is so: for each environment what is current, what locks it, and its last events."""

from datetime import datetime
from typing import Final

from floe.core.names import ADigest, EnvironmentName, Tag, Version
from floe.core.operator import Operator
from floe.core.value import Value

KEPT_EVENTS: Final = 20
KEPT_DURATIONS: Final = 9


class Standing(Value, frozen=True, kw_only=True):
    """What is current in an environment, and the record that made it so."""

    record: ADigest
    id: str
    version: Version
    digest: ADigest
    tag: Tag | None  # the one this record makes
    operator: Operator
    at: datetime


class LockHeld(Value, frozen=True, kw_only=True):
    record: ADigest
    reason: str
    operator: Operator
    at: datetime
    until: datetime | None = None


class Summary(Value, frozen=True, kw_only=True):
    """One event as history shows it; `void` names the record that won over it."""

    record: ADigest
    kind: str
    at: datetime
    operator: Operator
    version: Version | None = None
    digest: ADigest | None = None
    is_current: bool = True  # whether the pointer went to the version; not where one was adopted that it was not at
    reason: str | None = None
    authorized_via: str | None = None
    void: ADigest | None = None


class Durations(Value, frozen=True, kw_only=True):
    """How long a gate took in its last runs, in milliseconds, oldest first."""

    gate: str
    ms: tuple[int, ...]


class EnvironmentState(Value, frozen=True, kw_only=True):
    environment: EnvironmentName
    current: Standing | None = None
    lock: LockHeld | None = None
    history: tuple[Summary, ...] = ()  # oldest first
    refused: tuple[Summary, ...] = ()  # oldest first
    durations: tuple[Durations, ...] = ()

    def locked_at(self, moment: datetime) -> LockHeld | None:
        """The lock in force at a moment; a lock ends by itself when its time is over."""
        lock = self.lock
        return None if lock is None or (lock.until and lock.until <= moment) else lock


class State(Value, frozen=True, kw_only=True):
    environments: tuple[EnvironmentState, ...] = ()  # by name

    def of(self, environment: str) -> EnvironmentState:
        """The state of an environment; of one in which nothing has happened, an empty one."""
        return next(
            (each for each in self.environments if each.environment == environment),
            EnvironmentState(environment=EnvironmentName(environment)),
        )
