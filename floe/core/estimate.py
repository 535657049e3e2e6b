"""How long gates will take, by how long they took."""

from floe.core.ledger.state import EnvironmentState
from floe.core.policy import Gate
from floe.core.value import Value


class Estimate(Value, frozen=True, kw_only=True):
    """The longest of the gates' medians, since gates run side by side; gates that never ran count nothing."""

    seconds: int
    never_run: tuple[str, ...] = ()


def estimate(gates: tuple[Gate, ...], state: EnvironmentState) -> Estimate:
    known = {each.gate: _median(each.ms) for each in state.durations if each.ms}
    longest = max((known.get(gate.name, 0) for gate in gates), default=0)
    never = tuple(gate.name for gate in gates if gate.name not in known)
    return Estimate(seconds=-(-longest // 1000), never_run=never)


def _median(numbers: tuple[int, ...]) -> int:
    return sorted(numbers)[len(numbers) // 2]
