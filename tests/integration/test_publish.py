"""Pushing a file, pulling an artifact and looking into one, on every registry."""

from pathlib import Path

import pytest
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import COMPILED, EMPTY, EMPTY_CONTENT, INDEX, MANIFEST, Manifest, contents
from floe.core.fault import Absent, Damaged, TagTaken, Unavailable, Unwritable
from floe.core.names import Digest, Tag
from floe.effects.memory.registry import MemoryRegistry
from floe.effects.memory.trouble import Trouble
from floe.effects.ports import Registry
from floe.effects.publish import inspect, pull, push
from floe.effects.publish.fetching import is_harmless
from tests.integration.contract.places import KINDS, Place, place

pytestmark = pytest.mark.anyio

V1, V2, LATEST = Tag("v1.0.0"), Tag("v2.0.0"), Tag("latest-dev")
TITLE = "org.opencontainers.image.title"
DOCUMENT = b'{"kind": "CompiledArtifacts", "schema_version": 1}'


@pytest.fixture(params=KINDS)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place(request.param, tmp_path)


@pytest.fixture
def registry(here: Place) -> Registry:
    return here.registry


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "compiled_artifacts.json"
    path.write_bytes(DOCUMENT)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out" / "here"


async def artifact(registry: Registry, *layers: tuple[str | None, bytes], media_type: str = "x/y") -> Manifest:
    """An artifact that some other tool might have made, tagged v1.0.0."""
    described = [
        {
            "mediaType": media_type,
            "digest": (await registry.put_blob(content)).unwrap(),
            "size": len(content),
            "annotations": {} if title is None else {TITLE: title},
        }
        for title, content in layers
    ]
    content = canonical.encode({"schemaVersion": 2, "mediaType": MANIFEST, "layers": described})
    manifest = Manifest(media_type=MANIFEST, content=content)
    await registry.put_manifest(manifest, V1)
    return manifest


def hex_of(content: bytes) -> str:
    return canonical.digest_of(content).removeprefix("sha256:")


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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
    file.write_bytes(content)
    assert isinstance(await push(registry, file, V1), Success)
    seen = (await inspect(registry, V1)).unwrap()
    assert seen.artifact_type == "application/vnd.dev.floe.file.v1"
    assert [layer.media_type for layer in seen.layers] == ["application/octet-stream"]


async def test_the_same_bytes_give_the_same_digest_everywhere(registry: Registry, file: Path) -> None:
    pushed = (await push(registry, file, V1)).unwrap()
    assert pushed.digest == "sha256:7ee9ab2b9a7b1d3dde4e4e12a1d5f3d5"


async def test_pushing_the_same_again_does_nothing(registry: Registry, file: Path) -> None:
    first = (await push(registry, file, V1)).unwrap()
    again = (await push(registry, file, V1)).unwrap()
    assert (again.digest, again.already) == (first.digest, True)


async def test_other_bytes_do_not_get_a_tag_that_is_taken(registry: Registry, file: Path) -> None:
    first = (await push(registry, file, V1)).unwrap()
    file.write_bytes(b"other")
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


async def test_what_was_pushed_is_pulled(registry: Registry, file: Path, out: Path) -> None:
    pushed = (await push(registry, file, V1)).unwrap()
    for reference in (V1, pushed.digest):
        pulled = (await pull(registry, reference, out)).unwrap()
        assert (pulled.digest, pulled.directory) == (pushed.digest, str(out))
        assert files(out) == {file.name: DOCUMENT}
    assert [each.already for each in pulled.files] == [True]


async def test_a_file_with_other_content_is_not_overwritten_and_nothing_else_is_written(
    registry: Registry, out: Path
) -> None:
    await artifact(registry, ("a", b"A"), ("b", b"B"))
    out.mkdir(parents=True)
    (out / "b").write_bytes(b"mine")
    fault = (await pull(registry, V1, out)).failure()
    assert isinstance(fault, Unwritable)
    assert fault.where == str(out / "b")
    assert files(out) == {"b": b"mine"}


async def test_a_link_in_place_of_a_file_is_not_followed(registry: Registry, out: Path, tmp_path: Path) -> None:
    await artifact(registry, ("a", b"A"))
    out.mkdir(parents=True)
    (tmp_path / "target").write_bytes(b"A")
    (out / "a").symlink_to(tmp_path / "target")
    assert isinstance((await pull(registry, V1, out)).failure(), Unwritable)


HARMFUL = (
    *("", ".", "..", "../a", "a/b", "/a", "a\\b", "a\0b", "a\nb", "-rf", "~root", ".bashrc"),
    *("a\u202eb", "x" * 256, "é" * 128),
)


@pytest.mark.parametrize("title", HARMFUL)
async def test_a_harmful_name_is_not_used(registry: Registry, out: Path, title: str) -> None:
    assert not is_harmless(title)
    await artifact(registry, (title, b"content"))
    assert isinstance(await pull(registry, V1, out), Success)
    assert files(out) == {hex_of(b"content"): b"content"}


@pytest.mark.parametrize("title", ["a", "größe.txt", "a b.json", "a..b", "x" * 255])
async def test_a_harmless_name_is_used(registry: Registry, out: Path, title: str) -> None:
    await artifact(registry, (title, b"content"))
    assert isinstance(await pull(registry, V1, out), Success)
    assert files(out) == {title: b"content"}


async def test_no_layer_takes_the_name_of_another(registry: Registry, out: Path) -> None:
    await artifact(registry, ("a", b"1"), ("a", b"2"), (hex_of(b"4"), b"3"), (None, b"4"), ("a", b"1"))
    pulled = (await pull(registry, V1, out)).unwrap()
    assert files(out) == {"a": b"1", hex_of(b"2"): b"2", hex_of(b"3"): b"3", hex_of(b"4"): b"4"}
    assert {each.name for each in pulled.files} == set(files(out))


async def test_what_stands_for_nothing_is_no_file(registry: Registry, out: Path) -> None:
    await artifact(registry, (None, EMPTY_CONTENT), media_type=EMPTY)
    assert (await pull(registry, V1, out)).unwrap().files == ()


async def test_damaged_content_does_not_become_a_file(here: Place, out: Path) -> None:
    await artifact(here.registry, ("a", b"right"))
    here.damage(canonical.digest_of(b"right"), b"wrong")
    assert isinstance((await pull(here.registry, V1, out)).failure(), Damaged)
    assert files(out) == {}


async def test_of_an_index_one_has_to_be_chosen(registry: Registry, out: Path) -> None:
    child = await artifact(registry, ("a", b"A"))
    listed = {"mediaType": MANIFEST, "digest": child.digest, "size": len(child.content)}
    arm = listed | {"platform": {"os": "linux", "architecture": "arm64"}}
    content = canonical.encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": [arm, listed]})
    await registry.put_manifest(Manifest(media_type=INDEX, content=content), V2)
    fault = (await pull(registry, V2, out)).failure()
    assert isinstance(fault, Absent)
    assert f"linux/arm64 ({child.digest}), unknown/unknown ({child.digest})" in fault.what
    assert isinstance(await pull(registry, child.digest, out), Success)
    assert [each.digest for each in (await inspect(registry, V2)).unwrap().manifests] == [child.digest] * 2


async def test_what_is_not_there_is_neither_pulled_nor_inspected(registry: Registry, out: Path) -> None:
    nowhere = Digest("sha256:" + "0" * 64)
    for reference in (V1, nowhere):
        for done in (await pull(registry, reference, out), await inspect(registry, reference)):
            assert done == Failure(Absent(where=registry.location, what=reference))
    assert not out.exists()


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"mediaType": "\xff"}'])
async def test_what_is_no_manifest_is_told(registry: Registry, out: Path, content: bytes) -> None:
    await registry.put_manifest(Manifest(media_type=MANIFEST, content=content), V1)
    for done in (await pull(registry, V1, out), await inspect(registry, V1)):
        assert isinstance(done.failure(), Damaged)


async def test_inspecting_tells_where_an_artifact_has_been(registry: Registry, file: Path) -> None:
    pushed = (await push(registry, file, V1)).unwrap()
    manifest = (await registry.manifest(V1)).unwrap()
    assert manifest is not None
    for tag in (LATEST, Tag("v1.0.0-dev")):
        await registry.create_tag(tag, manifest)
    file.write_bytes(b"other")
    await push(registry, file, V2)
    seen = (await inspect(registry, V1)).unwrap()
    assert seen.tags == (LATEST, V1, Tag("v1.0.0-dev"))
    assert (seen.digest, seen.media_type, seen.size) == (pushed.digest, MANIFEST, len(manifest.content))
    assert seen.reference == registry.reference(pushed.digest)
    assert await inspect(registry, pushed.digest) == Success(seen)
