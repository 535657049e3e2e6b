"""Pulling an artifact, on every registry."""

from pathlib import Path

import pytest
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import EMPTY, EMPTY_CONTENT, INDEX, MANIFEST, Manifest
from floe.core.fault import Absent, Damaged, Unwritable
from floe.core.names import Digest
from floe.effects.ports import Registry
from floe.effects.publish import inspect, pull, push
from floe.effects.publish.fetching import is_harmless
from tests.integration.contract.artifacts import DOCUMENT, V1, V2, artifact, files, filled, hex_of
from tests.integration.contract.places import Place

pytestmark = pytest.mark.anyio


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out" / "here"


async def test_what_was_pushed_is_pulled(registry: Registry, tmp_path: Path, out: Path) -> None:
    file = filled(tmp_path / "compiled_artifacts.json", DOCUMENT)
    pushed = (await push(registry, file, V1)).unwrap()
    for reference, already in ((V1, False), (pushed.digest, True)):
        pulled = (await pull(registry, reference, out)).unwrap()
        assert (pulled.digest, pulled.directory) == (pushed.digest, str(out))
        assert [each.already for each in pulled.files] == [already]
        assert files(out) == {file.name: DOCUMENT}


async def test_a_file_with_other_content_is_not_overwritten_and_nothing_else_is_written(
    registry: Registry, out: Path
) -> None:
    await artifact(registry, ("a", b"A"), ("b", b"B"))
    filled(out / "b", b"mine")
    fault = (await pull(registry, V1, out)).failure()
    assert isinstance(fault, Unwritable)
    assert fault.where == str(out / "b")
    assert files(out) == {"b": b"mine"}


async def test_a_link_in_place_of_a_file_is_not_followed(registry: Registry, out: Path, tmp_path: Path) -> None:
    await artifact(registry, ("a", b"A"))
    (filled(out / "b", b"B").parent / "a").symlink_to(filled(tmp_path / "target", b"A"))
    assert isinstance((await pull(registry, V1, out)).failure(), Unwritable)


HARMFUL = (
    *("", ".", "..", "../a", "a/b", "/a", "a\\b", "a\0b", "a\nb", "-rf", "~root", ".bashrc"),
    *("a\u202eb", "x" * 256, "é" * 128),
)


@pytest.mark.parametrize("title", HARMFUL)
async def test_a_harmful_name_is_not_used(registry: Registry, out: Path, title: str) -> None:
    """Row R13."""
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
    assert files(out) == {}


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"mediaType": "\xff"}'])
async def test_what_is_no_manifest_is_told(here: Place, registry: Registry, out: Path, content: bytes) -> None:
    if here.is_remote:
        pytest.skip("docker-registry takes nothing that is no manifest")
    await registry.put_manifest(Manifest(media_type=MANIFEST, content=content), V1)
    for done in (await pull(registry, V1, out), await inspect(registry, V1)):
        assert isinstance(done.failure(), Damaged)
