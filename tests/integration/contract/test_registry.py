"""The laws of the `Registry` port. Every adapter obeys all of them."""

from pathlib import Path

import anyio
import pytest
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    INDEX,
    LARGEST_MANIFEST,
    MANIFEST,
    Descriptor,
    Manifest,
)
from floe.core.fault import Absent, Damaged, Oversized, TagTaken, Unwritable
from floe.core.names import Digest, Tag
from floe.effects.ports import Registry
from tests.integration.contract.places import KINDS, Place, place

pytestmark = pytest.mark.anyio

V1 = Tag("v1.0.0")
LATEST = Tag("latest-dev")
NOWHERE = Digest("sha256:" + "0" * 64)
PRETTY = """{
  "schemaVersion": 2,
  "mediaType": "application/vnd.oci.image.manifest.v1+json",
  "artifactType": "application/vnd.example",
  "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": "%s"},
  "layers": [],
  "annotations": {"title": "Überprüfung — 検査", "z": "1", "a": "2"}
}
""" % canonical.digest_of(b"{}")


def manifest(note: str = "", media_type: str = MANIFEST) -> Manifest:
    kind = "manifests" if media_type in (INDEX, DOCKER_INDEX) else "layers"
    said = {"schemaVersion": 2, "mediaType": media_type, kind: [], "annotations": {"note": note}}
    return Manifest(media_type=media_type, content=canonical.encode(said))


ALL = [
    pytest.param(Manifest(media_type=MANIFEST, content=PRETTY.encode()), id="pretty"),
    *(pytest.param(manifest("x", kind), id=kind) for kind in (MANIFEST, INDEX, DOCKER_MANIFEST, DOCKER_INDEX)),
]


@pytest.fixture(params=KINDS)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place(request.param, tmp_path)


@pytest.fixture
def registry(here: Place) -> Registry:
    return here.registry


def blob_of(content: bytes) -> Descriptor:
    digest = canonical.digest_of(content)
    return Descriptor(media_type="application/octet-stream", digest=digest, size=len(content))


async def test_an_empty_repository_answers(registry: Registry, tmp_path: Path) -> None:
    assert await registry.tags() == Success(())
    assert await registry.resolve(V1) == Success(None)
    assert await registry.resolve_all() == Success({})
    assert await registry.manifest(V1) == Success(None)
    assert await registry.manifest(NOWHERE) == Success(None)
    assert await registry.blob(NOWHERE, at_most=10) == Success(None)
    absent = await registry.download(blob_of(b"never"), tmp_path / "file")
    assert isinstance(absent.failure(), Absent)


async def test_it_says_where_it_is(registry: Registry) -> None:
    assert "://" in registry.location
    assert registry.reference(NOWHERE).endswith(f"@{NOWHERE}")


@pytest.mark.parametrize("given", ALL)
async def test_a_manifest_comes_back_as_the_bytes_it_was(registry: Registry, given: Manifest) -> None:
    assert await registry.put_manifest(given, V1) == Success(None)
    assert await registry.manifest(V1) == Success(given)
    assert await registry.manifest(given.digest) == Success(given)
    assert await registry.resolve(V1) == Success(given.digest)


@pytest.mark.parametrize("given", ALL)
async def test_an_untagged_manifest_is_found_by_digest(registry: Registry, given: Manifest) -> None:
    assert await registry.put_manifest(given) == Success(None)
    assert await registry.manifest(given.digest) == Success(given)
    assert await registry.tags() == Success(())


async def test_a_manifest_may_refer_to_what_is_not_there_yet(registry: Registry) -> None:
    child = manifest("child")
    listed = {"mediaType": MANIFEST, "digest": child.digest, "size": len(child.content)}
    content = canonical.encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": [listed]})
    parent = Manifest(media_type=INDEX, content=content)
    assert await registry.put_manifest(child) == Success(None)
    assert await registry.put_manifest(parent, V1) == Success(None)
    assert await registry.manifest(child.digest) == Success(child)


async def test_put_manifest_moves_a_tag_and_keeps_what_it_left(registry: Registry) -> None:
    old, new = manifest("old"), manifest("new")
    await registry.put_manifest(old, LATEST)
    assert await registry.put_manifest(new, LATEST) == Success(None)
    assert await registry.resolve(LATEST) == Success(new.digest)
    assert await registry.manifest(old.digest) == Success(old)
    assert await registry.tags() == Success((LATEST,))


async def test_a_tag_is_created_once(registry: Registry) -> None:
    first, other = manifest("first"), manifest("other")
    assert await registry.create_tag(V1, first) == Success(None)
    assert await registry.create_tag(V1, first) == Success(None)
    taken = TagTaken(tag=V1, found=first.digest, wanted=other.digest)
    assert await registry.create_tag(V1, other) == Failure(taken)
    assert await registry.manifest(V1) == Success(first)


async def test_tags_are_listed_once_each(registry: Registry) -> None:
    one = manifest()
    wanted = {Tag(f"v{major}.0.0") for major in range(5)} | {LATEST}
    for tag in [*wanted, LATEST]:
        await registry.put_manifest(one, tag)
    listed = (await registry.tags()).unwrap()
    assert set(listed) == wanted
    assert len(listed) == len(wanted)


async def test_where_all_tags_point_is_where_each_points(registry: Registry) -> None:
    for name in ("a", "b", "c"):
        await registry.put_manifest(manifest(name), Tag(name))
    await registry.put_manifest(manifest("a"), Tag("c"))
    everywhere = (await registry.resolve_all()).unwrap()
    assert everywhere == {tag: (await registry.resolve(tag)).unwrap() for tag in (Tag("a"), Tag("b"), Tag("c"))}


async def test_of_racing_creations_of_a_tag_one_wins(registry: Registry) -> None:
    rivals = [manifest(str(number)) for number in range(8)]

    async def create(rival: Manifest) -> bool:
        return isinstance(await registry.create_tag(V1, rival), Success)

    won = await anyio.amap(create, rivals)
    assert won.count(True) == 1
    assert await registry.resolve(V1) == Success(rivals[won.index(True)].digest)


async def test_tags_made_side_by_side_are_all_there(registry: Registry) -> None:
    wanted = [Tag(f"v{major}.0.0") for major in range(20)]
    await anyio.amap(lambda tag: registry.create_tag(tag, manifest(tag)), wanted)
    assert set((await registry.tags()).unwrap()) == set(wanted)


@pytest.mark.parametrize("call", ["put", "create"])
async def test_a_manifest_too_large_for_registries_is_refused(registry: Registry, call: str) -> None:
    large = Manifest(media_type=MANIFEST, content=b" " * (LARGEST_MANIFEST + 1))
    done = await (registry.put_manifest(large, V1) if call == "put" else registry.create_tag(V1, large))
    fault = done.failure()
    assert isinstance(fault, Oversized)
    assert (fault.size, fault.largest) == (LARGEST_MANIFEST + 1, LARGEST_MANIFEST)
    assert await registry.tags() == Success(())


async def test_a_blob_comes_back(registry: Registry) -> None:
    for content in (b"", b"{}", bytes(range(256)) * 10):
        digest = (await registry.put_blob(content)).unwrap()
        assert digest == canonical.digest_of(content)
        assert await registry.blob(digest, at_most=len(content)) == Success(content)


async def test_a_blob_beyond_the_limit_is_not_read(registry: Registry) -> None:
    digest = (await registry.put_blob(b"12345")).unwrap()
    fault = (await registry.blob(digest, at_most=4)).failure()
    assert isinstance(fault, Oversized)
    assert (fault.size, fault.largest) == (5, 4)


async def test_a_damaged_blob_is_not_handed_out(here: Place, tmp_path: Path) -> None:
    digest = (await here.registry.put_blob(b"right")).unwrap()
    here.damage(digest, b"wrong")
    fault = (await here.registry.blob(digest, at_most=10)).failure()
    assert isinstance(fault, Damaged)
    assert (fault.expected, fault.found) == (digest, canonical.digest_of(b"wrong"))
    into = tmp_path / "file"
    assert isinstance((await here.registry.download(blob_of(b"right"), into)).failure(), Damaged)
    assert not into.exists()


async def test_putting_a_damaged_blob_again_mends_it(here: Place) -> None:
    digest = (await here.registry.put_blob(b"right")).unwrap()
    here.damage(digest, b"wrong")
    assert await here.registry.put_blob(b"right") == Success(digest)
    assert await here.registry.blob(digest, at_most=10) == Success(b"right")


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
async def test_a_file_goes_up_and_comes_down(registry: Registry, tmp_path: Path, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    file, into = tmp_path / "up", tmp_path / "down"
    file.write_bytes(content)
    assert await registry.upload(file) == Success(blob_of(content))
    assert await registry.download(blob_of(content), into) == Success(None)
    assert into.read_bytes() == content
    assert {each.name for each in tmp_path.iterdir()} <= {"up", "down", "registry"}


async def test_a_file_that_is_not_there_does_not_go_up(registry: Registry, tmp_path: Path) -> None:
    assert isinstance((await registry.upload(tmp_path / "nothing")).failure(), Absent)


@pytest.mark.parametrize("size", [4, 6])
async def test_a_blob_of_another_size_than_described_does_not_come_down(
    registry: Registry, tmp_path: Path, size: int
) -> None:
    digest = (await registry.put_blob(b"12345")).unwrap()
    described = Descriptor(media_type="text/plain", digest=digest, size=size)
    assert isinstance((await registry.download(described, tmp_path / "file")).failure(), Damaged)
    assert not (tmp_path / "file").exists()


async def test_a_file_that_exists_is_not_overwritten(registry: Registry, tmp_path: Path) -> None:
    await registry.put_blob(b"new")
    into = tmp_path / "file"
    into.write_bytes(b"old")
    assert isinstance((await registry.download(blob_of(b"new"), into)).failure(), Unwritable)
    assert into.read_bytes() == b"old"


async def test_it_can_be_let_go_of(registry: Registry) -> None:
    await registry.aclose()
