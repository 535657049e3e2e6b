"""Another tool reads what floe writes and writes what floe reads: skopeo, with the same bytes both ways."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from returns.result import Success

from floe.core import canonical
from floe.core.artifact import INDEX, MANIFEST, Descriptor, Manifest, describe
from floe.core.names import Tag
from floe.effects.publish import push
from floe.effects.registry.folder import LayoutRegistry

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not on PATH (Debian: apt install skopeo)"),
]

V1, V2, MULTI = Tag("v1.0.0"), Tag("v2.0.0"), Tag("multi")
PRETTY = """{
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "artifactType": "application/vnd.example",
    "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": "%s"},
    "layers": [{"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": "%s"}],
    "annotations": {"note": "Grüße, 世界"}
}
"""


def skopeo(*argv: str) -> bytes:
    done = subprocess.run(["skopeo", *argv], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def copy(source: LayoutRegistry, tag: Tag, target: LayoutRegistry, new: Tag) -> None:
    skopeo("copy", "--all", f"oci:{source.layout.path}:{tag}", f"oci:{target.layout.path}:{new}")


@pytest.fixture
async def ours(tmp_path: Path) -> LayoutRegistry:
    """A folder that floe made, with a pretty-printed manifest in it."""
    registry = LayoutRegistry(tmp_path / "ours")
    empty = (await registry.put_blob(b"{}")).unwrap()
    await registry.create_tag(V1, Manifest(media_type=MANIFEST, content=(PRETTY % (empty, empty)).encode()))
    return registry


@pytest.fixture
def theirs(tmp_path: Path) -> LayoutRegistry:
    """A folder that skopeo is to make."""
    return LayoutRegistry(tmp_path / "theirs")


async def test_it_reads_the_bytes_that_we_wrote(ours: LayoutRegistry) -> None:
    written = (await ours.manifest(V1)).unwrap()
    assert written is not None
    assert skopeo("inspect", "--raw", f"oci:{ours.layout.path}:{V1}") == written.content


async def test_it_reads_what_push_made(ours: LayoutRegistry, tmp_path: Path) -> None:
    (tmp_path / "größe.txt").write_text("content")
    pushed = (await push(ours, tmp_path / "größe.txt", V2)).unwrap()
    assert canonical.digest_of(skopeo("inspect", "--raw", f"oci:{ours.layout.path}:{V2}")) == pushed.digest


async def test_we_read_the_folder_it_made(ours: LayoutRegistry, theirs: LayoutRegistry) -> None:
    copy(ours, V1, theirs, V2)
    assert await theirs.tags() == Success((V2,))
    assert await theirs.manifest(V2) == await ours.manifest(V1)
    assert await theirs.blob(canonical.digest_of(b"{}"), at_most=2) == Success(b"{}")


async def test_we_write_into_the_folder_it_made_and_it_reads_on(ours: LayoutRegistry, theirs: LayoutRegistry) -> None:
    copy(ours, V1, theirs, V1)
    before = entries(theirs)
    given = (await theirs.manifest(V1)).unwrap()
    assert given is not None
    assert await theirs.create_tag(V2, given) == Success(None)
    assert entries(theirs)[:1] == before
    assert skopeo("inspect", "--raw", f"oci:{theirs.layout.path}:{V2}") == given.content


async def test_it_writes_into_our_folder_and_our_entries_stay(ours: LayoutRegistry, theirs: LayoutRegistry) -> None:
    copy(ours, V1, theirs, V1)
    before = entries(ours)
    copy(theirs, V1, ours, V2)
    assert entries(ours)[:1] == before
    assert await ours.resolve(V2) == await ours.resolve(V1)
    assert set((await ours.tags()).unwrap()) == {V1, V2}


async def test_an_index_travels_with_its_children(ours: LayoutRegistry, theirs: LayoutRegistry) -> None:
    child = (await ours.manifest(V1)).unwrap()
    assert child is not None
    listed = [platformed(describe(child), machine) for machine in ("amd64", "arm64")]
    content = canonical.encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed})
    parent = Manifest(media_type=INDEX, content=content)
    await ours.put_manifest(parent, MULTI)
    copy(ours, MULTI, theirs, MULTI)
    assert await theirs.manifest(MULTI) == Success(parent)
    assert await theirs.manifest(child.digest) == Success(child)


def platformed(child: Descriptor, machine: str) -> dict[str, object]:
    platform = {"os": "linux", "architecture": machine}
    return {"mediaType": child.media_type, "digest": child.digest, "size": child.size, "platform": platform}


def entries(registry: LayoutRegistry) -> list[object]:
    found = json.loads((registry.layout.path / "index.json").read_bytes())["manifests"]
    assert isinstance(found, list)
    return found
