"""A process is killed at every moment at which it has written something: nothing is lost, and nothing is done twice."""

import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.integration.process import Answer, Bench, shown, tree

STRUCK: Final = (sys.executable, str(Path(__file__).with_name("struck.py")))
KILLED: Final = -9
PROMOTE: Final = ("platform", "promote", "v1.0.0", "--to=dev")
# `index.json` is written three times: with the record, with the environment tag, with the pointer.
RECORD, TAG, POINTER = "1", "2", "3"
WRITES: Final = 6  # policy, record, head, and those three; what a blob of `{}` is was pushed with the artifact


@pytest.fixture
def pushed(bench: Bench) -> Bench:
    bench.push("v1.0.0")
    return bench


def strike(bench: Bench, name: str, number: str, *arguments: str, signal: str = "SIGKILL") -> Answer:
    return bench.floe(signal, name, number, *arguments, program=STRUCK)


def is_whole(bench: Bench) -> None:
    """One promotion, its two tags, and nothing that is half written."""
    checked = bench.inside("platform", "status", "--check", "--env=dev", "--history=9")
    assert (checked.code, checked.stderr) == (0, "")
    assert checked.stdout.count("PROMOTED") == 1
    tags = bench.tags()
    assert tags["v1.0.0-dev"] == tags["latest-dev"] == tags["v1.0.0"]


def test_killed_after_the_record_and_before_the_tags_the_same_command_completes_it(pushed: Bench) -> None:
    assert strike(pushed, "index.json", TAG, *PROMOTE).code == KILLED
    assert set(pushed.tags()) == {"v1.0.0", "floe-log"}
    assert pushed.inside("platform", "status", "--check").code == 15
    again = pushed.floe(*PROMOTE)
    assert (again.code, again.stderr) == (0, "")
    assert shown(again.stdout).splitlines() == [
        "completed promotion <uuid>",
        "New tag: v1.0.0-dev",
        "Latest tag updated: latest-dev",
        "Trace ID: <trace>",
    ]
    is_whole(pushed)
    assert pushed.floe(*PROMOTE).code == 10


def test_killed_between_the_tags_only_the_pointer_is_drawn(pushed: Bench) -> None:
    assert strike(pushed, "index.json", POINTER, *PROMOTE).code == KILLED
    assert set(pushed.tags()) == {"v1.0.0", "floe-log", "v1.0.0-dev"}
    assert shown(pushed.inside(*PROMOTE).stdout).splitlines()[:2] == [
        "completed promotion <uuid>",
        "Latest tag updated: latest-dev",
    ]
    is_whole(pushed)


def test_killed_before_the_record_nothing_has_happened(pushed: Bench) -> None:
    """Row A04."""
    assert strike(pushed, "index.json", RECORD, *PROMOTE).code == KILLED
    assert set(pushed.tags()) == {"v1.0.0"}
    assert pushed.inside(*PROMOTE).stdout.startswith("Promoted v1.0.0 from none to dev\n")
    is_whole(pushed)


def test_recover_finishes_it_and_a_second_recover_changes_nothing(pushed: Bench) -> None:
    """Row L02."""
    assert strike(pushed, "index.json", TAG, *PROMOTE).code == KILLED
    first = pushed.inside("platform", "recover")
    assert (first.code, first.stderr) == (0, "")
    assert shown(first.stdout).splitlines() == [
        "Recovered: move tag latest-dev -> sha256:<64>",
        "Recovered: create tag v1.0.0-dev -> sha256:<64>",
    ]
    is_whole(pushed)
    before = tree(pushed.folder)
    second = pushed.inside("platform", "recover")
    assert (second.code, second.stdout, second.stderr) == (0, "Nothing to recover\n", "")
    assert tree(pushed.folder) == before


def test_the_next_promotion_draws_the_tag_that_was_left_out(pushed: Bench) -> None:
    assert strike(pushed, "index.json", TAG, *PROMOTE).code == KILLED
    pushed.push("v1.1.0", "more")
    answer = pushed.inside("platform", "promote", "v1.1.0", "--to=dev")
    assert shown(answer.stdout).splitlines()[1:3] == ["New tag: v1.1.0-dev", "New tag: v1.0.0-dev"]
    assert pushed.inside("platform", "status", "--check").code == 0
    assert pushed.tags()["latest-dev"] == pushed.tags()["v1.1.0"]


def test_wherever_it_is_killed_the_same_command_ends_well(pushed: Bench, tmp_path: Path) -> None:
    """Before each of its writes, and once more than there are: the last run is not killed at all. (Rows A05, L01)"""
    kept = tmp_path / "kept"
    shutil.copytree(pushed.registry, kept)
    codes = []
    for number in range(1, WRITES + 2):
        shutil.rmtree(pushed.registry)
        shutil.copytree(kept, pushed.registry)
        codes.append(strike(pushed, "*", str(number), *PROMOTE).code)
        if codes[-1] == KILLED:
            pushed.promote("v1.0.0", "dev")
        assert pushed.inside("platform", "status", "--check").code == 0
        assert pushed.tags()["v1.0.0-dev"] == pushed.tags()["latest-dev"] == pushed.tags()["v1.0.0"]
    assert codes == [KILLED] * WRITES + [0]


def test_a_rollback_that_was_killed_is_finished_by_recover(pushed: Bench) -> None:
    pushed.push("v1.1.0", "more")
    pushed.promote("v1.0.0", "dev")
    pushed.promote("v1.1.0", "dev")
    rollback = ("platform", "rollback", "v1.0.0", "--env=dev", "--reason=slow")
    assert strike(pushed, "index.json", TAG, *rollback).code == KILLED
    assert pushed.tags()["latest-dev"] == pushed.tags()["v1.1.0"]
    assert pushed.inside("platform", "recover").code == 0
    assert pushed.tags()["latest-dev"] == pushed.tags()["v1.0.0-dev-rollback-1"] == pushed.tags()["v1.0.0"]
    assert pushed.inside("platform", "status", "--check").code == 0


@pytest.mark.parametrize("number", [TAG, POINTER])
def test_ctrl_c_after_the_record_comes_too_late(pushed: Bench, number: str) -> None:
    """What is recorded is finished, and told as done."""
    answer = strike(pushed, "index.json", number, *PROMOTE, signal="SIGINT")
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.stdout.startswith("Promoted v1.0.0 from none to dev\n")
    is_whole(pushed)


def test_what_a_killed_process_leaves_half_written_has_no_name_that_counts(pushed: Bench) -> None:
    assert strike(pushed, "index.json", TAG, *PROMOTE).code == KILLED
    left = [name for name in tree(pushed.registry) if ".floe-draft-" in name]
    assert len(left) == 1
    assert pushed.inside(*PROMOTE).code == 0
    is_whole(pushed)
