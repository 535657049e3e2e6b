"""What became of an order, effect by effect; and what of it is still to be done."""

from typing import TypeAlias

from floe.core.conclude import Concluded
from floe.core.effect import Append, Effect
from floe.core.fault import Fault
from floe.core.names import ADigest, Digest
from floe.core.value import Value


class Done(Value, frozen=True, kw_only=True, tag="done"):
    """An effect took place; an appended record says under which name."""

    effect: Effect
    record: ADigest | None = None


class Outvoted(Value, frozen=True, kw_only=True, tag="outvoted"):
    """Another record came first, so that this one does not count."""

    effect: Effect
    winner: ADigest


class Stopped(Value, frozen=True, kw_only=True, tag="stopped"):
    effect: Effect
    fault: Fault


Step: TypeAlias = Done | Outvoted | Stopped


class Receipt(Value, frozen=True, kw_only=True):
    plan: ADigest
    steps: tuple[Step, ...]

    @property
    def record(self) -> Digest | None:
        """The record under which the order is in the ledger."""
        return next((step.record for step in self.steps if isinstance(step, Done) and step.record), None)

    @property
    def is_recorded(self) -> bool:
        return any(isinstance(step, Done) and isinstance(step.effect, Append) for step in self.steps)

    @property
    def fault(self) -> Fault | None:
        return next((step.fault for step in self.steps if isinstance(step, Stopped)), None)

    @property
    def winner(self) -> Digest | None:
        return next((step.winner for step in self.steps if isinstance(step, Outvoted)), None)


def remainder(concluded: Concluded, receipt: Receipt) -> tuple[Effect, ...]:
    """The effects that the receipt does not show as done."""
    done = {step.effect for step in receipt.steps if isinstance(step, Done)}
    return tuple(effect for effect in concluded.effects if effect not in done)
