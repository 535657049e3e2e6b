"""The decisions on locks: a lock stops promotions into its environment, and whoever may move it may lock it."""

from returns.result import Failure, Result, Success

from floe.core import access, canonical
from floe.core.command import Lock, Unlock
from floe.core.event import Locked, Unlocked
from floe.core.facts import Facts
from floe.core.ledger.record import Expectation
from floe.core.ledger.state import LockHeld
from floe.core.outcome import failures
from floe.core.plan import Plan
from floe.core.policy import Environment, Policy
from floe.core.refusal import AlreadyLocked, Refusals, UnknownEnvironment
from floe.core.snapshot import Snapshot


def decide_lock(snapshot: Snapshot, command: Lock, policy: Policy) -> Result[Plan, Refusals]:
    environment = policy.environment(command.environment)
    if environment is None:
        return Failure((UnknownEnvironment(name=command.environment, known=policy.names),))
    held = snapshot.state.of(environment.name).locked_at(snapshot.at)
    refusals = (
        *((_already(held, environment),) if held else ()),
        *failures(access.may(snapshot.operator, environment, policy.identity, "lock")),
    )
    if refusals:
        return Failure(refusals)
    event = Locked(environment=environment.name, reason=command.reason, until=command.until)
    plan = Plan(
        command=command,
        policy=canonical.digest(policy),
        facts=_facts(snapshot, environment.name, policy),
        event=event,
    )
    return Success(plan)


def decide_unlock(snapshot: Snapshot, command: Unlock, policy: Policy) -> Result[Plan, Refusals]:
    """Unlocking an open environment is a plan that does nothing."""
    environment = policy.environment(command.environment)
    if environment is None:
        return Failure((UnknownEnvironment(name=command.environment, known=policy.names),))
    refusals = failures(access.may(snapshot.operator, environment, policy.identity, "unlock"))
    if refusals:
        return Failure(refusals)
    held = snapshot.state.of(environment.name).locked_at(snapshot.at)
    event = (
        Unlocked(environment=environment.name, reason=command.reason, lock=held.record) if held is not None else None
    )
    return Success(
        Plan(
            command=command,
            policy=canonical.digest(policy),
            facts=_facts(snapshot, environment.name, policy),
            event=event,
            expects=Expectation(lock=held.record) if held else Expectation(),
        )
    )


def _already(held: LockHeld, environment: Environment) -> AlreadyLocked:
    return AlreadyLocked(
        environment=environment.name, reason=held.reason, by=held.operator, at=held.at, until=held.until
    )


def facts(snapshot: Snapshot, command: Lock | Unlock, policy: Policy) -> Facts | None:
    if policy.environment(command.environment) is None:
        return None
    return _facts(snapshot, command.environment, policy)


def _facts(snapshot: Snapshot, environment: str, policy: Policy) -> Facts:
    state = snapshot.state.of(environment)
    lock = state.locked_at(snapshot.at)
    return Facts(
        last_record=state.current.record if state.current else None,
        lock=lock.record if lock else None,
        policy=canonical.digest(policy),
    )
