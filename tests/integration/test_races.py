"""Several at once: every promotion counts, one of two that exclude each other wins, and the tags say so."""

import subprocess
import sys
from collections.abc import Sequence
from itertools import count
from typing import Final

import pytest

from tests.integration.process import BARE, FLOE, Answer, Bench, ended, race, run

PROCESSES, EACH = 8, 25
BOTH_MAY: Final = (0, 13)


@pytest.fixture
def bare(bench: Bench) -> Bench:
    bench.write("manifest.yaml", BARE)
    return bench


def pushed(bench: Bench, number: int) -> list[str]:
    """So many versions, each of other bytes."""
    versions = [f"v1.{each}.0" for each in range(number)]
    digests = {bench.push(version) for version in versions}
    assert len(digests) == number
    return versions


def at_once(bench: Bench, commands: Sequence[tuple[str, ...]]) -> list[Answer]:
    """What commands answer that are started together."""
    return [ended(each) for each in [bench.start(*command, program=()) for command in commands]]


def is_right(bench: Bench, versions: list[str], environment: str = "dev") -> None:
    """Every version was promoted once, its tag is its own, and the pointer is where the ledger says."""
    entries = run(bench.session().world.ledger.entries).unwrap()
    counted = [each.tag for each in entries if each.void is None]
    assert sorted(map(str, counted)) == sorted(f"{version}-{environment}" for version in versions)
    tags = bench.tags()
    assert all(tags[f"{version}-{environment}"] == tags[version] for version in versions)
    assert tags[f"latest-{environment}"] == entries[-1].artifact
    checked = bench.inside("platform", "status", "--check")
    assert (checked.code, checked.stderr) == (0, "")
    assert checked.stdout.endswith("Tags are as the ledger has them\n")


def test_two_hundred_promotions_by_eight_processes_all_count(bare: Bench) -> None:
    versions = pushed(bare, PROCESSES * EACH)
    shares = [versions[start::PROCESSES] for start in range(PROCESSES)]
    answers = race(bare, "dev", shares)
    assert [each.stderr for each in answers] == [""] * PROCESSES
    records = [line.split()[1] for each in answers for line in each.stdout.splitlines()]
    assert len(set(records)) == PROCESSES * EACH
    is_right(bare, versions)


def test_commands_at_once_all_count(bare: Bench) -> None:
    """Row L03."""
    versions = pushed(bare, 12)
    for start in range(0, 12, 4):
        commands = [(*FLOE, "platform", "promote", each, "--to=dev") for each in versions[start : start + 4]]
        answers = at_once(bare, commands)
        assert [(each.code, each.stderr) for each in answers] == [(0, "")] * 4
    is_right(bare, versions)


def test_of_the_same_promotion_twice_at_once_one_is_told_that_it_is_there(bare: Bench) -> None:
    """The other may also find it recorded and not yet drawn, and help to finish it."""
    [version] = pushed(bare, 1)
    answers = at_once(bare, [(*FLOE, "platform", "promote", version, "--to=dev")] * 3)
    firsts = [each.stdout.splitlines()[0] for each in answers if each.code == 0]
    assert sum(first.startswith("Promoted") for first in firsts) == 1
    assert all(first.startswith(("Promoted", "completed promotion")) for first in firsts)
    assert {each.code for each in answers} <= {0, 10}
    is_right(bare, [version])


def test_a_promotion_and_a_lock_at_once_are_in_one_order(bare: Bench) -> None:
    """Either the promotion came first, or it is refused; never is there a promotion after the lock."""
    versions = pushed(bare, 4)
    for number, version in zip(count(), versions, strict=False):
        promote = (*FLOE, "platform", "promote", version, "--to=dev")
        lock = (*FLOE, "platform", "lock", "--env=dev", f"--reason=incident {number}")
        promoted, locked = at_once(bare, [promote, lock] if number % 2 else [lock, promote])
        if number % 2 == 0:
            promoted, locked = locked, promoted
        assert locked.code == 0
        assert promoted.code in BOTH_MAY
        kinds = [each.kind for each in run(bare.session().world.ledger.entries).unwrap()]
        assert kinds[-1 if promoted.code == 13 else -2 :] in (["locked"], ["promoted", "locked"])
        assert bare.inside("platform", "unlock", "--env=dev", "--reason=over").code == 0
    assert bare.inside("platform", "status", "--check").code == 0


def test_a_writer_waits_for_another_that_holds_the_folder(bare: Bench) -> None:
    """The lock of the folder is held for a second by another process; the promotion waits, and then counts."""
    [version] = pushed(bare, 1)
    holder = """
import sys, time
from pathlib import Path
from floe.effects.registry.layout import Layout
with Layout(Path("registry")).transaction():
    print("held", flush=True)
    time.sleep(2)
"""
    with subprocess.Popen(
        [sys.executable, "-c", holder], cwd=bare.folder, stdout=subprocess.PIPE, text=True
    ) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == "held\n"
        answer = bare.platform("promote", version, "--to=dev")
    assert (answer.code, answer.stderr) == (0, "")
    is_right(bare, [version])
