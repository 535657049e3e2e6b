"""A repository behind a proxy, for each test another one."""

from collections.abc import Iterator

import pytest

from tests.integration.trouble.site import V1, V2, Site
from tests.servers.docker_registry import DockerRegistries
from tests.servers.proxy import Proxy


@pytest.fixture
def fresh(docker_registries: DockerRegistries) -> Iterator[Site]:
    """Nothing is in it."""
    upstream = docker_registries["plain"]
    with Proxy(upstream.authority) as proxy:
        yield Site(proxy=proxy, repository=upstream.repository())


@pytest.fixture
async def site(fresh: Site) -> Site:
    """Two versions are in dev, the second one is current."""
    for version in (V1, V2):
        await fresh.enter(version)
    return fresh
