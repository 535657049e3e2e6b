"""The quickstart's sections, typed as they stand, print what the quickstart shows."""

import pytest

from tests.integration.process import BARE, URI, Answer, Bench, shown


def says(answer: Answer, text: str, code: int = 0) -> None:
    """On stdout, this and nothing else; where it fails, on stderr."""
    wanted = text.strip("\n") + "\n"
    out, err = (wanted, "") if code == 0 else ("", wanted)
    assert (shown(answer.stdout), shown(answer.stderr), answer.code) == (out, err, code)


@pytest.fixture
def released(bench: Bench) -> Bench:
    """v0.9.0 went all the way; v1.0.0, which adds a field, is in dev."""
    bench.push("v0.9.0")
    bench.promote("v0.9.0", "dev", "staging", "prod")
    bench.push("v1.0.0", "new_feature")
    bench.promote("v1.0.0", "dev")
    return bench


def test_publish_the_first_artifact(bench: Bench) -> None:
    """Section 2."""
    bench.compile("v1.0.0")
    says(
        bench.platform("compile", "--spec", "floe.yaml", "--manifest", "manifest.yaml"),
        """
Compiled: target/compiled_artifacts.json
Digest: sha256:<64>
Products: analytics-pipeline
""",
    )
    push = ("artifact", "push", "-a", "target/compiled_artifacts.json", "-r", URI, "-t", "v1.0.0")
    says(bench.floe(*push), "Pushed: oci-layout://registry:v1.0.0\nDigest: sha256:<64>")
    says(bench.floe(*push), "Already there: oci-layout://registry:v1.0.0\nDigest: sha256:<64>")
    says(
        bench.platform("promote", "v1.0.0", "--from=none", "--to=dev"),
        """
Promoted v1.0.0 from none to dev
New tag: v1.0.0-dev
Latest tag updated: latest-dev
Gates passed: 1/1
Signature: not checked
Trace ID: <trace>
Operator: ci@example.com (unverified)
""",
    )


def test_promote_through_environments(bench: Bench) -> None:
    """Section 3."""
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev")
    says(
        bench.platform("status"),
        """
Environment   Version   Digest                Promoted By                   At
────────────────────────────────────────────────────────────────────────────────────────────
dev           v1.0.0    sha256:abcdef012345   ci@example.com (unverified)   2026-01-15 10:30
staging       -         -                     -                             -
prod          -         -                     -                             -
""",
    )
    says(
        bench.platform("promote", "v1.0.0", "--from=dev", "--to=staging", "--dry-run"),
        """
[DRY RUN] Would promote v1.0.0 from dev to staging
Gates to validate:
  - policy_compliance: required
  - tests: required
  - security_scan: required
Signature status: not checked
Estimated time: ~0s (never run: policy_compliance, tests, security_scan)
Promotion would succeed if these gates pass: tests, security_scan
""",
    )
    says(
        bench.platform("promote", "v1.0.0", "--from=dev", "--to=staging"),
        """
Promoted v1.0.0 from dev to staging
New tag: v1.0.0-staging
Latest tag updated: latest-staging
Gates passed: 3/3
Signature: not checked
Trace ID: <trace>
Operator: ci@example.com (unverified)
Report not read: security_scan (the exit code decided)
""",
    )


def test_roll_back(released: Bench) -> None:
    """Section 4."""
    released.promote("v1.0.0", "staging")
    says(
        released.platform("rollback", "v0.9.0", "--env=staging", "--dry-run"),
        """
[DRY RUN] Would rollback staging to v0.9.0

Impact Analysis:
- Breaking changes: 1
  - Removed field: config.new_feature
- Affected products: 1
  - reporting-dashboard
- Recommendations:
  - Notify downstream teams before rollback
""",
    )
    says(
        released.platform("rollback", "v0.9.0", "--env=staging", "--reason=Performance regression"),
        """
Rolled back staging to v0.9.0
Previous version: v1.0.0
Latest tag updated: latest-staging -> v0.9.0
Reason: "Performance regression"
New tag: v0.9.0-staging-rollback-1
Trace ID: <trace>
Operator: ci@example.com (unverified)
""",
    )


def test_view_history(released: Bench) -> None:
    """Section 5."""
    released.promote("v1.0.0", "staging", "prod", operator="platform@acme.com")
    released.platform("rollback", "v0.9.0", "--env=prod", "--reason=Performance fix", operator="platform@acme.com")
    released.promote("v1.0.0", "prod", operator="platform@acme.com")
    says(
        released.platform("status", "--env=prod", "--history=5"),
        """
Environment: prod
Current: v1.0.0 (sha256:abcdef012345)

History:
  2026-01-15 10:30  PROMOTED   v1.0.0  platform@acme.com (unverified)
  2026-01-15 10:30  ROLLBACK   v0.9.0  platform@acme.com (unverified)  "Performance fix"
  2026-01-15 10:30  PROMOTED   v1.0.0  platform@acme.com (unverified)
  2026-01-15 10:30  PROMOTED   v0.9.0  ci@example.com (unverified)
""",
    )
    status = released.platform("status", "--format=json")
    prod = next(each for each in status.document if each["environment"] == "prod")
    assert list(prod) == [
        "environment",
        "version",
        "digest",
        "promoted_by",
        "assurance",
        "promoted_at",
        "locked",
        "history",
    ]
    assert (prod["version"], prod["promoted_by"], prod["locked"]) == ("v1.0.0", "platform@acme.com", None)
    assert [each["kind"] for each in prod["history"]] == ["PROMOTED", "ROLLBACK", "PROMOTED", "PROMOTED"]
    assert status.stderr == ""


def test_environment_lock(released: Bench) -> None:
    """Environment Lock/Freeze."""
    released.promote("v1.0.0", "staging")
    why = "Incident #123 - Database migration"
    says(
        released.platform("lock", "--env=prod", f"--reason={why}", operator="sre@acme.com"),
        """
Environment 'prod' is now locked
Locked by: sre@acme.com (unverified)
Reason: Incident #123 - Database migration
To unlock: floe platform unlock --env=prod --reason="<resolution>"
""",
    )
    says(
        released.platform("promote", "v1.0.0", "--from=staging", "--to=prod"),
        """
ERROR: Environment 'prod' is locked
Reason: Incident #123 - Database migration
Locked by: sre@acme.com (unverified) at 2026-01-15 10:30
Unlock first: floe platform unlock --env=prod --reason="<resolution>"
""",
        13,
    )
    locked = "prod is locked: Incident #123 - Database migration (by sre@acme.com (unverified) at 2026-01-15 10:30)"
    assert shown(released.platform("status").stdout).splitlines()[-1] == locked
    says(
        released.platform("unlock", "--env=prod", "--reason=Incident #123 resolved - migration complete"),
        """
Environment 'prod' is now unlocked
Unlock reason: Incident #123 resolved - migration complete
""",
    )
    says(released.platform("unlock", "--env=prod", "--reason=again"), "Environment 'prod' is not locked; nothing to do")


def test_json_output(released: Bench) -> None:
    """CI/CD JSON Output: the quickstart's keys in their order, then floe's own."""
    answer = released.platform("promote", "v1.0.0", "--from=dev", "--to=staging", "--output=json")
    assert (answer.code, answer.stderr) == (0, "")
    told = answer.document
    digest = released.tags()["v1.0.0"]
    assert list(told) == [
        *("success", "promotion_id", "artifact_digest", "artifact_tag", "source_environment", "target_environment"),
        *("gate_results", "trace_id", "promoted_at", "operator", "assurance", "signature", "tags", "record", "sync"),
        "warnings",
    ]
    assert told["success"] is True
    assert [told[key] for key in list(told)[2:6]] == [digest, "v1.0.0", "dev", "staging"]
    assert [(each["gate"], each["status"]) for each in told["gate_results"]] == [
        ("policy_compliance", "passed"),
        ("tests", "passed"),
        ("security_scan", "passed"),
    ]
    assert (told["operator"], told["assurance"], told["signature"]) == ("ci@example.com", "unverified", "not checked")
    assert (told["tags"], told["sync"], told["warnings"]) == (["v1.0.0-staging", "latest-staging"], [], [])
    assert len(told["trace_id"]) == 32


def test_invalid_transition(released: Bench) -> None:
    """Invalid Environment Transition."""
    says(
        released.platform("promote", "v1.0.0", "--from=dev", "--to=prod"),
        """
ERROR: Cannot promote from 'dev' to 'prod'
Reason: Must promote through intermediate environments
Required path: dev -> staging -> prod
""",
        9,
    )
    assert released.platform("promote", "v1.0.0", "--from=dev", "--to=staging").code == 0
    assert released.platform("promote", "v1.0.0", "--from=staging", "--to=prod").code == 0


def test_gate_failure(released: Bench) -> None:
    """Troubleshooting, Gate Failures."""
    command = "printf 'FAILED tests/test_api.py\\\\nFAILED tests/test_config.py\\\\n'; exit 1"
    text = (released.folder / "manifest.yaml").read_text().replace("test ! -f broken", command)
    released.write("manifest.yaml", text)
    answer = released.platform("promote", "v1.0.0", "--from=dev", "--to=staging")
    assert answer.code == 8
    assert answer.stderr.splitlines()[0] == "ERROR: Gate 'tests' failed"
    assert answer.stderr.splitlines()[2:] == [
        "Exit code: 1",
        "Output:",
        "  FAILED tests/test_api.py",
        "  FAILED tests/test_config.py",
        "",
        "Fix tests and retry promotion.",
    ]
    assert answer.stdout == ""


AUTHORIZED = BARE.replace(
    "{name: prod}",
    "{name: prod, authorization: {allowed_groups: [platform-admins, release-managers], separation_of_duties: true}}",
).replace(
    "promotion: {",
    """promotion: {
    identity: {
      people: {dana: [dev@acme.com], pat: [platform@acme.com], rose: [rose@acme.com]},
      groups: {developers: [dana], platform-admins: [pat], release-managers: [rose]},
      accept_unverified: true},
    """,
)


def test_authorization(bench: Bench) -> None:
    """Authorization and Access Control."""
    bench.write("manifest.yaml", AUTHORIZED)
    bench.push("v1.0.0")
    bench.promote("v1.0.0", "dev", "staging", operator="platform@acme.com")
    onwards = ("promote", "v1.0.0", "--from=staging", "--to=prod")
    says(
        bench.platform(*onwards, operator="dev@acme.com"),
        """
ERROR: Authorization failed
Operator 'dev@acme.com' is not authorized to promote to 'prod'
Required groups: [platform-admins, release-managers]
Your groups: [developers]
Exit code: 12
Identity: unverified
""",
        12,
    )
    says(
        bench.platform(*onwards, operator="platform@acme.com"),
        """
ERROR: Separation of duties violation
Operator 'platform@acme.com' promoted this artifact to staging
A different operator must promote to prod
Exit code: 12
Identity: unverified
Or a verified person promotes it to staging again: --to=staging --force
""",
        12,
    )
    assert bench.platform(*onwards, operator="rose@acme.com").code == 0
