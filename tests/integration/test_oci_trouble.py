"""A registry in trouble: what was asked is done, or told as not done, and never takes longer than it may."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import TypeAlias

import anyio
import pytest
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import EMPTY, EMPTY_CONTENT, LARGEST_MANIFEST, MANIFEST, Descriptor, Manifest
from floe.core.fault import Absent, CredentialsRefused, Damaged, Oversized, TagTaken, Unavailable
from floe.core.names import Tag
from floe.effects.registry.credentials import Credentials, RefreshToken
from floe.effects.registry.oci import OciRegistry
from tests.integration.clocks import FastClock, PatientClock
from tests.integration.remote import ANN, NOBODY, remote, why
from tests.servers import profiles, troubles
from tests.servers.docker_registry import DockerRegistries, DockerRegistry
from tests.servers.proxy import Proxy
from tests.servers.stranger import Heard, Reply, Stranger
from tests.servers.tokens import Person, Tokens
from tests.servers.wire import Layer

pytestmark = pytest.mark.anyio

V1, LATEST = Tag("v1.0.0"), Tag("latest-dev")
CONTENT = bytes(range(256)) * 64
BLOB = Descriptor(media_type="x/y", digest=canonical.digest_of(CONTENT), size=len(CONTENT))


def manifest(note: str = "") -> Manifest:
    config = {"mediaType": EMPTY, "digest": canonical.digest_of(EMPTY_CONTENT), "size": len(EMPTY_CONTENT)}
    said = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [], "annotations": {"note": note}}
    return Manifest(media_type=MANIFEST, content=canonical.encode(said))


ONE, OTHER = manifest("one"), manifest("other")


@pytest.fixture
def plain(docker_registries: DockerRegistries) -> DockerRegistry:
    return docker_registries["plain"]


@pytest.fixture
def proxy(plain: DockerRegistry) -> Iterator[Proxy]:
    with Proxy(plain.authority) as proxy:
        yield proxy


@pytest.fixture
def clock() -> PatientClock:
    return PatientClock()


@pytest.fixture
async def registry(proxy: Proxy, plain: DockerRegistry, clock: PatientClock) -> AsyncIterator[OciRegistry]:
    """A repository with one blob, one manifest and one tag in it."""
    registry = remote(proxy.authority, plain.repository(), clock=clock)
    for content in (EMPTY_CONTENT, CONTENT):
        (await registry.put_blob(content)).unwrap()
    (await registry.put_manifest(ONE, LATEST)).unwrap()
    yield registry
    await registry.aclose()


def repository_of(registry: OciRegistry) -> str:
    return registry.location.removeprefix("oci://").partition("/")[2]


PASSING: dict[str, Layer] = {
    "reset before": troubles.reset_before,
    "reset after": troubles.reset_after,
    "lost answer": troubles.lost_answer,
    "500": troubles.server_error(500),
    "502 after": troubles.server_error_after(502),
    "503": troubles.server_error(503),
    "429": troubles.too_many_requests("1"),
    "429 without a time": troubles.too_many_requests(None),
    "truncated": troubles.truncated(3),
}


@pytest.mark.parametrize("toxic", PASSING.values(), ids=PASSING.keys())
@pytest.mark.parametrize("times", [1, 3])
async def test_what_passes_is_waited_for(
    registry: OciRegistry, proxy: Proxy, toxic: Layer, times: int, tmp_path: Path
) -> None:
    """Row L04."""
    proxy.toxics.add(toxic, times=times)
    assert await registry.create_tag(V1, OTHER) == Success(None)
    proxy.toxics.add(toxic, times=times)
    assert await registry.put_manifest(OTHER, LATEST) == Success(None)
    proxy.toxics.add(toxic, times=times)
    assert await registry.resolve(LATEST) == Success(OTHER.digest)
    proxy.toxics.add(toxic, times=times)
    assert set((await registry.tags()).unwrap()) == {V1, LATEST}
    proxy.toxics.add(toxic, times=times)
    assert await registry.blob(BLOB.digest, at_most=BLOB.size) == Success(CONTENT)
    proxy.toxics.add(toxic, times=times)
    assert await registry.download(BLOB, tmp_path / "file") == Success(None)
    assert (tmp_path / "file").read_bytes() == CONTENT
    proxy.toxics.add(toxic, times=times)
    assert isinstance(await registry.put_blob(CONTENT + b"more"), Success)


@pytest.mark.parametrize("toxic", [troubles.reset_after, troubles.lost_answer, troubles.server_error_after(500)])
async def test_a_write_whose_answer_was_lost_is_not_made_again(
    registry: OciRegistry, proxy: Proxy, toxic: Layer
) -> None:
    proxy.toxics.add(toxic, method="PUT", times=1)
    with proxy.passed.counted() as passed:
        assert await registry.create_tag(V1, OTHER) == Success(None)
    assert len(passed.of("PUT")) == 1


async def test_a_500_is_asked_again_within_milliseconds(
    registry: OciRegistry, proxy: Proxy, clock: PatientClock
) -> None:
    proxy.toxics.add(troubles.server_error(500), times=1)
    assert isinstance(await registry.resolve(LATEST), Success)
    assert max(clock.slept) <= 0.01


@pytest.mark.parametrize("is_a_date", [False, True])
async def test_who_asks_for_patience_gets_it(
    registry: OciRegistry, proxy: Proxy, clock: PatientClock, is_a_date: bool
) -> None:
    proxy.toxics.add(troubles.too_many_requests(troubles.in_seconds(8) if is_a_date else "7"), times=1)
    assert isinstance(await registry.resolve(LATEST), Success)
    assert 5 <= max(clock.slept) <= 8


async def test_who_asks_for_too_much_patience_is_told_of(registry: OciRegistry, proxy: Proxy) -> None:
    proxy.toxics.add(troubles.too_many_requests("3600"))
    began = monotonic()
    assert "slow down" in why((await registry.resolve(LATEST)).failure())
    assert monotonic() - began < 1


LASTING: dict[str, Layer] = {
    "trickle": troubles.trickle(1, 0.1),
    "silence": troubles.silence(20),
    "endless": troubles.endless,
    "latency": troubles.latency(30),
    "503": troubles.server_error(503),
    "reset": troubles.reset_before,
}


@pytest.mark.parametrize("toxic", LASTING.values(), ids=LASTING.keys())
@pytest.mark.parametrize("call", ["manifest", "tags", "put"])
async def test_what_lasts_is_told_in_time(registry: OciRegistry, proxy: Proxy, toxic: Layer, call: str) -> None:
    """Row L05."""
    proxy.toxics.add(toxic)
    registry = remote(proxy.authority, repository_of(registry), clock=FastClock())
    began = monotonic()
    match call:
        case "manifest":
            fault = (await registry.manifest(ONE.digest)).failure()
        case "tags":
            fault = (await registry.tags()).failure()
        case _:
            done = await registry.put_manifest(OTHER, V1)
            fault = done.failure() if isinstance(done, Failure) else Unavailable(where="", why="done all the same")
    await registry.aclose()
    assert isinstance(fault, Unavailable | Oversized)
    assert monotonic() - began < 6


WRONG: dict[str, Layer] = {
    "another bit": troubles.wrong_body,
    "other content": troubles.other_body(OTHER.content),
    "other header": troubles.wrong_digest_header,
}


@pytest.mark.parametrize("toxic", WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("what", ["manifest", "blob", "download"])
async def test_wrong_content_is_asked_for_once_more_and_never_handed_out(
    registry: OciRegistry, proxy: Proxy, toxic: Layer, what: str, tmp_path: Path
) -> None:
    """Row R02."""
    rule = proxy.toxics.add(toxic, method="GET")
    match what:
        case "manifest":
            fault = (await registry.manifest(ONE.digest)).failure()
        case "blob":
            fault = (await registry.blob(BLOB.digest, at_most=BLOB.size)).failure()
        case _:
            fault = (await registry.download(BLOB, tmp_path / "file")).failure()
    assert isinstance(fault, Damaged)
    assert rule.struck == 2
    assert not (tmp_path / "file").exists()


async def test_content_that_was_wrong_once_is_right_the_second_time(registry: OciRegistry, proxy: Proxy) -> None:
    proxy.toxics.add(troubles.wrong_body, method="GET", times=1)
    assert await registry.manifest(ONE.digest) == Success(ONE)


@pytest.mark.parametrize("layers", [profiles.harbor(), profiles.ecr()], ids=["harbor", "ecr"])
async def test_a_registry_with_immutable_tags_is_understood(plain: DockerRegistry, layers: tuple[Layer, ...]) -> None:
    """Row R15."""
    with Proxy(plain.authority, *layers) as proxy:
        registry = remote(proxy.authority, plain.repository())
        await registry.put_blob(EMPTY_CONTENT)
        for _ in range(2):
            assert await registry.put_manifest(ONE, V1) == Success(None)
            assert await registry.create_tag(V1, ONE) == Success(None)
        taken = Failure(TagTaken(tag=V1, found=ONE.digest, wanted=OTHER.digest))
        assert await registry.create_tag(V1, OTHER) == taken
        assert await registry.put_manifest(OTHER, V1) == taken
        for moved in (ONE, OTHER):
            assert await registry.put_manifest(moved, LATEST) == Success(None)
        await registry.aclose()


@pytest.mark.parametrize("size", [1, 3, 7])
async def test_all_pages_of_tags_are_read(plain: DockerRegistry, size: int) -> None:
    with Proxy(plain.authority, profiles.Pages(size)) as proxy:
        registry = remote(proxy.authority, plain.repository())
        await registry.put_blob(EMPTY_CONTENT)
        wanted = {Tag(f"v1.{number}.0") for number in range(6)}
        for tag in wanted:
            await registry.put_manifest(ONE, tag)
        assert set((await registry.tags()).unwrap()) == wanted
        await registry.aclose()


async def test_pages_in_a_circle_end() -> None:
    with Stranger(
        lambda heard: Reply(headers={"Link": f'<{heard.target}>; rel="next"'}, body=b'{"tags":["a"]}')
    ) as server:
        registry = remote(server.authority)
        assert await registry.tags() == Success((Tag("a"),))
        await registry.aclose()
        assert len(server.heard) == 2


async def test_tags_that_no_tag_can_be_are_not_listed() -> None:
    with Stranger(lambda _: Reply(body=b'{"tags":["a","../b","","-c","d\\n"]}')) as server:
        registry = remote(server.authority)
        assert await registry.tags() == Success((Tag("a"),))
        await registry.aclose()


async def test_what_a_manifest_refers_to_and_is_not_there_is_named(plain: DockerRegistry) -> None:
    registry = remote(plain.authority, plain.repository())
    fault = (await registry.put_manifest(ONE, V1)).failure()
    await registry.aclose()
    assert fault == Absent(where=registry.location, what=f"blob {canonical.digest_of(EMPTY_CONTENT)}")


SAID: dict[str, tuple[Reply, type[object]]] = {
    "compressed": (Reply(200, {"Content-Encoding": "gzip", "Content-Type": MANIFEST}, ONE.content), Damaged),
    "too large": (Reply(200, {"Content-Type": MANIFEST}, b" " * (LARGEST_MANIFEST + 1)), Oversized),
    "a page for people": (Reply(200, {"Content-Type": "text/html"}, b"<html>"), Damaged),
    "no kind": (Reply(200, {}, b"{}"), Damaged),
    "teapot": (Reply(418), Unavailable),
    "bad request": (Reply(400, {}, b'{"errors":[{"code":"X","message":"\x1b[2Jno"}]}'), Unavailable),
    "not for us": (Reply(403, {}, b'{"errors":[{"code":"DENIED","message":"no"}]}'), CredentialsRefused),
    "a challenge of nothing": (Reply(401), CredentialsRefused),
    "a challenge nobody knows": (Reply(401, {"WWW-Authenticate": "Negotiate"}), CredentialsRefused),
    "length of nonsense": (Reply(200, {"Content-Length": "x"}), Unavailable),
}


@pytest.mark.parametrize(("reply", "fault"), SAID.values(), ids=SAID.keys())
async def test_an_answer_that_cannot_be_used_is_told(reply: Reply, fault: type[object]) -> None:
    """Row R07."""
    with Stranger(lambda _: reply) as server:
        registry = remote(server.authority, credentials=ANN, clock=FastClock())
        found = (await registry.manifest(V1)).failure()
        await registry.aclose()
        assert isinstance(found, fault)
        assert "\x1b" not in f"{found}"
        assert len(server.heard) < 4


Opened: TypeAlias = Callable[..., tuple[Proxy, OciRegistry]]


@pytest.fixture
def tokened(plain: DockerRegistry) -> Iterator[Opened]:
    proxies: list[Proxy] = []

    def opened(tokens: Tokens, credentials: Credentials = ANN) -> tuple[Proxy, OciRegistry]:
        proxies.append(Proxy(plain.authority, tokens).__enter__())
        return proxies[-1], remote(proxies[-1].authority, plain.repository(), credentials)

    yield opened
    for proxy in proxies:
        proxy.close()


async def filled(registry: OciRegistry) -> None:
    await registry.put_blob(EMPTY_CONTENT)
    assert await registry.put_manifest(ONE, V1) == Success(None)
    assert await registry.manifest(V1) == Success(ONE)
    assert await registry.resolve_all() == Success({V1: ONE.digest})
    await registry.aclose()


async def test_a_token_is_got_for_each_scope_and_kept(tokened: Opened) -> None:
    tokens = Tokens(Person(ANN.username, ANN.password))
    proxy, registry = tokened(tokens)
    await filled(registry)
    assert tokens.made == 2  # to pull, then to push
    assert [each.status for each in proxy.asked.seen].count(401) == 2


@pytest.mark.parametrize("uses", [1, 2])
async def test_a_token_that_ended_is_renewed(tokened: Opened, uses: int) -> None:
    _, registry = tokened(Tokens(Person(ANN.username, ANN.password), uses=uses))
    await filled(registry)


async def test_a_token_service_is_asked_without_a_name_too(tokened: Opened) -> None:
    _, registry = tokened(Tokens(), NOBODY)
    await filled(registry)


async def test_a_token_that_allows_too_little_is_told(tokened: Opened) -> None:
    _, registry = tokened(Tokens(Person(ANN.username, ANN.password), narrow=True))
    fault = (await registry.put_manifest(ONE, V1)).failure()
    await registry.aclose()
    assert isinstance(fault, CredentialsRefused)
    assert "bearer" in fault.why


async def test_a_wrong_password_is_told_at_once(tokened: Opened) -> None:
    proxy, registry = tokened(Tokens(Person("bob", "other")))
    fault = (await registry.tags()).failure()
    await registry.aclose()
    assert isinstance(fault, CredentialsRefused)
    assert "token service" in fault.why
    assert ANN.password not in f"{fault}"
    assert len(proxy.asked.seen) == 2


async def test_a_head_that_is_unknown_or_says_nothing_is_made_up_for() -> None:
    def answer(heard: Heard) -> Reply:
        if heard.method == "HEAD":
            return Reply(405 if len(server.heard) < 2 else 200)
        return Reply(200, {"Content-Type": MANIFEST}, ONE.content)

    with Stranger(answer) as server:
        registry = remote(server.authority)
        for _ in range(2):
            assert await registry.resolve(V1) == Success(ONE.digest)
        await registry.aclose()


async def test_who_stops_waiting_is_not_kept(registry: OciRegistry, proxy: Proxy) -> None:
    """As with Ctrl-C while a registry says nothing."""
    proxy.toxics.add(troubles.silence(20))
    began = monotonic()
    with anyio.move_on_after(0.2):
        await registry.manifest(ONE.digest)
    assert monotonic() - began < 3


async def test_a_refresh_token_is_exchanged() -> None:
    def answer(heard: Heard) -> Reply:
        if heard.target == "/token":
            return Reply(body=b'{"access_token": "granted"}')
        if heard.headers.get("authorization") == "Bearer granted":
            return Reply(body=b'{"tags": ["a"]}')
        return Reply(401, {"WWW-Authenticate": f'Bearer realm="{server.url}/token",service="s",scope="a b"'})

    with Stranger(answer) as server:
        registry = remote(server.authority, credentials=RefreshToken(token="r&x", source="a test"))
        assert await registry.tags() == Success((Tag("a"),))
        await registry.aclose()
        asked = next(heard for heard in server.heard if heard.target == "/token")
        assert (asked.method, asked.headers.get("authorization")) == ("POST", None)
        assert asked.body == b"grant_type=refresh_token&client_id=floe&refresh_token=r%26x&service=s&scope=a&scope=b"
