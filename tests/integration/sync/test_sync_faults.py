"""Copying that breaks off anywhere leaves nothing wrong behind, and is completed by the next time."""

from itertools import count

import msgspec
import pytest

from floe.core.artifact import Manifest
from floe.core.fault import Unavailable
from floe.core.names import Tag
from floe.effects.memory.registry import MemoryRegistry
from floe.effects.memory.tracer import MemoryTracer
from floe.effects.memory.trouble import Call, Decider, Strike
from floe.effects.memory.world import CountedEntropy, VirtualClock
from floe.effects.ports import Outcome
from floe.effects.registry.referring import fallback_tag
from floe.shell.trace import trace
from tests.integration.contract.referring import plain
from tests.integration.sync.memory import Memory

pytestmark = pytest.mark.anyio

AWAY = Unavailable(where="memory://copy0", why="it is away")


def striking(number: int, *, after: bool, lasts: bool) -> tuple[Decider, list[Call]]:
    """Fails the call of that number, or that and all later ones; the calls it failed."""
    numbers, struck = count(), list[Call]()

    def decide(call: Call) -> Strike | None:
        now = next(numbers)
        if now != number and not (lasts and now > number):
            return None
        struck.append(call)
        return Strike(fault=AWAY, after=after)

    return decide, struck


@pytest.mark.parametrize("lasts", [False, True], ids=["once", "from-then-on"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("end", ["copy", "primary"])
async def test_wherever_it_breaks_off_the_next_time_completes_it(*, end: str, after: bool, lasts: bool) -> None:
    """Row R17."""
    for number in count():
        world = Memory()
        await world.promote(1)
        failing = world.copies[0] if end == "copy" else world.primary
        failing.trouble.decide, struck = striking(number, after=after, lasts=lasts)
        (first,) = await world.sync()
        failing.trouble.decide = lambda _: None
        assert world.is_sound(world.copies[0])
        assert (first.status == "pending") == bool(struck)
        (second,) = await world.sync()
        assert second.status == "synced"
        assert world.is_copied_to(world.copies[0])
        if not struck:
            return


async def test_what_one_does_is_no_matter_of_the_others() -> None:
    world = Memory(copies=3)
    await world.promote(1)
    world.copies[1].trouble.decide, _ = striking(0, after=False, lasts=True)
    synced = await world.sync()
    assert [each.status for each in synced] == ["synced", "pending", "synced"]
    assert world.is_copied_to(world.copies[2])


async def test_each_copy_is_a_span_that_ends_as_the_copy_did() -> None:
    world, tracer = Memory(copies=2), MemoryTracer(VirtualClock(), CountedEntropy())
    await world.promote(1)
    world.copies[1].trouble.decide, _ = striking(0, after=False, lasts=True)
    async with tracer.root("promote", trace(None, CountedEntropy())):
        await msgspec.structs.replace(world.fleet, tracer=tracer).sync(thorough=False)
    ended = {each.name: each.error for each in tracer.spans}
    assert ended == {"promote": None, "sync": "unavailable", "copy to copy0": None, "copy to copy1": "unavailable"}


async def test_a_ledger_that_grows_meanwhile_is_copied_whole() -> None:
    """What others promote while one copies is copied by the one who copies last."""
    world = Memory()
    await world.promote(1)
    moments = count()

    class Grown(MemoryRegistry):
        async def create_tag(  # type: ignore[explicit-override]  # typing.override is Python 3.12's
            self, tag: Tag, manifest: Manifest
        ) -> Outcome[None]:
            if next(moments) == 0:
                await world.promote(2)
            return await super().create_tag(tag, manifest)

    copy = Grown("copy0")
    world.copies = (copy,)
    assert [each.status for each in await world.sync()] == ["synced"]
    assert world.is_copied_to(copy)


@pytest.mark.parametrize("thorough", [False, True])
async def test_a_second_time_nothing_is_written(*, thorough: bool) -> None:
    world = Memory()
    await world.promote(1)
    await world.sync()
    copy = world.copies[0]
    copy.trouble.calls.clear()
    assert [each.has_news for each in await world.sync(thorough=thorough)] == [False]
    assert {each.operation for each in copy.trouble.calls} <= {"tags", "resolve", "referrers"}


async def test_what_a_promotion_costs_does_not_grow_with_history() -> None:
    world, costs = Memory(), list[int]()
    for number in range(1, 8):
        await world.promote(number)
        world.copies[0].trouble.calls.clear()
        await world.sync()
        costs.append(len(world.copies[0].trouble.calls))
    assert len(set(costs[1:])) == 1


async def test_signatures_that_are_attached_by_a_tag_are_copied_and_follow() -> None:
    """As cosign attached them before there were referrers: `sha256-….sig`, which moves as signatures are added."""
    world = Memory()
    manifest = await world.promote(1)
    tag = Tag(f"{fallback_tag(manifest.digest)}.sig")
    for note in ("one signature", "two signatures"):
        await world.primary.put_manifest(plain(note), tag)
        await world.sync()
        assert world.copies[0].tagged[tag] == plain(note).digest
        assert world.is_copied_to(world.copies[0])


async def test_what_is_not_there_to_copy_is_told() -> None:
    world = Memory()
    manifest = await world.promote(1)
    del world.primary.manifests[manifest.digest]
    (synced,) = await world.sync()
    assert synced.status == "pending"
    assert str(manifest.digest) in (synced.error or "")
    assert world.is_sound(world.copies[0])


async def test_a_copy_that_forgets_what_it_was_given_is_found_out() -> None:
    world = Memory()
    manifest = await world.promote(1)

    class Forgetful(MemoryRegistry):
        async def create_tag(  # type: ignore[explicit-override]  # typing.override is Python 3.12's
            self, tag: Tag, manifest: Manifest
        ) -> Outcome[None]:
            outcome = await super().create_tag(tag, manifest)
            self.tagged.pop(tag)
            return outcome

    world.copies = (Forgetful("copy0"),)
    (synced,) = await world.sync()
    assert synced.status == "pending"
    assert manifest.digest in str(synced.fault)
