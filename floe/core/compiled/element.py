"""The parts of a compiled document as governance speaks of them: each with its place, its name and what it says."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

import msgspec

from floe.core import canonical
from floe.core.compiled.document import Product
from floe.core.demand import Kind
from floe.core.value import Value

Data: TypeAlias = Mapping[str, object]

_NOUNS: Final[Mapping[Kind, str]] = {
    "products": "product",
    "inputs": "input port",
    "outputs": "output port",
    "fields": "field",
    "transforms": "transform",
}


class Element(Value, frozen=True, kw_only=True):
    """One part: `data` is what the document says of it, the keys of its extensions among the others."""

    kind: Kind
    where: str
    name: str
    data: dict[str, object]

    def says(self, key: str) -> object:
        """What stands behind a key; a dot leads into a mapping. None where nothing stands."""
        return _behind(self.data, key)


def elements(products: Iterable[Product]) -> tuple[Element, ...]:
    """Every part of these products, each before what is in it."""
    return tuple(each for product in products for each in _of(_plain(product)))


def _of(product: Data) -> Iterator[Element]:
    made = _element("products", product, "")
    yield made
    for port in _parts(product, "inputs"):
        yield _element("inputs", port, made.where)
    for port in _parts(product, "outputs"):
        outer = _element("outputs", port, made.where)
        yield outer
        yield from (_element("fields", field, outer.where) for field in _parts(port, "fields"))
    for transform in _parts(product, "transforms"):
        yield _element("transforms", transform, made.where)


def _element(kind: Kind, data: Data, outer: str) -> Element:
    name = str(data["name"])
    own, extensions = dict(data), data["extensions"]
    del own["extensions"]
    known = {**extensions, **own} if isinstance(extensions, dict) else own
    place = f"{_NOUNS[kind]} '{name}'"
    return Element(kind=kind, where=f"{outer}, {place}" if outer else place, name=name, data=known)


def _behind(data: object, key: str) -> object:
    if not isinstance(data, dict):
        return None
    if key in data:
        return data[key]
    ends = (place for place, character in enumerate(key) if character == ".")
    inner = (_behind(data[key[:end]], key[end + 1 :]) for end in ends if key[:end] in data)
    return next((found for found in inner if found is not None), None)


def _plain(product: Product) -> Data:
    data: Data = msgspec.json.decode(canonical.encode(product), type=dict[str, object])
    return data


def _parts(data: Data, key: str) -> Iterator[Data]:
    found = data[key]
    assert isinstance(found, list)
    yield from found
