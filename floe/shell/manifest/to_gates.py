"""The gates of one environment: what is written there, laid over what is written for all."""

from decimal import Decimal
from typing import Any, Final

from floe.core.policy import POLICY_GATE, Bound, Gate
from floe.shell.manifest import gates, promotion

ALONE: Final = "performance_baseline"  # by default: what is measured shares the machine with nothing


def gates_of(environment: promotion.Environment, path: promotion.Promotion) -> tuple[Gate, ...]:
    """Every gate that is on: the built-in one first, the others as written."""
    fallback = environment.gate_timeout_seconds or path.default_timeout_seconds
    written = {name: switch for name, switch in environment.gates.items() if name != POLICY_GATE}
    commands = (
        _gate(name, _laid_over(path.gate_commands.get(name), switch), fallback)
        for name, switch in written.items()
        if switch is not False
    )
    return (Gate(name=POLICY_GATE, timeout_seconds=fallback), *commands)


def _laid_over(base: gates.Gate | None, switch: gates.Gate | bool) -> dict[str, Any]:
    """The keys that are given; those of the environment replace those for all."""
    layers = (layer for layer in (base, switch) if isinstance(layer, gates.Gate))
    return {key: getattr(layer, key) for layer in layers for key in layer.model_fields_set}


def _gate(name: str, given: dict[str, Any], fallback: int) -> Gate:
    command = given.get("command")
    severities = given.get("block_on_severity")
    return Gate(
        name=name,
        command=tuple(command) if isinstance(command, list) else command,
        timeout_seconds=given.get("timeout_seconds", fallback),
        env=tuple(given.get("env", ())),
        format=given.get("format"),
        block_on_severity=None if severities is None else tuple(severities),
        ignore_unfixed=given.get("ignore_unfixed", False),
        subject=given.get("subject"),
        max=_bounds(given.get("max")),
        max_increase_percent=_bounds(given.get("max_increase_percent")),
        exclusive=given.get("exclusive", name == ALONE),
    )


def _bounds(limit: float | dict[str, float] | None) -> tuple[Bound, ...]:
    if isinstance(limit, dict):
        return tuple(Bound(metric=metric, limit=numeral(limit[metric])) for metric in sorted(limit))
    return () if limit is None else (Bound(limit=numeral(limit)),)


def numeral(number: float) -> str:
    """The shortest decimal numeral that is read as this number; one spelling for each."""
    return format(Decimal(repr(number)).normalize(), "f") if number else "0"
