"""What `floe init` writes fits together, passes its own checks, and disturbs nothing."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from floe.core.check.policy import examine
from floe.core.fault import Occupied, Unwritable
from floe.shell import compiling, manifest, starter

SCRIPTS = ("tests.sh", "security-scan.sh")


def begun(folder: Path) -> Path:
    starter.begin(folder).unwrap()
    return folder


def layout(folder: Path, content: bytes) -> tuple[Path, dict[str, str]]:
    """A folder with one artifact of one blob, and what a gate is told of it."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    blob = hashlib.sha256(content).hexdigest()
    (blobs / blob).write_bytes(content)
    image = json.dumps({"layers": [{"digest": f"sha256:{blob}"}]}).encode()
    artifact = hashlib.sha256(image).hexdigest()
    (blobs / artifact).write_bytes(image)
    told = {"ARTIFACT_LAYOUT": str(folder), "ARTIFACT_DIGEST": f"sha256:{artifact}", "ARTIFACT_TAG": "v1.0.0"}
    return blobs / blob, told


def gate(folder: Path, name: str, told: dict[str, str]) -> int:
    environment = {"PATH": "/usr/bin:/bin", **told}
    return subprocess.run(
        [f"./scripts/{name}"], cwd=folder, env=environment, capture_output=True, check=False
    ).returncode


def test_the_starter_has_no_mistakes_and_raises_no_doubts(tmp_path: Path) -> None:
    read = manifest.load(begun(tmp_path / "new" / "platform") / "manifest.yaml", {}).unwrap()
    assert read.doubts == ()
    assert examine(read.policy) == ()
    assert read.policy.names == ("dev", "staging", "prod")


def test_the_starter_has_no_mistakes_with_its_comments_taken_in(tmp_path: Path) -> None:
    file = begun(tmp_path) / "manifest.yaml"
    lines = file.read_text().split("\n")
    marks = ("# authorization:", "#   ", "# identity:")
    text = "\n".join(line.replace("# ", "", 1) if line.strip().startswith(marks) else line for line in lines)
    file.write_text(text)
    read = manifest.load(file, {}).unwrap()
    assert read.policy.environments[2].authorization is not None
    assert [each.level for each in examine(read.policy)] == ["doubtful"]


def test_the_spec_compiles_without_doubts(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    compiled = compiling.compile_files([folder / "floe.yaml"], folder / "compiled.json").unwrap()
    assert compiled.products == ("orders",)
    assert compiled.doubts == ()


def test_what_exists_is_not_overwritten_and_nothing_is_written_beside_it(tmp_path: Path) -> None:
    (tmp_path / "floe.yaml").write_text("mine")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "tests.sh").symlink_to("nowhere")
    occupied = starter.begin(tmp_path).failure()
    assert occupied == Occupied(files=(f"{tmp_path}/floe.yaml", f"{tmp_path}/scripts/tests.sh"))
    assert (tmp_path / "floe.yaml").read_text() == "mine"
    assert not (tmp_path / "manifest.yaml").exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert isinstance(starter.begin(tmp_path / "file" / "platform").failure(), Unwritable)


@pytest.mark.parametrize("name", SCRIPTS)
def test_its_gates_pass_an_artifact_that_is_whole(name: str, tmp_path: Path) -> None:
    _, told = layout(tmp_path / "registry", b"{}")
    assert gate(begun(tmp_path), name, told) == 0


@pytest.mark.parametrize("name", SCRIPTS)
def test_its_gates_fail_what_they_cannot_look_at(name: str, tmp_path: Path) -> None:
    blob, told = layout(tmp_path / "registry", b"{}")
    blob.unlink()
    assert gate(begun(tmp_path), name, told) == 1
    assert gate(tmp_path, name, {}) == 1


def test_the_tests_fail_a_blob_that_was_altered(tmp_path: Path) -> None:
    blob, told = layout(tmp_path / "registry", b"{}")
    blob.write_bytes(b"[]")
    assert gate(begun(tmp_path), "tests.sh", told) == 1


@pytest.mark.parametrize(
    "content",
    [b"-----BEGIN RSA " + b"PRIVATE KEY-----", b"key: AKIA" + b"0123456789ABCDEF", b"\0ghp_" + b"a" * 36 + b"\xff"],
)
def test_the_scan_fails_what_reads_like_a_credential(content: bytes, tmp_path: Path) -> None:
    _, told = layout(tmp_path / "registry", content)
    assert gate(begun(tmp_path), "security-scan.sh", told) == 1
