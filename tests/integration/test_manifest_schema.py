"""The JSON Schema of manifests tells an editor what the loader would say."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from floe.shell import markup
from floe.shell.manifest.schema import schema
from tests.manifests import FOLDER, FULL, QUICKSTART

SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)
ARTIFACTS = "artifacts: {{promotion: {}}}"


def plain(text: str) -> Any:
    return markup.read(text, where="manifest.yaml").top.value


def test_it_is_a_schema_with_a_name_of_its_own() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"].startswith("https://")
    assert SCHEMA["title"] == "floe manifest"


@pytest.mark.parametrize("file", QUICKSTART, ids=lambda file: file.stem)
def test_a_block_of_the_quickstart_is_valid(file: Path) -> None:
    VALIDATOR.validate(plain(file.read_text()))


def test_the_full_manifest_is_valid() -> None:
    VALIDATOR.validate(plain(FULL))


def test_a_manifest_with_mistakes_is_not() -> None:
    assert len(list(VALIDATOR.iter_errors(plain((FOLDER / "mistakes.yaml").read_text())))) > 1


@pytest.mark.parametrize(
    "promotion",
    [
        "{unknown: 1}",
        "{environments: []}",
        "{environments: [{}]}",
        "{environments: [{name: Dev}]}",
        "{environments: [{name: dev, gates: {tests: 'yes'}}]}",
        "{environments: [{name: dev, gates: {tests: {timeout_seconds: 10}}}]}",
        "{environments: [{name: dev, min_time_in_previous: 90}]}",
        "{environments: [{name: dev, authorization: }]}",
        "{gate_commands: {tests: {block_on_severity: [HIHG]}}}",
        "{gate_commands: {tests: {command: 5}}}",
        "{webhooks: [{url: ftp://example.com}]}",
    ],
)
def test_what_the_loader_refuses_is_not_valid(promotion: str) -> None:
    assert not VALIDATOR.is_valid(plain(ARTIFACTS.format(promotion)))


def test_sections_that_only_compile_reads_are_valid() -> None:
    VALIDATOR.validate({"transforms": [1, 2], "metadata": {"owner": {"a": "team"}}})


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, described in {"Manifest": schema, **schema["$defs"]}.items():
        for key, each in described.get("properties", {}).items():
            yield f"{name}.{key}", each


def test_every_key_is_described_and_every_section_is_closed() -> None:
    assert [name for name, each in properties(SCHEMA) if not each.keys() & {"description", "$ref"}] == []
    assert [name for name, each in SCHEMA["$defs"].items() if not each.get("description")] == []
    open_ones = [name for name, each in SCHEMA["$defs"].items() if each.get("additionalProperties") is not False]
    assert open_ones == []


def test_no_key_may_be_null() -> None:
    assert "null" not in json.dumps(SCHEMA)
