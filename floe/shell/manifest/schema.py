"""The JSON Schema of manifests, for editors, and what it says about any place in one."""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from floe.shell.complaint import Path
from floe.shell.manifest.document import Manifest

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ID: Final = "https://floe.dev/schemas/manifest/v1.json"
Schema: TypeAlias = dict[str, Any]


class _Strict(GenerateJsonSchema):
    """A key is given with a value or left out; `null` is never one."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:  # type: ignore[explicit-override]  # as above
        described = super().default_schema(schema)
        if not isinstance(described.get("default", ""), str | int):
            del described["default"]  # that nothing is there by default needs no saying
        return described


def schema() -> Schema:
    """The JSON Schema (2020-12) of a manifest."""
    described = Manifest.model_json_schema(schema_generator=_Strict)
    return {"$schema": DIALECT, "$id": ID, **described}


def keys_at(path: Path) -> tuple[str, ...]:
    """The keys that floe knows at a place in a manifest, in the order in which they are described."""
    whole = schema()
    nodes = [whole]
    for step in path:
        nodes = [inner for node in nodes for each in _forms(node, whole) for inner in _below(each, step)]
    return tuple(key for node in nodes for each in _forms(node, whole) for key in each.get("properties", ()))


def _forms(node: Schema, whole: Schema) -> Iterator[Schema]:
    """The schema itself, or each of those it stands for."""
    yield node
    inner = [*node.get("oneOf", ()), *node.get("anyOf", ()), *node.get("allOf", ())]
    if "$ref" in node:
        inner.append(whole["$defs"][node["$ref"].removeprefix("#/$defs/")])
    for each in inner:
        yield from _forms(each, whole)


def _below(node: Schema, step: str | int) -> Iterator[Schema]:
    named = node.get("properties", {})
    if isinstance(step, int):
        candidates = [node.get("items")]
    elif step in named:
        candidates = [named[step]]
    else:
        candidates = [node.get("additionalProperties"), *node.get("patternProperties", {}).values()]
    yield from (each for each in candidates if isinstance(each, dict))
