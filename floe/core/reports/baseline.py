"""What gates measured of the version that is in an environment now, as its promotion recorded it."""

from collections.abc import Iterator

from floe.core.event import Promoted
from floe.core.gates import GateResult
from floe.core.ledger.state import Standing
from floe.core.policy import Environment
from floe.core.reports.metrics import Baseline, Compared, wants_baseline
from floe.core.snapshot import Snapshot


def needs_baseline(environment: Environment) -> bool:
    return any(map(wants_baseline, environment.gates))


def baselines(snapshot: Snapshot, environment: Environment) -> tuple[Baseline, ...]:
    """One for each gate that wants one and has measured the version that is there now; the newest counts."""
    current = snapshot.state.of(environment.name).current
    if current is None:
        return ()
    measured = {result.gate: result for result in _results(snapshot, environment, current)}
    found = ((gate, measured.get(gate.name)) for gate in environment.gates if wants_baseline(gate))
    return tuple(
        Baseline(gate=gate.name, version=current.version, measured=result.assessment.metrics)
        for gate, result in found
        if result and isinstance(result.assessment, Compared)
    )


def _results(snapshot: Snapshot, environment: Environment, current: Standing) -> Iterator[GateResult]:
    for known in snapshot.valid:
        event = known.record.event
        if isinstance(event, Promoted) and (event.environment, event.version, event.digest) == (
            environment.name,
            current.version,
            current.digest,
        ):
            yield from (each for each in known.record.gates if isinstance(each.assessment, Compared))
