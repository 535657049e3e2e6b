"""The decision on a promotion: existence, transition, lock, authorization, duties, signature, gates."""

from collections.abc import Iterator
from datetime import timedelta

from returns.result import Failure, Result, Success

from floe.core import access, canonical, duties, suggest, trust
from floe.core.command import Promote
from floe.core.drawing import drawings, undrawn, unfinished
from floe.core.event import Placement, Promoted
from floe.core.facts import Facts
from floe.core.gates import is_missing
from floe.core.ledger.record import Expectation
from floe.core.ledger.state import EnvironmentState
from floe.core.names import NOWHERE, Digest, Tag, environment_tag
from floe.core.outcome import failures, settled
from floe.core.plan import Plan, Warn
from floe.core.policy import Environment, Policy
from floe.core.refusal import (
    AlreadyPromoted,
    GateWithoutCommand,
    IsLocked,
    NeverPromoted,
    NotBuilt,
    Outstanding,
    Refusal,
    Refusals,
    RolledBackFrom,
    SoakLeft,
    TagExists,
    UnknownEnvironment,
    VersionNotFound,
)
from floe.core.reports.baseline import baselines
from floe.core.snapshot import Known, Snapshot
from floe.core.transition import Presence, is_next, presence, source_meant
from floe.core.value import Value


class Step(Value, frozen=True, kw_only=True):
    """A promotion made definite: its environments exist, and what is known of its artifact is here."""

    command: Promote
    source: str
    target: Environment
    state: EnvironmentState  # of the target
    origin: Presence  # in the source
    there: Presence  # in the target
    digest: Digest | None
    facts: Facts


def decide_promotion(snapshot: Snapshot, command: Promote, policy: Policy) -> Result[Plan, Refusals]:
    match settled(definite(snapshot, command, policy)):
        case Failure(refusals):
            return Failure(refusals)
        case Success(step):
            return _decide(snapshot, step, policy)


def facts(snapshot: Snapshot, command: Promote, policy: Policy) -> Facts | None:
    step = settled(definite(snapshot, command, policy))
    return step.unwrap().facts if isinstance(step, Success) else None


def definite(snapshot: Snapshot, command: Promote, policy: Policy) -> Result[Step, Refusals]:
    """The step a command means, or which of its environments do not exist."""
    asked = (command.target, command.source or NOWHERE)
    unknown = tuple(name for name in asked if name != NOWHERE and policy.environment(name) is None)
    target = policy.environment(command.target)
    if target is None or unknown:
        missing = unknown or (command.target,)
        return Failure(tuple(UnknownEnvironment(name=name, known=policy.names) for name in missing))
    source = command.source or source_meant(policy, target.name, command.version, snapshot.valid)
    origin = presence(snapshot.valid, command.version, source)
    digest = snapshot.tag(Tag(command.version)) if source == NOWHERE else _digest_of(origin)
    state = snapshot.state.of(target.name)
    lock = state.locked_at(snapshot.at)
    carried = duties.hands(snapshot.valid, digest, source, target.name, policy) if digest else ()
    facts = Facts(
        version_digest=digest,
        environment_tag=snapshot.tag(environment_tag(command.version, target.name)),
        last_record=state.current.record if state.current else None,
        lock=lock.record if lock else None,
        hands=carried,
        policy=canonical.digest(policy),
        signature=snapshot.signature,
    )
    return Success(
        Step(
            command=command,
            source=source,
            target=target,
            state=state,
            origin=origin,
            there=presence(snapshot.valid, command.version, target.name),
            digest=digest,
            facts=facts,
        )
    )


def _decide(snapshot: Snapshot, step: Step, policy: Policy) -> Result[Plan, Refusals]:
    recorded = step.there.stands
    if recorded and step.digest and step.digest == _digest_of(step.there) and not step.command.force:
        pending = undrawn(snapshot, recorded, step.state)
        if pending and step.facts.environment_tag in (None, step.digest):
            completion = Plan(
                command=step.command,
                policy=step.facts.policy,
                facts=step.facts,
                event=None,
                after=Placement(version=step.command.version, digest=step.digest),
                drawings=pending,
                completes=recorded.record.id,
            )
            return Success(completion)
    outstanding = tuple(_outstanding(snapshot, step))
    refusals = tuple(_refusals(snapshot, step, policy))
    if refusals or step.digest is None:
        return Failure((*refusals, *outstanding))
    return Success(_plan(snapshot, step, step.digest, outstanding))


def _refusals(snapshot: Snapshot, step: Step, policy: Policy) -> Iterator[Refusal]:
    yield from _existence(snapshot, step, policy)
    yield from _standing(step)
    lock = step.state.locked_at(snapshot.at)
    if lock:
        yield IsLocked(environment=step.target.name, reason=lock.reason, by=lock.operator, at=lock.at, until=lock.until)
    yield from failures(access.may(snapshot.operator, step.target, policy.identity))
    yield from duties.are_apart(snapshot.operator, step.facts.hands, step.target, policy)
    if step.digest:
        version, rule = step.command.version, step.target.trust
        signed = trust.suffices(snapshot.signature, rule, step.digest, version, snapshot.repository)
        yield from failures(signed.alt(lambda refusal: (refusal,)))
    for gate in step.target.gates:
        if is_missing(gate):
            yield GateWithoutCommand(gate=gate.name, environment=step.target.name)


def _existence(snapshot: Snapshot, step: Step, policy: Policy) -> Iterator[Refusal]:
    """Whether the version is where it should come from, and may come here from there."""
    version = step.command.version
    yield from failures(is_next(policy, step.source, step.target.name).alt(lambda refusal: (refusal,)))
    if step.digest is None:
        known = any(name == Tag(version) or name.startswith(f"{version}-") for name in snapshot.names)
        if step.source == NOWHERE or not known:
            yield VersionNotFound(version=version, nearest=suggest.nearest(version, snapshot.names, policy.names))
        else:
            found = suggest.available(step.source, snapshot.names)
            yield NeverPromoted(version=version, environment=step.source, available=found)
    if step.origin.departure and step.source != NOWHERE:
        yield _rolled_back(step.origin.departure, step)


def _standing(step: Step) -> Iterator[Refusal]:
    """Whether the version is here already, or its place is taken."""
    name, recorded = environment_tag(step.command.version, step.target.name), step.there.stands
    found = step.facts.environment_tag or _promised(step.state, name)
    if found and step.digest and found != step.digest:
        yield TagExists(name=name, found=found, wanted=step.digest)
    if recorded and recorded.record.after and not step.command.force:
        yield AlreadyPromoted(
            id=recorded.record.id,
            version=step.command.version,
            digest=recorded.record.after.digest,
            environment=step.target.name,
            at=recorded.record.at,
            by=recorded.record.operator,
        )


def _outstanding(snapshot: Snapshot, step: Step) -> Iterator[Outstanding]:
    soak, origin = step.target.min_time_in_previous_seconds, step.origin.promotion
    if soak and origin and (until := origin.record.at + timedelta(seconds=soak)) > snapshot.at:
        yield SoakLeft(version=step.command.version, source=step.source, until=until)
    if step.target.freeze:
        yield NotBuilt(feature="freeze", environment=step.target.name)
    if step.target.authorization and step.target.authorization.approvals:
        yield NotBuilt(feature="approvals", environment=step.target.name)


def _plan(snapshot: Snapshot, step: Step, digest: Digest, outstanding: tuple[Outstanding, ...]) -> Plan:
    version, target, current = step.command.version, step.target, step.state.current
    event = Promoted(
        version=version, digest=digest, source=step.source, environment=target.name, forced=step.command.force
    )
    return Plan(
        command=step.command,
        policy=step.facts.policy,
        facts=step.facts,
        event=event,
        expects=Expectation(after=step.facts.last_record, lock=None),
        before=Placement(version=current.version, digest=current.digest) if current else None,
        after=Placement(version=version, digest=digest),
        gates=target.gates,
        baselines=baselines(snapshot, target),
        drawings=(*drawings(event), *unfinished(snapshot, step.state)),
        outstanding=outstanding,
        warnings=tuple(_warnings(snapshot, step)),
    )


def _warnings(snapshot: Snapshot, step: Step) -> Iterator[Warn]:
    current, trusted = step.state.current, step.target.trust
    if step.command.force and current and current.version != step.command.version:
        text = f"{current.version} is current in {step.target.name}; the pointer moves to {step.command.version}"
        yield Warn(code="other-version-current", message=text)
    if trusted and trusted.enforcement == "warn" and snapshot.signature.status != "valid":
        yield Warn(code="unsigned", message=trust.want(snapshot.signature))


def _promised(state: EnvironmentState, name: Tag) -> Digest | None:
    """Where a tag will point that the current record makes, drawn or not."""
    return state.current.digest if state.current and state.current.tag == name else None


def _digest_of(origin: Presence) -> Digest | None:
    after = origin.promotion.record.after if origin.promotion else None
    return after.digest if after else None


def _rolled_back(departure: Known, step: Step) -> RolledBackFrom:
    event = departure.record.event
    return RolledBackFrom(
        version=step.command.version,
        environment=step.source,
        at=departure.record.at,
        by=departure.record.operator,
        reason=getattr(event, "reason", ""),
    )
