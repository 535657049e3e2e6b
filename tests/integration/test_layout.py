"""The folder on disk: what floe makes of it, and what it refuses to touch."""

import json
import os
from pathlib import Path

import pytest

from floe.core.artifact import INDEX, MANIFEST
from floe.core.canonical import digest_of
from floe.core.fault import NoLayout
from floe.core.names import Digest
from floe.effects.registry.layout import Layout
from tests.integration.layouts import EMPTY, MARK, REF, V1, fill, index, refused, snapshot, tag


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "registry"


@pytest.fixture
def layout(root: Path) -> Layout:
    return Layout(root)


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
