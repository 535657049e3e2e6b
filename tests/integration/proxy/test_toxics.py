"""Trouble strikes whom it is meant for, as often as it is meant to, and ends with the proxy."""

import time

import pytest

from tests.integration.proxy.conftest import Opening
from tests.servers import troubles
from tests.servers.talk import Talk, index

A = index("a")


def test_trouble_strikes_whom_it_is_meant_for(opened: Opening) -> None:
    proxy, talk = opened()
    rule = proxy.toxics.add(troubles.server_error(), method="PUT", path="*/manifests/latest-*", skip=1, times=2)
    assert [talk.put("v1", A).status for _ in range(3)] == [201] * 3
    assert [talk.put("latest-dev", A).status for _ in range(4)] == [201, 503, 503, 201]
    assert rule.struck == 2


def test_a_share_of_requests_is_the_same_share_every_time(opened: Opening) -> None:
    runs = []
    for _ in range(2):
        proxy, talk = opened()
        proxy.toxics.add(troubles.server_error(), share=0.5)
        runs.append([talk.tags().status for _ in range(40)])
    assert runs[0] == runs[1]
    assert 5 < runs[0].count(503) < 35


def test_troubles_add_up(opened: Opening) -> None:
    proxy, talk = opened()
    proxy.toxics.add(troubles.latency(0.1))
    proxy.toxics.add(troubles.server_error(500))
    began = time.monotonic()
    assert talk.tags().status == 500
    assert time.monotonic() - began >= 0.1


def test_a_proxy_stops_at_once_whatever_it_was_doing(opened: Opening) -> None:
    proxy, talk = opened()
    proxy.toxics.add(troubles.latency(60), times=1)
    proxy.toxics.add(troubles.silence(60), skip=1, times=1)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            Talk(talk.authority, talk.repository, timeout=0.1).tags()
    began = time.monotonic()
    proxy.close()
    assert time.monotonic() - began < 1
