"""Registries that want what is not theirs: what another server saw of ours is nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from returns.result import Success

from floe.core import canonical
from floe.core.artifact import MANIFEST, Descriptor, Manifest
from floe.core.fault import CredentialsRefused, Fault, Unavailable
from floe.core.names import Tag
from floe.effects.ports import Outcome, Registry
from tests.integration.remote import ANN, remote, why
from tests.servers.authority import Authority
from tests.servers.stranger import Heard, Reply, Script, Stranger

pytestmark = pytest.mark.anyio

V1 = Tag("v1.0.0")
CONTENT = b"the content of a blob"
DIGEST = canonical.digest_of(CONTENT)
GIVEN = Manifest(media_type=MANIFEST, content=b'{"schemaVersion": 2}')
OURS = ("authorization", "cookie", "user-agent", "accept", "cache-control", "content-type", "proxy-authorization")


@pytest.fixture
def other() -> Iterator[Stranger]:
    """Somebody else's server, which has the blob for everyone."""
    with Stranger(lambda _: Reply(body=CONTENT)) as stranger:
        yield stranger


def guarded(script: Script) -> Script:
    """What the script says, for those who show a password."""

    def answer(heard: Heard) -> Reply:
        if "authorization" not in heard.headers:
            return Reply(401, {"WWW-Authenticate": 'Basic realm="x"', "Set-Cookie": "mark=1"})
        return script(heard)

    return answer


async def upload(registry: Registry) -> Outcome[object]:
    return await registry.put_blob(CONTENT)


async def tags(registry: Registry) -> Outcome[object]:
    return await registry.tags()


async def manifest(registry: Registry) -> Outcome[object]:
    return await registry.manifest(V1)


async def put(registry: Registry) -> Outcome[object]:
    return await registry.put_manifest(GIVEN, V1)


async def blob(registry: Registry) -> Outcome[object]:
    return await registry.blob(DIGEST, at_most=100)


def leading(to: str) -> Script:
    """Every answer leads to an address, in every header that can."""

    def answer(heard: Heard) -> Reply:
        if heard.method == "HEAD":
            return Reply(404)
        led = {"Location": to, "Docker-Upload-UUID": "1", "Link": f'<{to}>; rel="next"'}
        if heard.target.endswith("/blobs/uploads/"):
            return Reply(202, led)
        return Reply(200, led, b'{"tags": ["v1"]}') if "/tags/" in heard.target else Reply(307, led)

    return answer


ELSEWHERE = {
    "another port": "http://127.0.0.1:{port}/x",
    "another host": "http://localhost:{port}/x",
    "without a scheme": "//127.0.0.1:{port}/x",
    "another spelling": "http://0x7f.1:{port}/x",
    "a user name": "http://ann:secret@127.0.0.1:{port}/x",
}


@pytest.mark.parametrize("to", ELSEWHERE.values(), ids=ELSEWHERE.keys())
@pytest.mark.parametrize("call", [upload, tags, manifest, put])
async def test_what_leads_elsewhere_is_not_followed(other: Stranger, to: str, call: object) -> None:
    """Row R11."""
    assert callable(call)
    with Stranger(guarded(leading(to.format(port=other.port)))) as server:
        registry = remote(server.authority, credentials=ANN)
        assert isinstance((await call(registry)).failure(), Unavailable)
        await registry.aclose()
    assert other.heard == []


@pytest.mark.parametrize("to", list(ELSEWHERE.values())[:4], ids=list(ELSEWHERE)[:4])
async def test_a_blob_is_fetched_from_where_it_is_with_nothing_of_ours(
    other: Stranger, to: str, tmp_path: Path
) -> None:
    """Row R09."""
    with Stranger(guarded(lambda _: Reply(307, {"Location": to.format(port=other.port)}))) as server:
        registry = remote(server.authority, credentials=ANN)
        assert await registry.blob(DIGEST, at_most=100) == Success(CONTENT)
        described = Descriptor(media_type="x/y", digest=DIGEST, size=len(CONTENT))
        assert await registry.download(described, tmp_path / "file") == Success(None)
        await registry.aclose()
    assert len(other.heard) == 2
    for heard in other.heard:
        assert [name for name in heard.headers if name in OURS] == []
        assert "ann" not in f"{heard}"


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data", "http://2852039166/x", "ftp://a.example/x"])
async def test_a_redirect_to_the_machines_own_network_is_not_followed(to: str) -> None:
    with Stranger(guarded(lambda _: Reply(307, {"Location": to}))) as server:
        registry = remote(server.authority, credentials=ANN)
        assert "redirect" in why((await blob(registry)).failure())
        await registry.aclose()


async def test_redirects_end() -> None:
    with Stranger(guarded(lambda heard: Reply(302, {"Location": f"{heard.target}x"}))) as server:
        registry = remote(server.authority, credentials=ANN)
        assert "redirects" in why((await blob(registry)).failure())
        await registry.aclose()
        assert len(server.heard) == 5  # one is asked for the password


async def test_cookies_are_neither_kept_nor_sent() -> None:
    with Stranger(guarded(lambda _: Reply(body=CONTENT, headers={"Set-Cookie": "mark=2"}))) as server:
        registry = remote(server.authority, credentials=ANN)
        for _ in range(2):
            assert isinstance(await blob(registry), Success)
        await registry.aclose()
        assert [heard for heard in server.heard if "cookie" in heard.headers] == []


async def test_netrc_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login nr password np\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with Stranger(lambda heard: Reply(202 if heard.method == "POST" else 404)) as server:
        registry = remote(server.authority)
        await registry.put_blob(CONTENT)
        await registry.aclose()
        assert [heard for heard in server.heard if "authorization" in heard.headers] == []


def bearer(realm: str) -> Script:
    challenge = f'Bearer realm="{realm}",service="s",scope="repository:team/app:pull"'
    return lambda _: Reply(401, {"WWW-Authenticate": challenge})


REALMS = {
    "another host": "http://localhost:{port}/token",
    "another spelling": "http://2130706433:{port}/token",
    "a user name": "http://127.0.0.1@localhost:{port}/token",
    "metadata": "http://169.254.169.254/token",
    "metadata over TLS": "https://169.254.169.254/token",
    "a name elsewhere": "https://auth.evil.example/token",
    "no address": "token",
    "another scheme": "file:///etc/passwd",
}


@pytest.mark.parametrize("realm", REALMS.values(), ids=REALMS.keys())
async def test_no_password_goes_to_a_token_service_elsewhere(other: Stranger, realm: str) -> None:
    """Row R10."""
    with Stranger(bearer(realm.format(port=other.port))) as server:
        registry = remote(server.authority, credentials=ANN)
        fault = (await tags(registry)).failure()
        await registry.aclose()
        assert isinstance(fault, CredentialsRefused)
        assert "nothing was sent there" in fault.why
        assert [heard for heard in server.heard if "authorization" in heard.headers] == []
    assert other.heard == []


@pytest.fixture
def secure(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def secured(authority: Authority, script: Script, call: object) -> Fault:
    """What a call to a registry over TLS fails with."""
    assert callable(call)
    with Stranger(script, authority.certify("127.0.0.1")) as server:
        registry = remote(server.authority, credentials=ANN, scheme="https", ca_file=authority.file)
        outcome = await call(registry)
        await registry.aclose()
        fault: Fault = outcome.failure()
        return fault


async def test_a_token_service_of_a_secure_registry_is_secure(secure: Authority, other: Stranger) -> None:
    fault = await secured(secure, bearer(f"{other.url}/token"), tags)
    assert isinstance(fault, CredentialsRefused)
    assert "https" in fault.why
    assert other.heard == []


@pytest.mark.parametrize("call", [blob, upload, tags])
async def test_nothing_leads_from_https_to_http(secure: Authority, other: Stranger, call: object) -> None:
    """Row R09."""
    assert isinstance(await secured(secure, guarded(leading(f"{other.url}/x")), call), Unavailable)
    assert other.heard == []
