"""Promotions on three real registries: every copy is the same, whoever was away meanwhile."""

import signal
import time
from functools import partial

import pytest

from tests.integration.process import ended, run
from tests.integration.sync.places import Places, index_with_everything
from tests.servers.docker_registry import DockerRegistries, DockerRegistry
from tests.servers.proxy import Proxy
from tests.servers.troubles import latency

CLEAN = "Tags are as the ledger has them\n"


def test_a_promotion_is_copied_with_all_that_belongs_to_it(places: Places) -> None:
    """Row R17."""
    index = run(partial(index_with_everything, places.at(places.primary), "v1.0.0"))
    promoted = places.cli("promote", "v1.0.0", "--to=dev", "-o", "json")
    assert promoted.code == 0
    synced = [{"registry": name, "status": "synced", "digest": index.digest} for name in ("eu", "us")]
    assert promoted.document["sync"] == synced
    assert places.cli("promote", "v1.0.0", "--to=prod").stdout.endswith("\nSynced: eu, us\n")
    for uri in places.secondaries.values():
        assert places.is_copied_to(uri)
        checked = places.checked(uri)
        assert (checked.code, checked.stdout.endswith(CLEAN)) == (0, True)


def test_one_that_is_down_is_told_and_completed_by_the_next_sync(
    places: Places, servers: tuple[DockerRegistry, ...]
) -> None:
    """Row R17."""
    for version in ("v1.0.0", "v2.0.0"):
        places.release(version)
    assert places.cli("promote", "v1.0.0", "--to=dev").code == 0
    servers[1].close()
    try:
        is_told_to_be_away(places)
    finally:
        servers[1].start()
    is_behind_and_brought_up(places)


def is_told_to_be_away(places: Places) -> None:
    promoted = places.cli("promote", "v1.0.0", "--to=prod", "-o", "json")
    assert promoted.code == 0
    eu, us = promoted.document["sync"]
    assert (eu["registry"], eu["status"], us["status"]) == ("eu", "pending", "synced")
    assert "refused the connection" in eu["error"]
    assert "WARNING: secondary eu is not up to date: " in promoted.stderr
    assert "complete it with: floe platform sync" in promoted.document["warnings"][-1]
    assert places.cli("promote", "v1.0.0", "--to=prod", "--force", "--strict").code == 5
    assert places.cli("promote", "v2.0.0", "--to=dev").code == 0
    status = places.cli("status")
    assert (status.code, "secondary eu: not known (" in status.stdout) == (0, True)
    failed = places.cli("sync")
    assert (failed.code, failed.stdout) == (5, f"us: {places.secondaries['us']} is up to date\n")
    assert failed.stderr.startswith("ERROR: eu: ")


def is_behind_and_brought_up(places: Places) -> None:
    status = places.cli("status")
    assert status.stdout.endswith("secondary eu: 3 records and 2 tags behind\n")
    assert places.cli("status", "-o", "json").stderr == "WARNING: secondary eu: 3 records and 2 tags behind\n"
    synced = places.cli("sync", "--to", "eu", "-o", "json")
    (eu,) = synced.document["sync"]
    assert (synced.code, eu["status"], eu["artifacts"], eu["records"]) == (0, "synced", 1, 3)
    for uri in places.secondaries.values():
        assert places.is_copied_to(uri)
        assert places.checked(uri).stdout.endswith(CLEAN)
    assert "secondary" not in places.cli("status").stdout


def test_every_kind_of_record_is_copied(places: Places) -> None:
    for version in ("v1.0.0", "v2.0.0"):
        places.release(version)
        assert places.cli("promote", version, "--to=dev").code == 0
    rolled = places.cli("rollback", "--env=dev", "--reason=broken", "-o", "json")
    locked = places.cli("lock", "--env=dev", "--reason=incident", "-o", "json")
    assert [each["status"] for each in rolled.document["sync"] + locked.document["sync"]] == ["synced"] * 4
    assert places.cli("unlock", "--env=dev", "--reason=over").code == 0
    for uri in places.secondaries.values():
        assert places.is_copied_to(uri)
        assert places.checked(uri).stdout.endswith(CLEAN)


def test_nothing_is_copied_unless_it_is_wanted(places: Places) -> None:
    places.arrange(at_once=False)
    places.release("v1.0.0")
    promoted = places.cli("promote", "v1.0.0", "--to=dev", "-o", "json")
    assert (promoted.code, promoted.document["sync"]) == (0, [])
    assert all(not places.holds(uri) for uri in places.secondaries.values())
    assert places.cli("status").stdout.endswith("\nsecondary us: 1 record and 1 tag behind\n")
    one = places.cli("sync", "--to=us")
    assert one.stdout == f"us: 1 artifact, 1 record, 3 tags copied to {places.secondaries['us']}\n"
    assert places.is_copied_to(places.secondaries["us"])
    assert not places.holds(places.secondaries["eu"])


def test_what_was_adopted_is_copied(places: Places) -> None:
    places.release("v1.0.0")
    places.tag_by_hand("v1.0.0", "v1.0.0-prod", "latest-prod")
    adopted = places.cli("adopt", "-o", "json")
    assert [each["status"] for each in adopted.document["sync"]] == ["synced", "synced"]
    assert places.is_copied_to(places.secondaries["eu"])


@pytest.mark.parametrize("arguments", [("--to=asia",), ("--to=primary",)])
def test_a_registry_that_is_not_named_is_told(places: Places, arguments: tuple[str, ...]) -> None:
    answer = places.cli("sync", *arguments)
    assert answer.code == 2
    assert "eu, us" in answer.stderr


def test_without_other_registries_there_is_nothing_to_copy_to(places: Places) -> None:
    places.arrange(primary=places.primary)
    answer = places.cli("sync")
    assert answer.code == 2
    assert "artifacts.registries" in answer.stderr


def test_an_empty_repository_is_copied_as_such(places: Places) -> None:
    assert places.cli("sync").code == 0
    assert all(not places.holds(uri) for uri in places.secondaries.values())


def test_an_interrupted_copy_says_so_and_is_completed(places: Places, servers: tuple[DockerRegistry, ...]) -> None:
    places.release("v1.0.0")
    places.arrange(at_once=False)
    assert places.cli("promote", "v1.0.0", "--to=dev").code == 0
    with Proxy(servers[1].authority) as proxy:
        repository = servers[1].repository()
        places.secondaries = {"eu": f"oci://{proxy.authority}/{repository}"}
        places.arrange(at_once=False)
        proxy.toxics.add(latency(60.0), method="PUT", path="*/manifests/latest-dev")
        copying = places.start("platform", "sync")
        until = time.monotonic() + 30
        while "v1.0.0-dev" not in places.holds(places.secondaries["eu"]) and time.monotonic() < until:
            time.sleep(0.05)
        copying.send_signal(signal.SIGINT)
        proxy.toxics.off()
    answer = ended(copying)
    assert (answer.code, answer.stdout) == (130, "")
    assert answer.stderr.splitlines()[:2] == ["ERROR: Interrupted", "What was copied so far stays"]
    places.secondaries = {"eu": f"oci://{servers[1].authority}/{repository}"}
    places.arrange()
    assert places.cli("sync").code == 0
    assert places.is_copied_to(places.secondaries["eu"])


def test_a_copy_that_lets_nobody_in_is_told_with_its_place_in_the_manifest(
    places: Places, docker_registries: DockerRegistries
) -> None:
    barred = f'eu: {{uri: "oci://{docker_registries["htpasswd"].authority}/x", auth: {{type: anonymous}}}}'
    places.write("manifest.yaml", f'artifacts: {{registries: {{primary: {{uri: "{places.primary}"}}, {barred}}}}}')
    told = places.cli("sync")
    assert (told.code, "artifacts.registries.eu.auth says anonymous" in told.stderr) == (5, True)
    places.arrange(primary=places.primary)
    lonely = places.cli("sync")
    assert (lonely.code, lonely.stderr.splitlines()[0]) == (2, "ERROR: No secondary registry")
