"""The decision on a rollback: it goes to what was there before, and is free of gates, duties and locks."""

from collections.abc import Iterator

from returns.result import Failure, Result, Success

from floe.core import access, canonical, suggest, trust
from floe.core.command import RollBack
from floe.core.compiled import impact
from floe.core.drawing import drawings, pending, unfinished
from floe.core.event import Placement, RolledBack
from floe.core.facts import Facts
from floe.core.ledger.record import Expectation
from floe.core.ledger.state import EnvironmentState
from floe.core.names import Digest, EnvironmentName, Tag, Version, environment_tag, rollback_tag
from floe.core.outcome import failures
from floe.core.plan import Plan, Warn
from floe.core.policy import Environment, Policy
from floe.core.refusal import (
    AlreadyCurrent,
    NeverPromoted,
    NothingBefore,
    Refusal,
    Refusals,
    TagExists,
    UnknownEnvironment,
)
from floe.core.snapshot import DocumentFact, Snapshot
from floe.core.transition import presence
from floe.core.value import Value


def version_before(state: EnvironmentState) -> Version | None:
    """The version that was current before the one that is, as far as the state remembers.

    What was rolled back from is not gone back to: a rollback takes away all that came after its version.
    """
    ladder: list[Version] = []
    for each in state.history:
        if each.version is None or each.void is not None or not each.is_current or each.version in ladder[-1:]:
            continue
        if each.kind == "rolled-back":
            ladder = ladder[: ladder.index(each.version)] if each.version in ladder else []
        ladder.append(each.version)
    return ladder[-2] if len(ladder) > 1 else None


def version_meant(snapshot: Snapshot, command: RollBack) -> Version | None:
    return command.version or version_before(snapshot.state.of(command.environment))


class Destination(Value, frozen=True, kw_only=True):
    """Where a rollback would go: the placement to return to, and the tag it would make."""

    placement: Placement
    signed: bool  # its promotion holds a verified verdict
    number: int
    tag: Tag

    @property
    def digest(self) -> Digest:
        return self.placement.digest


def destination(snapshot: Snapshot, version: Version, environment: EnvironmentName) -> Destination | None:
    """Where a version was promoted to in this environment; None when it never was."""
    promotion = presence(snapshot.valid, version, environment).promotion
    if promotion is None or promotion.record.after is None:
        return None
    number = 1 + _times(snapshot, version, environment)
    return Destination(
        placement=promotion.record.after,
        signed=promotion.record.signature.status == "verified",
        number=number,
        tag=rollback_tag(version, environment, number),
    )


def decide_rollback(snapshot: Snapshot, command: RollBack, policy: Policy) -> Result[Plan, Refusals]:
    environment = policy.environment(command.environment)
    if environment is None:
        return Failure((UnknownEnvironment(name=command.environment, known=policy.names),))
    if completion := _completion(snapshot, command, policy):
        return Success(completion)
    version = version_meant(snapshot, command)
    if version is None:
        return Failure((NothingBefore(environment=command.environment),))
    to = destination(snapshot, version, environment.name)
    refusals = tuple(_refusals(snapshot, version, to, environment, policy))
    if refusals or to is None:
        return Failure(refusals)
    known = facts(snapshot, command, policy)
    assert known is not None, "the environment is there"
    return Success(_plan(snapshot, command, to, known))


def _completion(snapshot: Snapshot, command: RollBack, policy: Policy) -> Plan | None:
    """What is left of a rollback that was recorded and not drawn, when it is the one that is asked for again."""
    state = snapshot.state.of(command.environment)
    current, known = state.current, facts(snapshot, command, policy)
    if current is None or known is None or command.version not in (None, current.version):
        return None
    left = pending(snapshot, state)
    if not left or current.tag == environment_tag(current.version, state.environment):
        return None
    after = Placement(version=current.version, digest=current.digest)
    return Plan(
        command=command,
        policy=known.policy,
        facts=known,
        event=None,
        after=after,
        drawings=left,
        completes=current.id,
    )


def facts(snapshot: Snapshot, command: RollBack, policy: Policy) -> Facts | None:
    if policy.environment(command.environment) is None:
        return None
    state = snapshot.state.of(command.environment)
    version = version_meant(snapshot, command)
    to = destination(snapshot, version, state.environment) if version else None
    lock = state.locked_at(snapshot.at)
    return Facts(
        version_digest=to.digest if to else None,
        environment_tag=snapshot.tag(to.tag) if to else None,
        last_record=state.current.record if state.current else None,
        lock=lock.record if lock else None,
        policy=canonical.digest(policy),
        signature=snapshot.signature,
    )


def _refusals(
    snapshot: Snapshot, version: Version, to: Destination | None, environment: Environment, policy: Policy
) -> Iterator[Refusal]:
    current = snapshot.state.of(environment.name).current
    if current and current.version == version:
        yield AlreadyCurrent(version=version, environment=environment.name)
    if to is None:
        found = suggest.available(environment.name, snapshot.names)
        yield NeverPromoted(version=version, environment=environment.name, available=found)
    yield from failures(access.may(snapshot.operator, environment, policy.identity, "roll-back"))
    if to is None:
        return
    taken = snapshot.tag(to.tag)
    if taken is not None and taken != to.digest:
        yield TagExists(name=to.tag, found=taken, wanted=to.digest)
    if not to.signed:
        signed = trust.suffices(snapshot.signature, environment.trust, to.digest, version, snapshot.repository)
        yield from failures(signed.alt(lambda refusal: (refusal,)))


def _plan(snapshot: Snapshot, command: RollBack, to: Destination, known: Facts) -> Plan:
    state = snapshot.state.of(command.environment)
    current, lock = state.current, state.locked_at(snapshot.at)
    event = RolledBack(
        version=to.placement.version,
        digest=to.digest,
        environment=state.environment,
        number=to.number,
        tag=to.tag,
        reason=command.reason or "",
        during_lock=lock is not None,
    )
    locked = (Warn(code="under-lock", message=f"{state.environment} is locked: {lock.reason}"),) if lock else ()
    return Plan(
        command=command,
        policy=known.policy,
        facts=known,
        event=event,
        expects=Expectation(after=current.record if current else None),
        before=Placement(version=current.version, digest=current.digest) if current else None,
        after=to.placement,
        drawings=(*drawings(event), *unfinished(snapshot, state)),
        impact=impact_of(snapshot.documents, current.digest if current else None, to.digest),
        warnings=locked,
    )


def _times(snapshot: Snapshot, version: Version, environment: EnvironmentName) -> int:
    """How often there was a rollback to this version here."""
    events = (known.record.event for known in snapshot.valid)
    return sum(
        isinstance(event, RolledBack) and (event.version, event.environment) == (version, environment)
        for event in events
    )


def impact_of(documents: tuple[DocumentFact, ...], current: Digest | None, target: Digest) -> impact.Impact:
    """What going back from one artifact to another would break, as far as their documents are known."""
    known = {fact.artifact: fact for fact in documents}
    sides = (known.get(current) if current else None, known.get(target))
    whys = (f"{side.artifact[:19]}: {side.why}" for side in sides if side and side.why)
    compiled = [side.document if side else None for side in sides]
    return impact.compare(compiled[0], compiled[1], "; ".join(whys) or None)
