"""On the way to a registry: certificates, passwords, proxies, and nobody at home."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from returns.result import Success

from floe.core.fault import CredentialsRefused, Unavailable
from floe.core.names import Tag
from floe.effects.registry.credentials import Password
from tests.integration.clocks import PatientClock
from tests.integration.remote import ANN, of, remote, why
from tests.servers.authority import Authority
from tests.servers.docker_registry import DockerRegistries, DockerRegistry

pytestmark = pytest.mark.anyio

V1 = Tag("v1.0.0")


@pytest.fixture
def plain(docker_registries: DockerRegistries) -> DockerRegistry:
    return docker_registries["plain"]


@pytest.fixture
def secure(docker_registries: DockerRegistries) -> DockerRegistry:
    return docker_registries["tls"]


async def test_without_its_authority_a_certificate_is_not_believed(secure: DockerRegistry, tmp_path: Path) -> None:
    """Row R12."""
    for ca_file in (None, Authority(tmp_path).file):
        registry = remote(secure.authority, scheme="https", ca_file=ca_file)
        fault = (await registry.tags()).failure()
        await registry.aclose()
        assert isinstance(fault, Unavailable)
        assert "not trusted" in fault.why
        assert "ca_file" in fault.why


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
async def test_certificates_are_also_named_by_variables(secure: DockerRegistry, name: str) -> None:
    registry = remote(secure.authority, scheme="https", variables={name: str(secure.ca_file)})
    assert await registry.tags() == Success(())
    await registry.aclose()


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_a_file_without_certificates_is_told(secure: DockerRegistry, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    registry = remote(secure.authority, scheme="https", ca_file=file)
    fault = (await registry.tags()).failure()
    assert isinstance(fault, Unavailable)
    assert fault.where == str(file)


async def test_http_is_told_from_https(plain: DockerRegistry, secure: DockerRegistry) -> None:
    over_tls, in_the_open = remote(plain.authority, scheme="https"), remote(secure.authority)
    assert "does not speak TLS" in why((await over_tls.tags()).failure())
    assert "HTTPS" in why((await in_the_open.tags()).failure())
    for registry in (over_tls, in_the_open):
        await registry.aclose()


async def test_a_registry_that_is_not_there_is_told_with_its_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        authority = f"127.0.0.1:{free.getsockname()[1]}"
    assert f"{authority} refused the connection" in why((await remote(authority).tags()).failure())
    nowhere = remote("nowhere.invalid:443", clock=PatientClock())
    assert "nowhere.invalid (DNS)" in why((await nowhere.tags()).failure())


async def test_missing_credentials_are_told_from_wrong_ones(docker_registries: DockerRegistries) -> None:
    server = docker_registries["htpasswd"]
    missing = remote(server.authority)
    wrong = remote(server.authority, credentials=Password(username="ann", password="canary", source="a test"))
    for registry, said in (
        (missing, "there are none: a test"),
        (wrong, "does not take the basic credentials from a test"),
    ):
        for _ in range(2):
            fault = (await registry.tags()).failure()
            assert isinstance(fault, CredentialsRefused)
            assert said in fault.why
            assert "canary" not in f"{fault}"
        await registry.aclose()


async def test_a_password_is_shown_only_after_it_was_asked_for_and_then_at_once(
    docker_registries: DockerRegistries,
) -> None:
    server = docker_registries["htpasswd"]
    registry = of(server)
    before = len(server.asked())
    for _ in range(3):
        assert isinstance(await registry.tags(), Success)
    await registry.aclose()
    assert [each.status for each in server.asked()[before:]] == [401, 404, 404, 404]


class Tunnel:
    """A proxy that understands CONNECT and whole addresses, and notes whom it was told of."""

    def __init__(self, upstream: str) -> None:
        self.heard: list[str] = []
        host, _, port = upstream.rpartition(":")
        self._upstream = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://user:pass@127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client, socket.create_connection(self._upstream) as upstream:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.heard = head.decode().splitlines()
            if head.startswith(b"CONNECT"):
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=_pump, args=(upstream, client))
                back.start()
                _pump(client, upstream)
                back.join()
            else:
                line = http.client.HTTPConnection(*self._upstream)
                line.request("GET", urlsplit(self.heard[0].split()[1]).path)
                answer = line.getresponse()
                body = answer.read()
                line.close()
                client.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (answer.status, len(body), body))


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def tunnel(plain: DockerRegistry) -> Iterator[Tunnel]:
    tunnel = Tunnel(plain.authority)
    yield tunnel
    tunnel.close()


async def test_a_proxy_is_asked_for_hosts_elsewhere(tunnel: Tunnel) -> None:
    registry = remote("registry.example:80", variables={"HTTP_PROXY": tunnel.url})
    assert await registry.tags() == Success(())
    await registry.aclose()
    assert tunnel.heard[0].startswith("GET http://registry.example/v2/team/app/tags/list")
    assert "Proxy-Authorization: Basic dXNlcjpwYXNz" in tunnel.heard


async def test_a_proxy_carries_tls_without_looking_into_it(tunnel: Tunnel) -> None:
    """Behind it is no TLS here: what matters is that it is asked to connect, and told nothing more."""
    registry = remote("registry.example:443", ANN.username, ANN, scheme="https", variables={"https_proxy": tunnel.url})
    assert "does not speak TLS" in why((await registry.tags()).failure())
    assert tunnel.heard[0] == "CONNECT registry.example:443 HTTP/1.1"
    assert not any(line.startswith("Authorization") for line in tunnel.heard)
