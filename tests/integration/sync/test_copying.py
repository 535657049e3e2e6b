"""What is copied of an artifact, what is not, and what it costs."""

from functools import partial

import pytest
from returns.result import Success

from floe.core import canonical
from floe.core.artifact import EMPTY_CONTENT, INDEX, MANIFEST, Manifest, describe
from floe.core.fault import Uncopied
from floe.effects.memory.registry import MemoryRegistry
from floe.effects.memory.world import VirtualClock
from floe.effects.sync.copying import DEEPEST, Copier
from tests.integration.contract.artifacts import artifact, describe_blob
from tests.integration.contract.referring import attach, plain, referrer
from tests.integration.process import run
from tests.integration.sync.places import Places
from tests.servers.docker_registry import DockerRegistry

anyio_only = pytest.mark.anyio


def manifest_of(**said: object) -> Manifest:
    content = canonical.encode({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [], **said})
    return Manifest(media_type=MANIFEST, content=content)


def index_of(*children: Manifest) -> Manifest:
    lines = [describe_blob(each.media_type, each.digest, len(each.content)) for each in children]
    return Manifest(media_type=INDEX, content=canonical.encode({"schemaVersion": 2, "manifests": lines}))


def copier(source: MemoryRegistry, target: MemoryRegistry) -> Copier:
    return Copier(source=source, target=target, clock=VirtualClock())


async def copied(*manifests: Manifest) -> tuple[MemoryRegistry, object]:
    """The last of some manifests, copied with all that belongs to it."""
    source, target = MemoryRegistry("source"), MemoryRegistry("target")
    await source.put_blob(EMPTY_CONTENT)
    for each in manifests:
        await source.put_manifest(each)
    return target, await copier(source, target).artifact(manifests[-1].digest)


LAYER = describe_blob("application/octet-stream", "sha256:" + "1" * 64, 7)
REFUSED = {
    "urls": manifest_of(layers=[{**LAYER, "urls": ["https://example.com/layer"]}]),
    "foreign": manifest_of(
        layers=[{**LAYER, "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}]
    ),
    "nondistributable": manifest_of(
        layers=[{**LAYER, "mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"}]
    ),
    "negative": manifest_of(layers=[{**LAYER, "size": -1}]),
    "huge": manifest_of(layers=[{**LAYER, "size": 2**60}]),
    "many": manifest_of(layers=[{**LAYER, "digest": f"sha256:{number:064x}"} for number in range(10_001)]),
    "nonsense": Manifest(media_type=MANIFEST, content=b'{"layers": 7}'),
    "other-digest": manifest_of(layers=[{**LAYER, "digest": "sha512:" + "1" * 128}]),
}


@anyio_only
@pytest.mark.parametrize("manifest", REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_copied_whole_is_not_copied_at_all(manifest: Manifest) -> None:
    """Rows R06, R08."""
    target, outcome = await copied(manifest)
    assert isinstance(outcome.failure(), Uncopied)  # type: ignore[attr-defined]
    assert not target.manifests
    assert not target.blobs


@anyio_only
async def test_depth_is_bounded() -> None:
    """Row R06."""
    chain = [plain("innermost")]
    while len(chain) <= DEEPEST:
        chain.append(index_of(chain[-1]))
    target, outcome = await copied(*chain)
    assert outcome == Success(chain[-1])
    assert set(target.manifests) == {each.digest for each in chain}
    target, outcome = await copied(*chain, index_of(chain[-1]))
    assert isinstance(outcome.failure(), Uncopied)  # type: ignore[attr-defined]
    assert not target.manifests


@anyio_only
async def test_referrers_that_refer_to_referrers_without_end_are_not_followed_for_ever() -> None:
    """Row R06."""
    source, target = MemoryRegistry("source"), MemoryRegistry("target")
    chain = [plain()]
    await source.put_manifest(chain[0])
    for number in range(DEEPEST + 2):
        chain.append(referrer(chain[-1], str(number)))
        await attach(source, chain[-1], chain[-2])
    outcome = await copier(source, target).artifact(chain[0].digest)
    assert isinstance(outcome.failure(), Uncopied)


@anyio_only
async def test_new_signatures_follow_to_where_the_artifact_is_already() -> None:
    source, target = MemoryRegistry("source"), MemoryRegistry("target")
    manifest = await artifact(source, (None, b"layer"))
    assert await copier(source, target).artifact(manifest.digest) == Success(manifest)
    signature = referrer(manifest)
    assert await source.attach(signature, describe(manifest)) == Success(None)
    assert await copier(source, target).artifact(manifest.digest) == Success(manifest)
    assert [each.digest for each in (await target.referrers(manifest.digest)).unwrap()] == [signature.digest]


def written(server: DockerRegistry, uri: str) -> list[str]:
    """What a repository was sent, less what the ledger and its pointers are."""
    path = "/v2/" + uri.removeprefix("oci://").partition("/")[2]
    asked = [each for each in server.asked() if each.target.startswith(path + "/") and each.status < 300]
    return [f"{each.method} {each.target.removeprefix(path)[:12]}" for each in asked if each.method in ("PUT", "POST")]


def test_a_repository_of_the_same_registry_is_sent_no_blob(places: Places, servers: tuple[DockerRegistry, ...]) -> None:
    beside = f"oci://{servers[0].authority}/{servers[0].repository()}"
    places.secondaries = {"beside": beside}
    places.arrange()
    places.release("v1.0.0")
    assert '"synced"' in places.cli("promote", "v1.0.0", "--to=dev", "-o", "json").stdout
    assert places.is_copied_to(beside)
    assert not [each for each in written(servers[0], beside) if each.startswith("PUT /blobs")]


def test_what_is_there_is_not_sent_again(places: Places, servers: tuple[DockerRegistry, ...]) -> None:
    places.secondaries.pop("us")
    places.arrange()
    eu = places.secondaries["eu"]
    digest = places.release("v1.0.0")
    assert places.cli("promote", "v1.0.0", "--to=dev").code == 0
    before = len(written(servers[1], eu))
    assert places.cli("sync").code == 0
    assert len(written(servers[1], eu)) == before
    assert places.cli("promote", "v1.0.0", "--to=prod").code == 0
    after = written(servers[1], eu)[before:]
    assert sorted(after) == ["PUT /manifests/f", "PUT /manifests/f", "PUT /manifests/l", "PUT /manifests/v"]
    assert run(partial(places.at(eu).resolve, digest)) == Success(digest)


def test_tags_that_others_keep_are_left_alone(places: Places) -> None:
    places.release("v1.0.0")
    places.tag_by_hand("v1.0.0", "nightly")
    assert places.cli("promote", "v1.0.0", "--to=dev").code == 0
    assert "nightly" not in places.holds(places.secondaries["eu"])
