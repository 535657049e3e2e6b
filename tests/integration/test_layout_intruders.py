"""Links and pipes in the folder: nothing is followed out of it, nothing waits for ever."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from returns.result import Success

from floe.core.artifact import MANIFEST, Manifest
from floe.core.fault import Damaged, Unwritable
from floe.core.names import Tag
from floe.effects.registry.folder import LayoutRegistry

pytestmark = pytest.mark.anyio

V1, V2 = Tag("v1.0.0"), Tag("v2.0.0")
GIVEN = Manifest(media_type=MANIFEST, content=b'{"schemaVersion": 2, "layers": []}')
BLOB = f"blobs/sha256/{GIVEN.digest.removeprefix('sha256:')}"
PLACES = ("blobs", "blobs/sha256", BLOB, "index.json", "oci-layout")


def becomes_link(place: Path, outside: Path) -> None:
    shutil.move(place, outside / "moved")
    place.symlink_to(outside / "moved")


def becomes_pipe(place: Path, outside: Path) -> None:
    shutil.move(place, outside / "moved")
    os.mkfifo(place)


def becomes_folder(place: Path, outside: Path) -> None:
    shutil.move(place, outside / "moved")
    place.mkdir()


def all_files(outside: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in outside.rglob("*") if file.is_file()}


@pytest.fixture
async def registry(tmp_path: Path) -> LayoutRegistry:
    registry = LayoutRegistry(tmp_path / "registry")
    assert await registry.create_tag(V1, GIVEN) == Success(None)
    return registry


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    return tmp_path / "outside"


@pytest.mark.parametrize("spoil", [becomes_link, becomes_pipe])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[:13])
async def test_nothing_is_read_through_it(
    registry: LayoutRegistry, outside: Path, place: str, spoil: Callable[[Path, Path], None]
) -> None:
    spoil(registry.layout.path / place, outside)
    fault = (await registry.manifest(V1)).failure()
    assert isinstance(fault, Damaged)
    assert fault.where == str(registry.layout.path / place)
    assert fault.found == ("a symbolic link" if spoil is becomes_link else "a pipe")


@pytest.mark.parametrize("spoil", [becomes_link, becomes_pipe])
@pytest.mark.parametrize("place", ["blobs", "blobs/sha256", "index.json", "oci-layout"])
async def test_nothing_is_written_through_it(
    registry: LayoutRegistry, outside: Path, place: str, spoil: Callable[[Path, Path], None]
) -> None:
    """Row R13."""
    spoil(registry.layout.path / place, outside)
    before = all_files(outside)
    other = Manifest(media_type=MANIFEST, content=b"{}")
    assert isinstance((await registry.create_tag(V2, other)).failure(), Damaged)
    assert isinstance((await registry.put_blob(b"x")).failure(), Damaged)
    assert all_files(outside) == before


@pytest.mark.parametrize("spoil", [becomes_link, becomes_pipe])
async def test_in_place_of_a_blob_the_blob_is_written(
    registry: LayoutRegistry, outside: Path, spoil: Callable[[Path, Path], None]
) -> None:
    spoil(registry.layout.path / BLOB, outside)
    assert await registry.put_manifest(GIVEN) == Success(None)
    assert await registry.manifest(V1) == Success(GIVEN)
    assert not (registry.layout.path / BLOB).is_symlink()


async def test_a_folder_in_place_of_a_blob_is_told(registry: LayoutRegistry, outside: Path) -> None:
    becomes_folder(registry.layout.path / BLOB, outside)
    assert isinstance((await registry.manifest(V1)).failure(), Damaged)
    assert isinstance((await registry.put_manifest(GIVEN)).failure(), Unwritable)


async def test_the_lock_is_not_taken_on_another_file(registry: LayoutRegistry, outside: Path) -> None:
    becomes_link(registry.layout.path / ".floe.lock", outside)
    before = all_files(outside)
    assert isinstance((await registry.create_tag(V2, GIVEN)).failure(), Unwritable)
    assert all_files(outside) == before


async def test_the_folder_itself_may_be_reached_by_a_link(registry: LayoutRegistry, outside: Path) -> None:
    (outside / "link").symlink_to(registry.layout.path)
    linked = LayoutRegistry(outside / "link")
    assert await linked.manifest(V1) == Success(GIVEN)
    assert await linked.create_tag(V2, GIVEN) == Success(None)
    assert await registry.resolve(V2) == Success(GIVEN.digest)


async def test_a_pipe_is_not_pushed(registry: LayoutRegistry, outside: Path) -> None:
    os.mkfifo(outside / "pipe")
    assert "no regular file" in str((await registry.upload(outside / "pipe")).failure())
