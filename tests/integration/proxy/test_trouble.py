"""Whatever the line to a registry does: no wrong success, no acknowledged record lost, and an end in time."""

import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from hashlib import sha256
from typing import Any, Final, TypeAlias

import pytest
from returns.result import Success

from floe.core.names import Digest
from floe.core.outcome import settled
from floe.effects.drive import Carried, Refused
from floe.shell.standing import Overview
from tests.integration.proxy.troubled import ORDERS, TAGS, Done, Site, reaching, succeeded
from tests.servers import troubles
from tests.servers.proxy import Proxy
from tests.servers.stale import Stale
from tests.servers.toxics import Toxics
from tests.servers.wire import Layer

pytestmark = pytest.mark.anyio

IN_TIME: Final = 15.0  # seconds; the clock of troubled sessions runs ten times as fast
MANIFESTS: Final = "*/manifests/*"
Make: TypeAlias = Callable[[Toxics], object]


def some(toxic: Layer, **rule: Any) -> Make:
    return lambda toxics: toxics.add(toxic, **rule)


PASSING: Final[dict[str, Make]] = {
    "latency": some(troubles.latency(0.01, 0.02)),
    "trickle": some(troubles.trickle(200, 0.002)),
    "duplicates": some(troubles.duplicate, path=MANIFESTS),
    "reset before": some(troubles.reset_before, times=2, skip=1),
    "reset after": some(troubles.reset_after, times=2, skip=1),
    "writes reset after": some(troubles.reset_after, method="PUT", times=3),
    "writes reset before": some(troubles.reset_before, method="PUT", times=3),
    "lost answers of writes": some(troubles.lost_answer, method="PUT", times=3),
    "truncated": some(troubles.truncated(10), method="GET", times=2),
    "429 seconds": some(troubles.too_many_requests("1"), times=2),
    "429 date": lambda toxics: toxics.add(troubles.too_many_requests(troubles.in_seconds(1)), times=2),
    "429 nothing said": some(troubles.too_many_requests(None), times=2),
    "503 burst": some(troubles.server_error(503), times=3, skip=2),
    "500 for moving tags": some(troubles.server_error(500), path="*/manifests/latest-*", times=2),
    "502 though applied": some(troubles.server_error_after(502), method="PUT", times=3),
    "a bit turned once": some(troubles.wrong_body, method="GET", path=MANIFESTS, times=1),
    "a wrong digest once": some(troubles.wrong_digest_header, method="GET", path=MANIFESTS, times=1),
    "an obedient cache": lambda toxics: toxics.add(Stale(obeys=True)),
}
LASTING: Final[dict[str, Layer]] = {
    "reset before": troubles.reset_before,
    "reset after": troubles.reset_after,
    "lost answers": troubles.lost_answer,
    "silence": troubles.silence(60),
    "truncated": troubles.truncated(10),
    "trickle": troubles.trickle(1, 0.2),
    "endless": troubles.endless,
    "429": troubles.too_many_requests("3600"),
    "503": troubles.server_error(503),
    "502 though applied": troubles.server_error_after(502),
    "a bit turned": troubles.wrong_body,
    "a wrong digest": troubles.wrong_digest_header,
    "another body": troubles.other_body(b"{}"),
    "no body": troubles.other_body(b""),
    "not found": troubles.server_error(404),
    "refused": troubles.server_error(403),
}


@pytest.fixture
async def site(upstream: str, request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    repository = "trouble/" + sha256(request.node.nodeid.encode()).hexdigest()[:16]
    with Proxy(upstream) as proxy:
        here = Site(proxy=proxy, reach=partial(reaching, repository))
        await here.prepare()
        yield here


async def ordered(site: Site, order: str) -> Done:
    """What a fresh session through the trouble says to an order; it says so in time. Then the trouble is over."""
    began = time.monotonic()
    outcome = await ORDERS[order](site.troubled())
    assert time.monotonic() - began < IN_TIME
    site.proxy.toxics.off()
    return outcome


async def is_true(site: Site, order: str, outcome: Done, before: frozenset[Digest]) -> None:
    """What was told is so: a success is there whole, a failure before anything was done left nothing behind."""
    state, records, tags = await site.truth()
    assert before <= records
    match settled(outcome):
        case Success(Overview() as seen):
            assert seen.environments == tuple(state.of(each.environment) for each in seen.environments)
            assert seen.drift == ()
        case Success(Carried() as carried):
            receipt = carried.receipt
            assert receipt.record is None or receipt.record in records
            if receipt.fault is None:
                assert receipt.record in records
                after = carried.concluded.plan.after
                assert after is not None
                assert {tags[tag] for tag in TAGS[order]} == {after.digest}
        case _:
            assert records == before


async def is_mended(site: Site, order: str) -> None:
    """Recovery draws what the ledger says; then the same order is done, or turns out to have been done."""
    await site.recover()
    assert await site.recover() == 0
    again = settled(await ORDERS[order](site.straight()))
    assert succeeded(again) or isinstance(again.failure(), Refused)
    _, _, tags = await site.truth()
    for tag in TAGS.get(order, ()):
        assert tag in tags
    assert await site.recover() == 0


@pytest.mark.parametrize("kind", PASSING)
async def test_trouble_that_passes_is_overcome(site: Site, kind: str) -> None:
    for order in ORDERS:
        _, before, _ = await site.truth()
        PASSING[kind](site.proxy.toxics)
        outcome = await ordered(site, order)
        assert succeeded(outcome), outcome
        await is_true(site, order, outcome, before)
        assert await site.recover() == 0


@pytest.mark.parametrize("kind", LASTING)
async def test_trouble_that_stays_is_told(site: Site, kind: str) -> None:
    for order in ORDERS:
        await strike(site, kind, order)


@pytest.mark.parametrize("kind", LASTING)
async def test_trouble_with_every_write_is_told(site: Site, kind: str) -> None:
    for order in TAGS:
        await strike(site, kind, order, method="PUT")


async def strike(site: Site, kind: str, order: str, **rule: Any) -> None:
    """An order while trouble stays: it is not claimed to be done unless it is, and can be mended afterwards."""
    _, before, _ = await site.truth()
    site.proxy.toxics.add(LASTING[kind], **rule)
    outcome = await ordered(site, order)
    await is_true(site, order, outcome, before)
    await is_mended(site, order)
