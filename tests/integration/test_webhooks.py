"""Messages to real servers on this machine: what they hear, how often, and what becomes of what they answer."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

import anyio
import pytest
from cloudevents.core.bindings import http as cloud
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from floe.core.message.form import Format
from floe.core.message.notice import Audience
from floe.effects.memory.world import VirtualClock
from floe.effects.webhook import signature
from floe.shell.clock import SystemClock
from tests.integration.receivers import PATH, SECRET, answering, notice, receiver, tell
from tests.published import mistakes
from tests.servers.stranger import Heard, Reply, Stranger

pytestmark = pytest.mark.anyio

OTHER: Final = "whsec_" + "QUJD" * 8


@pytest.fixture
def server() -> Iterator[Stranger]:
    with Stranger(lambda _: Reply(204)) as running:
        yield running


async def test_a_message_is_posted_once_and_whole(server: Stranger) -> None:
    (delivery,) = await tell(receiver(server.url, headers={"Authorization": "Token abc", "X-Team": "ä"}))
    assert (delivery.why, delivery.attempts) == (None, 1)
    (heard,) = server.heard
    assert (heard.method, heard.target) == ("POST", PATH)
    assert heard.headers["authorization"] == "Token abc"
    assert heard.headers["x-team"] == "ä"
    assert heard.headers["host"] == server.authority
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["webhook-id"] == notice().message_id
    assert json.loads(heard.body)["promotion_id"] == "promotion 0"


@pytest.mark.parametrize("form", ["floe", "slack", "pagerduty", "cloudevents"])
async def test_each_form_arrives_as_its_receiver_takes_it(server: Stranger, form: Format) -> None:
    await tell(receiver(server.url, form, routing_key="0123456789abcdef0123456789abcdef"))
    assert mistakes(form, json.loads(server.heard[0].body)) == []


async def test_a_cloud_event_is_read_by_the_cloudevents_library(server: Stranger) -> None:
    await tell(receiver(server.url, "cloudevents"))
    (heard,) = server.heard
    event = cloud.from_http(cloud.HTTPMessage(headers=dict(heard.headers), body=heard.body), JSONFormat())
    assert heard.headers["content-type"] == "application/cloudevents+json"
    assert (event.get_id(), event.get_type()) == (notice().message_id, "dev.floe.promote.v1")
    assert event.get_time() == notice().timestamp
    data: Any = event.get_data()
    assert data["artifact_tag"] == "v1.0.0"


def test_w08_a_signature_is_that_of_the_published_example() -> None:
    (key,) = signature.keys(SECRET) or ()
    made = signature.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', (key,))
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", [SECRET, f"{OTHER} {SECRET}", SECRET.removeprefix("whsec_")])
async def test_w08_the_standardwebhooks_library_verifies_what_arrives(server: Stranger, secret: str) -> None:
    """With two secrets, as while one is replaced, both sign."""
    await tell(receiver(server.url, keys=signature.keys(secret)), clock=SystemClock())
    (heard,) = server.heard
    assert Webhook(SECRET).verify(heard.body, dict(heard.headers))["promotion_id"] == "promotion 0"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(heard.body + b" ", dict(heard.headers))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_" + "QUJD" * 30, "whsec_ä", f"{SECRET} x"])
def test_w08_what_is_no_secret_signs_nothing(secret: str) -> None:
    assert signature.keys(secret) is None


async def test_w08_each_attempt_has_its_own_time_and_all_have_one_id(server: Stranger) -> None:
    server.script = answering(Reply(503), Reply(503, {"Retry-After": "7"}), Reply(200))
    await tell(receiver(server.url, keys=signature.keys(SECRET)))
    times = [int(heard.headers["webhook-timestamp"]) for heard in server.heard]
    assert len({heard.headers["webhook-id"] for heard in server.heard}) == 1
    assert times[2] - times[1] == 7
    assert len({heard.headers["webhook-signature"] for heard in server.heard}) > 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_w02_redirects_are_not_followed(server: Stranger, status: int) -> None:
    with Stranger() as elsewhere:
        server.script = answering(Reply(status, {"Location": f"{elsewhere.url}/x"}))
        (delivery,) = await tell(receiver(server.url))
    assert elsewhere.heard == []
    assert len(server.heard) == 1
    assert delivery.why == f"it answered {status}, and redirects are not followed"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226])
async def test_w07_every_2xx_is_a_success_whatever_the_body(server: Stranger, status: int) -> None:
    server.script = answering(Reply(status, {"Content-Encoding": "gzip"}, b"" if status == 204 else b"no gzip"))
    (delivery,) = await tell(receiver(server.url))
    assert (delivery.why, len(server.heard)) == (None, 1)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_w07_what_may_pass_is_tried_four_times_in_all(server: Stranger, status: int) -> None:
    server.script = answering(Reply(status))
    clock = VirtualClock()
    (delivery,) = await tell(receiver(server.url), clock=clock)
    assert (delivery.why, delivery.attempts, delivery.later) == (f"it answered {status}", 4, True)
    assert len(server.heard) == 4
    assert 0 < clock.monotonic() < 1 + 2 + 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422, 451])
async def test_w07_what_will_not_pass_is_not_tried_again(server: Stranger, status: int) -> None:
    server.script = answering(Reply(status, body=b"<b>why</b>"))
    (delivery,) = await tell(receiver(server.url))
    assert len(server.heard) == 1
    assert (delivery.why or "").startswith(f"it answered {status}")
    assert not delivery.later


async def test_w07_a_receiver_may_ask_for_time_but_not_for_more_than_there_is(server: Stranger) -> None:
    clock = VirtualClock()
    at = (clock.now().timestamp() + 9) * 1.0
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(at))
    server.script = answering(Reply(429, {"Retry-After": "3"}), Reply(503, {"Retry-After": date}), Reply(200))
    (delivery,) = await tell(receiver(server.url), clock=clock)
    assert (delivery.why, clock.monotonic()) == (None, 9.0)
    server.script = answering(Reply(429, {"Retry-After": "26"}))
    (delivery,) = await tell(receiver(server.url))
    assert (delivery.why, delivery.attempts) == ("it answered 429", 1)


async def test_w07_no_retries_where_none_are_wanted(server: Stranger) -> None:
    server.script = answering(Reply(500))
    (delivery,) = await tell(receiver(server.url, retries=0))
    assert delivery.attempts == len(server.heard) == 1


async def test_w05_a_silent_receiver_costs_no_more_than_there_is_patience() -> None:
    released = threading.Event()

    def wait(_: Heard) -> Reply:
        released.wait(10)
        return Reply(200)

    with Stranger(wait) as silent:
        began = time.monotonic()
        (delivery,) = await tell(receiver(silent.url, timeout=0.4), clock=SystemClock(), patience=1.2)
        lasted = time.monotonic() - began
        released.set()
    assert delivery.why == "it did not answer in time"
    assert lasted < 3.0


async def test_w05_receivers_do_not_wait_for_each_other(server: Stranger) -> None:
    def slow(_: Heard) -> Reply:
        time.sleep(0.5)
        return Reply(200)

    with Stranger(slow) as tardy:
        began = time.monotonic()
        deliveries = await tell(*(receiver(tardy.url) for _ in range(6)), receiver(server.url), clock=SystemClock())
        lasted = time.monotonic() - began
    assert [each.why for each in deliveries] == [None] * 7
    assert lasted < 2.0


async def test_an_endless_answer_is_not_read_to_its_end(server: Stranger) -> None:
    server.script = answering(Reply(404, body=b"x" * 5_000_000))
    (delivery,) = await tell(receiver(server.url, "slack"))
    assert delivery.why == "it answered 404"


async def test_w04_what_a_receiver_says_is_not_repeated_but_for_slacks_own_words(server: Stranger) -> None:
    echo = Reply(400, body=b"canary \x1b[31m Token abc")
    server.script = answering(echo)
    for form in ("floe", "slack"):
        (delivery,) = await tell(receiver(server.url, form))
        assert delivery.why == "it answered 400"
    server.script = answering(Reply(404, body=b"no_service"))
    (delivery,) = await tell(receiver(server.url, "slack"))
    assert delivery.why == "it answered 404 no_service"
    (delivery,) = await tell(receiver(server.url, "floe"))
    assert delivery.why == "it answered 404"


def test_w04_a_receiver_shows_nothing_of_its_secrets() -> None:
    shown = repr(
        receiver(
            f"https://hooks.example{PATH}",
            headers={"Authorization": "canary"},
            keys=(b"canary",),
            routing_key="canary",
        )
    )
    assert "hooks.example" in shown
    assert "canary" not in shown


async def test_w10_each_receiver_hears_each_change_once_and_in_order(server: Stranger) -> None:
    notices = tuple(notice(number) for number in range(5))
    calm = receiver(server.url, audience=Audience(name="calm", events=("rollback",)))
    deliveries = await tell(receiver(server.url), calm, notices=notices)
    assert [each.notice for each in deliveries] == list(notices)
    assert [json.loads(heard.body)["promotion_id"] for heard in server.heard] == [f"promotion {n}" for n in range(5)]


async def test_w10_slack_hears_one_a_second(server: Stranger) -> None:
    clock = VirtualClock()
    await tell(receiver(server.url, "slack"), notices=tuple(notice(number) for number in range(4)), clock=clock)
    assert (len(server.heard), clock.monotonic()) == (4, 3.0)


async def test_after_a_message_that_did_not_arrive_the_rest_is_left_for_later(server: Stranger) -> None:
    server.script = answering(Reply(200), Reply(503))
    deliveries = await tell(receiver(server.url, retries=0), notices=tuple(notice(number) for number in range(4)))
    assert len(server.heard) == 2
    assert [(each.why, each.attempts, each.later) for each in deliveries] == [
        (None, 1, False),
        ("it answered 503", 1, True),
        ("the message before it did not arrive", 0, True),
        ("the message before it did not arrive", 0, True),
    ]


async def test_one_message_that_is_refused_does_not_keep_the_others(server: Stranger) -> None:
    server.script = answering(Reply(422), Reply(200))
    deliveries = await tell(receiver(server.url), notices=(notice(1), notice(2)))
    assert [each.why for each in deliveries] == ["it answered 422", None]


async def test_to_whom_nothing_can_be_sent_nothing_is_sent(server: Stranger) -> None:
    audience = Audience(name="a", events=("promote",), unfit="the environment variable X is not set")
    (delivery,) = await tell(receiver(server.url, audience=audience))
    assert (delivery.why, delivery.attempts) == (audience.unfit, 0)
    assert server.heard == []


async def test_telling_runs_beside_other_tasks(server: Stranger) -> None:
    """Nothing blocks the event loop while a receiver thinks."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await anyio.sleep(0.01)
            ticks += 1

    def slow(_: Heard) -> Reply:
        time.sleep(0.3)
        return Reply(200)

    server.script = slow
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tick)
        await tell(receiver(server.url), clock=SystemClock())
        tasks.cancel_scope.cancel()
    assert ticks > 5
