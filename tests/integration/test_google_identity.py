"""gcp-workload-identity: the metadata service, or a pool with a token of another cloud's; then a registry."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.pod import Pod
from tests.servers.clouds import google
from tests.servers.clouds.answers import said
from tests.servers.clouds.google import ASKING, FEDERATED, USER, Google, account
from tests.servers.clouds.jwt import jwt
from tests.servers.docker_registry import DockerRegistry, free
from tests.servers.stranger import Reply, Stranger

PASSWORD = "canary-of-a-password"
TRUSTED = jwt("job")
SECRETS = (PASSWORD, FEDERATED, ASKING, TRUSTED)
FILE, HOST = "GOOGLE_APPLICATION_CREDENTIALS", "GCE_METADATA_HOST"
JSON = {"type": "json", "subject_token_field_name": "value"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerRegistry]:
    running = DockerRegistry("htpasswd", tmp_path_factory.mktemp("registry"))
    yield running
    running.close()


@pytest.fixture
def cloud() -> Google:
    return Google(*(PASSWORD for _ in range(8)), subject=TRUSTED)


@pytest.fixture
def services(cloud: Google) -> Iterator[Stranger]:
    with Stranger(cloud) as running:
        yield running


@pytest.fixture
def pod(tmp_path: Path, registry: DockerRegistry) -> Pod:
    registry.admit(USER, PASSWORD)
    return Pod(tmp_path, f"{registry.authority}/{registry.repository()}", "gcp-workload-identity", {})


def written(pod: Pod, document: object) -> dict[str, str]:
    return {FILE: pod.token("account.json", document if isinstance(document, str) else json.dumps(document))}


def source(name: str, pod: Pod, url: str) -> dict[str, object]:
    """Where the token of the other cloud comes from."""
    match name:
        case "file":
            return {"file": pod.token("subject", f"{TRUSTED}\n"), "format": {"type": "text"}}
        case "plain file":
            return {"file": pod.token("subject", TRUSTED)}
        case "json file":
            return {"file": pod.token("subject.json", json.dumps({"value": TRUSTED})), "format": JSON}
        case _:  # as in a job of GitHub's
            headers = {"Authorization": f"Bearer {ASKING}"}
            return {"url": f"{url}{google.JOB}", "headers": headers, "format": JSON}


@pytest.mark.parametrize("name", ["metadata", "file", "plain file", "json file", "address"])
def test_each_way_leads_into_the_registry_and_shows_no_secret(pod: Pod, services: Stranger, name: str) -> None:
    url = services.url
    pod.given = {HOST: services.authority} if name == "metadata" else written(pod, account(url, source(name, pod, url)))
    pushed = pod.pushed()
    assert pushed.code == 0, pushed.stderr
    promoted = pod.inside("platform", "promote", "v1.0.0", "--from=none", "--to=dev", "--verbose")
    assert promoted.code == 0, promoted.stderr
    assert not [secret for secret in SECRETS if secret in f"{pushed}{promoted}"]


def test_without_a_service_account_the_token_of_the_pool_is_the_password(
    pod: Pod, services: Stranger, registry: DockerRegistry
) -> None:
    registry.admit(USER, FEDERATED)
    pod.given = written(pod, account(services.url, source("file", pod, ""), impersonates=False))
    assert pod.pushed().code == 0


def test_elsewhere_than_in_google_that_is_said(pod: Pod) -> None:
    pod.given = {HOST: free()}
    told = pod.told()
    assert "ERROR: There are no credentials for 127.0.0.1:" in told
    assert "no metadata service answers" in told


def test_somebody_else_at_the_address_of_the_metadata_service_is_not_believed(
    pod: Pod, services: Stranger, cloud: Google
) -> None:
    cloud.trouble[google.METADATA] = said(200, {"access_token": PASSWORD, "expires_in": 60})
    pod.given = {HOST: services.authority}
    assert "is not Google's metadata service" in pod.told()


LACKING: dict[str, tuple[object, str]] = {
    "no JSON": ("{", "no file of type external_account"),
    "a key": ({"type": "service_account", "private_key": "canary-of-a-key"}, "'service_account'"),
    "a program": (account("http://127.0.0.1:9", {"executable": {"command": "x"}}), "neither a file nor a url"),
    "another cloud": (
        account("http://127.0.0.1:9", {"environment_id": "aws1", "url": "x"}),
        "neither a file nor a url",
    ),
    "no audience": ({"type": "external_account", "token_url": "http://127.0.0.1:9"}, "lacks audience"),
    "no token": (account("http://127.0.0.1:9", {"file": "/nowhere/token"}), "names /nowhere/token"),
    "no field": (account("http://127.0.0.1:9", {"file": __file__, "format": JSON}), "gives no text 'value'"),
}


@pytest.mark.parametrize(("document", "words"), LACKING.values(), ids=LACKING.keys())
def test_a_file_that_leads_to_no_token_is_told(pod: Pod, document: object, words: str) -> None:
    pod.given = written(pod, document)
    told = pod.told()
    assert "There are no credentials" in told
    assert words in told
    assert "canary" not in told


@pytest.mark.parametrize("key", ["token_url", "service_account_impersonation_url"])
@pytest.mark.parametrize("url", ["https://sts.googleapis.com.evil.example/v1/token", "http://sts.googleapis.com/", "x"])
def test_r10_a_file_cannot_send_tokens_to_others_than_google(pod: Pod, services: Stranger, key: str, url: str) -> None:
    pod.given = written(pod, account(services.url, source("address", pod, services.url)) | {key: url})
    assert "nothing was sent" in pod.told()
    assert services.heard == []


def test_expired_is_told_by_the_token_itself(pod: Pod, services: Stranger) -> None:
    old = jwt("job", lasts=-60)
    pod.given = written(pod, account(services.url, {"file": pod.token("subject", old)}))
    told = pod.told()
    assert "have expired" in told
    assert old not in told


def test_refused_is_told_in_googles_words_without_the_token(pod: Pod, services: Stranger) -> None:
    other = jwt("stranger")
    pod.given = written(pod, account(services.url, {"file": pod.token("subject", other)}))
    told = pod.told()
    assert "ERROR: Google Cloud refused the credentials" in told
    assert "The given credential is rejected: ***" in told
    assert other not in told


def test_a_service_account_that_nobody_may_act_for_is_told(pod: Pod, services: Stranger, cloud: Google) -> None:
    error = {"code": 403, "message": f"denied for {FEDERATED}", "status": "PERMISSION_DENIED"}
    cloud.trouble[google.ACCOUNT] = said(403, {"error": error})
    pod.given = written(pod, account(services.url, source("file", pod, "")))
    told = pod.told()
    assert "403: denied for ***" in told
    assert "roles/iam.workloadIdentityUser" in told


def test_a_job_that_may_not_have_a_token_is_told(pod: Pod, services: Stranger) -> None:
    headers = {"Authorization": "Bearer canary-of-another"}
    pod.given = written(pod, account(services.url, {"url": f"{services.url}{google.JOB}", "headers": headers}))
    told = pod.told()
    assert "does not lend any (401" in told
    assert "canary-of-another" not in told


def test_who_is_out_of_order_is_asked_again(pod: Pod, services: Stranger, cloud: Google) -> None:
    broken = iter((Reply(503), Reply(429, {"Retry-After": "0"})))
    services.script = lambda heard: next(broken, None) or cloud(heard)
    pod.given = {HOST: services.authority}
    assert pod.pushed().code == 0
    assert len(services.heard) == 3
