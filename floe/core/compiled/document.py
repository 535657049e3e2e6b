"""The compiled document: every product with what it takes, makes and does, and its platform.

It is canonical JSON (`canonical`), so that the same specs give the same bytes; free data is spelled as `freeform`
has it. A document is whole when every section is there: none has a default.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from returns.result import Failure, Result, Success

from floe.core import canonical
from floe.core.compiled.freeform import Json
from floe.core.names import Malformed
from floe.core.value import Value

KIND: Final = "CompiledArtifacts"
SCHEMA_VERSION: Final = 1
LARGEST: Final = 4 * 1024 * 1024  # bytes
DEEPEST: Final = 64  # levels of nesting

# No control characters, and none that turn the direction of writing: names are printed as they are.
NAME: Final = r"\A[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+\Z"
LONGEST_NAME: Final = 253
Name: TypeAlias = Annotated[str, msgspec.Meta(pattern=NAME, max_length=LONGEST_NAME)]

# What `parse` says is wrong, in `Malformed.what`.
SIZE: Final = "size of the document"
JSON: Final = "JSON"
FOREIGN: Final = "kind of document"
VERSION: Final = "schema_version"
SHAPE: Final = "compiled document"


class Field(Value, frozen=True, kw_only=True):
    name: Name
    type: Name
    required: bool
    description: str | None
    extensions: Json


class OutputPort(Value, frozen=True, kw_only=True):
    """What a product offers to others; fields in the order in which they are written."""

    name: Name
    description: str | None
    fields: tuple[Field, ...]
    extensions: Json


class InputPort(Value, frozen=True, kw_only=True):
    """What a product takes from another; no port means any, no fields mean all of them."""

    name: Name
    product: Name
    port: Name | None
    fields: tuple[Name, ...]
    external: bool  # the product is none of this document
    extensions: Json


class Transform(Value, frozen=True, kw_only=True):
    name: Name
    depends_on: tuple[Name, ...]
    tags: tuple[str, ...]
    tier: str | None
    extensions: Json


class Product(Value, frozen=True, kw_only=True):
    """One product; `extensions` holds what its spec says under keys that floe does not know."""

    name: Name
    version: Name
    owner: str | None
    description: str | None
    labels: Json
    inputs: tuple[InputPort, ...]
    outputs: tuple[OutputPort, ...]
    transforms: tuple[Transform, ...]  # each after those it depends on
    schedule: Json
    governance: Json
    extensions: Json


class Compiled(Value, frozen=True, kw_only=True):
    kind: Literal["CompiledArtifacts"] = KIND
    schema_version: int = SCHEMA_VERSION
    platform: Json  # the manifest's sections, all but `artifacts`
    products: tuple[Product, ...]  # by name


def render(compiled: Compiled) -> bytes:
    """The bytes of the document."""
    return canonical.encode(compiled)


def parse(content: bytes) -> Result[Compiled, Malformed]:
    """The document these bytes hold, whoever wrote them; what is wrong with them otherwise."""
    if len(content) > LARGEST:
        return Failure(_malformed(SIZE, f"{len(content)} bytes", f"at most {LARGEST} bytes"))
    try:
        data = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Failure(_malformed(JSON, f"no JSON ({error})", "a JSON document"))
    except RecursionError:
        return Failure(_malformed(JSON, "nesting without end", f"at most {DEEPEST} levels"))
    objection = next(_objections(data), None)
    return Failure(objection) if objection else _typed(content)


def _objections(data: object) -> Iterator[Malformed]:
    if not isinstance(data, dict) or data.get("kind") != KIND:
        yield _malformed(FOREIGN, _kind(data), f'a JSON object with "kind": "{KIND}"')
    elif data.get("schema_version") != SCHEMA_VERSION:
        found = repr(data.get("schema_version"))[:40]
        yield _malformed(VERSION, found, f"{SCHEMA_VERSION}; a newer floe may read it")
    if _is_deeper(data, DEEPEST):
        yield _malformed(SHAPE, "deep nesting", f"at most {DEEPEST} levels")


def _typed(content: bytes) -> Result[Compiled, Malformed]:
    try:
        return Success(msgspec.json.decode(content, type=Compiled))
    except msgspec.ValidationError as error:
        return Failure(_malformed(SHAPE, str(error), "every section of the schema, in its form"))


def _kind(data: object) -> str:
    kind = data.get("kind") if isinstance(data, dict) else None
    return f"kind {kind[:40]!r}" if isinstance(kind, str) else "JSON without a kind"


def _is_deeper(data: object, levels: int) -> bool:
    layer = [data]
    for _ in range(levels):
        layer = [inner for each in layer for inner in _inside(each)]
    return bool(layer)


def _inside(data: object) -> Iterable[object]:
    return data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()


def _malformed(what: str, found: str, expected: str) -> Malformed:
    return Malformed(what=what, found=found, expected=expected)
