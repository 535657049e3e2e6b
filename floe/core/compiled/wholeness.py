"""Finds what keeps products from being whole, each by itself and with one another.

The compiler refuses to write such a document, and the policy gate refuses to let one pass.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from returns.result import Failure, Success

from floe.core.compiled.document import InputPort, OutputPort, Product
from floe.core.compiled.graph import Circle, Needs, order
from floe.core.compiled.problem import (
    Duplicate,
    Kind,
    Problem,
    ProductCircle,
    TransformCircle,
    UnknownDependency,
    UnknownField,
    UnknownPort,
)
from floe.core.nearest import nearest
from floe.core.outcome import settled


def problems(products: tuple[Product, ...]) -> tuple[Problem, ...]:
    """Everything that is wrong with these products, each by itself and with one another."""
    by_name = {product.name: product for product in products}
    found: list[Problem] = [
        Duplicate(kind="product", product=name, name=name, times=times)
        for name, times in _repeated(product.name for product in products)
    ]
    for product in sorted(products, key=lambda product: product.name):
        found += _duplicates(product)
        found += _unknown_dependencies(product)
        found += (TransformCircle(product=product.name, path=path) for path in _circles(_steps(product)))
        for port in product.inputs:
            found += _unknown_sources(product, port, by_name)
    found += (ProductCircle(path=path) for path in _circles(_sources(products)))
    return tuple(found)


def _duplicates(product: Product) -> Iterator[Duplicate]:
    kinds: tuple[tuple[Kind, Iterable[str]], ...] = (
        ("input port", (port.name for port in product.inputs)),
        ("output port", (port.name for port in product.outputs)),
        ("transform", (transform.name for transform in product.transforms)),
    )
    for kind, names in kinds:
        for name, times in _repeated(names):
            yield Duplicate(kind=kind, product=product.name, name=name, times=times)
    for port in product.outputs:
        for name, times in _repeated(field.name for field in port.fields):
            yield Duplicate(kind="field", product=product.name, port=port.name, name=name, times=times)


def _repeated(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, times) for name, times in sorted(Counter(names).items()) if times > 1)


def _unknown_dependencies(product: Product) -> Iterator[UnknownDependency]:
    known = {transform.name for transform in product.transforms}
    for transform in product.transforms:
        for name in transform.depends_on:
            if name not in known:
                others = known - {transform.name}
                yield UnknownDependency(
                    product=product.name,
                    transform=transform.name,
                    dependency=name,
                    nearest=nearest(name, others),
                )


def _unknown_sources(
    product: Product, port: InputPort, by_name: Mapping[str, Product]
) -> Iterator[UnknownPort | UnknownField]:
    source = by_name.get(port.product)
    if source is None:
        return
    offered = tuple(each for each in source.outputs if port.port in (None, each.name))
    if offered or port.port is None:
        yield from _unknown_fields(product, port, offered)
        return
    near = nearest(port.port, (each.name for each in source.outputs))
    yield UnknownPort(product=product.name, input=port.name, source=source.name, port=port.port, nearest=near)


def _unknown_fields(product: Product, port: InputPort, offered: tuple[OutputPort, ...]) -> Iterator[UnknownField]:
    known = {field.name for each in offered for field in each.fields}
    for name in port.fields:
        if name not in known:
            yield UnknownField(
                product=product.name,
                input=port.name,
                source=port.product,
                port=port.port,
                field=name,
                nearest=nearest(name, known),
            )


def _steps(product: Product) -> Needs:
    needs: dict[str, set[str]] = {}
    for transform in product.transforms:
        needs.setdefault(transform.name, set()).update(transform.depends_on)
    return needs


def _sources(products: tuple[Product, ...]) -> Needs:
    needs: dict[str, set[str]] = {}
    for product in products:
        needs.setdefault(product.name, set()).update(port.product for port in product.inputs)
    return needs


def _circles(needs: Needs) -> tuple[Circle, ...]:
    match settled(order(needs)):
        case Success(_):
            return ()
        case Failure(circles):
            return circles
