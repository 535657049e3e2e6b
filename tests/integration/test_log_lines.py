"""What goes to stderr: errors alone when quiet, every step when verbose, one JSON object a line when asked for."""

import json
from typing import Any

import pytest

from tests.integration.process import Answer, Bench

KEYS = ("time", "level", "message", "trace_id")


def lines(answer: Answer) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in answer.stderr.splitlines()]
    for line in found:
        assert tuple(line)[:4] == KEYS
        assert len(line["time"]) == len("2026-01-15T10:30:00.000Z")
    return found


def test_verbose_tells_each_step(bench: Bench) -> None:
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev")
    plain = bench.inside("platform", "promote", "v1.0.0", "--to=staging", "--dry-run")
    assert plain.stderr == ""
    answer = bench.inside("platform", "promote", "v1.0.0", "--to=staging", "--verbose")
    steps = [line.partition(":")[0] for line in answer.stderr.splitlines()]
    for step in ("look", "ask state", "gate tests", "gate policy_compliance", "append record", "create tag", "promote"):
        assert step in steps
    assert "create tag: " in answer.stderr
    assert "tag=v1.0.0-staging" in answer.stderr


def test_in_json_every_line_is_an_object_with_the_trace_of_the_answer(bench: Bench) -> None:
    bench.push("v1.0.0")
    answer = bench.inside("platform", "promote", "v1.0.0", "--to=dev", "-v", "--log-format=json", "--output=json")
    told = lines(answer)
    assert {line["trace_id"] for line in told} == {answer.document["trace_id"]}
    assert {line["level"] for line in told} == {"debug"}
    assert next(line for line in told if line["message"].startswith("gate policy"))["gate.status"] == "passed"


def test_in_json_an_error_is_one_object_too(bench: Bench) -> None:
    answer = bench.inside("platform", "promote", "v1.0.0", "--to=dev", "--log-format=json", "--output=json")
    (line,) = lines(answer)
    assert (line["level"], line["message"], line["exit_code"]) == ("error", "Version v1.0.0 not found", answer.code)
    assert line["details"][0] == "No version has a name like it"
    assert line["trace_id"] == answer.document["trace_id"]


def test_warnings_are_lines_of_the_log(bench: Bench) -> None:
    bench.write("notes.txt", "no document")
    bench.inside("artifact", "push", "-a", "notes.txt", "-r", "oci-layout://registry", "-t", "v1.0.0")
    (line,) = lines(bench.inside("platform", "promote", "v1.0.0", "--to=dev", "--log-format=json"))
    assert line["level"] == "warning"
    assert line["message"].startswith("Gate 'policy_compliance': compiled (warning)")
    assert bench.inside("platform", "promote", "v1.0.0", "--to=staging", "--dry-run", "--quiet").stderr == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("artifact", "push", "-a", "absent", "-r", "oci-layout://registry", "-t", "v1.0.0"),
        ("artifact", "inspect", "-r", "nowhere", "-t", "v1.0.0"),
        ("platform", "compile", "--spec", "absent.yaml"),
        ("platform", "promote", "1", "--to=dev"),
        ("platform", "show", "absent.plan"),
        ("platform", "status", "--manifest=absent.yaml"),
        ("platform", "status", "--env=absent"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_every_document_of_an_error_has_a_trace(arguments: tuple[str, ...], bench: Bench) -> None:
    answer = bench.inside(*arguments, "--output=json")
    assert answer.code != 0
    assert len(answer.document["trace_id"]) == 32


def test_what_is_pushed_has_a_trace_as_well(bench: Bench) -> None:
    bench.write("notes.txt", "no document")
    push = ("artifact", "push", "-a", "notes.txt", "-r", "oci-layout://registry", "-t", "v1.0.0", "-o", "json")
    assert len(bench.inside(*push).document["trace_id"]) == 32


def test_a_closed_stderr_stops_nothing(bench: Bench) -> None:
    bench.push("v1.0.0")
    process = bench.start("platform", "promote", "v1.0.0", "--to=dev", "--verbose")
    assert process.stderr is not None
    process.stderr.close()
    process.stderr = None
    assert process.communicate(timeout=60)[0].startswith("Promoted v1.0.0 from none to dev")
    assert process.returncode == 0
