"""Faults on demand: what users of the memory world build their own tests on."""

import pytest
from returns.result import Failure, Success

from floe.core.artifact import MANIFEST, Manifest
from floe.core.fault import Damaged, Unavailable
from floe.core.names import Tag
from floe.effects.memory.registry import MemoryRegistry
from floe.effects.memory.trouble import Call, Strike, Trouble

pytestmark = pytest.mark.anyio

V1, V2 = Tag("v1.0.0"), Tag("v2.0.0")
GIVEN = Manifest(media_type=MANIFEST, content=b"{}")
CUT = Unavailable(where="memory", why="the line was cut")


async def test_a_call_that_fails_before_has_no_effect_and_the_next_one_has() -> None:
    registry = MemoryRegistry()
    registry.trouble.fail_before("create_tag", CUT)
    assert await registry.create_tag(V1, GIVEN) == Failure(CUT)
    assert registry.tagged == {}
    assert await registry.create_tag(V1, GIVEN) == Success(None)


async def test_a_call_that_fails_after_has_its_effect() -> None:
    registry = MemoryRegistry()
    registry.trouble.fail_after("create_tag", CUT)
    assert await registry.create_tag(V1, GIVEN) == Failure(CUT)
    assert registry.tagged == {V1: GIVEN.digest}


async def test_a_fault_for_one_tag_spares_the_others() -> None:
    registry = MemoryRegistry()
    registry.trouble.fail_before("create_tag", CUT, V2)
    assert await registry.create_tag(V1, GIVEN) == Success(None)
    assert await registry.create_tag(V2, GIVEN) == Failure(CUT)


async def test_a_decider_is_asked_about_every_call() -> None:
    def no_writes(call: Call) -> Strike | None:
        return Strike(fault=CUT) if call.operation.startswith(("put", "create", "upload")) else None

    registry = MemoryRegistry(trouble=Trouble(no_writes))
    assert await registry.put_manifest(GIVEN, V1) == Failure(CUT)
    assert await registry.put_blob(b"x") == Failure(CUT)
    assert await registry.tags() == Success(())
    assert [call.operation for call in registry.trouble.calls] == ["put_manifest", "put_blob", "tags"]


async def test_a_crash_is_a_decider_that_raises() -> None:
    def crash(call: Call) -> None:
        raise KeyboardInterrupt(call.operation)

    with pytest.raises(KeyboardInterrupt, match="tags"):
        await MemoryRegistry(trouble=Trouble(crash)).tags()


async def test_a_damaged_manifest_is_not_handed_out() -> None:
    registry = MemoryRegistry()
    await registry.put_manifest(GIVEN, V1)
    registry.manifests[GIVEN.digest] = Manifest(media_type=MANIFEST, content=b"[]")
    assert isinstance((await registry.manifest(V1)).failure(), Damaged)
