"""azure-managed-identity: three ways to a token of Entra's, then ACR's exchange, then a registry."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.pod import Pod
from tests.servers.clouds.answers import said
from tests.servers.clouds.azure import CLIENT, ENTRA, HEADER, TENANT, USER, Azure, Exchange
from tests.servers.clouds.jwt import jwt
from tests.servers.docker_registry import DockerRegistry, free
from tests.servers.proxy import Proxy
from tests.servers.stranger import Reply, Stranger
from tests.servers.wire import refusal

PASSWORD = "canary-of-acr"
TRUSTED = jwt("pod")
SECRETS = (PASSWORD, ENTRA, HEADER, TRUSTED)
METADATA, SERVICE, FEDERATION = "AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "AZURE_FEDERATED_TOKEN_FILE"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerRegistry]:
    running = DockerRegistry("htpasswd", tmp_path_factory.mktemp("registry"))
    yield running
    running.close()


@pytest.fixture
def exchange() -> Exchange:
    return Exchange(*(PASSWORD for _ in range(8)))


@pytest.fixture
def acr(registry: DockerRegistry, exchange: Exchange) -> Iterator[Proxy]:
    registry.admit(USER, PASSWORD)
    with Proxy(registry.authority, exchange) as proxy:
        yield proxy


@pytest.fixture
def azure() -> Iterator[Stranger]:
    with Stranger(Azure(TRUSTED)) as running:
        yield running


@pytest.fixture
def pod(tmp_path: Path, acr: Proxy, registry: DockerRegistry) -> Pod:
    return Pod(tmp_path, f"{acr.authority}/{registry.repository()}", "azure-managed-identity", {})


def way(name: str, pod: Pod, url: str, assertion: str = TRUSTED) -> dict[str, str]:
    """The variables of one of the three ways."""
    match name:
        case "metadata":
            return {METADATA: url}
        case "service":
            return {SERVICE: f"{url}/msi/token", "IDENTITY_HEADER": HEADER, "AZURE_CLIENT_ID": CLIENT}
        case _:
            variables = {"AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT_ID": TENANT, "AZURE_AUTHORITY_HOST": f"{url}/"}
            return {**variables, FEDERATION: pod.token("token", f"{assertion}\n")}


@pytest.mark.parametrize("name", ["metadata", "service", "federation"])
def test_each_way_leads_into_the_registry_and_shows_no_secret(pod: Pod, azure: Stranger, name: str) -> None:
    pod.given = way(name, pod, azure.url)
    pushed = pod.pushed()
    assert pushed.code == 0, pushed.stderr
    promoted = pod.inside("platform", "promote", "v1.0.0", "--from=none", "--to=dev", "--verbose")
    assert promoted.code == 0, promoted.stderr
    assert not [secret for secret in SECRETS if secret in f"{pushed}{promoted}"]
    assert len(azure.heard) == 2  # once for each command


@pytest.mark.parametrize("name", ["AZURE_CLIENT_ID", "AZURE_TENANT_ID"])
def test_what_federation_lacks_is_named(pod: Pod, azure: Stranger, name: str) -> None:
    pod.given = way("federation", pod, azure.url)
    del pod.given[name]
    told = pod.told()
    assert "ERROR: There are no credentials for 127.0.0.1:" in told
    assert f"{name} is not set" in told
    assert azure.heard == []


def test_a_service_without_its_header_is_told(pod: Pod, azure: Stranger) -> None:
    pod.given = {SERVICE: f"{azure.url}/msi/token"}
    assert "IDENTITY_HEADER is not set" in pod.told()


def test_elsewhere_than_in_azure_that_is_said(pod: Pod) -> None:
    pod.given = {METADATA: f"http://{free()}"}
    told = pod.told()
    assert "There are no credentials" in told
    assert "no metadata service answers" in told
    assert "workload identity" in told


def test_expired_is_told_by_the_token_itself(pod: Pod, azure: Stranger) -> None:
    old = jwt("pod", lasts=-60)
    pod.given = way("federation", pod, azure.url, old)
    told = pod.told()
    assert "ERROR: The credentials for 127.0.0.1:" in told
    assert "have expired" in told
    assert old not in told


def test_refused_is_told_in_entras_words_without_the_token(pod: Pod, azure: Stranger) -> None:
    other = jwt("stranger")
    pod.given = way("federation", pod, azure.url, other)
    told = pod.told()
    assert "ERROR: Azure refused the credentials" in told
    assert "AADSTS700213: No matching federated identity record found for ***" in told
    assert other not in told


BAD = {
    "an error": (
        said(400, {"error": "invalid_request", "error_description": "Identity not found"}),
        "Identity not found",
    ),
    "no token": (said(200, {}), "answered without access_token"),
    "no JSON": (Reply(200, {}, b"<html>"), "answered without access_token"),
    "a redirect": (Reply(302, {"Location": "http://127.0.0.1:9/"}), "(302) is not Azure's metadata service"),
    "another cloud's": (Reply(404, {"Content-Type": "text/html"}, b"<html>Not Found"), "There are no credentials for"),
}


@pytest.mark.parametrize(("trouble", "words"), BAD.values(), ids=BAD.keys())
def test_a_metadata_service_that_gives_none_is_told(pod: Pod, azure: Stranger, trouble: Reply, words: str) -> None:
    assert isinstance(azure.script, Azure)
    azure.script.trouble = trouble
    pod.given = way("metadata", pod, azure.url)
    assert words in pod.told()
    assert len(azure.heard) == 1


def test_a_registry_that_does_not_exchange_is_told(pod: Pod, azure: Stranger, exchange: Exchange) -> None:
    pod.given = way("metadata", pod, azure.url)
    exchange.trouble = refusal(401, "UNAUTHORIZED", f"no role for {ENTRA}")
    told = pod.told()
    assert "ERROR: Azure refused the credentials" in told
    assert "no role for ***" in told
    assert "AcrPull" in told


def test_what_is_fresh_and_not_taken_is_refused_and_not_had_again(
    pod: Pod, azure: Stranger, exchange: Exchange, registry: DockerRegistry
) -> None:
    pod.given = way("metadata", pod, azure.url)
    registry.admit("somebody", "else")
    told = pod.told()
    assert "does not take the basic credentials from azure-managed-identity" in told
    assert PASSWORD not in told
    assert len(exchange.tokens) == 7


@pytest.mark.parametrize("name", ["AZURE_AUTHORITY_HOST", METADATA, SERVICE])
def test_r10_no_token_goes_over_http_to_another_machine(pod: Pod, azure: Stranger, name: str) -> None:
    pod.given = {**way("service" if name == SERVICE else "federation", pod, azure.url), name: "http://192.0.2.1"}
    if name == METADATA:
        pod.given = {name: "http://192.0.2.1"}
    assert "neither https nor within this machine's own network; nothing was sent there" in pod.told()


def test_r12_nothing_is_lent_for_a_registry_that_is_not_reached_over_https(tmp_path: Path, azure: Stranger) -> None:
    pod = Pod(tmp_path, "192.0.2.1/app", "azure-managed-identity", {METADATA: azure.url}, "plain_http: true")
    with Proxy("127.0.0.1:9", lambda *_: refusal(401, "UNAUTHORIZED", "", ("WWW-Authenticate", "Basic"))) as proxy:
        pod.given |= {"HTTP_PROXY": f"http://{proxy.authority}"}
        assert "would be sent them unencrypted; nothing was asked for" in pod.told()
    assert azure.heard == []
