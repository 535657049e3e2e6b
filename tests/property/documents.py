"""Compiled documents and product specs to draw from, and a short way to write one down."""

from typing import Any

from hypothesis import strategies as st

from floe.core.compiled import freeform
from floe.core.compiled.document import Compiled, Field, InputPort, OutputPort, Product, Transform
from floe.core.compiled.freeform import EMPTY, NOTHING, Json

NAMES = ("config", "events", "orders", "report")
TYPES = ("string", "integer", "boolean")


def field(name: str, type_: str = "string", *, required: bool = False) -> Field:
    return Field(name=name, type=type_, required=required, description=None, extensions=EMPTY)


def output(name: str, *fields: Field) -> OutputPort:
    return OutputPort(name=name, description=None, fields=fields, extensions=EMPTY)


def takes(product: str, port: str | None = None, *fields: str, name: str = "in") -> InputPort:
    return InputPort(name=name, product=product, port=port, fields=fields, external=False, extensions=EMPTY)


def transform(name: str, *depends_on: str, **more: Any) -> Transform:
    return Transform(name=name, depends_on=depends_on, **{"tags": (), "tier": None, "extensions": EMPTY, **more})


def product(name: str, **more: Any) -> Product:
    empty: dict[str, Any] = {
        "version": "1",
        "owner": None,
        "description": None,
        "labels": EMPTY,
        "inputs": (),
        "outputs": (),
        "transforms": (),
        "schedule": NOTHING,
        "governance": NOTHING,
        "extensions": EMPTY,
    }
    return Product(name=name, **{**empty, **more})


def document(*products: Product, platform: Json = EMPTY) -> Compiled:
    return Compiled(platform=platform, products=products)


# Keys below the surrogates, where code points and UTF-16 have the same order (RFC 8785 section 3.2.3).
texts = st.text(st.characters(max_codepoint=0xD7FF), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
plain_data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
mappings = st.dictionaries(st.sampled_from(("a", "b", "c")) | texts, plain_data, max_size=3)
jsons = mappings.map(lambda data: freeform.spell(data).unwrap())

fields = st.lists(
    st.builds(field, st.sampled_from(NAMES), st.sampled_from(TYPES), required=st.booleans()),
    unique_by=lambda each: each.name,
    max_size=4,
).map(tuple)
outputs = st.lists(
    st.builds(lambda name, inside: output(name, *inside), st.sampled_from(NAMES), fields),
    unique_by=lambda each: each.name,
    max_size=3,
).map(tuple)
inputs = st.lists(
    st.builds(
        lambda source, port, names: takes(source, port, *names),
        st.sampled_from(NAMES),
        st.none() | st.sampled_from(NAMES),
        st.lists(st.sampled_from(NAMES), unique=True, max_size=2),
    ),
    max_size=3,
).map(tuple)


@st.composite
def documents(draw: st.DrawFn) -> Compiled:
    """Documents whose references may lead nowhere, as they do between two versions."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    return document(*(product(name, inputs=draw(inputs), outputs=draw(outputs)) for name in names))


@st.composite
def needs(draw: st.DrawFn, names: tuple[str, ...] = ("a", "b", "c", "d", "e")) -> dict[str, tuple[str, ...]]:
    """What needs what: any graph at all."""
    wanted = st.lists(st.sampled_from(names), max_size=3).map(tuple)
    return {name: draw(wanted) for name in draw(st.permutations(names))}


@st.composite
def whole_specs(draw: st.DrawFn) -> tuple[Product, ...]:
    """Specs without a problem: everything refers to what comes earlier in the alphabet, or to the outside."""
    specs: list[Product] = []
    for name in sorted(draw(st.sets(st.sampled_from(NAMES), min_size=1))):
        sources = [*(spec.name for spec in specs), "outside"]
        steps = [
            transform(step, *(earlier for earlier in "abc"[:place] if draw(st.booleans())))
            for place, step in enumerate("abc")
        ]
        specs.append(
            product(
                name,
                owner=draw(st.none() | st.just("data@acme.com")),
                labels=draw(jsons),
                extensions=draw(jsons),
                inputs=tuple(takes(source, name=source) for source in sources if draw(st.booleans())),
                outputs=draw(outputs),
                transforms=tuple(draw(st.permutations(steps))),
            )
        )
    return tuple(draw(st.permutations(specs)))
