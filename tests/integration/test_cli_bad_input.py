"""Bad input and bad luck: each has its exit code and its words, and leaves the folder as it was."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.integration.disks import HERE, ON_SMALL_DISK
from tests.integration.process import PLAIN, URI, Answer, Bench, ended, run, shown, tree

REF: Final = "org.opencontainers.image.ref.name"
PROMOTE: Final = ("platform", "promote", "v1.0.0", "--to=staging")
MISTAKES: Final = """
artifacts:
  registry: {uri: "https://harbor.example.com/floe"}
  promotion:
    enviroments: []
    environments:
      - {name: Dev, gates: {test: true}}
      - {name: staging, gates: {policy_compliance: false}, authorization: {seperation_of_duties: true}}
      - {name: staging}
    default_timeout_seconds: soon
    webhooks: [{url: "https://hooks.example.com/x", events: [promoted]}]
governance: {require_compild: true}
"""


@pytest.fixture
def in_dev(bench: Bench) -> Bench:
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev")
    return bench


def changes_nothing(bench: Bench, *arguments: str) -> Answer:
    before = tree(bench.folder)
    answer = bench.inside(*arguments)
    assert tree(bench.folder) == before
    return answer


def is_consistent(bench: Bench) -> None:
    checked = bench.inside("platform", "status", "--check")
    assert (checked.code, checked.stderr) == (0, "")


def blob(bench: Bench, digest: str) -> Path:
    return bench.registry / "blobs" / "sha256" / digest.removeprefix("sha256:")


def alter(file: Path, word: bytes) -> bytes:
    """Change a word by hand; what the file was before."""
    before = file.read_bytes()
    file.write_bytes(before.replace(word, word.upper(), 1))
    assert file.read_bytes() != before
    return before


def retag(bench: Bench, name: str, like: str) -> None:
    """A tag by hand, as another tool would make it."""
    file = bench.registry / "index.json"
    index = json.loads(file.read_bytes())
    entry: dict[str, Any] = next(each for each in index["manifests"] if each["annotations"][REF] == like)
    index["manifests"].append({**entry, "annotations": {REF: name}})
    file.write_text(json.dumps(index))


def test_all_mistakes_of_a_manifest_come_at_once(bench: Bench) -> None:
    bench.write("manifest.yaml", MISTAKES)
    answer = changes_nothing(bench, *PROMOTE)
    headline, *mistakes = answer.stderr.splitlines()
    assert (answer.code, answer.stdout) == (4, "")
    assert headline == "ERROR: manifest.yaml is not valid: 10 mistakes"
    assert [line.split(":")[1] for line in mistakes] == ["3", "5", "7", "7", "8", "8", "9", "10", "11", "12"]
    assert mistakes[1].endswith(
        "artifacts.promotion.enviroments: unknown key 'enviroments'; did you mean 'environments'?"
    )
    told = bench.inside(*PROMOTE, "--output=json").document
    assert [each["message"] for each in told["error"]["reasons"]] == mistakes


def test_no_manifest(bench: Bench) -> None:
    (bench.folder / "manifest.yaml").unlink()
    answer = changes_nothing(bench, *PROMOTE)
    assert answer.code == 4
    assert "manifest.yaml: there is no readable manifest here (No such file or directory)" in answer.stderr
    assert "`floe init` writes one, --manifest or FLOE_MANIFEST names another" in answer.stderr


def test_a_version_that_does_not_exist_names_the_nearest(in_dev: Bench) -> None:
    for version in ("v1.0.1", "v1.2.0", "v10.0.0"):
        in_dev.push(version)
    answer = changes_nothing(in_dev, "platform", "promote", "v1.0.2", "--to=dev")
    assert (answer.code, answer.stderr.splitlines()[:2]) == (
        3,
        ["ERROR: Version v1.0.2 not found", "Nearest: v1.0.1, v1.0.0, v10.0.0"],
    )
    assert changes_nothing(in_dev, "platform", "status", "v1.0.2").code == 3


def test_a_locked_environment(in_dev: Bench) -> None:
    assert in_dev.inside("platform", "lock", "--env=staging", "--reason=incident").code == 0
    assert changes_nothing(in_dev, *PROMOTE).code == 13
    assert changes_nothing(in_dev, "platform", "lock", "--env=staging", "--reason=again").code == 13
    is_consistent(in_dev)


@pytest.mark.parametrize(
    ("until", "shown"),
    [
        ("2999-01-01T02:00:00+0200", "2999-01-01T00:00:00Z"),
        ("2999-01-01T02:00Z", "2999-01-01T02:00:00Z"),
        ("2999-01-01 02:00", "2999-01-01T02:00:00Z"),
        ("2999-01-01", "2999-01-01T00:00:00Z"),
    ],
)
def test_a_lock_ends_in_utc_wherever_it_was_made(bench: Bench, until: str, shown: str) -> None:
    assert bench.inside("platform", "lock", "--env=dev", "--reason=x", f"--until={until}").code == 0
    (dev, *_) = bench.inside("platform", "status", "-o", "json").document
    assert dev["locked"]["until"] == shown


def test_a_reason_that_just_fits_is_recorded_whole(in_dev: Bench) -> None:
    reason = "\x01" * (4094 // 6) + "xx"  # as a record spells it, in quotes: 4096 bytes
    assert in_dev.inside("platform", "lock", "--env=dev", f"--reason={reason}").code == 0
    assert changes_nothing(in_dev, "platform", "lock", "--env=staging", f"--reason={reason}x").code == 2
    (dev, *_) = in_dev.inside("platform", "status", "-o", "json").document
    assert dev["locked"]["reason"] == reason
    is_consistent(in_dev)


def test_an_environment_tag_with_another_digest(in_dev: Bench) -> None:
    in_dev.push("v2.0.0", "other")
    retag(in_dev, "v1.0.0-staging", "v2.0.0")
    answer = changes_nothing(in_dev, *PROMOTE)
    assert (answer.code, shown(answer.stderr)) == (
        10,
        """ERROR: Tag v1.0.0-staging exists with other content
Found: sha256:<64>
Expected: sha256:<64>
Next: find out who moved it (floe platform status --check), then remove the tag by hand
""",
    )
    assert [line.rpartition(" ")[2] for line in answer.stderr.splitlines()[1:3]] == [
        in_dev.tags()["v2.0.0"],
        in_dev.tags()["v1.0.0"],
    ]
    drift = changes_nothing(in_dev, "platform", "status", "--check")
    assert (drift.code, drift.stderr.splitlines()[:2]) == (
        15,
        ["ERROR: 1 tag is not as the ledger has them", "  v1.0.0-staging: unrecorded"],
    )
    assert changes_nothing(in_dev, "platform", "recover").code == 15


def test_drift_ends_with_15_and_is_named_beside_a_document_that_is_whole(in_dev: Bench) -> None:
    retag(in_dev, "v1.0.0-staging", "v1.0.0")
    drift = changes_nothing(in_dev, "platform", "status", "--check", "-o", "json")
    assert (drift.code, drift.stderr.splitlines()[1]) == (15, "  v1.0.0-staging: unrecorded")
    assert [each["environment"] for each in drift.document] == ["dev", "staging", "prod"]


def test_an_environment_tag_with_the_same_digest_is_drawn_over(in_dev: Bench) -> None:
    retag(in_dev, "v1.0.0-staging", "v1.0.0")
    assert in_dev.inside(*PROMOTE).code == 0
    is_consistent(in_dev)


def test_a_released_version_is_never_replaced(in_dev: Bench) -> None:
    in_dev.write("other.json", "{}")
    push = ("artifact", "push", "-a", "other.json", "-r", URI, "-t")
    assert changes_nothing(in_dev, *push, "v1.0.0").code == 10
    assert changes_nothing(in_dev, *push, "v1.0.0-dev").code == 2
    assert changes_nothing(in_dev, *push, "latest-dev").code == 2
    assert changes_nothing(in_dev, *push, "floe-log").code == 2
    is_consistent(in_dev)


def test_a_manifest_altered_by_hand(in_dev: Bench) -> None:
    file = blob(in_dev, in_dev.tags()["v1.0.0"])
    whole = alter(file, b"schemaVersion")
    for arguments in (PROMOTE, ("artifact", "pull", "-r", URI, "-t", "v1.0.0", "-d", ".")):
        answer = changes_nothing(in_dev, *arguments)
        assert answer.code in (5, 8)
        assert f"Content in registry/blobs/sha256/{file.name} is damaged" in answer.stderr
    file.write_bytes(whole)
    assert in_dev.inside(*PROMOTE).code == 0
    is_consistent(in_dev)


def test_a_document_altered_by_hand(in_dev: Bench) -> None:
    """The policy gate cannot give an answer."""
    manifest = json.loads(blob(in_dev, in_dev.tags()["v1.0.0"]).read_bytes())
    file = blob(in_dev, manifest["layers"][0]["digest"])
    whole = alter(file, b"analytics-pipeline")
    answer = changes_nothing(in_dev, *PROMOTE)
    gate, why, *_ = answer.stderr.splitlines()
    assert (answer.code, gate) == (8, "ERROR: Gate 'policy_compliance' failed")
    assert why.startswith(f"The artifact could not be read: Content in registry/blobs/sha256/{file.name} is damaged")
    file.write_bytes(whole)
    assert in_dev.inside(*PROMOTE).code == 0
    is_consistent(in_dev)


def test_a_record_altered_by_hand(in_dev: Bench) -> None:
    [entry] = run(in_dev.session().world.ledger.entries).unwrap()
    whole = alter(blob(in_dev, entry.record), b"ci@example.com")
    answer = changes_nothing(in_dev, *PROMOTE)
    assert (answer.code, answer.stderr.splitlines()[0]) == (15, f"ERROR: The ledger is damaged: record {entry.record}")
    assert changes_nothing(in_dev, "platform", "status", "v1.0.0").code == 15
    blob(in_dev, entry.record).write_bytes(whole)
    is_consistent(in_dev)


def test_a_folder_that_is_no_layout(bench: Bench) -> None:
    bench.write("registry/letters/mother.txt", "Dear mother")
    bench.compile("v1.0.0")
    push = ("artifact", "push", "-a", "floe.yaml", "-r", URI, "-t", "v1.0.0")
    for arguments in (PROMOTE, ("platform", "status"), ("platform", "recover"), push):
        answer = changes_nothing(bench, *arguments)
        assert answer.code == 5
        assert "Found: found letters, expected both oci-layout and index.json, or an empty folder" in answer.stderr


def test_unknown_options_and_commands(in_dev: Bench) -> None:
    for arguments in (
        (*PROMOTE, "--yes"),
        ("platform", "promot"),
        (*PROMOTE, "--output=xml"),
        (*PROMOTE, "--wait=soon"),
    ):
        answer = changes_nothing(in_dev, *arguments)
        assert (answer.code, answer.stdout) == (2, "")
        assert "Error: " in answer.stderr


class TestPlans:
    @pytest.fixture
    def planned(self, in_dev: Bench) -> Bench:
        assert in_dev.inside(*PROMOTE, "--out=plan.json").code == 0
        return in_dev

    def test_one_that_is_not_there_or_no_plan(self, planned: Bench) -> None:
        for name, found in (
            ("nowhere.json", "No such file or directory"),
            ("floe.yaml", "malformed"),
            (".", "directory"),
        ):
            for command in ("apply", "show"):
                answer = changes_nothing(planned, "platform", command, name)
                assert (answer.code, answer.stderr.splitlines()[0]) == (4, f"ERROR: '{name}' is no plan file")
                assert found in answer.stderr

    def test_one_that_was_edited(self, planned: Bench) -> None:
        """Row N09."""
        text = (planned.folder / "plan.json").read_text()
        for edited in (
            text.replace('"staging"', '"prod"'),
            text + "\n",
            text.replace("v1.0.0-staging", "v1.0.1-staging"),
        ):
            planned.write("plan.json", edited)
            answer = changes_nothing(planned, "platform", "apply", "plan.json")
            assert answer.code == 4
            assert "it was edited, or written by another floe: its digest does not match" in answer.stderr

    def test_one_for_another_world_names_the_fact_and_the_refusal_beneath(self, planned: Bench) -> None:
        planned.inside("platform", "lock", "--env=staging", "--reason=incident")
        answer = changes_nothing(planned, "platform", "apply", "plan.json")
        lines = [line for line in answer.stderr.splitlines() if line.startswith("ERROR")]
        assert (answer.code, lines) == (
            7,
            ["ERROR: The world changed since the plan was made: lock", "ERROR: Environment 'staging' is locked"],
        )
        is_consistent(planned)

    def test_one_made_under_another_policy(self, planned: Bench) -> None:
        planned.write("manifest.yaml", PLAIN.replace("timeout_seconds: 60", "timeout_seconds: 61", 1))
        answer = changes_nothing(planned, "platform", "apply", "plan.json")
        assert (answer.code, answer.stderr.splitlines()[0]) == (
            7,
            "ERROR: The world changed since the plan was made: policy",
        )

    def test_one_that_was_applied(self, planned: Bench) -> None:
        assert planned.inside("platform", "apply", "plan.json").code == 0
        assert changes_nothing(planned, "platform", "apply", "plan.json").code == 7
        is_consistent(planned)

    def test_saving_into_a_missing_folder(self, in_dev: Bench) -> None:
        answer = changes_nothing(in_dev, *PROMOTE, "--out=missing/plan.json")
        assert (answer.code, answer.stderr.splitlines()[:2]) == (
            5,
            ["ERROR: missing/plan.json cannot be written", "Found: its folder does not exist"],
        )


def test_two_runs_at_once_wait_for_one_another(in_dev: Bench) -> None:
    in_dev.push("v1.1.0", "more")
    running = [in_dev.start("platform", "promote", version, "--to=dev") for version in ("v1.1.0", "v1.1.0")]
    assert {ended(each).code for each in running} <= {0, 10}
    is_consistent(in_dev)


class TestDisks:
    @pytest.fixture
    def open_to_all(self) -> Iterator[Bench]:
        """A folder that every user can get to."""
        place = Path(tempfile.mkdtemp())
        for name in ("bench", "home"):
            (place / name).mkdir()
        for each in (place, place / "bench", place / "home"):
            each.chmod(0o755)
        yield Bench(place / "bench", place / "home")
        shutil.rmtree(place)

    @pytest.fixture
    def ready(self, open_to_all: Bench) -> Bench:
        open_to_all.push("v1.0.0")
        open_to_all.promote("v1.0.0", "dev")
        return open_to_all

    @pytest.mark.parametrize(
        ("how", "why"),
        [
            ("full", "the disk is full; free some space and run this again"),
            ("read-only", "it is on a file system that is mounted read-only"),
            ("foreign", "permission denied; it must be writable by the user who runs floe"),
        ],
    )
    def test_a_disk_that_takes_nothing(self, ready: Bench, how: str, why: str) -> None:
        before = contents(ready)
        plain = ("platform", "lock", "--env=prod", "--reason=disk")
        answer = on_disk(ready, how, *plain)
        assert (answer.code, answer.stdout) == (5, "")
        assert answer.stderr.splitlines()[1] == f"Found: {why}"
        assert contents(ready) == before
        is_consistent(ready)
        assert ready.inside(*plain).code == 0


def contents(bench: Bench) -> dict[str, bytes]:
    """What is in the registry, but for the file that only ever holds a process number."""
    return {name: kept for name, (_, _, kept) in tree(bench.registry).items() if name != ".floe.lock"}


def on_disk(bench: Bench, how: str, *arguments: str) -> Answer:
    floe = (sys.executable, HERE, how, *arguments)
    if how == "foreign":
        return bench.floe(str(bench.folder), program=floe)
    mounted = subprocess.run([*ON_SMALL_DISK, str(bench.folder), "true"], check=False, capture_output=True)
    if shutil.which("unshare") is None or mounted.returncode:
        pytest.skip("this user cannot mount a small disk here (unshare --mount, tmpfs)")
    return bench.floe(program=(*ON_SMALL_DISK, str(bench.folder), *floe))
