"""The same orders on registries with other rules: immutable tags, pages, tokens that end."""

from collections.abc import Callable
from typing import Final

import pytest

from tests.integration.trouble.site import ORDERS, V1, V2, Site, succeeded
from tests.integration.trouble.told import HURRIED, is_true, ordered
from tests.servers import profiles
from tests.servers.docker_registry import DockerRegistries
from tests.servers.profiles import Pages
from tests.servers.proxy import Proxy
from tests.servers.tokens import Tokens
from tests.servers.wire import Layer

pytestmark = pytest.mark.anyio

OTHERS: Final[dict[str, Callable[[], tuple[Layer, ...]]]] = {
    "Harbor": profiles.harbor,
    "ECR": profiles.ecr,
    "GitHub": profiles.ghcr,
    "pages of one": lambda: (Pages(1),),
    "tokens for twenty requests": lambda: profiles.ghcr(Tokens(uses=20)),
    "tokens for a moment": lambda: (Tokens(seconds=0.5),),
}


@pytest.mark.parametrize("other", OTHERS)
async def test_orders_are_carried_out_there_too(docker_registries: DockerRegistries, other: str) -> None:
    upstream = docker_registries["plain"]
    with Proxy(upstream.authority, *OTHERS[other]()) as proxy:
        site = Site(proxy=proxy, repository=upstream.repository())
        for version in (V1, V2):
            await site.enter(version, through_trouble=True)
        for order in ORDERS:
            before = await site.truth()
            outcome = await ordered(site, order, HURRIED)
            assert succeeded(outcome), outcome
            await is_true(site, order, outcome, before)
        assert await site.recover() == 0
