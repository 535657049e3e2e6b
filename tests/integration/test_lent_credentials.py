"""Passwords that end: had anew once, at their end or when they are no longer taken, and shown to nobody else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from returns.result import Success

from floe.core.fault import CredentialsRefused
from floe.core.names import Tag
from floe.effects.registry.credentials import Password
from floe.effects.registry.oci import Access, OciRegistry
from floe.shell.clock import SystemClock, SystemEntropy
from tests.integration.remote import origin, why
from tests.servers.docker_registry import DockerRegistry
from tests.servers.proxy import Proxy
from tests.servers.tokens import Person, Tokens
from tests.servers.wire import Answer, Layer, Line, Request, first, refusal

pytestmark = pytest.mark.anyio
TAG = Tag("v1.0.0")


class Lender:
    """Lends the next of some passwords."""

    def __init__(self, *passwords: str, lasts: float = 3600.0) -> None:
        self.left = list(passwords)
        self._lasts = timedelta(seconds=lasts)

    def __call__(self, _: str) -> Password:
        ends = SystemClock().now() + self._lasts
        return Password(username="ann", password=self.left.pop(0), source="a cloud", ends=ends)


def entered(authority: str, lender: Lender) -> OciRegistry:
    return OciRegistry(
        origin(authority), "team/lent", Access(find=lender), clock=SystemClock(), entropy=SystemEntropy()
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerRegistry]:
    running = DockerRegistry("htpasswd", tmp_path_factory.mktemp("registry"))
    yield running
    running.close()


async def test_a_password_that_is_no_longer_taken_is_had_anew_once(server: DockerRegistry) -> None:
    lender = Lender("one", "two", "three", "four")
    registry = entered(server.authority, lender)
    server.admit("ann", "one")
    assert await registry.resolve(TAG) == Success(None)
    server.admit("ann", "two")
    assert await registry.resolve(TAG) == Success(None)
    assert isinstance(await registry.put_blob(b"pushed"), Success)
    server.admit("ann", "other")
    fault = (await registry.resolve(TAG)).failure()
    assert isinstance(fault, CredentialsRefused)
    assert "does not take the basic credentials from a cloud" in why(fault)
    assert lender.left == ["four"]
    await registry.aclose()


def like_ecr(*taken: str) -> Layer:
    """Forbids what has ended, and says so."""
    allowed = {Password(username="ann", password=each, source="").basic for each in taken}

    def layer(request: Request, line: Line) -> Answer:
        shown = first(request.headers, "Authorization")
        if shown is None:
            return refusal(401, "UNAUTHORIZED", "no", ("WWW-Authenticate", 'Basic realm="ecr"'))
        ended = refusal(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")
        return refusal(404, "NAME_UNKNOWN", "not here") if shown in allowed else ended

    return layer


async def test_a_registry_that_forbids_what_has_ended_is_shown_another_once() -> None:
    lender = Lender("one", "two", "three")
    with Proxy("127.0.0.1:9", like_ecr("two")) as proxy:
        registry = entered(proxy.authority, lender)
        assert await registry.resolve(TAG) == Success(None)
        assert lender.left == ["three"]
        await registry.aclose()
    with Proxy("127.0.0.1:9", like_ecr()) as proxy:
        lender = Lender("one", "two", "three")
        registry = entered(proxy.authority, lender)
        fault = (await registry.tags()).failure()
        assert isinstance(fault, CredentialsRefused)
        assert lender.left == ["three"]
        assert "has expired" in why(fault)
        await registry.aclose()


async def test_a_token_service_that_takes_the_password_no_longer_is_shown_another() -> None:
    lender = Lender("one", "two", "three")
    with Proxy("127.0.0.1:9", Tokens(Person("ann", "two"), uses=1), like_nobody) as proxy:
        registry = entered(proxy.authority, lender)
        assert isinstance((await registry.resolve(TAG)).failure(), CredentialsRefused)  # a fresh one is not renewed
        assert lender.left == ["two", "three"]
        for _ in range(3):  # a token each, of one password
            assert await registry.resolve(TAG) == Success(None)
        assert lender.left == ["three"]
        await registry.aclose()


def like_nobody(_: Request, __: Line) -> Answer:
    return refusal(404, "NAME_UNKNOWN", "not here")


async def test_what_is_about_to_end_is_not_begun_with() -> None:
    lender = Lender("one", "two", "three", lasts=60)
    with Proxy("127.0.0.1:9", Tokens(Person("ann", "two"), uses=1), like_nobody) as proxy:
        registry = entered(proxy.authority, lender)
        assert isinstance((await registry.resolve(TAG)).failure(), CredentialsRefused)
        assert await registry.resolve(TAG) == Success(None)
        assert lender.left == ["three"]
        await registry.aclose()
