"""What programs read is as `floe schema` says."""

from typing import Any

import jsonschema
import pytest

from tests.integration.process import Bench


@pytest.mark.parametrize("kind", ["manifest", "plan", "record", "result"])
def test_every_schema_is_printed_and_is_one(bench: Bench, kind: str) -> None:
    answer = bench.inside("schema", kind)
    assert answer.code == 0
    jsonschema.Draft202012Validator.check_schema(answer.document)


def test_a_promotion_and_a_refusal_are_as_the_schema_of_results_says(bench: Bench) -> None:
    schema: Any = bench.inside("schema", "result").document
    bench.push("v1.0.0")
    for arguments in (("--to=dev",), ("--to=dev",), ("--to=staging",)):
        document = bench.inside("platform", "promote", "v1.0.0", *arguments, "--output=json").document
        jsonschema.validate(document, schema)
