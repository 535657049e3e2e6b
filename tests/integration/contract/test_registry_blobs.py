"""The laws of the `Registry` port about blobs. Every adapter obeys all of them."""

from pathlib import Path

import pytest
from returns.result import Success

from floe.core import canonical
from floe.core.artifact import Descriptor
from floe.core.fault import Absent, Damaged, Oversized, Unwritable
from floe.effects.ports import Registry
from tests.integration.contract.artifacts import files
from tests.integration.contract.places import Place

pytestmark = pytest.mark.anyio


def blob_of(content: bytes) -> Descriptor:
    digest = canonical.digest_of(content)
    return Descriptor(media_type="application/octet-stream", digest=digest, size=len(content))


async def test_a_blob_that_was_never_put_is_absent(registry: Registry, tmp_path: Path) -> None:
    never = blob_of(b"never")
    assert await registry.blob(never.digest, at_most=10) == Success(None)
    assert isinstance((await registry.download(never, tmp_path / "file")).failure(), Absent)


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
    """Row R02."""
    digest = (await here.registry.put_blob(b"right")).unwrap()
    here.damage(digest, b"wrong")
    fault = (await here.registry.blob(digest, at_most=10)).failure()
    assert isinstance(fault, Damaged)
    assert (fault.expected, fault.found) == (digest, canonical.digest_of(b"wrong"))
    into = tmp_path / "file"
    assert isinstance((await here.registry.download(blob_of(b"right"), into)).failure(), Damaged)
    assert not into.exists()


async def test_putting_a_damaged_blob_again_mends_it(here: Place) -> None:
    if here.is_remote:
        pytest.skip("docker-registry keeps what it has under a digest, whatever that has become")
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
    assert set(files(tmp_path)) == {"up", "down"}


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
