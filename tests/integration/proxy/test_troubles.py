"""Each kind of trouble is the trouble it says, for the requests it is meant for, and ends when it is told to."""

import http.client
import time
from email.utils import parsedate_to_datetime

import pytest

from tests.integration.proxy.conftest import Opening
from tests.servers import troubles
from tests.servers.stale import Stale
from tests.servers.talk import index
from tests.servers.wire import Layer

A, B = index("a"), index("b")
MANIFESTS = "*/manifests/*"
BROKEN = (ConnectionError, http.client.HTTPException)


@pytest.mark.parametrize("broken", [troubles.reset_before, troubles.reset_after, troubles.lost_answer])
def test_a_broken_connection_tells_nothing_of_what_was_applied(opened: Opening, broken: Layer) -> None:
    proxy, talk = opened()
    proxy.toxics.add(broken, method="PUT", path=MANIFESTS, times=1)
    with pytest.raises(BROKEN):
        talk.put("v1", A)
    assert talk.get("v1").status == (404 if broken is troubles.reset_before else 200)
    assert talk.put("v1", A).status == 201


def test_a_reset_is_a_reset_and_a_lost_answer_is_not(opened: Opening) -> None:
    proxy, talk = opened()
    with proxy.toxics.during(troubles.reset_before), pytest.raises(ConnectionResetError) as reset:
        talk.tags()
    assert not isinstance(reset.value, http.client.RemoteDisconnected)
    with proxy.toxics.during(troubles.lost_answer), pytest.raises(http.client.RemoteDisconnected):
        talk.tags()
    assert [each.status for each in proxy.asked.seen] == [None, None]


def test_silence_lasts_and_ends_without_an_answer(opened: Opening) -> None:
    proxy, talk = opened()
    proxy.toxics.add(troubles.silence(0.3), method="PUT")
    began = time.monotonic()
    with pytest.raises(BROKEN):
        talk.put("v1", A)
    assert time.monotonic() - began >= 0.3
    assert talk.get("v1").body == A


def test_a_truncated_body_is_noticed_by_its_length(opened: Opening) -> None:
    proxy, talk = opened()
    talk.put("v1", A)
    proxy.toxics.add(troubles.truncated(10), method="GET")
    with pytest.raises(http.client.IncompleteRead) as cut:
        talk.get("v1")
    assert cut.value.partial == A[:10]


def test_a_trickle_arrives_whole_and_late(opened: Opening) -> None:
    proxy, talk = opened()
    talk.put("v1", A)
    proxy.toxics.add(troubles.trickle(size=len(A) // 4, every=0.05), method="GET")
    began = time.monotonic()
    assert talk.get("v1").body == A
    assert 0.2 <= time.monotonic() - began < 2


def test_latency_is_at_least_what_it_says(opened: Opening) -> None:
    proxy, talk = opened()
    proxy.toxics.add(troubles.latency(0.1, jitter=0.1))
    began = time.monotonic()
    talk.tags()
    assert 0.1 <= time.monotonic() - began < 2


def test_too_many_requests_say_when_to_come_back(opened: Opening) -> None:
    proxy, talk = opened()
    for retry_after in ("7", troubles.in_seconds(7), None):
        with proxy.toxics.during(troubles.too_many_requests(retry_after)):
            refused = talk.put("v1", A)
        assert (refused.status, refused.code) == (429, "TOOMANYREQUESTS")
        assert refused.header("Retry-After") == retry_after
    assert parsedate_to_datetime(troubles.in_seconds(7)).tzinfo is not None
    assert talk.get("v1").status == 404


@pytest.mark.parametrize(
    ("toxic", "applied"), [(troubles.server_error(), False), (troubles.server_error_after(), True)]
)
def test_a_burst_of_server_errors_ends(opened: Opening, toxic: Layer, applied: bool) -> None:
    proxy, talk = opened()
    proxy.toxics.add(toxic, method="PUT", times=3)
    assert all(talk.put("v1", A).status in (502, 503) for _ in range(3))
    assert (talk.get("v1").status == 200) is applied
    assert talk.put("v1", A).status == 201


def test_a_wrong_body_has_the_right_length_and_the_right_headers(opened: Opening) -> None:
    proxy, talk = opened()
    talk.put("v1", A)
    right = talk.get("v1")
    with proxy.toxics.during(troubles.wrong_body):
        wrong = talk.get("v1")
    assert len(wrong.body) == len(A)
    assert sum(one != other for one, other in zip(wrong.body, A, strict=True)) == 1
    assert wrong.header("Docker-Content-Digest") == right.header("Docker-Content-Digest")
    with proxy.toxics.during(troubles.other_body(B + b" ")):
        assert talk.get("v1").body == B + b" "


def test_a_wrong_digest_header_leaves_the_body_alone(opened: Opening) -> None:
    proxy, talk = opened()
    talk.put("v1", A)
    proxy.toxics.add(troubles.wrong_digest_header)
    assert (talk.get("v1").body, talk.get("v1").header("Docker-Content-Digest")) == (A, troubles.NOWHERE)
    assert talk.head("v1").header("Docker-Content-Digest") == troubles.NOWHERE


def test_an_endless_body_goes_on_for_as_long_as_it_is_read(opened: Opening) -> None:
    proxy, talk = opened()
    talk.put("v1", A)
    proxy.toxics.add(troubles.endless)
    connection = http.client.HTTPConnection(proxy.authority, timeout=5)
    connection.request("GET", talk.at("manifests/v1"))
    response = connection.getresponse()
    assert len(response.read(20_000_000)) == 20_000_000
    response.close()
    connection.close()


def test_a_duplicate_reaches_the_registry_twice(opened: Opening) -> None:
    proxy, talk = opened()
    proxy.toxics.add(troubles.duplicate, method="PUT", times=1)
    assert talk.put("v1", A).status == 201
    assert (len(proxy.asked.seen), len(proxy.passed.seen)) == (1, 2)


def test_a_late_duplicate_moves_a_tag_back(opened: Opening) -> None:
    proxy, talk = opened()
    proxy.toxics.add(troubles.duplicate_later(0.2), method="PUT", times=1)
    talk.put("latest-dev", A)
    talk.put("latest-dev", B)
    assert talk.get("latest-dev").body == B
    time.sleep(0.4)
    assert talk.get("latest-dev").body == A


def test_stale_answers_are_from_before_a_write(opened: Opening) -> None:
    proxy, talk = opened()
    stale = Stale()
    proxy.toxics.add(stale)
    talk.put("v1", A)
    before = talk.tags().body
    assert talk.get("v1").body == A
    talk.put("v1", B)
    talk.put("v2", B)
    assert (talk.get("v1").body, talk.tags().body) == (A, before)
    assert (talk.get("v2").body, stale.served) == (B, 2)
    proxy.toxics.off()
    assert talk.get("v1").body == B


def test_staleness_passes_and_may_be_waived(opened: Opening) -> None:
    proxy, talk = opened()
    talk.put("v1", A)
    for stale, headers in ((Stale(0.2), {}), (Stale(obeys=True), {"Cache_Control": "no-cache"})):
        with proxy.toxics.during(stale):
            talk.put("v1", A)
            assert talk.get("v1").body == A
            talk.put("v1", B)
            assert talk.get("v1").body == A
            time.sleep(0.0 if headers else 0.25)
            assert talk.get("v1", **headers).body == B
