"""Copies of what is large, and to many places: how much memory that takes, and how long."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.integration.sync.places import Places
from tests.servers.docker_registry import DockerRegistry
from tests.servers.proxy import Proxy
from tests.servers.troubles import latency

pytestmark = pytest.mark.soak

MEBIBYTE: Final = 1024 * 1024
LARGEST: Final = 150 * 1024  # KiB of memory, as getrusage counts
AWAY: Final = 0.05  # seconds to another region and back
MEASURED: Final = """
import resource, sys
from floe.shell.cli import app
try:
    app(sys.argv[1:], prog_name="floe")
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def test_a_gibibyte_is_copied_within_150_mebibytes_of_memory(places: Places) -> None:
    """Rows L11, R17."""
    file = places.folder / "large"
    with file.open("wb") as out:
        for number in range(1024):
            out.write(number.to_bytes(4, "big") * (MEBIBYTE // 4))
    assert places.inside("artifact", "push", "-a", str(file), "-r", places.primary, "-t", "v1.0.0").code == 0
    file.unlink()
    places.arrange(at_once=False)
    assert places.cli("promote", "v1.0.0", "--to=dev").code == 0
    command = [sys.executable, "-c", MEASURED, "platform", "sync"]
    done = subprocess.run(command, cwd=places.folder, env=places.environ(), capture_output=True, text=True, check=True)
    assert done.stdout.count("1 artifact, 1 record, 3 tags copied") == 2
    assert int(done.stderr.split()[-1]) < LARGEST
    for uri in places.secondaries.values():
        into = places.folder / "back"
        assert places.inside("artifact", "pull", "-r", uri, "-t", "v1.0.0", "-d", str(into)).code == 0
        assert (into / "large").stat().st_size == 1024 * MEBIBYTE
        (into / "large").unlink()
        into.rmdir()


@pytest.fixture
def far(places: Places, tmp_path: Path) -> Iterator[Places]:
    """Five secondaries, each in another region."""
    with ExitStack() as stack:
        places.secondaries = {}
        for name in ("eu", "us", "asia", "africa", "oceania"):
            folder = tmp_path / name
            folder.mkdir()
            server = DockerRegistry("plain", folder)
            stack.callback(server.close)
            proxy = stack.enter_context(Proxy(server.authority))
            proxy.toxics.add(latency(AWAY))
            places.secondaries[name] = f"oci://{proxy.authority}/team/app"
        places.arrange(at_once=False)
        yield places


def test_four_in_other_regions_take_less_than_half_as_long_again_as_one(far: Places) -> None:
    for number in range(6):
        far.release(f"v1.{number}.0")
        assert far.cli("promote", f"v1.{number}.0", "--to=dev").code == 0
    one = seconds(far, "--to=eu")
    far.secondaries.pop("eu")
    far.arrange(at_once=False)
    four = seconds(far)
    assert four < 1.5 * one, f"one: {one:.2f} s, four: {four:.2f} s"


def seconds(places: Places, *arguments: str) -> float:
    """How long copying takes."""
    began = time.monotonic()
    assert places.cli("sync", *arguments).code == 0
    return time.monotonic() - began
