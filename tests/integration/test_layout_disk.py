"""Disks that are full, read-only or not ours: really so, in processes of their own."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# Makes a layout with one tag, lets the disk turn bad, and says what becomes of a large blob and of another tag.
WRITER = """
import errno, os, resource, subprocess, sys
from pathlib import Path
from floe.core.artifact import MANIFEST, Descriptor
from floe.core.canonical import digest_of
from floe.effects.blocking import FaultError
from floe.effects.registry.layout import Layout

root = Path(sys.argv[1])
at = Descriptor(media_type=MANIFEST, digest=digest_of(b"small"), size=5)

def tag(name):
    layout = Layout(root)
    with layout.transaction() as change:
        change.tag(name, at)

def say(what, call, *args):
    try:
        call(*args)
        print(what, "done")
    except FaultError as error:
        print(what, type(error.fault).__name__, error.fault.why)

def turn_bad():
    %s

Layout(root).write_blob(b"small")
tag("v1")
turn_bad()
say("blob:", Layout(root).write_blob, b"large" * 40_000)
say("tag:", tag, "v2")
print("tags:", *Layout(root).index().tags)
print("v1:", Layout(root).read_tagged("v1", 10)[1].decode())
print("blobs:", len(os.listdir(root / "blobs/sha256")), "drafts:", len(list(root.rglob(".floe-draft-*"))))
"""
FILL = """
    with open(root / "filling", "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError as error:
            assert error.errno == errno.ENOSPC
"""
ANOTHER_USER = """
    for place in (root, *root.rglob("*")):
        place.chmod(0o555 if place.is_dir() else 0o444)
    if os.geteuid() == 0:  # whom permissions do not stop
        os.seteuid(65534)
"""
OWN_MOUNTS = ("unshare", "--mount", "--map-root-user", "sh", "-euc")
MOUNT = 'mount -t tmpfs -o size=96k floe "$1"; root="$1"; shift; exec "$@" "$root"'


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that every user can get to."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def run(root: Path, turn_bad: str, *, on_small_disk: bool = False) -> list[str]:
    python = [sys.executable, "-c", WRITER % turn_bad]
    argv = [*OWN_MOUNTS, MOUNT, "sh", str(root), *python] if on_small_disk else [*python, str(root)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def small_disk(root: Path) -> Path:
    if (
        shutil.which("unshare") is None
        or subprocess.run([*OWN_MOUNTS, MOUNT, "sh", root, "true"], check=False).returncode
    ):
        pytest.skip("this user cannot mount a small disk here (unshare --mount, tmpfs)")
    return root


UNHARMED = ["tags: v1", "v1: small", "blobs: 1 drafts: 0"]


def test_a_blob_larger_than_the_disk_leaves_nothing(small_disk: Path) -> None:
    blob, *rest = run(small_disk, "pass", on_small_disk=True)
    assert blob == "blob: Unwritable the disk is full; free some space and run this again"
    assert rest == ["tag: done", "tags: v1 v2", *UNHARMED[1:]]


def test_a_full_disk_leaves_what_was_there(small_disk: Path) -> None:
    """Row L06."""
    blob, tag, *rest = run(small_disk, FILL.strip(), on_small_disk=True)
    assert blob == "blob: Unwritable the disk is full; free some space and run this again"
    assert tag == "tag: Unwritable the disk is full; free some space and run this again"
    assert rest == UNHARMED


def test_a_read_only_disk_can_be_read(small_disk: Path) -> None:
    remount = 'subprocess.run(["mount", "-o", "remount,ro", root], check=True)'
    blob, tag, *rest = run(small_disk, remount, on_small_disk=True)
    assert blob == "blob: Unwritable it is on a file system that is mounted read-only"
    assert tag == "tag: Unwritable it is on a file system that is mounted read-only"
    assert rest == UNHARMED


def test_a_folder_of_another_user_can_be_read(root: Path) -> None:
    blob, tag, *rest = run(root, ANOTHER_USER.strip())
    assert blob == "blob: Unwritable permission denied; it must be writable by the user who runs floe"
    assert tag == "tag: Unwritable permission denied; it must be writable by the user who runs floe"
    assert rest == UNHARMED


def test_a_write_that_is_cut_short_leaves_nothing(root: Path) -> None:
    blob, *rest = run(root, "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))")
    assert blob == "blob: Unwritable cannot be written: File too large"
    assert rest == ["tag: done", "tags: v1 v2", *UNHARMED[1:]]
