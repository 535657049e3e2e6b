"""Messages to real servers on this machine: what they hear, how often, and where nothing is ever sent."""

import ipaddress
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import anyio
import msgspec
import pytest
from cloudevents.core.bindings import http as cloud
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from floe.core.canonical import digest_of
from floe.core.message import Format
from floe.core.notice import Audience, Notice
from floe.effects.memory.world import CountedEntropy, VirtualClock
from floe.effects.ports import Clock, Delivery
from floe.effects.registry.origin import origin_of
from floe.effects.webhook import address, signature
from floe.effects.webhook.address import Resolve
from floe.effects.webhook.herald import WebHerald
from floe.effects.webhook.receiver import Receiver
from floe.effects.webhook.undelivered import UndeliveredError
from floe.shell.clock import SystemClock
from tests.published import mistakes
from tests.servers.authority import Authority
from tests.servers.stranger import Heard, Reply, Stranger

pytestmark = pytest.mark.anyio

SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER: Final = "whsec_" + "QUJD" * 8
PATH: Final = "/services/T00/B00/canary"


def notice(number: int = 0, **more: Any) -> Notice:
    """Something to tell; a field given as `...` is left out."""
    record = digest_of(b"record %d" % number)
    fields = {
        "message_id": f"msg_{record[7:39]}",
        "event_type": "promote",
        "promotion_id": f"promotion {number}",
        "artifact_tag": "v1.0.0",
        "target_environment": "staging",
        "operator": "ann",
        "assurance": "verified",
        "timestamp": VirtualClock().now(),
        "trace_id": "0" * 32,
        "repository": "oci://registry.example/app",
        "record": record,
    }
    return msgspec.convert({name: value for name, value in {**fields, **more}.items() if value is not ...}, Notice)


def receiver(url: str, form: Format = "floe", **more: Any) -> Receiver:
    """Somebody on this machine who wants everything."""
    origin = origin_of(url)
    assert origin is not None
    audience = Audience(name=origin.host, events=("promote", "rollback", "lock", "unlock"))
    fields = {"audience": audience, "headers": {}, "timeout": 5.0, "retries": 3, "allow_private": True}
    return Receiver(**{"origin": origin, "target": PATH, "form": form, **fields, **more})


async def tell(
    *receivers: Receiver,
    notices: tuple[Notice, ...] = (notice(),),
    clock: Clock | None = None,
    variables: dict[str, str] | None = None,
    resolve: Resolve = address.system,
    patience: float = 25.0,
) -> tuple[Delivery, ...]:
    at = clock or VirtualClock()
    herald = WebHerald(receivers, at, CountedEntropy(), variables or {}, resolve=resolve, patience=patience)
    return await herald.tell(notices)


@pytest.fixture
def server() -> Iterator[Stranger]:
    with Stranger(lambda _: Reply(204)) as running:
        yield running


def answering(*replies: Reply) -> Any:
    """Each of these once, and the last for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


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


PUBLIC: Final = ("8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8")
PRIVATE: Final = (
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "192.0.0.1"),
    *("198.18.0.1", "203.0.113.1", "240.0.0.1", "255.255.255.255", "0.1.2.3", "::1", "fc00::1", "fd12::1", "fec0::1"),
    *(
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::7f00:1",
        "2002:a00:1::",
        "2001:0:1::1",
        "2001:db8::1",
        "::8.8.8.8",
    ),
)
NEVER: Final = (
    *(
        "169.254.169.254",
        "169.254.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "fe80::1",
        "fd00:ec2::254",
        "0.0.0.0",
        "::",
    ),
    *("224.0.0.1", "ff02::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "::ffff:0.0.0.0"),
)


@pytest.mark.parametrize("spelt", PUBLIC)
def test_w01_public_addresses_may_be_reached(spelt: str) -> None:
    address.check(ipaddress.ip_address(spelt), allow_private=False)


@pytest.mark.parametrize("spelt", PRIVATE)
def test_w01_private_addresses_may_be_reached_where_that_is_allowed(spelt: str) -> None:
    with pytest.raises(UndeliveredError, match="private"):
        address.check(ipaddress.ip_address(spelt), allow_private=False)
    address.check(ipaddress.ip_address(spelt), allow_private=True)


@pytest.mark.parametrize("spelt", NEVER)
def test_w01_what_tells_machines_their_credentials_is_never_reached(spelt: str) -> None:
    for allow_private in (False, True):
        with pytest.raises(UndeliveredError, match="own network"):
            address.check(ipaddress.ip_address(spelt), allow_private=allow_private)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_w01_this_machine_is_private_however_it_is_spelt(server: Stranger, host: str) -> None:
    (delivery,) = await tell(receiver(f"http://{host}:{server.port}", allow_private=False))
    assert "private address" in (delivery.why or "")
    assert delivery.attempts == 1
    assert server.heard == []


async def test_w01_one_private_address_among_public_ones_is_one_too_many(server: Stranger) -> None:
    for found in (["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "2606:4700:4700::1111"]):
        (delivery,) = await tell(
            receiver(f"http://hooks.example:{server.port}", allow_private=False), resolve=lambda *_, f=found: f
        )
        assert "private address" in (delivery.why or "")
    assert server.heard == []


async def test_w01_a_name_is_looked_up_once_and_what_was_judged_is_connected_to(server: Stranger) -> None:
    """A name that means something else a moment later (DNS rebinding) is of no use."""
    asked: list[str] = []

    def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    (delivery,) = await tell(receiver(f"http://hooks.example:{server.port}"), resolve=rebinding)
    assert delivery.why is None
    assert asked == ["hooks.example"]
    assert server.heard[0].headers["host"] == f"hooks.example:{server.port}"


async def test_an_address_that_does_not_answer_is_passed_over(server: Stranger) -> None:
    url = f"http://hooks.example:{server.port}"
    (delivery,) = await tell(receiver(url), resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
    assert delivery.why is None


async def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    released = threading.Event()

    def hanging(*_: object) -> list[str]:
        released.wait(10)
        return []

    began = time.monotonic()
    there = receiver("https://hooks.example", timeout=0.2, retries=0)
    (delivery,) = await tell(there, clock=SystemClock(), resolve=hanging)
    released.set()
    assert delivery.why == "its name was not resolved in time (DNS)"
    assert time.monotonic() - began < 2.0


async def test_a_name_that_nobody_knows_is_told() -> None:
    (delivery,) = await tell(receiver("https://no-such-host.invalid"))
    assert (delivery.why, delivery.later) == ("no address is known for its name (DNS)", True)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Stranger, dict[str, str]]]:
    authority = Authority(tmp_path)
    with Stranger(lambda _: Reply(200), authority.certify("127.0.0.1")) as running:
        yield running, {"SSL_CERT_FILE": str(authority.file)}


async def test_messages_travel_over_tls(secure: tuple[Stranger, dict[str, str]]) -> None:
    server, variables = secure
    (delivery,) = await tell(receiver(server.url), variables=variables)
    assert delivery.why is None
    assert len(server.heard) == 1


async def test_a_certificate_of_a_stranger_is_not_trusted(secure: tuple[Stranger, dict[str, str]]) -> None:
    server, _ = secure
    (delivery,) = await tell(receiver(server.url))
    assert (delivery.why or "").startswith("its certificate is not trusted")
    assert delivery.attempts == 1
    assert server.heard == []


async def test_a_certificate_must_be_for_the_name_that_was_meant(secure: tuple[Stranger, dict[str, str]]) -> None:
    server, variables = secure
    url = f"https://hooks.example:{server.port}"
    (delivery,) = await tell(receiver(url), variables=variables, resolve=lambda *_: ["127.0.0.1"])
    assert (delivery.why or "").startswith("its certificate is not trusted")
    assert server.heard == []


async def test_what_does_not_speak_tls_or_http_is_told(server: Stranger) -> None:
    (delivery,) = await tell(receiver(f"https://127.0.0.1:{server.port}"))
    assert delivery.why == "it does not speak TLS as it should"
    assert server.heard == []


async def test_nobody_there_is_told() -> None:
    with Stranger() as gone:
        url = gone.url
    (delivery,) = await tell(receiver(url))
    assert (delivery.why, delivery.attempts) == ("it refused the connection", 4)


async def test_a_certificate_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    variables = {"SSL_CERT_FILE": str(tmp_path / "ca.pem")}
    (delivery,) = await tell(receiver("https://127.0.0.1:1"), variables=variables, resolve=lambda *_: ["127.0.0.1"])
    assert delivery.why is not None


async def test_w01_through_a_proxy_no_address_is_smuggled(server: Stranger) -> None:
    variables = {"https_proxy": server.url, "http_proxy": server.url}
    (delivery,) = await tell(receiver("https://169.254.169.254"), variables=variables)
    assert "own network" in (delivery.why or "")
    assert server.heard == []
    (delivery,) = await tell(receiver("http://hooks.example"), variables=variables)
    assert delivery.why is None
    assert server.heard[0].target == f"http://hooks.example{PATH}"


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
