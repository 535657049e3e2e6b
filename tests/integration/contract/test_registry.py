"""The laws of the `Registry` port about manifests and tags. Every adapter obeys all of them."""

import anyio
import pytest
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    EMPTY,
    EMPTY_CONTENT,
    INDEX,
    LARGEST_MANIFEST,
    MANIFEST,
    Manifest,
)
from floe.core.fault import Oversized, TagTaken
from floe.core.names import Digest, Tag
from floe.effects.ports import Registry
from tests.integration.contract.places import Place

pytestmark = pytest.mark.anyio

V1 = Tag("v1.0.0")
LATEST = Tag("latest-dev")
NOWHERE = Digest("sha256:" + "0" * 64)
PRETTY = """{
  "schemaVersion": 2,
  "mediaType": "application/vnd.oci.image.manifest.v1+json",
  "artifactType": "application/vnd.example",
  "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": "DIGEST"},
  "layers": [],
  "annotations": {"title": "Überprüfung — 検査", "z": "1", "a": "2"}
}
""".replace("DIGEST", canonical.digest_of(b"{}"))


def manifest(note: str = "", media_type: str = MANIFEST) -> Manifest:
    """A manifest of nothing; registries want a config all the same."""
    said: dict[str, object] = {"schemaVersion": 2, "mediaType": media_type, "annotations": {"note": note}}
    if media_type in (INDEX, DOCKER_INDEX):
        said["manifests"] = []
    else:
        config = {"mediaType": EMPTY, "digest": canonical.digest_of(EMPTY_CONTENT), "size": len(EMPTY_CONTENT)}
        said |= {"config": config, "layers": []}
    return Manifest(media_type=media_type, content=canonical.encode(said))


@pytest.fixture
async def registry(registry: Registry) -> Registry:
    """One that has what the manifests here refer to."""
    await registry.put_blob(EMPTY_CONTENT)
    return registry


ALL = [
    pytest.param(Manifest(media_type=MANIFEST, content=PRETTY.encode()), id="pretty"),
    *(pytest.param(manifest("x", kind), id=kind) for kind in (MANIFEST, INDEX, DOCKER_MANIFEST, DOCKER_INDEX)),
]


async def test_an_empty_repository_answers(registry: Registry) -> None:
    assert await registry.tags() == Success(())
    assert await registry.resolve(V1) == Success(None)
    assert await registry.resolve_all() == Success({})
    assert await registry.manifest(V1) == Success(None)
    assert await registry.manifest(NOWHERE) == Success(None)


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
    """Row R03."""
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


async def test_of_racing_creations_of_a_tag_one_wins(here: Place, registry: Registry) -> None:
    """A registry on the network has no compare-and-swap: there several may think so, and the tag is one of theirs."""
    rivals = [manifest(str(number)) for number in range(8)]

    async def create(rival: Manifest) -> bool:
        return isinstance(await registry.create_tag(V1, rival), Success)

    won = await anyio.amap(create, rivals)
    assert won.count(True) == 1 or (here.is_remote and any(won))
    assert (await registry.resolve(V1)).unwrap() in {
        rival.digest for rival, mine in zip(rivals, won, strict=True) if mine
    }


async def test_tags_made_side_by_side_are_all_there(registry: Registry) -> None:
    wanted = [Tag(f"v{major}.0.0") for major in range(20)]
    await anyio.amap(lambda tag: registry.create_tag(tag, manifest(tag)), wanted)
    assert set((await registry.tags()).unwrap()) == set(wanted)


@pytest.mark.parametrize("call", ["put", "create"])
async def test_a_manifest_too_large_for_registries_is_refused(registry: Registry, call: str) -> None:
    """Row R06."""
    large = Manifest(media_type=MANIFEST, content=b" " * (LARGEST_MANIFEST + 1))
    done = await (registry.put_manifest(large, V1) if call == "put" else registry.create_tag(V1, large))
    fault = done.failure()
    assert isinstance(fault, Oversized)
    assert (fault.size, fault.largest) == (LARGEST_MANIFEST + 1, LARGEST_MANIFEST)
    assert await registry.tags() == Success(())


async def test_it_can_be_let_go_of(registry: Registry) -> None:
    await registry.aclose()
