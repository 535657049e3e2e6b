"""The proxy that tests put in front of a registry passes bytes as they are, and counts them."""

import http.client
import threading
from hashlib import sha256

import pytest

from tests.integration.proxy.conftest import Opening
from tests.servers.proxy import Proxy
from tests.servers.talk import INDEX, Talk, index
from tests.servers.wire import Answer, Line, Request


def test_bytes_pass_as_they_are(opened: Opening) -> None:
    _, talk = opened()
    odd = b'{ "schemaVersion":2,\n "mediaType": "%s", "manifests": [ ]  }' % INDEX.encode()
    digest = "sha256:" + sha256(odd).hexdigest()
    assert (talk.put("v1", odd).status, talk.get("v1").body, talk.get(digest).body) == (201, odd, odd)
    headed = talk.head("v1")
    assert (headed.header("Content-Length"), headed.header("Docker-Content-Digest")) == (str(len(odd)), digest)
    assert headed.body == b""


def test_uploads_stay_on_this_side(opened: Opening) -> None:
    proxy, talk = opened()
    content = bytes(range(256)) * 4096
    begun = talk.ask("POST", talk.at("blobs/uploads/"))
    where = begun.header("Location") or ""
    assert where.startswith(f"http://{proxy.authority}/v2/{talk.repository}/")
    path = where.removeprefix(f"http://{proxy.authority}")
    digest = "sha256:" + sha256(content).hexdigest()
    assert talk.ask("PUT", f"{path}&digest={digest}", content).status == 201
    assert talk.ask("GET", talk.at(f"blobs/{digest}")).body == content


def test_a_body_in_chunks_arrives_whole(opened: Opening) -> None:
    _, talk = opened()
    body = index("in chunks")
    connection = http.client.HTTPConnection(talk.authority, timeout=5)
    pieces = iter((body[:7], body[7:50], body[50:]))
    connection.request("PUT", talk.at("manifests/v1"), pieces, {"Content-Type": INDEX}, encode_chunked=True)
    assert connection.getresponse().status == 201
    connection.close()
    assert talk.get("v1").body == body


def test_one_connection_carries_many_requests(opened: Opening) -> None:
    proxy, talk = opened()
    connection = http.client.HTTPConnection(talk.authority, timeout=5)
    for _ in range(20):
        connection.request("GET", "/v2/")
        assert connection.getresponse().read() == b"{}"
    connection.close()
    assert len(proxy.asked.seen) == 20


def test_every_request_is_counted_once_also_of_many_threads(opened: Opening) -> None:
    proxy, talk = opened()
    with proxy.asked.counted() as count:
        threads = [threading.Thread(target=lambda: [talk.tags() for _ in range(10)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    talk.tags()
    assert len(count) == 80
    assert len(proxy.asked.seen) == len(proxy.passed.seen) == 81


def test_a_count_tells_methods_paths_statuses_and_bytes(opened: Opening) -> None:
    proxy, talk = opened()
    body = index("counted")
    with proxy.asked.counted() as count:
        talk.put("v1", body)
        talk.get("v1")
        talk.get("v2")
    told = [(each.method, each.status, each.uploaded, each.downloaded) for each in count.seen[:2]]
    assert told == [("PUT", 201, len(body), 0), ("GET", 200, 0, len(body))]
    assert [each.status for each in count.of("GET", "*/manifests/v2")] == [404]


def test_a_registry_that_is_down_is_a_bad_gateway() -> None:
    with Proxy("127.0.0.1:9") as proxy:
        assert Talk(proxy.authority, "any").tags().status == 502


def test_a_bug_in_the_proxy_is_not_kept_quiet() -> None:
    def broken(_request: Request, _line: Line) -> Answer:
        raise ZeroDivisionError

    def visit() -> None:
        with Proxy("127.0.0.1:9", broken) as proxy, pytest.raises((ConnectionError, http.client.HTTPException)):
            Talk(proxy.authority, "any").tags()

    with pytest.raises(ExceptionGroup, match="in the proxy"):
        visit()
