"""Where messages go and where nothing is ever sent; over TLS, by name, through proxies."""

import ipaddress
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from floe.effects.webhook import address
from floe.effects.webhook.undelivered import UndeliveredError
from floe.shell.clock import SystemClock
from tests.integration.receivers import PATH, receiver, tell
from tests.servers.authority import Authority
from tests.servers.stranger import Reply, Stranger

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[Stranger]:
    with Stranger(lambda _: Reply(204)) as running:
        yield running


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
