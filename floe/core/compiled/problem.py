"""What keeps products from being whole: a name used twice, a reference to nothing, a circle."""

from typing import Final, Literal, TypeAlias

from floe.core.names import Malformed
from floe.core.value import Value

LONGEST_PATH: Final = 12  # names of a circle that a message shows

Kind: TypeAlias = Literal["product", "input port", "output port", "transform", "field"]


class Duplicate(Value, frozen=True, kw_only=True, tag="duplicate"):
    """One name, said more than once where it must be said once."""

    kind: Kind
    product: str
    name: str
    port: str | None = None
    times: int


class UnknownDependency(Value, frozen=True, kw_only=True, tag="unknown-dependency"):
    product: str
    transform: str
    dependency: str
    nearest: str | None


class UnknownPort(Value, frozen=True, kw_only=True, tag="unknown-port"):
    """An input names an output port that the product does not have."""

    product: str
    input: str
    source: str
    port: str
    nearest: str | None


class UnknownField(Value, frozen=True, kw_only=True, tag="unknown-field"):
    """An input names a field that the output port does not have; port None where any port may have it."""

    product: str
    input: str
    source: str
    port: str | None
    field: str
    nearest: str | None


class TransformCircle(Value, frozen=True, kw_only=True, tag="transform-circle"):
    """Transforms that need one another; the path begins and ends with the same one."""

    product: str
    path: tuple[str, ...]


class ProductCircle(Value, frozen=True, kw_only=True, tag="product-circle"):
    path: tuple[str, ...]


Problem: TypeAlias = Duplicate | UnknownDependency | UnknownPort | UnknownField | TransformCircle | ProductCircle


def told(problem: Problem) -> Malformed:
    """The problem as people read it: what it is about, what was found, what was expected."""
    match problem:
        case Duplicate(times=times):
            return Malformed(what=_named(problem), found=f"declared {times} times", expected="one declaration")
        case UnknownDependency(product=product, transform=transform, dependency=name, nearest=near):
            what = f"product '{product}', transform '{transform}'"
            return Malformed(what=what, found=f"depends on '{name}'", expected=_one_of("transform", near))
        case UnknownPort(product=product, input=port, source=source, port=name, nearest=near):
            what = f"product '{product}', input port '{port}'"
            found = f"reads port '{name}' of '{source}'"
            return Malformed(what=what, found=found, expected=_one_of("output port", near))
        case UnknownField(product=product, input=port, field=name, nearest=near):
            what = f"product '{product}', input port '{port}'"
            found = f"reads field '{name}' of '{_source(problem)}'"
            return Malformed(what=what, found=found, expected=_one_of("field", near))
        case TransformCircle(product=product, path=path):
            what = f"product '{product}', transforms"
            return Malformed(what=what, found=_shown(path), expected="no circle: take one dependency out")
        case ProductCircle(path=path):
            return Malformed(what="products", found=_shown(path), expected="no circle: take one input out")


def _named(duplicate: Duplicate) -> str:
    if duplicate.kind == "product":
        return f"product '{duplicate.name}'"
    port = f", output port '{duplicate.port}'" if duplicate.port else ""
    return f"product '{duplicate.product}'{port}, {duplicate.kind} '{duplicate.name}'"


def _source(problem: UnknownField) -> str:
    return f"{problem.source}/{problem.port}" if problem.port else problem.source


def _one_of(kind: str, near: str | None) -> str:
    article = "an" if kind[0] in "aeiou" else "a"
    return f"{article} {kind} it has; did you mean '{near}'?" if near else f"{article} {kind} it has"


def _shown(path: tuple[str, ...]) -> str:
    names = path if len(path) <= LONGEST_PATH else (*path[: LONGEST_PATH - 2], "…", path[-1])
    return "a circle, " + " -> ".join(names)
