"""Which step may follow which. An artifact passes through the environments in order, none skipped but optional ones."""

from collections.abc import Iterable

from returns.result import Failure, Result, Success

from floe.core.event import Adopted, Promoted, RolledBack
from floe.core.names import NOWHERE, Version
from floe.core.policy import Policy
from floe.core.refusal import NotNext
from floe.core.snapshot import Known
from floe.core.value import Value


class Presence(Value, frozen=True, kw_only=True):
    """How a version stands in an environment: the promotion that brought it, the rollback that took it away."""

    promotion: Known | None = None
    departure: Known | None = None

    @property
    def stands(self) -> Known | None:
        return self.promotion if self.departure is None else None


def presence(records: Iterable[Known], version: Version, environment: str) -> Presence:
    """The presence of a version, from valid records in ledger order; a rollback to it brings it back."""
    promotion: Known | None = None
    departure: Known | None = None
    for known in records:
        event, before = known.record.event, known.record.before
        if event.environment != environment:
            continue
        match event:
            case Promoted() | Adopted() if event.version == version:
                promotion, departure = known, None
            case RolledBack() if event.version == version:
                departure = None
            case RolledBack() if before is not None and before.version == version:
                departure = known
            case _:
                pass
    return Presence(promotion=promotion, departure=departure)


def sources(policy: Policy, target: str) -> tuple[str, ...]:
    """Where an artifact may come from, nearest first: the environment before, and over optional ones the next."""
    earlier = policy.environments[: policy.names.index(target)] if target in policy.names else ()
    allowed: list[str] = []
    for environment in reversed(earlier):
        allowed.append(environment.name)
        if not environment.optional:
            return tuple(allowed)
    return (*allowed, NOWHERE)


def source_meant(policy: Policy, target: str, version: Version, records: Iterable[Known]) -> str:
    """Without `--from`: the nearest environment before the target in which the version stands."""
    known = tuple(records)
    allowed = sources(policy, target)
    return next((name for name in allowed if presence(known, version, name).stands), allowed[0])


def is_next(policy: Policy, source: str, target: str) -> Result[None, NotNext]:
    """Whether `target` follows `source`; both are environments of the policy, or the source is `none`."""
    if source in sources(policy, target):
        return Success(None)
    return Failure(NotNext(source=source, target=target, path=_path(policy, source, target)))


def _path(policy: Policy, source: str, target: str) -> tuple[str, ...]:
    """Every step from source to target that may not be skipped; empty when the way leads backwards."""
    ladder: tuple[str, ...] = (NOWHERE, *policy.names)
    start, end = ladder.index(source), ladder.index(target)
    between = policy.environments[max(start, 0) : max(end - 1, 0)]
    steps = (source, *(each.name for each in between if not each.optional), target)
    return steps if start < end else ()
