"""Copies between registries and folders, in every direction: what arrives is a ledger that goes on."""

from functools import partial
from pathlib import Path

import pytest

from floe.effects.ports import Ledger
from tests.integration.contract.ledgers import POLICY, PROD, locked
from tests.integration.process import run
from tests.integration.sync.places import Places, index_with_everything
from tests.servers.docker_registry import DockerRegistries

KINDS = ("folder", "registry")


@pytest.fixture
def uris(docker_registries: DockerRegistries) -> dict[str, tuple[str, str]]:
    """Two repositories of each kind; those on a registry are on the same one."""
    plain = docker_registries["plain"]
    first, second = (f"oci://{plain.authority}/{plain.repository()}" for _ in range(2))
    return {"folder": ("oci-layout://first", "oci-layout://second"), "registry": (first, second)}


def between(tmp_path: Path, source: str, target: str) -> Places:
    folder, home = tmp_path / "bench", tmp_path / "home"
    for each in (folder, home):
        each.mkdir(exist_ok=True)
    return Places(folder, home, source, {"copy": target})


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_a_copy_is_a_ledger_that_goes_on(
    tmp_path: Path, uris: dict[str, tuple[str, str]], source: str, target: str
) -> None:
    here, there = uris[source][0], uris[target][1]
    places = between(tmp_path, here, there)
    run(partial(index_with_everything, places.at(here), "v1.0.0"))
    for environment in ("dev", "prod"):
        assert '"synced"' in places.cli("promote", "v1.0.0", f"--to={environment}", "-o", "json").stdout
    assert places.cli("sync").stdout == f"copy: {there} is up to date\n"
    if source == target:
        assert places.is_copied_to(there)
    assert places.checked(there).stdout.endswith("Tags are as the ledger has them\n")
    places.arrange(primary=there)
    assert places.cli("rollback", "--env=prod", "--reason=none").code == 11
    assert places.cli("lock", "--env=prod", "--reason=the other is lost").code == 0
    places.arrange()
    assert "1 record of its own" in places.cli("status").stdout
    assert places.cli("sync").code == 15


async def lock_often(ledger: Ledger, times: int) -> None:
    for _ in range(times):
        (await ledger.append(locked(PROD), POLICY)).unwrap()


@pytest.mark.parametrize("target", KINDS)
def test_a_long_ledger_arrives_with_its_segments(tmp_path: Path, uris: dict[str, tuple[str, str]], target: str) -> None:
    there = uris[target][1]
    places = between(tmp_path, "oci-layout://first", there)
    places.arrange(at_once=False)
    places.release("v1.0.0")
    assert places.cli("promote", "v1.0.0", "--to=dev").code == 0
    run(partial(lock_often, places.session().world.ledger, 90))
    assert places.cli("status").stdout.endswith("secondary copy: 91 records and 1 tag behind\n")
    assert places.cli("sync").stdout == f"copy: 1 artifact, 91 records, 3 tags copied to {there}\n"
    assert places.cli("sync").stdout == f"copy: {there} is up to date\n"
    assert places.checked(there).stdout.endswith("Tags are as the ledger has them\n")
    places.arrange()
    assert places.cli("unlock", "--env=prod", "--reason=over", "-o", "json").document["sync"][0]["status"] == "synced"
    assert places.checked(there).code == 0
