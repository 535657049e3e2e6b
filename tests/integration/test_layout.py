"""The folder on disk: what floe makes of it, and what it refuses to touch."""

import json
import os
from pathlib import Path

import pytest

from floe.core.artifact import INDEX, MANIFEST, Descriptor
from floe.core.canonical import digest_of
from floe.core.fault import Damaged, Fault, NoLayout, Unavailable
from floe.core.names import Digest, Tag
from floe.effects.blocking import FaultError
from floe.effects.registry.layout import Layout

V1, V2 = Tag("v1.0.0"), Tag("v2.0.0")
REF = "org.opencontainers.image.ref.name"
MARK = '{"imageLayoutVersion": "1.0.0"}'
EMPTY = '{"schemaVersion": 2, "manifests": []}'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "registry"


@pytest.fixture
def layout(root: Path) -> Layout:
    return Layout(root)


def described(content: bytes) -> Descriptor:
    return Descriptor(media_type=MANIFEST, digest=digest_of(content), size=len(content))


def tag(layout: Layout, name: Tag, content: bytes) -> Descriptor:
    layout.write_blob(content)
    with layout.transaction() as change:
        change.tag(name, described(content))
    return described(content)


def fill(root: Path, **files: str) -> dict[str, bytes]:
    root.mkdir()
    for name, text in files.items():
        (root / name.replace("__", "-").replace("_", ".")).write_text(text)
    return snapshot(root)


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def index(root: Path) -> dict[str, list[dict[str, object]]]:
    found = json.loads((root / "index.json").read_bytes())
    assert isinstance(found, dict)
    return found


def refused(call: object, *args: object) -> Fault:
    assert callable(call)
    with pytest.raises(FaultError) as raised:
        call(*args)
    return raised.value.fault


def test_reading_makes_nothing(layout: Layout, root: Path) -> None:
    assert layout.index().tags == ()
    assert layout.read_blob(digest_of(b"x"), 10) is None
    assert layout.read_tagged(V1, 10) is None
    assert not root.exists()


def test_the_first_write_makes_a_layout_as_the_image_spec_has_it(layout: Layout, root: Path) -> None:
    digest = layout.write_blob(b"content")
    assert json.loads((root / "oci-layout").read_bytes()) == {"imageLayoutVersion": "1.0.0"}
    assert index(root) == {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}
    assert (root / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes() == b"content"


def test_an_entry_is_a_descriptor_with_its_name(layout: Layout, root: Path) -> None:
    at = tag(layout, V1, b"{}")
    entry = {"mediaType": MANIFEST, "digest": at.digest, "size": 2, "annotations": {REF: V1}}
    assert index(root)["manifests"] == [entry]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"_floe_lock": ""},
        {"oci__layout": MARK},
        {"oci__layout": MARK, "_floe_lock": "", "_floe__draft__1__1": "half"},
    ],
    ids=["nothing", "lock", "mark", "crash"],
)
def test_a_folder_with_nothing_in_it_becomes_a_layout(layout: Layout, root: Path, files: dict[str, str]) -> None:
    fill(root, **files)
    assert layout.index().tags == ()
    at = tag(layout, V1, b"{}")
    assert layout.index().find(V1) == at


FOREIGN = {
    "other files": ({"notes_txt": "x", "a": "", "b": "", "c": ""}, "found a, b, c and 1 more, expected both"),
    "an index alone": ({"index_json": EMPTY}, "found index.json, expected both oci-layout and index.json"),
    "no index": ({"oci__layout": MARK, "notes_txt": "x"}, "expected both"),
    "another version": ({"oci__layout": '{"imageLayoutVersion": "2.0"}', "index_json": EMPTY}, "2.0, expected 1.0.0"),
    "no version": ({"oci__layout": "{}", "index_json": EMPTY}, "found no image layout version"),
    "a broken index": ({"oci__layout": MARK, "index_json": "{"}, "found no image index"),
    "an empty index": ({"oci__layout": MARK, "index_json": ""}, "found no image index"),
    "an odd index": ({"oci__layout": MARK, "index_json": '{"schemaVersion": 2, "manifests": [1]}'}, "found no image"),
    "an old index": ({"oci__layout": MARK, "index_json": '{"schemaVersion": 1}'}, "found schemaVersion 1"),
}


@pytest.mark.parametrize(("files", "why"), FOREIGN.values(), ids=FOREIGN)
def test_a_folder_of_something_else_is_left_alone(layout: Layout, root: Path, files: dict[str, str], why: str) -> None:
    before = fill(root, **files)
    for fault in (refused(layout.index), refused(layout.write_blob, b"x"), refused(tag, layout, V1, b"{}")):
        assert isinstance(fault, NoLayout)
        assert why in fault.why
    assert snapshot(root) == before


def test_a_file_is_no_layout(layout: Layout, root: Path) -> None:
    root.write_text("x")
    for fault in (refused(layout.index), refused(layout.write_blob, b"x")):
        assert isinstance(fault, NoLayout)


def test_a_layout_that_lost_its_index_is_none(layout: Layout, root: Path) -> None:
    tag(layout, V1, b"{}")
    (root / "index.json").unlink()
    assert isinstance(refused(layout.index), NoLayout)


def test_what_others_wrote_stays_as_they_wrote_it(layout: Layout, root: Path) -> None:
    theirs = '{"digest": "sha512:ab", "mediaType": "x/y", "size": 1.50e3, "data": "é", "annotations": {"a": "b"}}'
    named = '{"mediaType": "x/y", "annotations": {"%s": "docker.io/library/a:1"}, "size": 1, "digest": "d:1"}' % REF
    text = '{"x": [1.0, "ü"], "schemaVersion": 2, "manifests": [%s,  %s], "annotations": null}' % (theirs, named)
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
    with pytest.raises(KeyError), layout.transaction() as change:
        change.untag(V1)
        change.drop_blob(at.digest)
        raise KeyError
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


def test_a_blob_that_is_there_is_not_written_again(layout: Layout, root: Path) -> None:
    file = root / "blobs" / "sha256" / layout.write_blob(b"x").removeprefix("sha256:")
    before = file.stat()
    layout.write_blob(b"x")
    layout.write_blob_from(file)
    assert file.stat().st_ino == before.st_ino
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_no_digest_leads_out_of_the_folder(layout: Layout, root: Path) -> None:
    layout.write_blob(b"x")
    (root / "secret").write_text("s")
    with pytest.raises(ValueError, match="never parsed"):
        layout.read_blob(Digest("sha256:../../secret"), 10)


def test_files_are_readable_as_the_user_wants_it(layout: Layout, root: Path) -> None:
    before = os.umask(0o027)
    try:
        tag(layout, V1, b"{}")
    finally:
        os.umask(before)
    assert {file.stat().st_mode & 0o777 for file in root.rglob("*") if file.is_file()} == {0o640}
