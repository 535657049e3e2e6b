"""What is wrong or doubtful in a policy, before anybody uses it; nothing is asked of the world."""

from collections.abc import Iterator
from itertools import chain

from floe.core.check import access as check_access
from floe.core.check import people as check_people
from floe.core.check.finding import Finding, doubtful, wrong
from floe.core.gates import format_of, is_contradictory, is_missing
from floe.core.policy import Environment, Policy


def examine(policy: Policy) -> tuple[Finding, ...]:
    """Every finding: environments in their order, then people."""
    each = (_findings(environment, policy) for environment in policy.environments)
    return tuple(chain(chain.from_iterable(each), _unreached(policy), check_people.findings(policy)))


def _findings(environment: Environment, policy: Policy) -> Iterator[Finding]:
    where = f"environments.{environment.name}"
    for gate in filter(is_missing, environment.gates):
        add = f"add gate_commands.{gate.name}.command, or turn the gate off"
        yield wrong(f"{where}.gates.{gate.name}", f"this gate is on and has no command, so it fails: {add}")
    for gate in filter(is_contradictory, environment.gates):
        limits = "max and max_increase_percent are for metrics, block_on_severity for findings"
        yield wrong(f"{where}.gates.{gate.name}", f"this gate reads {format_of(gate)}, so it fails: {limits}")
    if environment.min_time_in_previous_seconds and environment == policy.environments[0]:
        yield doubtful(f"{where}.min_time_in_previous", "no environment is before this one, so this stops nothing")
    yield from check_access.findings(environment, policy)


def _unreached(policy: Policy) -> Iterator[Finding]:
    """Environments behind one that nothing can enter and nothing may skip."""
    closed: str | None = None
    for environment in policy.environments:
        if closed is not None:
            where = f"environments.{environment.name}"
            yield doubtful(where, f"nothing reaches this environment, since nothing can enter '{closed}'")
        elif not environment.optional and _is_closed(environment, policy):
            closed = environment.name


def _is_closed(environment: Environment, policy: Policy) -> bool:
    return any(map(is_missing, environment.gates)) or check_access.is_closed(environment, policy)
