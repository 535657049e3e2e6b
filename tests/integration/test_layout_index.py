"""Tags on disk: what others wrote stays, and a block of changes is done whole or not at all."""

import json
from pathlib import Path

import pytest

from floe.core.artifact import MANIFEST
from floe.core.canonical import digest_of
from floe.core.fault import Damaged, Unavailable
from floe.effects.registry.layout import Layout
from tests.integration.layouts import EMPTY, MARK, REF, V1, V2, described, fill, index, refused, snapshot, tag


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "registry"


@pytest.fixture
def layout(root: Path) -> Layout:
    return Layout(root)


def test_what_others_wrote_stays_as_they_wrote_it(layout: Layout, root: Path) -> None:
    theirs = '{"digest": "sha512:ab", "mediaType": "x/y", "size": 1.50e3, "data": "é", "annotations": {"a": "b"}}'
    named = '{"mediaType": "x/y", "annotations": {"REF": "docker.io/library/a:1"}, "size": 1, "digest": "d:1"}'.replace(
        "REF", REF
    )
    text = '{"x": [1.0, "ü"], "schemaVersion": 2, "manifests": [' + f'{theirs},  {named}], "annotations": null}}'
    fill(root, oci__layout=MARK, index_json=text)
    tag(layout, V1, b"{}")
    written = (root / "index.json").read_text()
    assert theirs in written
    assert named in written
    assert '"x":[1.0, "ü"]' in written
    assert '"annotations":null' in written
    assert layout.index().tags == (V1,)


def test_no_list_of_manifests_is_an_empty_one(layout: Layout, root: Path) -> None:
    fill(root, oci__layout=MARK, index_json='{"schemaVersion": 2, "manifests": null}')
    assert layout.index().tags == ()
    assert tag(layout, V1, b"{}") == layout.index().find(V1)


def test_of_two_entries_with_one_name_the_later_counts_and_writing_leaves_one(layout: Layout, root: Path) -> None:
    old, new = tag(layout, V1, b"old"), tag(layout, V2, b"new")
    both = index(root)
    for entry in both["manifests"]:
        entry["annotations"] = {REF: V1}
    (root / "index.json").write_text(json.dumps(both))
    assert layout.index().find(V1) == new
    assert layout.index().tags == (V1,)
    with layout.transaction() as change:
        change.tag(V1, old)
    assert [entry["digest"] for entry in index(root)["manifests"]] == [old.digest]


def test_a_tag_that_cannot_be_read_is_not_an_absent_one(layout: Layout, root: Path) -> None:
    entry = {"mediaType": MANIFEST, "digest": "sha512:" + "0" * 128, "size": 2, "annotations": {REF: V1}}
    fill(root, oci__layout=MARK, index_json=json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    fault = refused(layout.index().find, V1)
    assert isinstance(fault, Damaged)
    assert V1 in fault.expected
    assert isinstance(refused(layout.read_tagged, V1, 10), Damaged)


def test_a_tag_to_a_blob_that_is_gone_is_damage(layout: Layout, root: Path) -> None:
    at = tag(layout, V1, b"{}")
    (root / "blobs" / "sha256" / at.digest.removeprefix("sha256:")).unlink()
    fault = refused(layout.read_tagged, V1, 10)
    assert isinstance(fault, Damaged)
    assert at.digest in fault.expected


def test_a_block_that_fails_changes_nothing(layout: Layout, root: Path) -> None:
    at = tag(layout, V1, b"{}")
    before = snapshot(root)

    def failing() -> None:
        with layout.transaction() as change:
            change.untag(V1)
            change.drop_blob(at.digest)
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert snapshot(root) == before


def test_a_block_that_changes_nothing_writes_nothing(layout: Layout, root: Path) -> None:
    at = tag(layout, V1, b"{}")
    before = (root / "index.json").stat()
    with layout.transaction() as change:
        assert change.find(V1) == at
        change.tag(V1, at)
    after = (root / "index.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_blobs_are_dropped_after_the_tags_are_written_and_only_if_nothing_points_to_them(layout: Layout) -> None:
    old, kept = tag(layout, V1, b"old"), tag(layout, V2, b"kept")
    layout.write_blob(b"new")
    with layout.transaction() as change:
        change.tag(V1, described(b"new"))
        change.drop_blob(old.digest)
        change.drop_blob(kept.digest)
        change.drop_blob(digest_of(b"never there"))
        assert layout.read_blob(old.digest, 10) == b"old"
    assert layout.read_blob(old.digest, 10) is None
    assert layout.read_blob(kept.digest, 10) == b"kept"
    assert layout.read_tagged(V1, 10) == (described(b"new"), b"new")


def test_untagging_leaves_the_others(layout: Layout) -> None:
    tag(layout, V1, b"1")
    tag(layout, V2, b"2")
    with layout.transaction() as change:
        change.untag(V1)
    assert layout.index().tags == (V2,)


def test_what_a_tool_without_our_lock_wrote_meanwhile_is_not_overwritten(layout: Layout, root: Path) -> None:
    tag(layout, V1, b"{}")

    def disturbed() -> None:
        with layout.transaction() as change:
            change.untag(V1)
            (root / "index.json").write_text(EMPTY)

    fault = refused(disturbed)
    assert isinstance(fault, Unavailable)
    assert "run this again" in fault.why
    assert (root / "index.json").read_text() == EMPTY
