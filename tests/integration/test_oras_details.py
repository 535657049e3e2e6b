"""The private details of oras that floe relies on. When a new oras breaks one of these, floe breaks too.

No network: what would be sent is answered by an adapter mounted on the client's own session.
"""

import base64
import inspect
import json
from importlib.metadata import version
from pathlib import Path

import oras.auth
import oras.auth.utils
import oras.container
import oras.provider
import pytest
import requests

HOST = "registry.example:5000"
SECRET = base64.b64encode(b"ann:secret").decode()


class Canned:
    """A server of one page: the first answer asks for credentials if it is told to, later ones are 200."""

    def __init__(self, *challenges: str, status: int = 200) -> None:
        self.challenges = list(challenges)
        self.status = status
        self.requests: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        self.requests.append(request)
        answer = requests.Response()
        answer.request, answer.url, answer.status_code = request, request.url or "", self.status
        answer._content = b'{"token": "granted"}'
        if self.challenges:
            answer.status_code = 401
            answer.headers["Www-Authenticate"] = self.challenges.pop(0)
        return answer

    def close(self) -> None:
        """Nothing is held."""


def client(server: Canned, *, auth: str = "token") -> oras.provider.Registry:
    registry = oras.provider.Registry(HOST, insecure=True, auth_backend=auth)
    registry.session.mount("http://", server)
    return registry


def ask(registry: oras.provider.Registry, **options: object) -> requests.Response:
    unwrapped = oras.provider.Registry.do_request.__wrapped__
    answer = unwrapped(registry, f"http://{HOST}/v2/app/manifests/v1", **options)
    assert isinstance(answer, requests.Response)
    return answer


def test_the_version_is_the_one_these_details_were_read_in() -> None:
    assert version("oras") == "0.2.43"


def test_a_client_has_a_session_an_auth_and_a_prefix() -> None:
    registry = oras.provider.Registry(HOST, insecure=True, tls_verify="/ca.pem", auth_backend="basic")
    assert isinstance(registry.session, requests.Session)
    assert registry.auth.session is registry.session
    assert (registry.prefix, registry.auth.prefix, registry.hostname) == ("http", "http", HOST)
    assert (registry._tls_verify, registry.auth._tls_verify) == ("/ca.pem", "/ca.pem")
    assert oras.provider.Registry(HOST).prefix == "https"


@pytest.mark.parametrize(
    ("name", "kind"), [("token", oras.auth.TokenAuth), ("basic", oras.auth.BasicAuth), ("ecr", oras.auth.EcrAuth)]
)
def test_the_backends_have_the_names_we_use(name: str, kind: type[object]) -> None:
    assert type(oras.provider.Registry(HOST, auth_backend=name).auth) is kind


def test_the_request_without_the_retries_is_reachable() -> None:
    unwrapped = oras.provider.Registry.do_request.__wrapped__
    names = list(inspect.signature(unwrapped).parameters)
    assert names == ["self", "url", "method", "data", "headers", "json", "stream"]


def test_a_server_error_is_answered_once_and_at_once() -> None:
    server = Canned(status=500)
    assert ask(client(server)).status_code == 500
    assert len(server.requests) == 1


def test_bytes_are_sent_as_they_are() -> None:
    server = Canned()
    ask(client(server), method="PUT", data=b'{ "spaced" :  1 }', headers={"Content-Type": "a/b"})
    assert server.requests[0].body == b'{ "spaced" :  1 }'
    assert server.requests[0].headers["Content-Type"] == "a/b"


def test_basic_credentials_answer_a_challenge() -> None:
    server = Canned('Basic realm="x"')
    registry = client(server, auth="basic")
    registry.auth.set_basic_auth("ann", "secret")
    assert registry.auth.get_auth_header() == {"Authorization": f"Basic {SECRET}"}
    assert ask(registry).status_code == 200
    assert server.requests[-1].headers["Authorization"] == f"Basic {SECRET}"


def test_a_bearer_token_is_asked_for_and_kept() -> None:
    server = Canned(f'Bearer realm="http://{HOST}/token",service="s",scope="repository:app:pull"')
    registry = client(server)
    registry.auth.set_basic_auth("ann", "secret")
    assert ask(registry).status_code == 200
    assert registry.auth.token == "granted"
    assert [(request.url or "").partition("?")[0] for request in server.requests] == [
        f"http://{HOST}/v2/app/manifests/v1",
        f"http://{HOST}/token",
        f"http://{HOST}/v2/app/manifests/v1",
    ]
    assert server.requests[-1].headers["Authorization"] == "Bearer granted"


def test_a_token_can_be_dropped() -> None:
    registry = client(Canned())
    registry.auth.set_token_auth("old")
    assert registry.auth.get_auth_header() == {"Authorization": "Bearer old"}
    registry.auth.token = None
    assert registry.auth.get_auth_header() == {}


def test_docker_config_gives_credentials(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"auths": {HOST: {"auth": SECRET}}, "credHelpers": {"other.example": "x"}}))
    loaded = oras.auth.utils.load_configs([str(config)])
    assert loaded["auths"][HOST] == {"auth": SECRET}
    assert loaded["credHelpers"]["other.example"] == "x"
    registry = client(Canned(), auth="basic")
    registry.auth.load_configs(oras.container.Container(f"{HOST}/app"), configs=[str(config)])
    assert registry.auth._basic_auth == SECRET


def test_blobs_go_up_in_chunks_or_whole() -> None:
    for name in ("put_upload", "chunked_upload"):
        parameters = list(inspect.signature(getattr(oras.provider.Registry, name)).parameters)
        assert parameters[:4] == ["self", "blob", "container", "layer"]


def test_a_container_knows_its_addresses() -> None:
    container = oras.container.Container(f"{HOST}/team/app:v1")
    assert (container.registry, container.api_prefix, container.tag) == (HOST, "team/app", "v1")
    assert container.upload_blob_url() == f"{HOST}/v2/team/app/blobs/uploads/"
    assert container.get_blob_url("sha256:1") == f"{HOST}/v2/team/app/blobs/sha256:1"
