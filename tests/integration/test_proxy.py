"""The proxy that tests put in front of a registry does what it says, and nothing else."""

import base64
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from email.utils import parsedate_to_datetime
from hashlib import sha256

import pytest

from tests.integration.talking import MANIFEST, Spoken, Talk, index_of, manifest
from tests.servers import profiles, troubles
from tests.servers.proxy import Proxy
from tests.servers.stale import Stale
from tests.servers.tokens import Person, Tokens
from tests.servers.wire import Layer

A, B = manifest("a"), manifest("b")
TALKS = "*/manifests/*"
Open = Callable[..., tuple[Proxy, Talk]]


@pytest.fixture
def opened(plain_registry: str, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens proxies with some layers; each test has a repository of its own."""
    repository = "proxy/" + sha256(request.node.name.encode()).hexdigest()[:12]
    with ExitStack() as stack:

        def opening(*layers: Layer) -> tuple[Proxy, Talk]:
            proxy = stack.enter_context(Proxy(plain_registry, *layers))
            return proxy, Talk(proxy.authority, repository)

        yield opening


def test_bytes_pass_as_they_are(opened: Open) -> None:
    _, talk = opened()
    odd = b'{ "schemaVersion":2,\n "mediaType": "%s", "layers": [],\n "config": {}  }' % MANIFEST.encode()
    pushed = talk.put("v1", odd)
    assert (pushed.status, pushed.header("Docker-Content-Digest")) == (201, "sha256:" + sha256(odd).hexdigest())
    assert talk.get("v1").body == odd
    assert talk.head("v1").header("Content-Length") == str(len(odd))
