"""Quickstart, "Authorization and Access Control", with people who prove who they are; and those who do not."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import floe
from floe.core.refusal import TokenRefused
from tests.integration.process import BARE, Answer, Bench, shown
from tests.servers.issuer import Issuer, SigningKey
from tests.servers.wire import Answer as Response

AUTHORIZED: Final = BARE.replace(
    "{name: staging}", "{name: staging, authorization: {allowed_groups: [developers, platform-team]}}"
).replace(
    "{name: prod}",
    "{name: prod, authorization: {allowed_groups: [platform-admins, release-managers], separation_of_duties: true}}",
)
IDENTITY: Final = """promotion: {{
    identity: {{
      issuers: [{{issuer: "{url}", groups_claim: groups}}],
      people: {{dana: ["{url}#dana"], pat: ["{url}#pat", "{url}#actor_id=1"], rose: ["{url}#rose"]}},
      groups: {{developers: [pat]}}}},
"""
GROUPS: Final = {"dana": ["developers"], "pat": ["platform-admins"], "rose": ["release-managers"]}
ADDRESSES: Final = {"dana": "dev@acme.com", "pat": "platform@acme.com", "rose": "rose@acme.com"}
RUN: Final = {
    "actor": "pat",
    "actor_id": "1",
    "repository_id": "1234",
    "job_workflow_ref": "acme/p/.github/workflows/release.yml@refs/heads/main",
    "event_name": "workflow_dispatch",
    "run_attempt": "1",
}


class Office(Bench):
    """A bench where people have tokens."""

    def __init__(self, folder: Path, home: Path, issuer: Issuer) -> None:
        super().__init__(folder, home, AUTHORIZED.replace("promotion: {", IDENTITY.format(url=issuer.url), 1))
        self.issuer = issuer
        self.variables: dict[str, str] = {}

    def environ(self, operator: str | None = None) -> dict[str, str]:  # type: ignore[explicit-override]
        return super().environ(operator) | self.variables

    def token(self, who: str, **more: Any) -> str:
        known = {"email": ADDRESSES.get(who, ...), "email_verified": True, "groups": GROUPS.get(who, [])}
        return self.issuer.mint(self.issuer.claims(int(time.time()), sub=who, **{**known, **more}))

    def run(self, **more: Any) -> str:
        """The token of a CI run."""
        return self.issuer.mint(self.issuer.claims(int(time.time()), **{**RUN, **more}))

    def platform(self, *arguments: str, operator: str | None = None) -> Answer:  # type: ignore[explicit-override]
        return self.inside("platform", *arguments, operator=operator)

    def does(self, who: str, *arguments: str) -> Answer:
        return self.platform(*arguments, "--identity-token", self.token(who))

    def types(self, who: str, *arguments: str) -> Answer:
        """As `does`, in a process of its own."""
        return self.floe("platform", *arguments, "--identity-token", self.token(who), operator=None)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer(SigningKey.ec("first")) as running:
        yield running


@pytest.fixture
def office(tmp_path: Path, issuer: Issuer) -> Office:
    """v1.0.0 is in staging, and pat brought it there."""
    (tmp_path / "office").mkdir()
    (tmp_path / "home").mkdir()
    made = Office(tmp_path / "office", tmp_path / "home", issuer)
    made.push("v1.0.0")
    return made


@pytest.fixture
def staged(office: Office) -> Office:
    for name in ("dev", "staging"):
        answer = office.does("pat", "promote", "v1.0.0", f"--to={name}")
        assert answer.code == 0, answer.stderr
    return office


ONWARDS: Final = ("promote", "v1.0.0", "--from=staging", "--to=prod")


def test_a_promotion_by_somebody_who_proved_it_says_so(office: Office) -> None:
    answer = office.types("pat", "promote", "v1.0.0", "--to=dev", "--output=json")
    assert (answer.code, answer.stderr) == (0, "")
    assert (answer.document["operator"], answer.document["assurance"]) == ("platform@acme.com", "verified")
    assert "platform@acme.com  " in office.platform("status").stdout
    assert "(unverified)" not in office.platform("status").stdout


def test_unauthorized_promotion_attempt(staged: Office) -> None:
    answer = staged.types("dana", *ONWARDS)
    assert answer.code == 12
    assert answer.stderr == (
        "ERROR: Authorization failed\n"
        "Operator 'dev@acme.com' is not authorized to promote to 'prod'\n"
        "Required groups: [platform-admins, release-managers]\n"
        "Your groups: [developers]\n"
        "Exit code: 12\n"
    )


def test_whoever_is_in_no_list_of_operators_is_told_what_to_write_there(office: Office) -> None:
    """The name that a token shows may be one that the list has, and is not compared."""
    file = office.folder / "manifest.yaml"
    file.write_text(file.read_text().replace("allowed_groups: [developers, platform-team]", "allowed_operators: [pat]"))
    token = office.run(run_attempt="2")
    assert office.platform("promote", "v1.0.0", "--to=dev", "--identity-token", token).code == 0
    answer = office.platform("promote", "v1.0.0", "--to=staging", "--identity-token", token)
    assert answer.code == 12
    assert answer.stderr == (
        "ERROR: Authorization failed\n"
        "Operator 'pat' is not authorized to promote to 'staging'\n"
        "Required operators: [pat]\n"
        f"Your identity: {office.issuer.url}#repository_id=1234;job_workflow_ref={RUN['job_workflow_ref']}\n"
        "Exit code: 12\n"
    )


def test_separation_of_duties_violation(staged: Office) -> None:
    answer = staged.types("pat", *ONWARDS)
    assert answer.code == 12
    assert answer.stderr == (
        "ERROR: Separation of duties violation\n"
        "Operator 'platform@acme.com' promoted this artifact to staging\n"
        "A different operator must promote to prod\n"
        "Exit code: 12\n"
        "Or a verified person promotes it to staging again: --to=staging --force\n"
    )
    assert staged.types("rose", *ONWARDS).code == 0


def test_i19_groups_that_nobody_says_are_told_apart_from_none(staged: Office) -> None:
    silent = staged.platform(*ONWARDS, "--identity-token", staged.token("rose", groups=...))
    none = staged.platform(*ONWARDS, "--identity-token", staged.token("rose", groups=[]))
    assert (silent.code, none.code) == (12, 12)
    assert "Your groups: unknown\nNobody says which those are" in silent.stderr
    assert "Your groups: []\nExit code" in none.stderr


def test_i01_a_name_that_nobody_proved_is_refused_with_both_ways_out(staged: Office) -> None:
    answer = staged.platform(*ONWARDS, "--operator", "rose@acme.com")
    assert answer.code == 12
    assert answer.stderr.startswith("ERROR: Identity not verified\nOperator 'rose@acme.com' has not proved")
    assert "issuers:" in answer.stderr
    assert "accept_unverified: true" in answer.stderr
    assert answer.stderr.endswith("Exit code: 12\nIdentity: unverified\n")
    assert "v1.0.0-prod" not in staged.tags()


def test_a13_refusals_are_recorded_and_listed_where_that_is_asked_for(staged: Office) -> None:
    staged.does("pat", *ONWARDS)
    staged.does("dana", *ONWARDS)
    for _ in range(2):
        staged.platform(*ONWARDS, "--operator", "rose@acme.com")
    staged.does("dana", *ONWARDS, "--dry-run")
    assert "REFUSED" not in staged.platform("status", "--env=prod", "--history=5").stdout
    told = staged.platform("status", "--env=prod", "--refused").stdout
    assert shown(told) == (
        "Environment: prod\nCurrent: -\n\nHistory:\n"
        "  2026-01-15 10:30  REFUSED    v1.0.0  rose@acme.com (unverified)  "
        '"unverified, not-authorized, unknown-hands"\n'
        '  2026-01-15 10:30  REFUSED    v1.0.0  dev@acme.com  "not-authorized"\n'
        '  2026-01-15 10:30  REFUSED    v1.0.0  platform@acme.com  "same-hands"\n'
    )
    listed = staged.platform("status", "v1.0.0", "--env=prod", "--refused", "--output=json").document[0]["history"]
    assert [(each["kind"], each["assurance"]) for each in listed] == [
        ("REFUSED", "unverified"),
        ("REFUSED", "verified"),
        ("REFUSED", "verified"),
    ]
    assert staged.platform("status", "--check").code == 0


def test_a13_to_look_at_a_rollback_is_recorded_only_where_it_was_about_to_be_done(staged: Office) -> None:
    back = ("rollback", "v1.0.0", "--env=staging")
    for arguments in ((*back, "--dry-run"), back):
        assert "ERROR: Authorization failed\n" in staged.does("rose", *arguments).stderr
    listed = staged.platform("status", "--env=staging", "--refused", "--output=json").document[0]["history"]
    assert [each["kind"] for each in listed] == ["REFUSED", "PROMOTED"]
    assert listed[0]["reason"] == "rollback: not-authorized"


def test_a08_i08_the_token_is_written_nowhere(office: Office, issuer: Issuer) -> None:
    token = office.token("pat")
    office.variables["FLOE_IDENTITY_TOKEN"] = token
    said = [
        office.platform(*arguments, "--verbose", f"--output={form}")
        for arguments in (("promote", "v1.0.0", "--to=dev"), ("promote", "v1.0.0", "--to=prod"), ("status",))
        for form in ("table", "json")
    ]
    issuer.keys = [SigningKey.ec("first")]
    said.append(office.platform("promote", "v1.0.0", "--to=staging", "--verbose"))
    assert said[-1].code == 12
    written = [each.read_bytes() for each in office.folder.rglob("*") if each.is_file()]
    everything = b"".join([*written, *(f"{each.stdout}{each.stderr}".encode() for each in said)])
    assert said[0].code == 0
    assert not [part for part in token.split(".") if part.encode() in everything]
    assert token.split(".")[2] not in "".join(each.target for each in issuer.asked.seen)


def test_what_a_record_keeps_of_a_token(office: Office) -> None:
    office.variables["FLOE_IDENTITY_TOKEN"] = office.run()
    record = office.platform("promote", "v1.0.0", "--to=dev", "--output=json").document["record"]
    stored = json.loads((office.registry / "blobs" / "sha256" / record.removeprefix("sha256:")).read_text())
    operator = json.loads(stored["annotations"]["dev.floe.promotion.statement"])["predicate"]["operator"]
    assert (operator["kind"], operator["on_behalf_of"]) == ("machine", f"{office.issuer.url}#actor_id=1")
    assert set(operator["token"]) == {"id", "expires", "sha256", "key"}
    assert {"name": "run_attempt", "value": "1"} in operator["claims"]


def other_key(office: Office) -> str:
    return office.issuer.mint(office.issuer.claims(int(time.time())), SigningKey.ec("first"))


REFUSED_TOKENS: Final[tuple[tuple[str, Callable[[Office], str], str], ...]] = (
    ("form", lambda office: "not-a-token", "1 parts with dots between them"),
    ("issuer", lambda office: office.token("pat", iss="https://other.example"), "'https://other.example'"),
    ("audience", lambda office: office.token("pat", aud="sigstore"), "audience 'sigstore'"),
    ("expired", lambda office: office.token("pat", iat=1_700_000_000, exp=1_700_000_300), "2023-11-14 22:18:20"),
    ("event", lambda office: office.run(event_name="pull_request"), "'pull_request'"),
    ("signature", other_key, "not by the issuer's key"),
)


@pytest.mark.parametrize(("word", "made", "found"), REFUSED_TOKENS, ids=lambda each: each)
def test_a_token_that_proves_nothing_is_refused_and_nobody_falls_back_to_a_name(
    office: Office, word: str, made: Callable[[Office], str], found: str
) -> None:
    answer = office.platform("promote", "v1.0.0", "--to=dev", "--identity-token", made(office), operator="ci")
    assert answer.code == 12
    told = answer.stderr.splitlines()
    assert told[0] == "ERROR: Identity token not accepted"
    assert [line.partition(":")[0] for line in told[1:4]] == ["Found", "Expected", "Next"]
    assert found in told[1]
    assert told[4:] == ["Exit code: 12", "Identity: unverified"]
    assert "v1.0.0-dev" not in office.tags()
    again = office.platform("promote", "v1.0.0", "--to=dev", "--identity-token", made(office), "-o", "json")
    assert again.document["error"]["code"] == "token-refused"
    assert again.document["error"]["reasons"][0]["facts"]["reason"] == word


def test_a_name_beside_a_token_is_not_heeded(office: Office) -> None:
    answer = office.platform(
        "promote", "v1.0.0", "--to=dev", "--identity-token", office.token("pat"), "--operator=ada", operator=None
    )
    assert answer.code == 0
    assert answer.stderr == "WARNING: --operator is not heeded: the token says who asks\n"
    assert "Operator: platform@acme.com\n" in answer.stdout


def test_whoever_only_looks_needs_no_token(office: Office) -> None:
    office.variables["FLOE_IDENTITY_TOKEN"] = "not-a-token"
    assert office.platform("status").code == 0
    assert office.platform("check").code == 0
    assert len(office.issuer.asked.seen) == 0


def test_the_token_of_gitlab_is_found_under_the_name_of_its_audience(office: Office) -> None:
    job = {"project_id": "5", "pipeline_id": "8", "pipeline_source": "web", "user_id": "7", "user_login": "ada"}
    office.variables |= {"GITLAB_CI": "true", "FLOE_ID_TOKEN": office.token("job", **job)}
    answer = office.platform("promote", "v1.0.0", "--to=dev", operator="ci")
    assert answer.code == 0
    assert "Operator: ada\n" in answer.stdout


def test_a_ci_that_gives_no_token_is_told_of_and_the_operator_is_unverified(office: Office) -> None:
    office.variables["GITLAB_CI"] = "true"
    answer = office.platform("promote", "v1.0.0", "--to=dev", operator="ci")
    assert answer.code == 0
    assert answer.stderr == (
        "WARNING: no identity token: GitLab gave none: the job needs "
        "`id_tokens: {FLOE_ID_TOKEN: {aud: floe}}`; the operator is unverified\n"
    )
    assert "Operator: ci (unverified)\n" in answer.stdout
    dry = office.platform("promote", "v1.0.0", "--to=prod", "--dry-run", operator="ci")
    assert dry.code == 11
    assert dry.stderr.startswith("WARNING: no identity token: GitLab gave none")


def test_the_token_of_github_actions_is_asked_for_with_the_right_audience(office: Office, issuer: Issuer) -> None:
    issuer.answers["/actions"] = Response(200, (), json.dumps({"value": office.run()}).encode())
    office.variables |= {
        "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{issuer.url}/actions?version=1",
    }
    answer = office.platform("promote", "v1.0.0", "--to=dev", operator="ci")
    assert answer.code == 0, answer.stderr
    assert "Operator: pat\n" in answer.stdout
    assert issuer.asked.seen[0].target == "/actions?version=1&audience=floe"


def test_a_token_of_a_ci_that_the_manifest_does_not_name_is_told_of(office: Office) -> None:
    office.variables |= {"GITLAB_CI": "true", "FLOE_ID_TOKEN": office.token("job", iss="https://gitlab.com")}
    answer = office.platform("promote", "v1.0.0", "--to=dev", operator="ci")
    assert answer.code == 0
    assert "does not count: a token of issuer 'https://gitlab.com'; the operator is unverified" in answer.stderr


def test_i09_a_run_for_a_pull_request_does_not_fall_back_to_a_name(office: Office) -> None:
    office.variables |= {"GITLAB_CI": "true", "FLOE_ID_TOKEN": office.run(event_name="pull_request_target")}
    answer = office.platform("promote", "v1.0.0", "--to=dev", operator="ci")
    assert answer.code == 12
    assert "ERROR: Identity token not accepted" in answer.stderr


def test_i10_i11_a_run_that_was_started_again_may_not_go_where_duties_are_separate(staged: Office) -> None:
    rerun = staged.run(run_attempt="2", groups=["release-managers"])
    answer = staged.platform(*ONWARDS, "--identity-token", rerun)
    assert answer.code == 12
    assert answer.stderr == (
        "ERROR: Separation of duties cannot be established\n"
        "Operator 'pat' is a machine, and no person is known to stand behind it\n"
        "Found: this is attempt 2 of the run, and GitHub does not say who started it again\n"
        "Expected: a person who did not promote it before, to promote it to prod or to approve that\n"
        "Next: promote it with a person's own token (--identity-token)\n"
        "Exit code: 12\n"
    )
    stranger = staged.run(actor_id="99", groups=["release-managers"])
    told = staged.platform(*ONWARDS, "--identity-token", stranger).stderr
    assert f"Found: '{staged.issuer.url}#actor_id=99' started it, and is in no entry" in told
    same = staged.run(groups=["release-managers"])
    assert "ERROR: Separation of duties violation\n" in staged.platform(*ONWARDS, "--identity-token", same).stderr


def test_programs_hand_in_a_token_as_well(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith(("GITHUB_", "GITLAB_", "CI", "FLOE_")):
            monkeypatch.delenv(name)
    file = office.folder / "manifest.yaml"
    session = floe.load_manifest(file, identity_token=office.token("rose")).unwrap()
    assert (session.operator.name, session.operator.assurance) == ("rose@acme.com", "verified")
    refusal = floe.load_manifest(file, identity_token="x").failure()
    assert isinstance(refusal, TokenRefused)
    named = floe.load_manifest(file, operator="ada").unwrap()
    assert (named.operator.name, named.operator.assurance) == ("ada", "unverified")


@pytest.mark.anyio
async def test_programs_with_an_event_loop_hand_in_a_token_as_well(office: Office) -> None:
    session = floe.load_manifest(office.folder / "manifest.yaml", identity_token=office.token("rose")).unwrap()
    assert session.operator.name == "rose@acme.com"
