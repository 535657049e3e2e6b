"""Looking changes nothing, says what doing would end with, and what was planned is what is done."""

import json
from typing import Any, Final

import pytest
import yaml

from floe.core import canonical
from floe.shell import saved
from tests.integration.process import BARE, PLAIN, Answer, Bench, run, shown, tree

STAGING: Final = ("platform", "promote", "v1.0.0", "--from=dev", "--to=staging")
WARNING: Final = BARE.replace(
    'registry"}',
    'registry", verification: {enabled: true, enforcement: warn, '
    "trusted_issuers: [{issuer: https://token.actions.githubusercontent.com, subject_regex: repo:acme/.*}]}}",
)


@pytest.fixture
def in_dev(bench: Bench) -> Bench:
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev")
    return bench


def looks(bench: Bench, *arguments: str) -> Answer:
    """The answer of a command that changes no file, no folder and no time of change."""
    before = tree(bench.folder)
    answer = bench.inside(*arguments)
    assert tree(bench.folder) == before
    return answer


@pytest.mark.parametrize(
    "arguments",
    [
        (*STAGING, "--dry-run"),
        (*STAGING, "--dry-run", "--run-gates"),
        (*STAGING, "--dry-run", "--output=json"),
        ("platform", "promote", "v9.9.9", "--to=dev", "--dry-run"),
        ("platform", "rollback", "v0.9.0", "--env=dev", "--dry-run"),
        ("platform", "status"),
        ("platform", "status", "--check", "--history=5"),
        ("platform", "status", "v1.0.0"),
        ("platform", "check"),
        ("platform", "recover"),
        ("artifact", "inspect", "-r", "oci-layout://registry", "-t", "v1.0.0"),
    ],
    ids=" ".join,
)
def test_looking_changes_no_file(bench: Bench, arguments: tuple[str, ...]) -> None:
    bench.push("v0.9.0", "old")
    bench.promote("v0.9.0", "dev")
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev")
    assert looks(bench, *arguments).code in (0, 3)


def test_looking_where_nothing_is_makes_no_folder(bench: Bench) -> None:
    looks(bench, "platform", "status")
    assert looks(bench, "platform", "promote", "v1.0.0", "--to=dev", "--dry-run").code == 3
    assert not bench.registry.exists()


def locked(bench: Bench) -> None:
    assert bench.inside("platform", "lock", "--env=staging", "--reason=incident").code == 0


def there(bench: Bench) -> None:
    bench.promote("v1.0.0", "staging")


def without_command(bench: Bench) -> None:
    bench.write("manifest.yaml", PLAIN.replace("tests: true", "cost_analysis: true"))


def violated(bench: Bench) -> None:
    rule = "governance: {policies: [{name: never, severity: error, expression: 'false', message: no}]}"
    bench.write("manifest.yaml", f"{PLAIN}\n{rule}\n")


def untouched(_: Bench) -> None:
    """Nothing is in the way."""


@pytest.mark.parametrize(
    ("before", "more", "code", "blocked"),
    [
        (untouched, (), 0, None),
        (untouched, ("--from=none",), 9, "Cannot promote from 'none' to 'staging'"),
        (locked, (), 13, "Environment 'staging' is locked"),
        (there, (), 10, "Version v1.0.0 is already in staging"),
        (there, ("--if-needed",), 0, None),
        (there, ("--force",), 0, None),
        (without_command, (), 8, "Gate 'cost_analysis' failed"),
        (violated, (), 8, "Policy compliance gate would fail"),
    ],
)
def test_a_dry_run_ends_as_the_real_run_does(
    in_dev: Bench, before: Any, more: tuple[str, ...], code: int, blocked: str | None
) -> None:
    before(in_dev)
    dry = looks(in_dev, *STAGING, *more, "--dry-run")
    assert dry.code == code
    assert (f"BLOCKED: {blocked}" in dry.stdout.splitlines()) == (blocked is not None)
    real = in_dev.inside(*STAGING, *more)
    assert real.code == code
    assert (blocked is None) == (real.stderr == "")


def test_where_it_would_come_from_is_said_though_nobody_named_it(in_dev: Bench) -> None:
    locked(in_dev)
    dry = looks(in_dev, "platform", "promote", "v1.0.0", "--to=staging", "--dry-run")
    assert dry.stdout.startswith("[DRY RUN] Would promote v1.0.0 from dev to staging\n")
    assert looks(in_dev, "platform", "promote", "v1.0.0", "--to=nowhere", "--dry-run").code == 3


def test_strict_counts_for_both(bench: Bench) -> None:
    bench.write("manifest.yaml", WARNING)
    bench.push("v1.0.0")
    command = ("platform", "promote", "v1.0.0", "--to=dev", "--strict")
    assert looks(bench, *command, "--dry-run").code == 5
    assert bench.inside(*command).code == 5


def test_gates_run_when_asked_to(in_dev: Bench) -> None:
    in_dev.write("broken", "")
    unasked = looks(in_dev, *STAGING, "--dry-run")
    assert unasked.code == 0
    assert unasked.stdout.endswith("Promotion would succeed if these gates pass: tests, security_scan\n")
    asked = looks(in_dev, *STAGING, "--dry-run", "--run-gates")
    assert asked.code == 8
    assert "BLOCKED: Tests gate would fail" in asked.stdout.splitlines()
    (in_dev.folder / "broken").unlink()
    passed = looks(in_dev, *STAGING, "--dry-run", "--run-gates")
    assert passed.code == 0
    assert passed.stdout.splitlines()[-2:] == [
        "Report not read: security_scan (the exit code decided)",
        "Promotion would succeed",
    ]


def test_what_is_applied_is_what_was_saved(in_dev: Bench) -> None:
    """Effects and facts of the record are the plan's, byte for byte."""
    saving = in_dev.inside(*STAGING, "--out=plan.json")
    assert saving.code == 0
    plan = saved.parse((in_dev.folder / "plan.json").read_bytes()).unwrap()
    assert saving.stdout.splitlines()[-1] == f"Plan saved to plan.json: {plan.digest}"
    dry = looks(in_dev, *STAGING, "--dry-run", "--output=json")
    assert canonical.encode(dry.document) == canonical.encode(plan)
    before = in_dev.tags()
    applied = in_dev.inside("platform", "apply", "plan.json", "--output=json", operator="someone.else@example.com")
    assert applied.code == 0
    record = run(lambda: in_dev.session().world.ledger.record(applied.document["record"])).unwrap()
    assert record.plan == plan.digest
    for name in ("event", "expects", "before", "after", "facts", "policy"):
        assert canonical.encode(getattr(record, name)) == canonical.encode(getattr(plan, name))
    after = in_dev.tags()
    drawn = {each.name: str(each.digest) for each in plan.drawings}
    assert {
        name: digest for name, digest in after.items() if before.get(name) != digest and name != "floe-log"
    } == drawn


def test_saving_changes_no_file_but_the_plan_and_equal_plans_are_equal_bytes(in_dev: Bench) -> None:
    before = tree(in_dev.registry)
    for name in ("one.json", "two.json"):
        assert in_dev.inside(*STAGING, f"--out={name}").code == 0
    assert tree(in_dev.registry) == before
    assert (in_dev.folder / "one.json").read_bytes() == (in_dev.folder / "two.json").read_bytes()
    shown_plan = looks(in_dev, "platform", "show", "one.json")
    assert shown_plan.stdout.splitlines()[1:6] == [
        "Promotes: v1.0.0 from dev to staging",
        "Effects, in order:",
        "  - record the promotion",
        f"  - create tag v1.0.0-staging -> {in_dev.tags()['v1.0.0']}",
        f"  - move tag latest-staging -> {in_dev.tags()['v1.0.0']}",
    ]


def test_a_plan_that_is_blocked_is_not_saved(in_dev: Bench) -> None:
    locked(in_dev)
    assert looks(in_dev, *STAGING, "--out=plan.json").code == 13


def test_force_moves_the_pointer_and_warns(in_dev: Bench) -> None:
    in_dev.push("v1.1.0", "more")
    in_dev.promote("v1.1.0", "dev")
    forced = in_dev.inside("platform", "promote", "v1.0.0", "--to=dev", "--force")
    assert (forced.code, forced.stderr) == (
        0,
        "WARNING: v1.1.0 is current in dev; the pointer moves to v1.0.0\n",
    )
    assert in_dev.tags()["latest-dev"] == in_dev.tags()["v1.0.0"]
    assert in_dev.inside("platform", "status", "--check").code == 0


def test_force_lifts_that_one_refusal_and_no_other(in_dev: Bench) -> None:
    locked(in_dev)
    assert in_dev.inside(*STAGING, "--force").code == 13
    assert in_dev.inside("platform", "promote", "v1.0.0", "--from=dev", "--to=prod", "--force").code == 9


def test_if_needed_says_that_nothing_was_to_be_done(in_dev: Bench) -> None:
    command = ("platform", "promote", "v1.0.0", "--to=dev", "--if-needed")
    answer = looks(in_dev, *command)
    assert (answer.code, answer.stdout) == (0, "Version v1.0.0 is already in dev; nothing to do\n")
    told = looks(in_dev, *command, "--output=json").document
    assert (told["success"], told["already"]) == (True, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("platform", "status"),
        (*STAGING, "--dry-run"),
        ("platform", "promote", "v1.0.0", "--to=dev"),
        ("platform", "check"),
        ("artifact", "inspect", "-r", "oci-layout://registry", "-t", "v1.0.0"),
        ("schema", "manifest"),
    ],
    ids=" ".join,
)
def test_yaml_says_what_json_says(in_dev: Bench, arguments: tuple[str, ...]) -> None:
    in_json, in_yaml = (looks(in_dev, *arguments, f"--output={form}") for form in ("json", "yaml"))
    assert in_json.code == in_yaml.code
    wanted = json.loads(shown(in_json.stdout)) if "trace_id" in in_json.stdout else in_json.document
    assert yaml.safe_load(shown(in_yaml.stdout) if "trace_id" in in_yaml.stdout else in_yaml.stdout) == wanted


def test_quiet_says_nothing_but_errors_and_documents(in_dev: Bench) -> None:
    assert looks(in_dev, "platform", "status", "--quiet").stdout == ""
    assert looks(in_dev, "platform", "status", "--quiet", "--output=json").document
    assert looks(in_dev, "platform", "promote", "v1.0.0", "--to=dev", "--quiet").stderr.startswith("ERROR: ")
