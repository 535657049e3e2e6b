"""What must hold after an order met trouble, whatever the trouble was."""

import time
from typing import Final

from returns.result import Success

from floe.core.outcome import settled
from floe.effects.drive import Carried, Refused
from floe.shell.standing import Overview
from tests.integration.trouble.site import ORDERS, TAGS, Done, Site, Truth, succeeded

HURRIED, PRESSED = 10.0, 80.0  # how much faster the clock of troubled sessions runs
IN_TIME: Final = 12.0  # true seconds


async def ordered(site: Site, order: str, haste: float) -> Done:
    """What a fresh session through the trouble says to an order; it says so in time. Then the trouble is over."""
    began = time.monotonic()
    async with site.troubled(haste) as session:
        outcome = await ORDERS[order](session)
    assert time.monotonic() - began < IN_TIME
    site.proxy.toxics.off()
    return outcome


async def is_true(site: Site, order: str, outcome: Done, before: Truth) -> None:
    """What was told is so: a success is there whole, a failure before anything was done left nothing behind."""
    now = await site.truth()
    assert before.records <= now.records
    match settled(outcome):
        case Success(Overview() as seen):
            assert seen.environments == tuple(now.state.of(each.environment) for each in seen.environments)
            assert seen.drift == ()
        case Success(Carried() as carried):
            is_carried(order, carried, now)
        case _:
            assert now == before


def is_carried(order: str, carried: Carried, now: Truth) -> None:
    receipt, after = carried.receipt, carried.concluded.plan.after
    assert after is not None
    assert receipt.record is None or receipt.record in now.records
    if receipt.fault is None:
        assert receipt.record in now.records
        assert {now.tags.get(tag) for tag in TAGS[order]} == {after.digest}


async def is_mended(site: Site, order: str) -> None:
    """Recovery draws what the ledger says; then the same order is done, or turns out to have been done."""
    await site.recover()
    async with site.straight() as session:
        again = settled(await ORDERS[order](session))
    assert succeeded(again) or isinstance(again.failure(), Refused)
    now = await site.truth()
    assert all(tag in now.tags for tag in TAGS.get(order, ()))
    assert await site.recover() == 0
