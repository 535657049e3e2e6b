"""Proxies to open in a test, in front of one registry for all of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias

import pytest

from tests.servers.docker_registry import DockerRegistries
from tests.servers.proxy import Proxy
from tests.servers.talk import Talk
from tests.servers.wire import Layer

Opening: TypeAlias = Callable[..., tuple[Proxy, Talk]]


@pytest.fixture
def opened(docker_registries: DockerRegistries) -> Iterator[Opening]:
    """Opens proxies with the layers given; each test talks about a repository of its own."""
    upstream = docker_registries["plain"]
    repository = upstream.repository()
    with ExitStack() as stack:

        def opening(*layers: Layer) -> tuple[Proxy, Talk]:
            proxy = stack.enter_context(Proxy(upstream.authority, *layers))
            return proxy, Talk(proxy.authority, repository)

        yield opening
