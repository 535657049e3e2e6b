"""Answers from the past, from a cache that does not obey or a registry that is only consistent in the end."""

from itertools import product

import pytest

from tests.integration.trouble.site import ORDERS, V1, V2, Site
from tests.integration.trouble.told import PRESSED, is_mended, is_true, ordered
from tests.servers.stale import Stale

pytestmark = pytest.mark.anyio

KINDS = {
    "everything": "*",
    "tag lists": "*/tags/list",
    "the head": "*/manifests/floe-log",
    "pointers": "*/manifests/latest-*",
}
MOMENTS = {"before": None, "between": V1, "after": V2}  # and the version that enters just before


def marks(order: str, moment: str) -> tuple[pytest.MarkDecorator, ...]:
    return () if moment == "between" and order != "status" else (pytest.mark.soak,)


CASES = [pytest.param(*case, marks=marks(case[0], case[2])) for case in product(ORDERS, KINDS, MOMENTS)]


@pytest.mark.parametrize(("order", "kind", "moment"), CASES)
async def test_the_past_is_not_taken_for_success(fresh: Site, order: str, kind: str, moment: str) -> None:
    """The cache was filled by somebody's look before, between or after the two versions came. (Row L08)"""
    for now, version in MOMENTS.items():
        if version is not None:
            await fresh.enter(version)
        if now == moment:
            fresh.proxy.toxics.add(Stale(), path=KINDS[kind])
            async with fresh.troubled(PRESSED) as session:
                await ORDERS["status"](session)
    before = await fresh.truth()
    outcome = await ordered(fresh, order, PRESSED)
    if order == "status":  # it tells how things were, and who asks cannot know better
        assert await fresh.truth() == before
    else:
        await is_true(fresh, order, outcome, before)
    await is_mended(fresh, order)
