"""Proxies to open in a test, in front of one registry for all of them."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from typing import TypeAlias

import pytest

from tests.servers import debian
from tests.servers.proxy import Proxy
from tests.servers.talk import Talk
from tests.servers.wire import Layer

Opening: TypeAlias = Callable[..., tuple[Proxy, Talk]]


@pytest.fixture(scope="package")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = debian.find("docker-registry")
    if program is None:
        pytest.skip(debian.why_missing("docker-registry"))
    folder = tmp_path_factory.mktemp("registry")
    with socket.create_server(("127.0.0.1", 0)) as free:
        authority = f"127.0.0.1:{free.getsockname()[1]}"
    config = folder / "config.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
        f"http: {{addr: {authority}}}\n"
    )
    with subprocess.Popen([program, "serve", config], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        until_it_answers(authority)
        yield authority
        process.terminate()


def until_it_answers(authority: str) -> None:
    for _ in range(200):
        try:
            Talk(authority, "any").tags()
        except OSError:
            time.sleep(0.02)
        else:
            return


@pytest.fixture
def opened(upstream: str, request: pytest.FixtureRequest) -> Iterator[Opening]:
    """Opens proxies with the layers given; each test talks about a repository of its own."""
    repository = "proxy/" + sha256(request.node.nodeid.encode()).hexdigest()[:12]
    with ExitStack() as stack:

        def opening(*layers: Layer) -> tuple[Proxy, Talk]:
            proxy = stack.enter_context(Proxy(upstream, *layers))
            return proxy, Talk(proxy.authority, repository)

        yield opening
