"""What governance may demand of a compiled document without an expression: a value for each kind of demand."""

from typing import Literal, TypeAlias

from floe.core.value import Value

Kind: TypeAlias = Literal["products", "inputs", "outputs", "fields", "transforms"]
Severity: TypeAlias = Literal["error", "warning"]


class Naming(Value, frozen=True, kw_only=True, tag="naming"):
    """The whole name of each must match (RE2)."""

    kind: Kind
    severity: Severity = "error"
    pattern: str


class Required(Value, frozen=True, kw_only=True, tag="required"):
    """Each must say this."""

    kind: Kind
    severity: Severity = "error"
    key: str


class Coverage(Value, frozen=True, kw_only=True, tag="coverage"):
    """So many of a hundred must say this, counted over the whole document."""

    kind: Kind
    severity: Severity = "error"
    key: str
    percent: str  # a decimal numeral


class Allowed(Value, frozen=True, kw_only=True, tag="allowed"):
    """Where this is said, it is one of these; of a list, each item is."""

    kind: Kind
    severity: Severity = "error"
    key: str
    values: tuple[str, ...]


Demand: TypeAlias = Naming | Required | Coverage | Allowed
