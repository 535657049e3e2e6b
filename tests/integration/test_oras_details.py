"""The private details of oras that floe relies on. When a new oras breaks one of these, floe breaks too.

No network: what would be sent is answered by an adapter mounted on the client's own session.
"""

import inspect
from importlib.metadata import version

import oras.container
import oras.provider
import pytest
import requests

HOST = "registry.example:5000"


class Canned:
    """A server of one page."""

    def __init__(self, *, status: int = 200) -> None:
        self.status = status
        self.requests: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        self.requests.append(request)
        answer = requests.Response()
        answer.request, answer.url, answer.status_code = request, request.url or "", self.status
        answer._content = b""
        return answer

    def close(self) -> None:
        """Nothing is held."""


def client(server: Canned) -> oras.provider.Registry:
    registry = oras.provider.Registry(HOST, insecure=True)
    registry.session.mount("http://", server)
    return registry


def ask(registry: oras.provider.Registry, **options: object) -> requests.Response:
    unwrapped = oras.provider.Registry.do_request.__wrapped__
    answer = unwrapped(registry, f"http://{HOST}/v2/app/manifests/v1", **options)
    assert isinstance(answer, requests.Response)
    return answer


def test_the_version_is_the_one_these_details_were_read_in() -> None:
    assert version("oras") == "0.2.43"


def test_a_client_has_a_session_and_a_prefix() -> None:
    registry = oras.provider.Registry(HOST, insecure=True)
    assert isinstance(registry.session, requests.Session)
    assert (registry.prefix, registry.hostname) == ("http", HOST)
    assert oras.provider.Registry(HOST).prefix == "https"


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


def test_a_container_knows_its_addresses() -> None:
    container = oras.container.Container(f"{HOST}/team/app:v1")
    assert (container.registry, container.api_prefix, container.tag) == (HOST, "team/app", "v1")
    assert container.upload_blob_url() == f"{HOST}/v2/team/app/blobs/uploads/"
    assert container.get_blob_url("sha256:1") == f"{HOST}/v2/team/app/blobs/sha256:1"


def test_a_container_has_the_addresses_of_what_is_set_in_it() -> None:
    container = oras.container.Container("blob", registry="localhost")
    container.namespace, container.repository = "a.b/c", "app"
    assert container.upload_blob_url() == "localhost/v2/a.b/c/app/blobs/uploads/"


def test_a_blob_is_fetched_by_the_request_of_the_instance() -> None:
    """Which is how its retries are left out."""
    registry = client(Canned())
    asked: list[tuple[object, ...]] = []
    registry.do_request = lambda *arguments, **options: asked.append((*arguments, options))
    registry.get_blob(oras.container.Container("app", registry=HOST), "sha256:1", stream=True)
    assert asked == [(f"http://{HOST}/v2/app/blobs/sha256:1", "GET", {"headers": {}, "stream": True})]


@pytest.mark.parametrize("location", ["/v2/app/blobs/uploads/1?x=y", f"http://{HOST}/v2/app/blobs/uploads/1?x=y"])
def test_the_place_to_upload_to_is_made_absolute(location: str) -> None:
    answer = requests.Response()
    answer.headers["Location"] = location
    found = client(Canned())._get_location(answer, oras.container.Container("app", registry=HOST))
    assert found == f"http://{HOST}/v2/app/blobs/uploads/1?x=y"
