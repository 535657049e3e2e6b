"""Of whom the claims of a token speak, provider by provider; the numbers are those of docs/threats.md."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core.identity.naming import GITHUB, GITLAB, GOOGLE, is_proved, issuer_of, spelt_out
from floe.core.identity.principal import FOREIGN_EVENTS, LONGEST_NAME, principal
from floe.core.operator import Operator
from floe.core.outcome import settled
from floe.core.policy import Issuer
from tests.property.purity import deciding

NOW: Final = 1_768_473_000
AT: Final = datetime.fromtimestamp(NOW, tz=UTC)
ENTRA: Final = "https://login.microsoftonline.com/11111111-2222/v2.0"
ELSEWHERE: Final = "https://sso.acme.example/realms/acme"

RUN: Final[dict[str, Any]] = {
    "actor": "octocat",
    "actor_id": "23362539",
    "repository": "acme/platform",
    "repository_id": "1234",
    "repository_owner_id": "77",
    "job_workflow_ref": "acme/platform/.github/workflows/release.yml@refs/heads/main",
    "event_name": "workflow_dispatch",
    "run_id": "9",
    "run_attempt": "1",
}
JOB: Final[dict[str, Any]] = {
    "project_id": "55",
    "pipeline_id": "8",
    "pipeline_source": "web",
    "user_id": "77",
    "user_login": "ada",
    "ci_config_ref_uri": "gitlab.com/acme/p//.gitlab-ci.yml@refs/heads/main",
}


def told(issuer: str, **more: Any) -> dict[str, Any]:
    usual = {
        "iss": issuer,
        "aud": "floe",
        "sub": "repo:acme/platform:ref:refs/heads/main",
        "iat": NOW,
        "exp": NOW + 300,
    }
    return {name: value for name, value in {**usual, **more}.items() if value is not ...}


def operator(issuer: str, groups_claim: str | None = "groups", **claims: Any) -> Operator:
    named = Issuer(issuer=issuer, audience="floe", groups_claim=groups_claim)
    with deciding():
        return principal(told(issuer, **claims), named, AT).unwrap()


def reason(issuer: str, **claims: Any) -> str:
    return principal(told(issuer, **claims), Issuer(issuer=issuer, audience="floe"), AT).failure().reason


def test_i10_a_run_of_github_actions_is_a_machine_that_acts_for_its_actor() -> None:
    run = operator(GITHUB, **RUN)
    assert (run.kind, run.name) == ("machine", "octocat")
    assert run.on_behalf_of == f"{GITHUB}#actor_id=23362539"
    assert run.identity == f"{GITHUB}#repository_id=1234;job_workflow_ref={RUN['job_workflow_ref']}"
    assert {each.name: each.value for each in run.claims}["run_id"] == "9"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"run_attempt": "2"}, "attempt 2"),
        ({"run_attempt": ...}, "attempt None"),
        ({"run_attempt": 1}, "attempt 1"),
        ({"event_name": "schedule"}, "'schedule'"),
        ({"event_name": "merge_group"}, "'merge_group'"),
        ({"event_name": "something_new"}, "'something_new'"),
        ({"event_name": ...}, "'None'"),
        ({"actor_id": ...}, "no actor"),
        ({"actor": "renovate[bot]"}, "a bot"),
    ],
)
def test_i11_i10_where_github_does_not_tell_of_a_person_there_is_none(change: dict[str, Any], why: str) -> None:
    run = operator(GITHUB, **{**RUN, **change})
    assert (run.kind, run.on_behalf_of) == ("machine", None)
    assert why in (run.nobody or "")


@pytest.mark.parametrize("event", FOREIGN_EVENTS)
def test_i09_a_run_in_which_strangers_choose_what_runs_proves_nothing(event: str) -> None:
    assert reason(GITHUB, **{**RUN, "event_name": event}) == "event"


@pytest.mark.parametrize("missing", ["repository_id", "job_workflow_ref"])
def test_a_run_without_what_stays_the_same_is_nobodys(missing: str) -> None:
    assert reason(GITHUB, **{**RUN, missing: ...}) == "claims"


def test_names_that_can_be_given_again_are_not_compared() -> None:
    renamed = operator(GITHUB, **{**RUN, "actor": "mallory", "repository": "mallory/platform", "sub": "anything"})
    assert renamed.identities == operator(GITHUB, **RUN).identities


def test_a_server_of_ones_own_is_known_by_its_claims() -> None:
    assert operator("https://github.acme.example/_services/token", **RUN).kind == "machine"
    assert operator("https://gitlab.acme.example", **JOB).kind == "machine"


def test_a_job_of_gitlab_acts_for_its_user_where_a_person_started_it() -> None:
    job = operator(GITLAB, **JOB)
    assert (job.kind, job.on_behalf_of, job.name) == ("machine", f"{GITLAB}#user_id=77", "ada")
    assert job.identity == f"{GITLAB}#project_id=55;ci_config_ref_uri={JOB['ci_config_ref_uri']}"
    scheduled = operator(GITLAB, **{**JOB, "pipeline_source": "schedule", "ci_config_ref_uri": ...})
    assert (scheduled.on_behalf_of, scheduled.identity) == (None, f"{GITLAB}#project_id=55")
    assert "'schedule'" in (scheduled.nobody or "")
    assert operator(GITLAB, **{**JOB, "user_id": ...}).on_behalf_of is None
    assert operator(GITLAB, **{**JOB, "user_login": ...}).name == "project 55"
    assert operator(GITLAB, **{**JOB, "job_project_id": "56"}).identity.startswith(f"{GITLAB}#project_id=56;")
    assert reason(GITLAB, **{**JOB, "project_id": ...}) == "claims"


@pytest.mark.parametrize(
    ("issuer", "claims", "identity", "kind"),
    [
        (GOOGLE, {"sub": "1157", "email": "ada@acme.com"}, f"{GOOGLE}#1157", "human"),
        (GOOGLE, {"sub": "99", "email": "ci@p.iam.gserviceaccount.com"}, f"{GOOGLE}#99", "machine"),
        (ENTRA, {"tid": "t", "oid": "o", "sub": "p"}, f"{ENTRA}#tid=t;oid=o", "human"),
        (ENTRA, {"tid": "t", "oid": "o", "sub": "o"}, f"{ENTRA}#tid=t;oid=o", "machine"),
        (ENTRA, {"tid": "t", "oid": "o", "idtyp": "app"}, f"{ENTRA}#tid=t;oid=o", "machine"),
        (ELSEWHERE, {"sub": "f3c-9"}, f"{ELSEWHERE}#f3c-9", "unknown"),
        (ELSEWHERE, {"sub": "ci", "client_id": "ci"}, f"{ELSEWHERE}#ci", "machine"),
        (ELSEWHERE, {"sub": "x@clients", "gty": "client-credentials"}, f"{ELSEWHERE}#x@clients", "machine"),
        (ELSEWHERE, {"sub": "f3c", "preferred_username": "service-account-ci"}, f"{ELSEWHERE}#f3c", "machine"),
        (ELSEWHERE, {"sub": "system:serviceaccount:a:b"}, f"{ELSEWHERE}#system:serviceaccount:a:b", "machine"),
        ("https://agent.buildkite.com", {"pipeline_id": "p"}, "https://agent.buildkite.com#pipeline_id=p", "machine"),
        (
            "https://oidc.circleci.com/org/o",
            {"oidc.circleci.com/project-id": "p"},
            "https://oidc.circleci.com/org/o#project_id=p",
            "machine",
        ),
    ],
)
def test_every_provider_has_its_own_claim_that_stays_the_same(
    issuer: str, claims: dict[str, Any], identity: str, kind: str
) -> None:
    found = operator(issuer, **claims)
    assert (found.identity, found.kind, found.on_behalf_of) == (identity, kind, None)


@pytest.mark.parametrize(
    ("issuer", "claims"),
    [
        (GOOGLE, {"sub": "x" * 513}),
        (ENTRA, {"tid": "t"}),
        (ELSEWHERE, {"sub": "\u0440rod"}),
        (ELSEWHERE, {"sub": "a\tb"}),
        ("https://agent.buildkite.com", {}),
        ("https://oidc.circleci.com/org/o", {}),
    ],
)
def test_i20_who_cannot_be_told_apart_proves_nothing(issuer: str, claims: dict[str, Any]) -> None:
    assert reason(issuer, **claims) == "claims"


@pytest.mark.parametrize(
    ("claims", "groups"),
    [
        ({}, None),
        ({"groups": []}, ()),
        ({"groups": ["a", "b"]}, ("a", "b")),
        ({"groups": "a"}, None),
        ({"groups": ["a", 7]}, None),
        ({"groups": ["a", ""]}, None),
        ({"groups": ["a"], "hasgroups": True}, None),
        ({"groups": ["a"], "_claim_names": {"groups": "src1"}}, None),
        ({"groups": ["a"], "_claim_names": {"other": "src1"}}, ("a",)),
        ({"groups": ["x" * 100] * 41}, None),
    ],
)
def test_i19_groups_that_are_not_said_are_unknown_which_is_not_none(
    claims: dict[str, Any], groups: tuple[str, ...] | None
) -> None:
    assert operator(ELSEWHERE, sub="f3c", **claims).groups == groups


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": ["floe"]}, "audience"),
        ({"iss": f"{ELSEWHERE}/"}, "issuer"),
        ({"sub": ""}, "claims"),
        ({"exp": "1"}, "claims"),
        ({"exp": True}, "claims"),
        ({"iat": ...}, "claims"),
        ({"nbf": None}, "claims"),
        ({"exp": 10**15}, "claims"),
        ({"iat": NOW - 400, "exp": NOW - 60}, "expired"),
        ({"nbf": NOW + 61}, "early"),
        ({"iat": NOW - 961}, "old"),
        ({"exp": NOW + 86401}, "claims"),
    ],
)
def test_i05_claims_that_are_odd_or_not_for_us_prove_nothing(claims: dict[str, Any], why: str) -> None:
    assert reason(ELSEWHERE, **claims) == why


@given(st.integers(-90_000, 90_000), st.integers(-90_000, 90_000), st.integers(-90_000, 90_000))
def test_i05_a_token_counts_exactly_in_its_time(made: int, begins: int, ends: int) -> None:
    times = {"iat": NOW + made, "nbf": NOW + begins, "exp": NOW + ends}
    outcome = principal(told(ELSEWHERE, **times), Issuer(issuer=ELSEWHERE, audience="floe"), AT)
    is_now = ends > -60 and max(made, begins) <= 60 and made >= -960
    assert isinstance(outcome, Success) == (is_now and 0 < ends - made <= 86_400)


def test_i19_without_a_claim_to_look_at_groups_are_unknown() -> None:
    assert operator(ELSEWHERE, None, sub="f3c", groups=["a"]).groups is None


def test_an_address_is_shown_only_where_the_issuer_has_checked_it() -> None:
    checked = operator(ELSEWHERE, sub="f3c", email="ada@acme.com", email_verified=True)
    claimed = operator(ELSEWHERE, sub="f3c", email="ada@acme.com")
    assert (checked.name, claimed.name) == ("ada@acme.com", "f3c")
    assert operator(ELSEWHERE, sub="f3c", preferred_username="ada").name == "ada"
    assert len(operator(ELSEWHERE, sub="f3c", preferred_username="a" * 512).name) == LONGEST_NAME


claims_of_any_kind = st.dictionaries(
    st.sampled_from(("iss", "aud", "sub", "exp", "iat", "nbf", "groups", "email", *RUN, *JOB, "tid", "oid")),
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3),
)


@given(claims_of_any_kind, st.sampled_from((GITHUB, GITLAB, GOOGLE, ENTRA, ELSEWHERE)), st.booleans())
def test_i05_whatever_is_claimed_there_is_an_answer_and_only_what_is_right_proves_anything(
    claims: dict[str, Any], issuer: str, whole: bool
) -> None:
    said = {**told(issuer), **claims} if whole else claims
    with deciding():
        outcome = settled(principal(said, Issuer(issuer=issuer, audience="floe"), AT))
    match outcome:
        case Success(found):
            assert (said["iss"], said["aud"], found.assurance) == (issuer, "floe", "verified")
            assert isinstance(said["exp"], int)
            assert said["exp"] > NOW - 60
            assert all(" " <= each <= "~" for each in f"{found.name}{found.identity}")
        case Failure(refusal):
            assert refusal.found
            assert refusal.expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("github:23362539", f"{GITHUB}#actor_id=23362539"),
        ("gitlab:77", f"{GITLAB}#user_id=77"),
        ("google:1157", f"{GOOGLE}#1157"),
        ("ada@acme.com", "ada@acme.com"),
        ("https://a.example#x", "https://a.example#x"),
    ],
)
def test_short_forms_stand_for_issuers_that_everybody_knows(written: str, meant: str) -> None:
    assert spelt_out(written).unwrap() == meant
    assert is_proved(meant) == ("#" in meant)
    assert issuer_of(meant) == (meant.partition("#")[0] if "#" in meant else None)


@pytest.mark.parametrize("written", ["github:octocat", "github:", "gitlab:0", "google:a@b.c", "github:1 2"])
def test_a_short_form_takes_the_number_and_not_the_name(written: str) -> None:
    assert isinstance(spelt_out(written), Failure)
