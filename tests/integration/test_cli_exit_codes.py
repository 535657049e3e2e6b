"""Every exit code, brought about for real: what people read, and the document that programs read."""

import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.integration.process import BARE, PLAIN, URI, Answer, Bench, ended, shown

Arguments = tuple[str, ...]
STRUCK: Final = (sys.executable, str(Path(__file__).with_name("struck.py")))
TRUST: Final = "trusted_issuers: [{issuer: https://token.actions.githubusercontent.com, subject_regex: repo:acme/.*}]"
ENFORCED: Final = BARE.replace('registry"}', f'registry", verification: {{enabled: true, {TRUST}}}}}')
GUARDED: Final = BARE.replace("{name: dev}", "{name: dev, authorization: {allowed_operators: [ada]}}")


class Case(NamedTuple):
    """A way to an exit code: what comes before, and what the command then says on stderr."""

    code: int
    word: str
    before: Callable[[Bench], Arguments]
    block: str


def promote(version: str, to: str, *more: str) -> Arguments:
    return ("platform", "promote", version, f"--to={to}", *more)


def in_dev(bench: Bench) -> None:
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev")


def nowhere(bench: Bench) -> Arguments:
    in_dev(bench)
    return promote("v1.0.1", "dev")


def unreadable(bench: Bench) -> Arguments:
    bench.write("manifest.yaml", PLAIN.replace("environments", "enviroments"))
    return promote("v1.0.0", "dev")


def no_layout(bench: Bench) -> Arguments:
    bench.write("registry/notes.txt", "mine")
    return promote("v1.0.0", "dev")


def unsigned(bench: Bench) -> Arguments:
    bench.write("manifest.yaml", ENFORCED)
    bench.push("v1.0.0")
    return promote("v1.0.0", "dev")


def moved_on(bench: Bench) -> Arguments:
    in_dev(bench)
    bench.push("v1.1.0", "more")
    bench.promote("v1.1.0", "dev")
    assert bench.inside(*promote("v1.0.0", "staging", "--out=plan.json")).code == 0
    bench.promote("v1.1.0", "staging")
    return ("platform", "apply", "plan.json")


def broken(bench: Bench) -> Arguments:
    in_dev(bench)
    bench.write("broken", "")
    return promote("v1.0.0", "staging")


def skipping(bench: Bench) -> Arguments:
    in_dev(bench)
    return promote("v1.0.0", "prod", "--from=dev")


def again(bench: Bench) -> Arguments:
    in_dev(bench)
    return promote("v1.0.0", "dev")


def too_early(bench: Bench) -> Arguments:
    in_dev(bench)
    return promote("v1.0.0", "prod")


def not_ada(bench: Bench) -> Arguments:
    bench.write("manifest.yaml", GUARDED)
    bench.push("v1.0.0")
    return promote("v1.0.0", "dev")


def locked(bench: Bench) -> Arguments:
    in_dev(bench)
    assert (
        bench.inside("platform", "lock", "--env=staging", "--reason=Incident #7", operator="sre@example.com").code == 0
    )
    return promote("v1.0.0", "staging")


def damaged(bench: Bench) -> Arguments:
    in_dev(bench)
    head = bench.registry / "blobs" / "sha256" / bench.tags()["floe-log"].removeprefix("sha256:")
    head.write_bytes(head.read_bytes().replace(b"ci@example.com", b"me@example.com"))
    return promote("v1.0.0", "staging")


CASES: Final = (
    Case(
        3,
        "version-not-found",
        nowhere,
        """
ERROR: Version v1.0.1 not found
Nearest: v1.0.0
Push it first: floe artifact push -a FILE -r URI -t v1.0.1
""",
    ),
    Case(
        4,
        "invalid-file",
        unreadable,
        """
ERROR: manifest.yaml is not valid: 1 mistake
manifest.yaml:8:5: artifacts.promotion.enviroments: unknown key 'enviroments'; did you mean 'environments'?
""",
    ),
    Case(
        5,
        "no-layout",
        no_layout,
        """
ERROR: registry is no OCI image layout
Found: found notes.txt, expected both oci-layout and index.json, or an empty folder
Next: name a folder that holds one, or an empty or new folder
""",
    ),
    Case(
        6,
        "signature-refused",
        unsigned,
        """
ERROR: Signature verification failed
Artifact is unsigned and enforcement is enabled
Check: floe artifact verify -r oci-layout://registry -t v1.0.0
Sign: floe artifact sign -r oci-layout://registry -t v1.0.0
""",
    ),
    Case(
        7,
        "fact-changed",
        moved_on,
        """
ERROR: The world changed since the plan was made: last record
Then: none
Now: sha256:<64>
Next: make a new plan and have it reviewed
""",
    ),
    Case(
        8,
        "gate-failed",
        broken,
        """
ERROR: Gate 'tests' failed
Command: test ! -f broken
Exit code: 1
Output: none

Fix tests and retry promotion.
""",
    ),
    Case(
        9,
        "not-next",
        skipping,
        """
ERROR: Cannot promote from 'dev' to 'prod'
Reason: Must promote through intermediate environments
Required path: dev -> staging -> prod
""",
    ),
    Case(
        10,
        "already-promoted",
        again,
        """
ERROR: Version v1.0.0 is already in dev
Already promoted, use --force to re-promote
Promoted by: ci@example.com (unverified) at 2026-01-15 10:30
""",
    ),
    Case(
        11,
        "never-promoted",
        too_early,
        """
ERROR: Version v1.0.0 was never promoted to staging. Available versions: none
""",
    ),
    Case(
        12,
        "unverified",
        not_ada,
        """
ERROR: Identity not verified
Operator 'ci@example.com' has not proved who they are, and 'dev' has rules about people
Either prove it: --identity-token TOKEN (or FLOE_IDENTITY_TOKEN), with its issuer in manifest.yaml
  artifacts:
    promotion:
      identity:
        issuers:
          - issuer: https://token.actions.githubusercontent.com
            audience: floe
Or accept names as given, which every record then states, with this in manifest.yaml
  artifacts:
    promotion:
      identity:
        accept_unverified: true

ERROR: Authorization failed
Operator 'ci@example.com' is not authorized to promote to 'dev'
Required operators: [ada]
Exit code: 12
Identity: unverified
""",
    ),
    Case(
        13,
        "locked",
        locked,
        """
ERROR: Environment 'staging' is locked
Reason: Incident #7
Locked by: sre@example.com (unverified) at 2026-01-15 10:30
Unlock first: floe platform unlock --env=staging --reason="<resolution>"
""",
    ),
    Case(
        15,
        "ledger-damaged",
        damaged,
        """
ERROR: The ledger is damaged: the head under tag floe-log
Found: found sha256:<64>, expected sha256:<64>, in oci-layout://registry
Next: restore it from a copy of the registry; until then nothing is written
""",
    ),
)


UNFINISHED: Final = """\
ERROR: Recorded but not finished
Record: sha256:<64>
Found: registry/index.json cannot be written
Found: the disk is full; free some space and run this again
Next: mend that, then run this again
Next: floe platform recover, or the same command again
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.word}")
def test_a_refusal_or_fault_has_its_code_block_and_document(bench: Bench, case: Case) -> None:
    arguments = case.before(bench)
    answer = bench.floe(*arguments)
    assert (answer.code, shown(answer.stderr), answer.stdout) == (case.code, case.block.lstrip("\n"), "")
    is_refusal(bench.inside(*arguments, "--output=json"), case)


def is_refusal(answer: Answer, case: Case) -> None:
    """The shape of CONTRACT 2, the same for every command."""
    assert answer.code == case.code
    told = answer.document
    assert list(told)[:5] == ["success", "promotion_id", "error", "gate_results", "trace_id"]
    assert (told["success"], told["promotion_id"]) == (False, None)
    assert list(told["error"]) == ["code", "exit_code", "message", "reasons"]
    assert (told["error"]["code"], told["error"]["exit_code"]) == (case.word, case.code)
    assert shown(f"ERROR: {told['error']['message']}") == case.block.lstrip("\n").splitlines()[0]
    assert told["error"]["reasons"]
    assert all(each["message"] for each in told["error"]["reasons"])


def test_14_is_recorded_and_not_finished(bench: Bench) -> None:
    """The disk is full when the first tag is due."""
    bench.push("v1.0.0")
    command = promote("v1.0.0", "dev")
    answer = bench.floe("ENOSPC", "index.json", "2", *command, program=STRUCK)
    assert (answer.code, answer.stdout, shown(answer.stderr)) == (14, "", UNFINISHED)
    told = bench.floe("ENOSPC", "index.json", "1", *command, "--output=json", program=STRUCK)
    is_refusal(told, Case(14, "unfinished", nowhere, UNFINISHED))
    assert bench.inside(*command).stdout.startswith("completed promotion ")
    assert bench.inside("platform", "status", "--check").code == 0


def test_0_is_done_also_with_warnings_unless_strict(bench: Bench) -> None:
    bench.write("manifest.yaml", ENFORCED.replace("enabled: true", "enabled: true, enforcement: warn"))
    bench.push("v1.0.0")
    warned = bench.inside(*promote("v1.0.0", "dev"))
    assert warned.code == 0
    assert warned.stderr == "WARNING: Artifact is unsigned\n"
    assert "Signature: WARNING missing\n" in warned.stdout
    strict = bench.inside(*promote("v1.0.0", "staging", "--strict"))
    assert (strict.code, strict.stderr) == (5, warned.stderr)
    assert "New tag: v1.0.0-staging\n" in strict.stdout


LONG: Final = "x" * 40_000
TOO_LONG: Final = "Expected: at most 4096 bytes"


@pytest.mark.parametrize(
    ("arguments", "last"),
    [
        (("platform", "promote", "v1.0.0"), "Error: Missing option '--to'."),
        (promote("v1.0.0", "dev", "--forse"), "Error: No such option: --forse"),
        (promote("1.0", "dev"), "Expected: v1.2.3 or 1.2.3, or v1.2.3-rc.1 (no '+')"),
        (("platform", "rollback", "--env=dev", "v1.0.0"), 'Next: run this again with --reason="<why>"'),
        (("platform", "lock", "--env=dev", "--reason=x", "--until=2020-01-01"), "Expected: a time to come"),
        (promote("v1.0.0-dev", "dev", "--from=none"), "Expected: a release tag such as v1.2.3"),
        (("platform", "rollback", "--env=dev", "v1.0.0", f"--reason={LONG}"), TOO_LONG),
        (("platform", "rollback", "--env=dev", f"--reason={LONG}"), TOO_LONG),
        (("platform", "lock", "--env=dev", f"--reason={LONG}"), TOO_LONG),
        (("platform", "unlock", "--env=dev", f"--reason={LONG}"), TOO_LONG),
        (("platform", "lock", "--env=dev", "--reason=\udc80"), "Expected: Unicode text"),
        (("artifact", "push", "-a", "floe.yaml", "-r", URI, "-t", "latest-dev"), None),
        (("artifact", "inspect", "-r", "ftp://x", "-t", "v1.0.0"), None),
        ((), None),
    ],
)
def test_2_is_wrong_usage(bench: Bench, arguments: Arguments, last: str | None) -> None:
    for version in ("v1.0.0", "v1.1.0"):
        bench.push(version)
        bench.promote(version, "dev")
    answer = bench.inside(*arguments)
    assert answer.code == 2
    assert last is None or answer.stderr.splitlines()[-1].startswith(last)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_the_record_writes_nothing(bench: Bench, number: int, code: int) -> None:
    """Row G11."""
    bench.write("manifest.yaml", PLAIN.replace("test ! -f broken", "touch started; sleep 60"))
    in_dev(bench)
    before = bench.tags()
    running = bench.start(*promote("v1.0.0", "staging", "--output=json"))
    while not (bench.folder / "started").exists():
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(number)
    answer = ended(running)
    assert answer.code == code
    told = json.loads(answer.stdout)
    assert (told["success"], told["error"]["code"], told["error"]["exit_code"]) == (False, "interrupted", code)
    assert bench.tags() == before
