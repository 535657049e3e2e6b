"""aws-irsa: boto3's own chain, from the token of a service account to a password with which a registry is entered."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from floe.effects.registry.cloud.hosts import region_of
from tests.integration.pod import Pod
from tests.servers import moto
from tests.servers.docker_registry import DockerRegistry
from tests.servers.moto import Moto
from tests.servers.stranger import Heard, Reply, Stranger

ROLE = "arn:aws:iam::123456789012:role/irsa"
SECRET = "canary-of-a-web-identity"
LOST = "http://127.0.0.1:9"  # where nobody listens


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    with Moto(tmp_path_factory.mktemp("moto")) as running:
        yield running


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerRegistry]:
    running = DockerRegistry("htpasswd", tmp_path_factory.mktemp("registry"))
    running.admit(moto.USER, moto.PASSWORD)
    yield running
    running.close()


@pytest.fixture
def pod(tmp_path: Path, registry: DockerRegistry) -> Pod:
    """As EKS makes it, but with no way to Amazon."""
    pod = Pod(tmp_path, f"{registry.authority}/{registry.repository()}", "aws-irsa", {})
    pod.given = {
        "AWS_ROLE_ARN": ROLE,
        "AWS_WEB_IDENTITY_TOKEN_FILE": pod.token("token", SECRET),
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL_STS": LOST,
        "AWS_ENDPOINT_URL_ECR": LOST,
    }
    return pod


def test_a_service_account_pushes_and_promotes(pod: Pod, cloud: Moto) -> None:
    pod.given |= cloud.variables
    push = pod.floe("artifact", "push", "-a", "notes.txt", "-r", pod.uri, "-t", "v1.0.0", "--verbose")
    assert push.code == 0, push.stderr
    promoted = pod.inside("platform", "promote", "v1.0.0", "--from=none", "--to=dev", "--verbose")
    assert promoted.code == 0, promoted.stderr
    said = "".join((*push[1:], *promoted[1:]))
    assert moto.PASSWORD not in said
    assert SECRET not in said


def test_access_keys_that_lie_about_are_not_taken_for_the_web_identity(pod: Pod) -> None:
    pod.given |= {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40}
    with Stranger(lambda _: error("AccessDenied", "no")) as sts:
        pod.given |= {"AWS_ENDPOINT_URL_STS": sts.url}
        assert "AccessDenied: no" in pod.told()
        assert {b"AssumeRoleWithWebIdentity" in heard.body for heard in sts.heard} == {True}


@pytest.mark.parametrize("name", ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_REGION"])
def test_what_is_not_set_is_named(pod: Pod, name: str) -> None:
    del pod.given[name]
    told = pod.told()
    assert "ERROR: There are no credentials for 127.0.0.1:" in told
    assert name in told
    assert "Next: " in told


@pytest.mark.parametrize("content", [None, "", b"\xff"])
def test_a_token_file_that_holds_none_is_named(pod: Pod, content: str | bytes | None) -> None:
    file = Path(pod.given["AWS_WEB_IDENTITY_TOKEN_FILE"])
    file.unlink() if content is None else file.write_bytes(content if isinstance(content, bytes) else content.encode())
    told = pod.told()
    assert "There are no credentials" in told
    assert f"AWS_WEB_IDENTITY_TOKEN_FILE names {file}" in told


def test_without_the_extra_it_says_what_to_install(pod: Pod) -> None:
    """A Python that finds no boto3."""
    program = "import sys; sys.modules['boto3'] = None; from floe.shell.cli import main; main()"
    answer = pod.floe("platform", "status", program=(sys.executable, "-c", program))
    assert answer.code == 5
    assert "pip install 'floe[aws]'" in answer.stderr


def error(code: str, message: str) -> Reply:
    """As the query protocol of STS has it."""
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    return Reply(400 if code.startswith("E") else 403, {"Content-Type": "text/xml"}, body.encode())


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("ExpiredTokenException", "ERROR: The credentials for 127.0.0.1:{port} have expired"),
        ("AccessDenied", "ERROR: AWS refused the credentials"),
    ],
)
def test_expired_and_refused_are_told_apart_in_amazons_words_without_the_token(
    pod: Pod, registry: DockerRegistry, code: str, first: str
) -> None:
    with Stranger(lambda _: error(code, f"Not authorized: {SECRET}")) as sts:
        pod.given |= {"AWS_ENDPOINT_URL_STS": sts.url}
        told = pod.told()
    assert first.format(port=registry.authority.partition(":")[2]) in told
    assert f"{code}: Not authorized: ***" in told
    assert SECRET not in told


def test_where_amazon_cannot_be_reached_that_is_said(pod: Pod) -> None:
    assert "ERROR: AWS in eu-west-1 is not available" in pod.told()


def test_a_configuration_that_boto3_cannot_read_is_told(pod: Pod) -> None:
    pod.given |= {"AWS_CONFIG_FILE": pod.token("config", "no configuration"), "AWS_PROFILE": "none"}
    assert "boto3 says" in pod.told()


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("123456789012.dkr-ecr.us-east-2.on.aws", "us-east-2"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example", None),
        ("harbor.example.com", None),
    ],
)
def test_the_region_is_the_one_in_the_name_of_an_ecr_registry(host: str, region: str | None) -> None:
    assert region_of(host) == region


def ecr_says(heard: Heard) -> Reply:
    if b"AssumeRole" not in heard.body:
        return Reply(200, {"Content-Type": "application/x-amz-json-1.1"}, b'{"authorizationData": []}')
    body = b"""<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
    <AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken>
    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
    </AssumeRoleWithWebIdentityResponse>"""
    return Reply(200, {"Content-Type": "text/xml"}, body)


def test_an_ecr_that_gives_nothing_is_told(pod: Pod) -> None:
    with Stranger(ecr_says) as both:
        pod.given |= {"AWS_ENDPOINT_URL_STS": both.url, "AWS_ENDPOINT_URL_ECR": both.url}
        assert "ECR answered without a password" in pod.told()
