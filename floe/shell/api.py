"""The library's face: what the command line does, for programs. Everything here is asynchronous.

Each call answers with a value or with why not: a refusal (policy says no), a fault (the world failed) or
something malformed (the input is bad). Bugs are exceptions.
"""

from datetime import UTC, datetime
from typing import TypeAlias

import msgspec
from returns.result import Failure, Result, Success

from floe.core.command import Command, Lock, Promote, RollBack, Unlock, environment_of
from floe.core.facts import SignatureFacts
from floe.core.names import EnvironmentName, Malformed, parse_release, parse_version, version_meant
from floe.core.outcome import settled
from floe.core.plan import Plan
from floe.core.reason import parse_reason
from floe.core.refusal import PlanUnsigned, UnknownEnvironment
from floe.core.replica import Synced
from floe.core.signature.candidate import Findings
from floe.core.trust import vouched
from floe.effects.drive import WAIT_SECONDS, Carried, Driver, Faulted, Preview, Refused
from floe.effects.observe import Gaze
from floe.shell import copies, denials, standing
from floe.shell.afterwards import afterwards
from floe.shell.session import Session
from floe.shell.standing import Overview
from floe.shell.tracing import rooted

Trouble: TypeAlias = Refused | Faulted | Malformed


@rooted("plan")
async def plan(
    session: Session, version: str, *, to: str, source: str | None = None, force: bool = False, run_gates: bool = False
) -> Result[Preview, Trouble]:
    """What `promote` would do now; nothing is done. The policy gate is evaluated, commands only if asked for."""
    match settled(_promotion(session, version, to, source, force=force)):
        case Failure(malformed):
            return Failure(malformed)
        case Success(command):
            return await driver(session, command).preview(run_commands=run_gates)


@rooted("promote")
async def promote(
    session: Session,
    version: str,
    *,
    to: str,
    source: str | None = None,
    force: bool = False,
    wait: float = WAIT_SECONDS,
) -> Result[Carried, Trouble]:
    """Promote a version into `to`; after losing a race, try again for `wait` seconds in all."""
    match settled(_promotion(session, version, to, source, force=force)):
        case Failure(malformed):
            return Failure(malformed)
        case Success(command):
            return await _followed(session, await driver(session, command).carry(wait))


@rooted("apply")
async def apply(
    session: Session, saved: Plan, *, require_signed: bool = False, signature: bytes | None = None
) -> Result[Carried, Trouble]:
    """Carry out a saved plan exactly as it is, or refuse.

    With `require_signed` somebody whose signatures count in its environment must have signed it: `signature` is the
    sigstore bundle of an in-toto statement about the plan's digest.
    """
    if require_signed:
        refused = settled(await _vouched(session, saved, signature))
        if isinstance(refused, Failure):
            return Failure(Refused(refusals=(refused.failure(),), plan=saved))
    return await _followed(session, await driver(session, saved.command).carry_saved(saved))


@rooted("plan")
async def preview_rollback(
    session: Session, version: str | None = None, *, env: str, in_earnest: bool = False
) -> Result[Preview, Trouble]:
    """Where a rollback would go, and what it would break. In earnest, when it is about to be done, a refusal counts."""
    match settled(_rollback(version, env, None)):
        case Failure(malformed):
            return Failure(malformed)
        case Success(command):
            drive = driver(session, command)
            seen = await drive.preview(run_commands=False)
            return await drive.remember(seen) if in_earnest else seen


@rooted("rollback")
async def rollback(
    session: Session, version: str | None = None, *, env: str, reason: str, wait: float = WAIT_SECONDS
) -> Result[Carried, Trouble]:
    """Move the pointer of `env` back to a version that was promoted there; by default to the one before."""
    match settled(_rollback(version, env, reason)):
        case Failure(malformed):
            return Failure(malformed)
        case Success(command):
            return await _followed(session, await driver(session, command).carry(wait))


@rooted("lock")
async def lock(session: Session, *, env: str, reason: str, until: datetime | None = None) -> Result[Carried, Trouble]:
    """Refuse promotions into `env` until it is unlocked, or until a moment; one without a time zone is UTC."""
    ends = until and (until.astimezone(UTC) if until.tzinfo else until.replace(tzinfo=UTC))
    if ends is not None and ends <= session.world.clock.now():
        return Failure(Malformed(what="time to lock until", found=ends.isoformat(), expected="a time to come"))
    match settled(parse_reason(reason)):
        case Failure(malformed):
            return Failure(malformed)
        case Success(given):
            command = Lock(environment=env, reason=given, until=ends)
            return await _followed(session, await driver(session, command).carry())


@rooted("unlock")
async def unlock(session: Session, *, env: str, reason: str) -> Result[Carried, Trouble]:
    """Let promotions into `env` again; of an open environment, do nothing."""
    match settled(parse_reason(reason)):
        case Failure(malformed):
            return Failure(malformed)
        case Success(given):
            return await _followed(session, await driver(session, Unlock(environment=env, reason=given)).carry())


@rooted("status")
async def status(
    session: Session,
    version: str | None = None,
    *,
    env: str | None = None,
    history: int = 20,
    refused: bool = False,
    check: bool = False,
) -> Result[Overview, Trouble]:
    """What is where. With a version, where that one stands; with `check`, whether the tags say so too.

    With `refused`, who tried what they might not is among the events.
    """
    policy, world = session.policy, session.world
    if env is not None and policy.environment(env) is None:
        return Failure(Refused(refusals=(UnknownEnvironment(name=env, known=policy.names),)))
    names = (EnvironmentName(env),) if env else policy.names
    parsed = settled(parse_version(version)) if version else None
    if isinstance(parsed, Failure):
        return Failure(parsed.failure())
    seen = (
        await standing.whereabouts(world, names, parsed.unwrap())
        if parsed
        else await standing.overview(world, names, history)
    )
    if refused:
        seen = await denials.with_refused(world, seen, parsed.unwrap() if parsed else None, history)
    if check:
        seen = await standing.with_drift(world, policy, seen)
    return seen.alt(lambda trouble: trouble if isinstance(trouble, Refused) else Faulted(faults=(trouble,)))


@rooted("sync")
async def sync(session: Session, to: str | None = None) -> Result[tuple[Synced, ...], Malformed]:
    """Bring the other registries up to date, or the one that is named; what became of each is told."""
    return await copies.on_demand(session, to)


async def _vouched(session: Session, saved: Plan, signature: bytes | None) -> Result[SignatureFacts, PlanUnsigned]:
    name = environment_of(saved.command)
    environment = session.policy.environment(name)
    trust = environment.trust if environment else None
    if trust is None or signature is None:
        return vouched(Findings(), trust, saved.digest, name)
    return vouched(await session.world.verifier.read(saved.digest, signature, trust), trust, saved.digest, name)


def driver(session: Session, command: Command) -> Driver:
    """One command, ready to be looked at or carried out."""
    return Driver(
        gaze=Gaze(command=command, policy=session.policy, operator=session.operator, world=session.world),
        trace_id=session.trace.trace_id,
        traceparent=session.trace.traceparent,
        progress=session.progress,
    )


async def _followed(session: Session, outcome: Result[Carried, Trouble]) -> Result[Carried, Trouble]:
    """The same, after what follows an order that was wholly carried out."""
    match settled(outcome):
        case Success(carried) if carried.receipt.fault is None:
            synced = await copies.after_writing(session)
            warnings = (*copies.warnings(synced), *await afterwards(session, carried))
            return Success(msgspec.structs.replace(carried, synced=synced, warnings=warnings))
        case _:
            return outcome


def _promotion(
    session: Session, version: str, to: str, source: str | None, *, force: bool
) -> Result[Promote, Malformed]:
    return parse_release(version_meant(version, source), session.policy.names).map(
        lambda parsed: Promote(version=parsed, source=source, target=to, force=force)
    )


def _rollback(version: str | None, env: str, reason: str | None) -> Result[RollBack, Malformed]:
    given = settled(parse_reason(reason)) if reason is not None else None
    if isinstance(given, Failure):
        return Failure(given.failure())
    if version is None:
        return Success(RollBack(environment=env, reason=reason))
    return parse_version(version_meant(version, env)).map(
        lambda parsed: RollBack(version=parsed, environment=env, reason=reason)
    )
