"""Spec files and a manifest become one document on disk, the same bytes everywhere, or complaints with places."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from returns.result import Result

from floe.core.canonical import digest_of
from floe.core.fault import Unwritable
from floe.shell.compiling import CompiledFile, compile_files
from floe.shell.spec import parse_spec

HEAD = "apiVersion: floe.dev/v1\nkind: FloeSpec\n"
NAMED = HEAD + 'metadata: {name: a, version: "1"}\n'

SPEC = (
    HEAD
    + """metadata:
  name: config-service
  version: "1.0.0"
  labels: {tier: silver}
  cost_centre: 12
platform: {manifest: platform.yaml}
transforms:
  - {name: publish, dependsOn: [load, clean], tags: [daily, core]}
  - {name: clean, dependsOn: [load], tier: bronze, sql: clean.sql}
  - name: load
quality: {minimum: 0.9}
input_ports:
  - {name: raw, product: source, port: events}
output_ports:
  - name: config
    description: what services read
    fields:
      - {name: id, type: string, required: true}
      - {name: new_feature, type: boolean, pii: false}
governance:
"""
)
CONSUMER = (
    NAMED
    + """input_ports:
  - {name: config, product: config-service, port: config, fields: [new_feature]}
"""
)
MANIFEST = """metadata: {name: acme, owner: platform@acme.com, labels: {tier: gold, region: eu}}
schedule: {cron: "0 6 * * *"}
quality: {minimum: 0.5, window: 7}
artifacts:
  registry: {uri: "oci-layout://registry"}
"""

GOLDEN = (
    b'{"kind":"CompiledArtifacts","platform":{},"products":[{"description":null,"extensions":{},"governance":null,'
    b'"inputs":[{"extensions":{},"external":true,"fields":["new_feature"],"name":"config","port":"config",'
    b'"product":"config-service"}],"labels":{},"name":"a","outputs":[],"owner":null,"schedule":null,'
    b'"transforms":[],"version":"1"}],"schema_version":1}'
)

BAD: dict[str, tuple[str, str]] = {
    "an empty file": ("", "floe.yaml: an empty file; expected a FloeSpec"),
    "no mapping": ("- a\n", "floe.yaml:1:1: a list; expected a mapping"),
    "no YAML": (NAMED + "transforms: [\n", "floe.yaml:5:1: transforms[0]: this is no YAML"),
    "a duplicate key": (NAMED + "kind: FloeSpec\n", "floe.yaml:4:1: kind: key 'kind' again; expected it once"),
    "another kind": (
        "apiVersion: floe.dev/v1\nkind: FleoSpec\nmetadata: {name: a, version: b}\n",
        "floe.yaml:2:1: kind: 'FleoSpec'; expected 'FloeSpec'",
    ),
    "another API": (
        "apiVersion: v1\nkind: FloeSpec\nmetadata: {name: a, version: b}\n",
        "floe.yaml:1:1: apiVersion: 'v1'; expected 'floe.dev/v1'",
    ),
    "no metadata": (HEAD, "floe.yaml:1:1: no key 'metadata'; expected it to be there"),
    "metadata misspelt": (
        HEAD + "metdata: {name: a, version: b}\n",
        "floe.yaml:3:1: metdata: the key 'metdata', and no 'metadata'; did you mean 'metadata'?",
    ),
    "a version that YAML reads as a number": (
        HEAD + "metadata: {name: a, version: 1.20}\n",
        "floe.yaml:3:21: metadata.version: 1.20; expected text: quote it",
    ),
    "an empty name": (
        HEAD + 'metadata: {name: "", version: b}\n',
        "floe.yaml:3:12: metadata.name: '' as a name; expected 1 to 253 printable characters",
    ),
    "a name that moves the cursor": (
        HEAD + 'metadata: {name: "a\\e[2J", version: b}\n',
        "metadata.name: 'a\\x1b[2J' as a name; expected 1 to 253 printable characters",
    ),
    "a port without a product": (
        NAMED + "input_ports: [{name: b}]\n",
        "input_ports[0]: no key 'product'; expected it to be there",
    ),
    "a field without a type": (
        NAMED + "output_ports: [{name: b, fields: [{name: c, typ: d}]}]\n",
        "output_ports[0].fields[0].typ: the key 'typ', and no 'type'; did you mean 'type'?",
    ),
    "a word where a switch belongs": (
        NAMED + "output_ports: [{name: b, fields: [{name: c, type: d, required: yes}]}]\n",
        "output_ports[0].fields[0].required: 'yes'; expected true or false",
    ),
    "a word where a list belongs": (
        NAMED + "transforms: [{name: b, dependsOn: c}]\n",
        "transforms[0].dependsOn: 'c'; expected a list",
    ),
    "an unknown dependency": (
        NAMED + "transforms: [{name: load}, {name: b, dependsOn: [lod]}]\n",
        "floe.yaml: product 'a', transform 'b': depends on 'lod'; expected a transform it has; did you mean 'load'?",
    ),
    "a circle of transforms": (
        NAMED + "transforms: [{name: b, dependsOn: [c]}, {name: c, dependsOn: [b]}]\n",
        "floe.yaml: product 'a', transforms: a circle, b -> c -> b; expected no circle: take one dependency out",
    ),
    "a transform twice": (
        NAMED + "transforms: [{name: b}, {name: b}]\n",
        "floe.yaml: product 'a', transform 'b': declared 2 times; expected one declaration",
    ),
    "a field twice": (
        NAMED + "output_ports: [{name: b, fields: [{name: c, type: d}, {name: c, type: e}]}]\n",
        "floe.yaml: product 'a', output port 'b', field 'c': declared 2 times",
    ),
    "a product that reads from itself": (
        NAMED + "input_ports: [{name: b, product: a}]\n",
        "floe.yaml: products: a circle, a -> a; expected no circle: take one input out",
    ),
    "nesting without end": (NAMED + "x: " + "[" * 40 + "]" * 40 + "\n", "nesting without end; expected at most 32"),
}


def compiled(folder: Path, *specs: str, **more: Any) -> Result[CompiledFile, Any]:
    return compile_files([folder / spec for spec in specs], folder / "target" / "compiled.json", **more)


def written(folder: Path, *specs: str, **more: Any) -> dict[str, Any]:
    made = compiled(folder, *specs, **more).unwrap()
    assert made.digest == digest_of(made.path.read_bytes())
    document: dict[str, Any] = json.loads(made.path.read_bytes())
    return document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "floe.yaml").write_text(SPEC)
    (tmp_path / "consumer.yaml").write_text(CONSUMER)
    (tmp_path / "platform.yaml").write_text(MANIFEST)
    return tmp_path


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "floe.yaml").write_text(text)
    complaints = compiled(tmp_path, "floe.yaml").failure()
    assert message in "\n".join(str(each).removeprefix(f"{tmp_path}{os.sep}") for each in complaints)
    assert not (tmp_path / "target").exists()


def test_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: 1\nkind: 2\nmetadata: 3\ntransforms: 4\n")
    (tmp_path / "b.yaml").write_text("kind: FloeSpec\nmetadata: {}\n")
    said = [str(each) for each in compiled(tmp_path, "a.yaml", "b.yaml", "c.yaml").failure()]
    assert [sum(name in each for each in said) for name in ("a.yaml", "b.yaml", "c.yaml")] == [4, 3, 1]
    assert "c.yaml: this file cannot be read: No such file or directory" in said[-1]


def test_a_product_takes_from_the_manifest_what_its_spec_does_not_say(folder: Path) -> None:
    document = written(folder, "floe.yaml", "consumer.yaml")
    consumer, service = document["products"]
    assert document["platform"].keys() == {"metadata", "quality", "schedule"}
    assert (consumer["name"], service["name"]) == ("a", "config-service")
    assert service["owner"] == "platform@acme.com"
    assert service["labels"] == {"tier": "silver", "region": "eu"}
    assert service["schedule"] == {"cron": "0 6 * * *"}
    assert service["extensions"] == {"metadata": {"cost_centre": 12}, "quality": {"minimum": "0.9", "window": 7}}
    assert [port["external"] for port in (*consumer["inputs"], *service["inputs"])] == [False, True]


def test_transforms_stand_in_order_and_keep_unknown_keys(folder: Path) -> None:
    [service] = written(folder, "floe.yaml")["products"]
    names = [(each["name"], each["depends_on"]) for each in service["transforms"]]
    assert names == [("load", []), ("clean", ["load"]), ("publish", ["clean", "load"])]
    assert service["transforms"][1]["extensions"] == {"sql": "clean.sql"}
    assert service["outputs"][0]["fields"][1]["extensions"] == {"pii": False}


def test_the_bytes_depend_on_nothing_but_what_is_said(folder: Path) -> None:
    """Another folder, another hash seed, another order of specs and of keys: the same bytes."""
    first = compiled(folder, "floe.yaml", "consumer.yaml").unwrap()
    other = folder / "elsewhere"
    other.mkdir()
    (other / "floe.yaml").write_text("\n\n".join((HEAD, SPEC.removeprefix(HEAD))))
    (other / "consumer.yaml").write_text("# a remark\n" + CONSUMER)
    (other / "platform.yaml").write_text("".join(reversed(MANIFEST.splitlines(keepends=True)[:3])))
    program = (
        "from pathlib import Path; from floe.shell.compiling import compile_files;"
        "print(compile_files([Path('consumer.yaml'), Path('floe.yaml')]).unwrap().digest)"
    )
    asked = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=other,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert asked == [first.digest, first.digest]
    assert (other / "target" / "compiled_artifacts.json").read_bytes() == first.path.read_bytes()


def test_the_form_of_the_document_does_not_change_under_one_schema_version(folder: Path) -> None:
    """Who changes these bytes raises the schema version and reads both."""
    assert compiled(folder, "consumer.yaml").unwrap().path.read_bytes() == GOLDEN


def test_the_manifest_asked_for_wins_over_the_one_named(folder: Path) -> None:
    (folder / "other.yaml").write_text("region: us\n")
    assert written(folder, "floe.yaml", manifest=folder / "other.yaml")["platform"] == {"region": "us"}
    assert written(folder, "consumer.yaml", fallback=folder / "other.yaml")["platform"] == {"region": "us"}
    assert "quality" in written(folder, "floe.yaml", fallback=folder / "other.yaml")["platform"]
    assert written(folder, "consumer.yaml")["platform"] == {}


def test_specs_that_name_two_manifests_are_refused(folder: Path) -> None:
    (folder / "b.yaml").write_text(NAMED + "platform: {manifest: other.yaml}\n")
    [complaint] = compiled(folder, "floe.yaml", "b.yaml").failure()
    assert "'platform.yaml' in " in complaint.found
    assert complaint.expected == "one for all specs, or --manifest"


@pytest.mark.parametrize(
    ("text", "found"),
    [("- a\n", "no mapping"), ("a: &x 1\n", "anchor '&x'"), ("", "no mapping"), ("a: {b: c\n", "no YAML")],
)
def test_a_manifest_that_cannot_be_read_is_told(folder: Path, text: str, found: str) -> None:
    (folder / "platform.yaml").write_text(text)
    complaints = compiled(folder, "floe.yaml").failure()
    assert any("platform.yaml" in each.where and found in each.found for each in complaints)


def test_a_product_in_two_files_is_told_with_both(folder: Path) -> None:
    (folder / "again.yaml").write_text(NAMED)
    [complaint] = compiled(folder, "consumer.yaml", "again.yaml").failure()
    assert "consumer.yaml" in complaint.where
    assert "again.yaml" in complaint.where


def test_a_key_that_looks_misspelt_is_kept_and_doubted() -> None:
    text = NAMED + "transforms: [{name: b, dependson: [c]}]\noutput-ports: []\n"
    doubts = parse_spec(text, where="floe.yaml").unwrap().doubts
    assert [str(each) for each in doubts] == [
        "floe.yaml: output-ports: this key is kept and not read; did you mean 'output_ports'?",
        "floe.yaml: transforms[0].dependson: this key is kept and not read; did you mean 'dependsOn'?",
    ]


def test_the_document_is_replaced_whole_and_nothing_is_left_beside_it(folder: Path) -> None:
    target = folder / "target"
    target.mkdir()
    (target / "compiled.json").write_text("what was here before")
    written(folder, "floe.yaml")
    assert [each.name for each in target.iterdir()] == ["compiled.json"]


@pytest.mark.parametrize("out", ["floe.yaml/compiled.json", "target"])
def test_a_place_that_cannot_be_written_is_a_fault(folder: Path, out: str) -> None:
    (folder / "target" / "inner").mkdir(parents=True)
    fault = compile_files([folder / "floe.yaml"], folder / out).failure()
    assert isinstance(fault, Unwritable)
    assert "cannot be written" in fault.why
    assert (folder / "floe.yaml").read_text() == SPEC


def test_a_document_that_nobody_would_read_is_not_written(folder: Path) -> None:
    for number in range(5):
        text = f"{HEAD}metadata: {{name: p{number}, version: b, description: {'x' * 1_000_000}}}\n"
        (folder / f"{number}.yaml").write_text(text)
    [complaint] = compiled(folder, *(f"{number}.yaml" for number in range(5))).failure()
    assert complaint.path == "size of the document"
    assert not (folder / "target").exists()
