"""Pushing a file, and looking into what was pushed, on every registry."""

from pathlib import Path

import pytest
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import COMPILED, EMPTY, EMPTY_CONTENT, MANIFEST, contents
from floe.core.fault import Absent, TagTaken, Unavailable
from floe.core.names import Tag
from floe.effects.memory.registry import MemoryRegistry
from floe.effects.memory.trouble import Trouble
from floe.effects.ports import Registry
from floe.effects.publish import inspect, push
from tests.integration.contract.artifacts import DOCUMENT, LATEST, TITLE, V1, V2, filled

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A compiled document, as far as its kind goes."""
    return filled(tmp_path / "compiled_artifacts.json", DOCUMENT)


async def test_a_pushed_document_is_an_artifact_of_its_kind(registry: Registry, file: Path) -> None:
    pushed = (await push(registry, file, V1)).unwrap()
    manifest = (await registry.manifest(V1)).unwrap()
    assert manifest is not None
    said = contents(manifest)
    assert said is not None
    assert said.config is not None
    assert (pushed.digest, pushed.tag, pushed.size, pushed.already) == (manifest.digest, V1, len(DOCUMENT), False)
    assert (said.artifact_type, said.config.media_type) == (COMPILED, EMPTY)
    assert [(layer.media_type, layer.annotations) for layer in said.layers] == [(COMPILED, {TITLE: file.name})]
    assert await registry.blob(said.layers[0].digest, at_most=100) == Success(DOCUMENT)
    assert await registry.blob(said.config.digest, at_most=2) == Success(EMPTY_CONTENT)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00", b"[1]", b'{"kind": "Other"}', b'{"kind": 1}', b'{"kind": "\xff"}', b'{"a":' * 9999]
)
async def test_any_other_file_is_an_artifact_too(registry: Registry, file: Path, content: bytes) -> None:
    filled(file, content)
    assert isinstance(await push(registry, file, V1), Success)
    seen = (await inspect(registry, V1)).unwrap()
    assert seen.artifact_type == "application/vnd.dev.floe.file.v1"
    assert [layer.media_type for layer in seen.layers] == ["application/octet-stream"]


async def test_the_same_bytes_give_the_same_digest_everywhere(registry: Registry, file: Path) -> None:
    pushed = (await push(registry, file, V1)).unwrap()
    assert pushed.digest == "sha256:f030c96df02bca14d78dc5e51c12fa6b29389065cb9bf340cac0b4294e8b7cf3"


async def test_pushing_the_same_again_does_nothing(registry: Registry, file: Path) -> None:
    first = (await push(registry, file, V1)).unwrap()
    again = (await push(registry, file, V1)).unwrap()
    assert (again.digest, again.already) == (first.digest, True)


async def test_other_bytes_do_not_get_a_tag_that_is_taken(registry: Registry, file: Path) -> None:
    first = (await push(registry, file, V1)).unwrap()
    filled(file, b"other")
    fault = (await push(registry, file, V1)).failure()
    assert isinstance(fault, TagTaken)
    assert (fault.tag, fault.found) == (V1, first.digest)
    assert await registry.resolve(V1) == Success(first.digest)
    assert await registry.blob(canonical.digest_of(b"other"), at_most=10) == Success(None)


async def test_a_file_that_is_not_there_is_not_pushed(registry: Registry, tmp_path: Path) -> None:
    assert isinstance((await push(registry, tmp_path / "nothing", V1)).failure(), Absent)
    assert isinstance((await push(registry, tmp_path, V1)).failure(), Unavailable)


@pytest.mark.parametrize("operation", ["resolve", "put_blob", "upload", "create_tag"])
async def test_a_push_that_failed_can_be_run_again(file: Path, operation: str) -> None:
    registry = MemoryRegistry()
    fault = Unavailable(where="here", why="the line was cut")
    registry.trouble.fail_before(operation, fault)
    assert await push(registry, file, V1) == Failure(fault)
    assert registry.tagged == {}
    assert isinstance(await push(registry, file, V1), Success)


async def test_the_tag_comes_last(file: Path) -> None:
    trouble = Trouble()
    await push(MemoryRegistry(trouble=trouble), file, V1)
    assert [call.operation for call in trouble.calls] == ["resolve", "put_blob", "upload", "create_tag"]


async def test_inspecting_tells_where_an_artifact_has_been(registry: Registry, file: Path) -> None:
    pushed = (await push(registry, file, V1)).unwrap()
    manifest = (await registry.manifest(V1)).unwrap()
    assert manifest is not None
    for tag in (LATEST, Tag("v1.0.0-dev")):
        await registry.create_tag(tag, manifest)
    filled(file, b"other")
    await push(registry, file, V2)
    seen = (await inspect(registry, V1)).unwrap()
    assert seen.tags == (LATEST, V1, Tag("v1.0.0-dev"))
    assert (seen.digest, seen.media_type, seen.size) == (pushed.digest, MANIFEST, len(manifest.content))
    assert seen.reference == registry.reference(pushed.digest)
    assert await inspect(registry, pushed.digest) == Success(seen)
