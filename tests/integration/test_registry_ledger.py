"""Whole promotions on a real docker-registry: how many requests they take, who wins races, what a crash leaves."""

import sys
from functools import partial
from pathlib import Path
from typing import Final

import anyio
import msgspec
import pytest
from returns.result import Success

from floe.core import canonical
from floe.core.artifact import DOCKER_MANIFEST, EMPTY_CONTENT, INDEX, MANIFEST
from floe.core.ledger import head
from floe.core.ledger.head import Head
from floe.core.ledger.merge import Written, tag_of
from floe.core.ledger.record import place, seal
from floe.core.names import EnvironmentName, Tag
from tests.integration.contract.ledgers import promoted
from tests.integration.process import race, run, shown
from tests.integration.shop import Shop
from tests.servers.docker_registry import DockerRegistries

STRUCK: Final = (sys.executable, str(Path(__file__).with_name("struck_request.py")))
KILLED: Final = -9
AT_ONCE: Final = 16
RACE_SECONDS: Final = 900.0  # for one process of a race


@pytest.fixture
def shop(tmp_path: Path, docker_registries: DockerRegistries) -> Shop:
    folder, home = tmp_path / "shop", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    return Shop(folder, home, docker_registries["plain"])


def grow(shop: Shop, number: int) -> None:
    """So many promotions into prod by others, written as they would have been, and only the head at the end."""
    session = shop.session()
    policy = canonical.encode(session.policy)
    registry = session.world.registry
    newest = Head()
    written: list[Written] = []
    sealed: list[Written] = []
    for each in range(number):
        told = promoted(each, EnvironmentName("prod"), left=each - 1 if each else None)
        record = place(
            msgspec.structs.replace(told, policy=canonical.digest_of(policy)),
            seq=newest.length + 1,
            predecessors=newest.tips,
            repository=registry.location,
        )
        manifest = seal(record, len(policy))
        advanced = head.advance(newest, manifest, record)
        newest = advanced.head
        written.append(Written(manifest=manifest, record=record))
        if advanced.sealed:
            sealed.append(Written(manifest=advanced.sealed, record=record))

    async def write() -> None:
        for content in (EMPTY_CONTENT, policy):
            (await registry.put_blob(content)).unwrap()
        limit = anyio.CapacityLimiter(AT_ONCE)

        async def put(each: Written, tag: Tag) -> None:
            async with limit:
                (await registry.put_manifest(each.manifest, tag)).unwrap()

        async with anyio.create_task_group() as tasks:
            for each in written:
                tasks.start_soon(put, each, tag_of(each))
        for place_from_end, segment in enumerate(reversed(sealed), start=1):
            tag = head.segment_tag(segment.manifest, newest, place_from_end)
            (await registry.put_manifest(segment.manifest, tag)).unwrap()
        (await registry.put_manifest(head.encode(newest), head.TAG)).unwrap()

    run(write)


@pytest.mark.parametrize("records", [1, 100, 1000, pytest.param(10_000, marks=pytest.mark.soak)])
def test_a_promotion_takes_13_requests_and_a_status_2_whatever_came_before(shop: Shop, records: int) -> None:
    grow(shop, records)
    shop.publish("v5000.0.0")
    shop.publish("v5001.0.0")
    shop.promote("v5000.0.0", "dev")
    with shop.counted() as asked:
        shop.promote("v5001.0.0", "dev")
    assert len(asked) == 12, asked
    with shop.counted() as asked:
        shop.promote("v5001.0.0", "staging")
    assert len(asked) == 13, asked
    with shop.counted() as asked:
        assert shop.inside("platform", "status").code == 0
    assert len(asked) == 2, asked


def test_the_first_promotion_also_brings_the_policy(shop: Shop) -> None:
    shop.release("v1.0.0")
    with shop.counted() as asked:
        assert shop.floe("platform", "promote", "v1.0.0", "--to=dev").code == 0
    assert len(asked) <= 20, asked


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        (MANIFEST, '{\n  "schemaVersion": 2,\n  "annotations": {"title": "Überflieger 🛫"},\n  "layers": []\n}\n'),
        (INDEX, '{ "schemaVersion": 2, "manifests": [] }'),
        (DOCKER_MANIFEST, '{"schemaVersion":2,"layers":[ ]}'),
    ],
)
def test_what_other_tools_made_keeps_its_bytes_through_every_environment(
    shop: Shop, media_type: str, content: str
) -> None:
    written = content.replace('"schemaVersion"', f'"mediaType": "{media_type}", "schemaVersion"', 1)
    config = '"config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": "%s"}, '
    if media_type != INDEX:
        empty = run(partial(shop.session().world.registry.put_blob, EMPTY_CONTENT)).unwrap()
        written = written.replace('"schemaVersion"', config % empty + '"schemaVersion"', 1)
    digest = shop.put("v1.0.0", written.encode(), media_type)
    shop.promote("v1.0.0", "dev", "staging", "prod")
    registry = shop.session().world.registry
    for tag in ("v1.0.0", "v1.0.0-dev", "v1.0.0-staging", "v1.0.0-prod", "latest-dev", "latest-prod"):
        found = run(partial(registry.manifest, Tag(tag))).unwrap()
        assert found is not None
        assert (found.digest, found.content, found.media_type) == (digest, written.encode(), media_type)


def check_race(shop: Shop, processes: int, each: int) -> None:
    """Every promotion is acknowledged once and counts, none is lost, and the tags are right after recovery."""
    versions = [f"v1.{number}.0" for number in range(processes * each)]
    for version in versions:
        shop.release(version)
    answers = race(shop, "dev", [versions[start::processes] for start in range(processes)], RACE_SECONDS)
    assert [answer.stderr for answer in answers] == [""] * processes
    acknowledged = {line.split()[1] for answer in answers for line in answer.stdout.splitlines()}
    assert len(acknowledged) == len(versions)
    entries = run(shop.session().world.ledger.entries).unwrap()
    assert acknowledged <= {entry.record for entry in entries}
    assert {entry.tag for entry in entries if entry.void is None} == {f"{version}-dev" for version in versions}
    assert shop.inside("platform", "recover").code == 0
    assert shop.drift() == ()


def test_racing_processes_lose_nothing(shop: Shop) -> None:
    """Rows A06, R16."""
    check_race(shop, processes=4, each=5)


@pytest.mark.soak
def test_eight_processes_with_25_versions_each_make_200_promotions(shop: Shop) -> None:
    check_race(shop, processes=8, each=25)


@pytest.mark.soak
def test_32_writers_lose_nothing(shop: Shop) -> None:
    """Rows A06, R16."""
    check_race(shop, processes=32, each=2)


@pytest.mark.parametrize("number", range(1, 5))
def test_killed_before_any_of_its_writes_the_same_command_completes_it(shop: Shop, number: int) -> None:
    """The writes are: the record, the head, the environment tag, the pointer. (Row L01)"""
    shop.publish("v0.9.0")
    shop.publish("v1.0.0")
    shop.promote("v0.9.0", "dev")
    promote = ("platform", "promote", "v1.0.0", "--to=dev")
    assert shop.floe(str(number), *promote, program=STRUCK).code == KILLED
    again = shop.floe(*promote)
    assert (again.code, again.stderr) == (0, "")
    first = shown(again.stdout).splitlines()[0]
    assert first == ("Promoted v1.0.0 from none to dev" if number == 1 else "completed promotion <uuid>")
    counted = [entry for entry in run(shop.session().world.ledger.entries).unwrap() if entry.void is None]
    assert [entry.tag for entry in counted] == ["v0.9.0-dev", "v1.0.0-dev"]
    assert shop.drift() == ()
    assert shop.floe(*promote).code == 10


def test_recover_finishes_it_and_a_second_recover_changes_nothing(shop: Shop) -> None:
    shop.release("v1.0.0")
    shop.promote("v1.0.0", "dev")
    shop.release("v1.1.0")
    assert shop.floe("3", "platform", "promote", "v1.1.0", "--to=dev", program=STRUCK).code == KILLED
    assert shop.inside("platform", "status", "--check").code == 15
    assert shop.inside("platform", "recover").code == 0
    assert shop.drift() == ()
    with shop.counted() as asked:
        assert shop.inside("platform", "recover").stdout == "Nothing to recover\n"
    assert {each.method for each in asked} <= {"GET", "HEAD"}


def test_tags_made_by_hand_are_adopted_and_none_of_them_moves(shop: Shop) -> None:
    for version in ("v0.8.0", "v0.9.0", "v1.0.0"):
        shop.release(version)
        hand(shop, version, f"{version}-prod")
    hand(shop, "v0.9.0", "latest-prod")
    before = shop.tags()
    assert shop.inside("platform", "status", "--check").code == 15
    adopted = shop.floe("platform", "adopt")
    assert (adopted.code, adopted.stderr) == (0, "")
    assert adopted.stdout.splitlines() == [
        "Adopted v0.8.0 in prod",
        "Adopted v0.9.0 in prod (current)",
        "Adopted v1.0.0 in prod",
    ]
    after = shop.tags()
    assert {tag: after[tag] for tag in before} == before
    assert shop.drift() == ()
    assert shop.inside("platform", "adopt").stdout == "Nothing to adopt\n"
    assert "ADOPTED    v0.9.0" in shop.inside("platform", "status", "--env=prod", "--history=9").stdout
    unsure = shop.inside("platform", "rollback", "--env=prod", "--reason=slow")
    assert unsure.code == 11, "which of them was there before, no tag tells"
    assert shop.inside("platform", "rollback", "v0.8.0", "--env=prod", "--reason=slow").code == 0
    assert shop.tags()["latest-prod"] == before["v0.8.0"]


def hand(shop: Shop, version: str, tag: str) -> None:
    """A tag as somebody would make it without floe."""
    registry = shop.session().world.registry
    manifest = run(partial(registry.manifest, Tag(version))).unwrap()
    assert manifest is not None
    assert run(partial(registry.put_manifest, manifest, Tag(tag))) == Success(None)


def test_a_record_that_cannot_be_read_stops_writing_and_is_named(shop: Shop) -> None:
    shop.release("v1.0.0")
    shop.release("v1.1.0")
    shop.promote("v1.0.0", "dev")
    broken = Tag(f"floe-log.00000002.{'a' * 32}.{'0' * 16}.{'0' * 16}")
    hand(shop, "v1.0.0", broken)
    status = shop.floe("platform", "status")
    assert status.code == 15
    assert f"Found: tag {broken}" in status.stderr
    assert "v1.0.0" in status.stdout
    with shop.counted() as asked:
        refused = shop.floe("platform", "promote", "v1.1.0", "--to=dev")
    assert refused.code == 15
    assert str(broken) in refused.stderr
    assert {each.method for each in asked} <= {"GET", "HEAD"}
