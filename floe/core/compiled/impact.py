"""What a rollback would break: the document that is current against the one it returns to.

Everything is rolled back at once, so a consumer counts whether it is in the one document or in the other.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from floe.core.compiled.change import (
    AddedRequired,
    Change,
    ChangedType,
    RemovedField,
    RemovedOutput,
    RemovedProduct,
    place,
    told,
    touches,
)
from floe.core.compiled.document import Compiled, OutputPort, Product
from floe.core.value import Value


class Impact(Value, frozen=True, kw_only=True):
    """What would break, and for whom; `unknown` says why that cannot be said."""

    changes: tuple[Change, ...] = ()
    affected: tuple[str, ...] = ()  # products whose inputs touch a change
    recommendations: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()  # ports that several products have: shown with their product
    unknown: str | None = None


def compare(current: Compiled | None, target: Compiled | None, why: str | None = None) -> Impact:
    """What going back from `current` to `target` would break; `why` is what is known of a missing one."""
    if current is None or target is None:
        return Impact(unknown=why or _missing(current, target))
    products = (*current.products, *target.products)
    changes = tuple(sorted(_changes(_by_name(current), _by_name(target)), key=place))
    affected = _affected(changes, products)
    return Impact(
        changes=changes,
        affected=affected,
        recommendations=tuple(_recommendations(changes, affected)),
        ambiguous=_ambiguous(changes, products),
    )


def lines(impact: Impact) -> tuple[str, ...]:
    """The impact as people read it."""
    if impact.unknown is not None:
        return ("Impact Analysis:", f"- impact unknown: {impact.unknown}")
    advice = impact.recommendations
    return (
        "Impact Analysis:",
        f"- Breaking changes: {len(impact.changes)}",
        *(f"  - {told(change, impact.ambiguous)}" for change in impact.changes),
        f"- Affected products: {len(impact.affected)}",
        *(f"  - {name}" for name in impact.affected),
        "- Recommendations:" if advice else "- Recommendations: none",
        *(f"  - {each}" for each in advice),
    )


def _missing(current: Compiled | None, target: Compiled | None) -> str:
    if current is None and target is None:
        return "neither artifact has a compiled document"
    return f"the {'current' if current is None else 'target'} artifact has no compiled document"


def _by_name(document: Compiled) -> dict[str, Product]:
    return {product.name: product for product in document.products}


def _changes(before: Mapping[str, Product], after: Mapping[str, Product]) -> Iterator[Change]:
    for name, product in before.items():
        if name not in after:
            yield RemovedProduct(product=name)
            continue
        ports = {port.name: port for port in after[name].outputs}
        for port in product.outputs:
            if port.name in ports:
                yield from _changes_of_port(name, port, ports[port.name])
            else:
                yield RemovedOutput(product=name, port=port.name)


def _changes_of_port(product: str, before: OutputPort, after: OutputPort) -> Iterator[Change]:
    port, old = before.name, {field.name: field.type for field in before.fields}
    new = {field.name: field for field in after.fields}
    for name, was in old.items():
        if name not in new:
            yield RemovedField(product=product, port=port, field=name)
        elif new[name].type != was:
            yield ChangedType(product=product, port=port, field=name, was=was, becomes=new[name].type)
    for name, field in new.items():
        if field.required and name not in old:
            yield AddedRequired(product=product, port=port, field=name)


def _affected(changes: tuple[Change, ...], products: tuple[Product, ...]) -> tuple[str, ...]:
    by_source = defaultdict(list)
    for change in changes:
        by_source[change.product].append(change)
    names = {
        product.name
        for product in products
        for port in product.inputs
        if any(touches(port, change) for change in by_source.get(port.product, ()))
    }
    return tuple(sorted(names))


def _ambiguous(changes: tuple[Change, ...], products: tuple[Product, ...]) -> tuple[str, ...]:
    owners = defaultdict(set)
    for product in products:
        for port in product.outputs:
            owners[port.name].add(product.name)
    ports = {change.port for change in changes if not isinstance(change, RemovedProduct)}
    return tuple(sorted(port for port in ports if len(owners[port]) > 1))


def _recommendations(changes: tuple[Change, ...], affected: tuple[str, ...]) -> Iterator[str]:
    kinds = {type(change) for change in changes}
    if affected:
        yield "Notify downstream teams before rollback"
    elif changes:
        yield "Ask consumers outside these products: none inside reads what changes"
    if RemovedProduct in kinds:
        yield "Pause the schedules of removed products"
    if ChangedType in kinds:
        yield "Check that stored data can be read with the changed types"
    if AddedRequired in kinds:
        yield "Fill the added required fields before anything reads them"
