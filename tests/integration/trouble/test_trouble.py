"""Whatever the line to a registry does: no wrong success, no acknowledged record lost, and an end in time."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.integration.trouble.kinds import LASTING, PASSING, QUICK
from tests.integration.trouble.site import ORDERS, TAGS, Site, succeeded
from tests.integration.trouble.told import HURRIED, PRESSED, is_mended, is_true, ordered

pytestmark = pytest.mark.anyio


def quick_first(kinds: Iterable[str]) -> list[Any]:
    """All of them, most to be run only where there is time."""
    return [pytest.param(each, marks=() if each in QUICK else pytest.mark.soak) for each in kinds]


@pytest.mark.parametrize("kind", quick_first(PASSING))
async def test_trouble_that_passes_is_overcome(site: Site, kind: str) -> None:
    for order in ORDERS:
        before = await site.truth()
        PASSING[kind](site.proxy.toxics)
        outcome = await ordered(site, order, HURRIED)
        assert succeeded(outcome), outcome
        await is_true(site, order, outcome, before)
        assert await site.recover() == 0


@pytest.mark.parametrize("kind", quick_first(LASTING))
async def test_trouble_that_stays_is_told(site: Site, kind: str) -> None:
    for order in ORDERS:
        await strike(site, kind, order)


@pytest.mark.parametrize("kind", quick_first(LASTING))
async def test_trouble_with_every_write_is_told(site: Site, kind: str) -> None:
    for order in TAGS:
        await strike(site, kind, order, method="PUT")


@pytest.mark.soak
@pytest.mark.parametrize("times", [1, None])
@pytest.mark.parametrize("skip", range(1, 16))
@pytest.mark.parametrize("order", TAGS)
@pytest.mark.parametrize("kind", LASTING)
async def test_trouble_at_any_moment_is_told(site: Site, kind: str, order: str, skip: int, times: int | None) -> None:
    await strike(site, kind, order, skip=skip, times=times)


async def strike(site: Site, kind: str, order: str, **rule: Any) -> None:
    """An order in trouble: it is not claimed to be done unless it is, and can be mended afterwards."""
    before = await site.truth()
    site.proxy.toxics.add(LASTING[kind], **rule)
    outcome = await ordered(site, order, PRESSED)
    await is_true(site, order, outcome, before)
    await is_mended(site, order)
