"""One thing that a rollback would break, and whom it concerns."""

from typing import TypeAlias

from floe.core.compiled.document import InputPort
from floe.core.value import Value


class RemovedProduct(Value, frozen=True, kw_only=True, tag="removed-product"):
    product: str


class RemovedOutput(Value, frozen=True, kw_only=True, tag="removed-output"):
    product: str
    port: str


class RemovedField(Value, frozen=True, kw_only=True, tag="removed-field"):
    product: str
    port: str
    field: str


class ChangedType(Value, frozen=True, kw_only=True, tag="changed-type"):
    product: str
    port: str
    field: str
    was: str
    becomes: str


class AddedRequired(Value, frozen=True, kw_only=True, tag="added-required-field"):
    """A field that must be there and that nobody who reads or writes the current document knows."""

    product: str
    port: str
    field: str


Change: TypeAlias = RemovedProduct | RemovedOutput | RemovedField | ChangedType | AddedRequired
KINDS = (RemovedProduct, RemovedOutput, RemovedField, ChangedType, AddedRequired)


def place(change: Change) -> tuple[int, str, str, str]:
    """Where a change stands in a report: by kind, then by name."""
    product, port, field = (getattr(change, name, "") for name in ("product", "port", "field"))
    return KINDS.index(type(change)), product, port, field


def touches(port: InputPort, change: Change) -> bool:
    """Whether an input reads what changes; without a port it reads every port, without fields every field."""
    if port.product != change.product:
        return False
    if isinstance(change, RemovedProduct):
        return True
    if port.port not in (None, change.port):
        return False
    return isinstance(change, RemovedOutput) or not port.fields or change.field in port.fields


def told(change: Change, ambiguous: tuple[str, ...] = ()) -> str:
    """The change in a line; an ambiguous port is shown with its product."""
    match change:
        case RemovedProduct(product=product):
            return f"Removed product: {product}"
        case RemovedOutput():
            return f"Removed output: {_port(change, ambiguous)}"
        case RemovedField(field=field):
            return f"Removed field: {_port(change, ambiguous)}.{field}"
        case ChangedType(field=field, was=was, becomes=becomes):
            return f"Changed type: {_port(change, ambiguous)}.{field} ({was} -> {becomes})"
        case AddedRequired(field=field):
            return f"Added required field: {_port(change, ambiguous)}.{field}"


def _port(change: RemovedOutput | RemovedField | ChangedType | AddedRequired, ambiguous: tuple[str, ...]) -> str:
    return f"{change.product}.{change.port}" if change.port in ambiguous else change.port
