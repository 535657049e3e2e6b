"""A new pair of keys, row R22: both files or none, nobody's overwritten, and what is secret readable by its owner."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from returns.result import Failure

from floe.core.fault import Occupied, Unwritable
from floe.effects.signing import keygen, reference, scheme
from tests.integration.signing.keys import public_key_of

pytestmark = pytest.mark.anyio

PASSWORD: Final = b"correct horse"
IN_A_NARROW_PLACE: Final = """
import anyio, resource, sys
from pathlib import Path
from floe.effects.signing import keygen
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))  # no file may be longer
fault = anyio.run(keygen.generate, Path(sys.argv[1]), b"password").failure()
print(type(fault).__name__, fault.where)
"""


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


@pytest.mark.parametrize("umask", [0o000, 0o077])
async def test_r22_a_new_pair_signs_and_verifies(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        pair = (await keygen.generate(tmp_path / "floe", PASSWORD)).unwrap()
    finally:
        os.umask(before)
    assert (pair.private, pair.public) == (tmp_path / "floe.key", tmp_path / "floe.pub")
    assert [oct(file.stat().st_mode & 0o777) for file in (pair.private, pair.public)] == ["0o600", oct(0o644 & ~umask)]
    signer = (await reference.signer("floe.key", tmp_path, lambda: PASSWORD)).unwrap()
    public = (await public_key_of("floe.pub", tmp_path)).unwrap()
    assert scheme.holds(public, (await signer.sign(b"content")).unwrap(), b"content")
    assert pair.fingerprint == public.fingerprint == signer.public.fingerprint
    assert PASSWORD not in pair.private.read_bytes()


async def test_a_name_with_a_dot_is_kept_whole(tmp_path: Path) -> None:
    pair = (await keygen.generate(tmp_path / "floe.v2", PASSWORD)).unwrap()
    assert (pair.private.name, pair.public.name) == ("floe.v2.key", "floe.v2.pub")


@pytest.mark.parametrize("names", [("floe.key",), ("floe.pub",), ("floe.key", "floe.pub")], ids="-".join)
async def test_no_file_is_overwritten(names: tuple[str, ...], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_text("mine")
    found = await keygen.generate(tmp_path / "floe", PASSWORD)
    assert found == Failure(Occupied(files=tuple(str(tmp_path / name) for name in names)))
    assert contents(tmp_path) == dict.fromkeys(names, "mine")


async def test_a_link_is_not_followed_to_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "floe.key").symlink_to(tmp_path / "elsewhere")
    assert isinstance((await keygen.generate(tmp_path / "floe", PASSWORD)).failure(), Occupied)
    assert not (tmp_path / "elsewhere").exists()


async def test_what_somebody_wrote_meanwhile_is_theirs_and_no_half_pair_is_left(tmp_path: Path) -> None:
    """In the moment in which the private key is written, the other name is taken."""
    taken = [tmp_path / "floe.pub"]

    def take(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and taken and str(arguments[0]) == str(tmp_path / "floe.key"):
            taken.pop().write_text("theirs")

    sys.addaudithook(take)  # it stays, and has nothing left to do
    found = await keygen.generate(tmp_path / "floe", PASSWORD)
    assert found == Failure(Occupied(files=(str(tmp_path / "floe.pub"),)))
    assert contents(tmp_path) == {"floe.pub": "theirs"}


@pytest.mark.parametrize("name", ["missing/floe", "a" * 300])
async def test_where_nothing_can_be_written_nothing_is(name: str, tmp_path: Path) -> None:
    fault = (await keygen.generate(tmp_path / name, PASSWORD)).failure()
    assert isinstance(fault, Unwritable)
    assert fault.where == str(tmp_path / f"{name}.key")
    assert contents(tmp_path) == {}


def test_where_the_disk_ends_within_a_file_nothing_is_left_of_it(tmp_path: Path) -> None:
    asked = [sys.executable, "-c", IN_A_NARROW_PLACE, str(tmp_path / "floe")]
    told = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60).stdout
    assert told.strip() == f"Unwritable {tmp_path / 'floe.key'}"
    assert contents(tmp_path) == {}
