"""A secondary that has gone a way of its own is told, and nothing there is overwritten."""

from functools import partial

import pytest

from floe.core.artifact import EMPTY_CONTENT
from floe.core.names import Tag
from tests.integration.contract.referring import plain
from tests.integration.process import run
from tests.integration.sync.places import Places


@pytest.fixture
def released(places: Places) -> Places:
    places.arrange(at_once=False)
    places.release("v1.0.0")
    assert places.cli("promote", "v1.0.0", "--to=dev").code == 0
    return places


def put(places: Places, uri: str, tag: str) -> str:
    """Something that nobody here knows, under a tag."""
    registry, other = places.at(uri), plain("other")
    run(partial(registry.put_blob, EMPTY_CONTENT)).unwrap()
    run(partial(registry.put_manifest, other, Tag(tag))).unwrap()
    return other.digest


@pytest.mark.parametrize("tag", ["v1.0.0", "v1.0.0-dev", "latest-dev"])
def test_another_digest_under_a_tag_is_never_overwritten(released: Places, tag: str) -> None:
    """Row R17."""
    eu, us = released.secondaries.values()
    other = put(released, eu, tag)
    synced = released.cli("sync", "-o", "json")
    assert synced.code == 15
    assert synced.document["error"]["code"] == "diverged"
    diverged, up = synced.document["sync"]
    assert (diverged["status"], diverged["digest"], up["status"]) == ("diverged", other, "synced")
    assert f"tag {tag} is" in diverged["error"]
    assert released.holds(eu) == {tag: other}
    assert released.is_copied_to(us)
    assert f"ERROR: eu: {eu} is no copy any more: tag {tag} is" in synced.stderr


@pytest.mark.parametrize("tag", ["v1.0.0-prod", "latest-prod"])
def test_after_a_promotion_that_is_a_warning(released: Places, tag: str) -> None:
    released.arrange()
    other = put(released, released.secondaries["eu"], tag)
    promoted = released.cli("promote", "v1.0.0", "--to=prod", "-o", "json")
    eu, us = promoted.document["sync"]
    assert (promoted.code, eu["status"], eu["digest"], us["status"]) == (0, "diverged", other, "synced")
    assert f"WARNING: secondary eu has diverged: {released.secondaries['eu']} is no copy any more" in promoted.stderr
    assert released.holds(released.secondaries["eu"])[tag] == other


def test_a_record_of_its_own_is_never_merged(released: Places) -> None:
    """Row R17."""
    eu = released.secondaries["eu"]
    assert released.cli("sync").code == 0
    released.arrange(primary=eu)
    assert released.cli("promote", "v1.0.0", "--to=prod").code == 0
    released.arrange(at_once=False)
    before = released.holds(eu)
    assert released.cli("promote", "v1.0.0", "--to=prod").code == 0
    assert "secondary eu: 1 record behind, 1 record of its own" in released.cli("status").stdout
    synced = released.cli("sync")
    assert synced.code == 15
    assert "it has records that are not ours" in synced.stderr
    assert released.holds(eu) == before


def test_a_pointer_that_is_behind_is_moved_along_the_ledger(released: Places) -> None:
    eu = released.secondaries["eu"]
    assert released.cli("sync").code == 0
    released.release("v2.0.0")
    assert released.cli("promote", "v2.0.0", "--to=dev").code == 0
    before = released.holds(eu)
    assert released.cli("sync").code == 0
    after = released.holds(eu)
    assert before["latest-dev"] == after["v1.0.0-dev"] != after["latest-dev"] == after["v2.0.0-dev"]
    assert after == released.holds(released.primary)
