"""A record whose writing nobody confirmed: it may be there, and nobody may say that it is not."""

import pytest
from returns.result import Success

from floe.core.fault import Unseen
from floe.core.outcome import settled
from floe.effects.drive import Carried
from tests.integration.trouble.site import TAGS, Site
from tests.integration.trouble.told import PRESSED, is_mended, is_true, ordered
from tests.servers import troubles

pytestmark = pytest.mark.anyio

RECORDS = "*/manifests/floe-log.*"


@pytest.mark.parametrize("order", TAGS)
async def test_a_record_that_was_written_is_not_called_unwritten(site: Site, order: str) -> None:
    """The write is applied, its answer is lost, and nobody can look any more."""
    before = await site.truth()
    rule = site.proxy.toxics.add(troubles.lost_answer, method="PUT", path=RECORDS)
    site.proxy.toxics.add(troubles.server_error(503), method="HEAD", path=RECORDS)
    outcome = await ordered(site, order, PRESSED)
    assert rule.struck
    await is_true(site, order, outcome, before)
    now = await site.truth()
    await is_mended(site, order)
    assert len(now.records) == len(before.records) + 1
    match settled(outcome):
        case Success(Carried() as carried):
            assert isinstance(carried.receipt.fault, Unseen)
        case other:
            raise AssertionError(other)
