"""Resolves product specs against the sections of a manifest, into one document.

A product's schedule, governance and every section that floe does not know are its own, laid over the section
of the manifest with the same name key by key; its owner and labels are its own, laid over those under `metadata`.
Nothing else is read: the same specs and sections give the same bytes on any machine and day, in any order.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from returns.result import Failure, Result, Success

from floe.core.compiled import freeform
from floe.core.compiled.document import Compiled, InputPort, Product, Transform
from floe.core.compiled.freeform import Json
from floe.core.compiled.graph import order
from floe.core.compiled.problem import Problem
from floe.core.compiled.wholeness import problems

# What a spec says in these sections beyond what floe knows is of its product alone, as a name is.
PERSONAL: Final = frozenset({"metadata", "platform"})


def compile_products(specs: tuple[Product, ...], sections: Json) -> Result[Compiled, tuple[Problem, ...]]:
    """The document of these products; or all that is wrong with them.

    A spec is a product as its file has it. An input may name a product that is not given: it is external.
    """
    found = problems(specs)
    if found:
        return Failure(found)
    defaults = {name: data for name, data in freeform.mapping(sections).items() if name != "artifacts"}
    names = frozenset(spec.name for spec in specs)
    products = (_resolved(spec, defaults, names) for spec in specs)
    ordered = tuple(sorted(products, key=lambda product: product.name))
    return Success(Compiled(platform=freeform.spelled(defaults), products=ordered))


def _resolved(spec: Product, defaults: Mapping[str, object], products: frozenset[str]) -> Product:
    metadata = defaults.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    return msgspec.structs.replace(
        spec,
        owner=spec.owner or _text(known.get("owner")),
        labels=_laid_over(known.get("labels"), spec.labels),
        inputs=tuple(sorted((_marked(port, products) for port in spec.inputs), key=lambda port: port.name)),
        outputs=tuple(sorted(spec.outputs, key=lambda port: port.name)),
        transforms=_in_order(spec.transforms),
        schedule=_laid_over(defaults.get("schedule"), spec.schedule),
        governance=_laid_over(defaults.get("governance"), spec.governance),
        extensions=_sections(defaults, spec.extensions),
    )


def _marked(port: InputPort, products: frozenset[str]) -> InputPort:
    fields = tuple(sorted(set(port.fields)))
    return msgspec.structs.replace(port, fields=fields, external=port.product not in products)


def _in_order(transforms: tuple[Transform, ...]) -> tuple[Transform, ...]:
    by_name = {transform.name: transform for transform in transforms}
    names = order({transform.name: transform.depends_on for transform in transforms}).unwrap()
    return tuple(_sorted_within(by_name[name]) for name in names)


def _sorted_within(transform: Transform) -> Transform:
    return msgspec.structs.replace(
        transform,
        depends_on=tuple(sorted(set(transform.depends_on))),
        tags=tuple(sorted(set(transform.tags))),
    )


def _sections(defaults: Mapping[str, object], own: Json) -> Json:
    return freeform.spelled(
        {
            name: data if name in PERSONAL else freeform.laid_over(defaults.get(name), data)
            for name, data in freeform.mapping(own).items()
        }
    )


def _laid_over(base: object, top: Json) -> Json:
    return freeform.spelled(freeform.laid_over(base, freeform.read(top)))


def _text(data: object) -> str | None:
    return data if isinstance(data, str) else None
