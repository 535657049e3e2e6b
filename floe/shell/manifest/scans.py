"""What a gate's keys about findings may not do as its author hopes."""

from collections.abc import Iterator
from typing import Final

from floe.core.gates import SCANS
from floe.core.scan import ORDER
from floe.shell.complaint import Doubt, dotted
from floe.shell.document import Spot

PROMOTION: Final = ("artifacts", "promotion")
GATES: Final = ((*PROMOTION, "gate_commands", "*"), (*PROMOTION, "environments", "*", "gates", "*"))
KEYS: Final = ("ignore_unfixed", "subject")


def doubts(gate: Spot) -> Iterator[Doubt]:
    """Every such doubt about one gate, in gate_commands or in an environment."""
    form = gate.at("format").text
    for key in KEYS:
        spot = gate.at(key)
        if spot.node is not None and form is not None and form not in SCANS:
            yield _doubt(spot, f"it counts for nothing, since {form} has no findings")
    if form == "sarif" and gate.at("ignore_unfixed").value is True:
        yield _doubt(gate.at("ignore_unfixed"), "SARIF tells of no fixes, so nothing is left out")
    yield from _threshold(gate.at("block_on_severity"))


def _threshold(spot: Spot) -> Iterator[Doubt]:
    chosen = [(each.text or "").upper() for each in spot.each()]
    if spot.node is not None and not chosen:
        yield _doubt(spot, "no severity blocks; whatever is found is a warning")
    known = [severity for severity in ORDER[:-1] if severity in chosen]  # UNKNOWN is no rank
    worse = [severity for severity in ORDER[: ORDER.index(known[-1])] if severity not in chosen] if known else []
    if worse:
        yield _doubt(spot, f"{known[-1]} blocks and {', '.join(worse)} does not, which is worse")


def _doubt(spot: Spot, message: str) -> Doubt:
    return Doubt(path=dotted(spot.path), message=message)
