"""What others are told of an event: which records are told of, under which id, and with which facts (CONTRACT 9)."""

from datetime import datetime
from functools import partial
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from floe.core.compiled.impact import Impact
from floe.core.event import Adopted, Locked, Promoted, Refused, RolledBack, Unlocked
from floe.core.ledger.record import Draft
from floe.core.names import ADigest, Digest, Version
from floe.core.operator import Assurance, Operator, shown
from floe.core.value import Value

EventType: TypeAlias = Literal["promote", "rollback", "lock", "unlock"]
MOST_LISTED: Final = 50  # changes and products of an impact that a message lists


class ImpactAnalysis(Value, frozen=True, kw_only=True):
    """The impact of a rollback, as much of it as a message holds; the counts are those of the whole."""

    breaking_changes: int
    affected_products: int
    impact: Impact


class Notice(Value, frozen=True, kw_only=True):
    """One event as others are told of it. Whatever is made of the same record again is the same."""

    message_id: str
    event_type: EventType
    promotion_id: str | UnsetType = UNSET
    rollback_id: str | UnsetType = UNSET
    artifact_tag: Version | None = None
    artifact_digest: ADigest | None = None
    source_environment: str | None = None
    target_environment: str
    operator: str
    assurance: Assurance
    timestamp: datetime
    trace_id: str
    reason: str | UnsetType = UNSET
    previous_version: Version | UnsetType | None = UNSET
    impact_analysis: ImpactAnalysis | UnsetType | None = UNSET
    until: datetime | UnsetType | None = UNSET
    ends: str | UnsetType = UNSET  # the id of the message of the lock that is over
    repository: str
    record: ADigest


class Audience(Value, frozen=True, kw_only=True):
    """Somebody who is told: of which events; `unfit` says why nothing can be sent there."""

    name: str
    events: tuple[EventType, ...]
    unfit: str | None = None

    def wants(self, notice: Notice) -> bool:
        return notice.event_type in self.events


def message_id(record: Digest) -> str:
    """The id of a record's message, the same on every delivery."""
    return f"msg_{record.removeprefix('sha256:')[:32]}"


def notice(record: Digest, draft: Draft, repository: str, impact: Impact | None = None) -> Notice | None:
    """What is told of a record; None of those that nobody is told of."""
    told = partial(
        Notice,
        message_id=message_id(record),
        target_environment=draft.event.environment,
        operator=draft.operator.name,
        assurance=draft.operator.assurance,
        timestamp=draft.at,
        trace_id=draft.trace_id,
        repository=repository,
        record=record,
    )
    match draft.event:
        case Promoted(version=version, digest=digest, source=source):
            return told(
                event_type="promote",
                promotion_id=draft.id,
                artifact_tag=version,
                artifact_digest=digest,
                source_environment=source,
            )
        case RolledBack(version=version, digest=digest, reason=reason):
            return told(
                event_type="rollback",
                rollback_id=draft.id,
                artifact_tag=version,
                artifact_digest=digest,
                reason=reason,
                previous_version=draft.before.version if draft.before else None,
                impact_analysis=_analysis(impact) if impact else None,
            )
        case Locked(reason=reason, until=until):
            return told(event_type="lock", reason=reason, until=until)
        case Unlocked(reason=reason, lock=lock):
            return told(event_type="unlock", reason=reason, ends=message_id(lock))
        case Adopted() | Refused():
            return None


def sentence(notice: Notice) -> str:
    """What happened, as the command line says it."""
    version, environment = notice.artifact_tag, notice.target_environment
    match notice.event_type:
        case "promote":
            return f"Promoted {version} from {notice.source_environment} to {environment}"
        case "rollback":
            return f"Rolled back {environment} to {version}"
        case "lock":
            return f"Environment '{environment}' is now locked"
        case "unlock":
            return f"Environment '{environment}' is now unlocked"


def who(notice: Notice) -> str:
    """Who did it; an unverified name says so."""
    return shown(Operator(name=notice.operator, assurance=notice.assurance))


def _analysis(impact: Impact) -> ImpactAnalysis:
    changes, affected = impact.changes[:MOST_LISTED], impact.affected[:MOST_LISTED]
    return ImpactAnalysis(
        breaking_changes=len(impact.changes),
        affected_products=len(impact.affected),
        impact=msgspec.structs.replace(impact, changes=changes, affected=affected),
    )
