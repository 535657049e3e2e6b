"""The memory world shows what was told; and what becomes of a promotion when telling it goes wrong."""

import json
from functools import partial
from typing import Final

import pytest

from floe.core.artifact import MANIFEST, Manifest
from floe.core.fault import Unavailable
from floe.core.names import Tag
from floe.core.operator import Operator
from floe.effects.drive import Carried
from floe.effects.memory.trouble import Call, Strike
from floe.effects.memory.world import MemoryWorld
from floe.shell import api
from floe.shell.session import Session
from floe.shell.trace import trace
from tests.integration.process import BARE
from tests.manifests import loaded

pytestmark = pytest.mark.anyio

DOWN: Final = Unavailable(where="memory", why="told to")


@pytest.fixture
async def memory() -> MemoryWorld:
    made = MemoryWorld()
    content = b'{"schemaVersion":2,"mediaType":"%s","layers":[]}' % MANIFEST.encode()
    await made.registry.put_manifest(Manifest(media_type=MANIFEST, content=content), Tag("v1.0.0"))
    made.herald.listen("team")
    return made


def session(memory: MemoryWorld) -> Session:
    who = Operator(name="ann", assurance="unverified")
    return Session(policy=loaded(BARE).policy, world=memory.world, operator=who, trace=trace(None, memory.entropy))


async def promote(memory: MemoryWorld, to: str = "dev") -> Carried:
    return (await api.promote(session(memory), "v1.0.0", to=to)).unwrap()


async def test_what_was_told_is_there_to_be_looked_at(memory: MemoryWorld) -> None:
    memory.herald.listen("channel", "promote", form="slack")
    carried = await promote(memory)
    assert carried.warnings == ()
    assert [sent.to for sent in memory.herald.sent] == ["team", "channel"]
    assert memory.herald.sent[0].message_id == f"msg_{str(carried.receipt.record)[7:39]}"
    assert json.loads(memory.herald.sent[0].body)["target_environment"] == "dev"
    assert "blocks" in json.loads(memory.herald.sent[1].body)


async def test_locks_are_told_to_those_who_ask_for_them(memory: MemoryWorld) -> None:
    memory.herald.listen("on call", "lock", "unlock")
    await api.lock(session(memory), env="dev", reason="incident")
    await api.unlock(session(memory), env="dev", reason="over")
    assert [sent.to for sent in memory.herald.sent] == ["on call", "on call"]


async def test_w05_a_message_that_fails_is_a_warning_and_the_promotion_stands(memory: MemoryWorld) -> None:
    memory.trouble.fail_before("tell", DOWN)
    carried = await promote(memory)
    ((_, parts),) = memory.tracer.tree()
    assert parts[-1][0] == "notify"
    (warning,) = carried.warnings
    assert warning.startswith("team was not told: memory is not available; send it again with: floe platform notify")
    assert carried.receipt.fault is None


async def test_w06_what_is_not_drawn_is_not_told_until_somebody_draws_it(memory: MemoryWorld) -> None:
    memory.trouble.fail_before("put_manifest", DOWN)
    begun = await promote(memory)
    assert begun.receipt.fault == DOWN
    assert memory.herald.sent == []
    completed = await promote(memory)
    assert completed.concluded.plan.completes is not None
    assert [sent.message_id for sent in memory.herald.sent] == [f"msg_{str(begun.receipt.record)[7:39]}"]


@pytest.mark.parametrize("call", ["record", "entries"])
async def test_w05_a_record_that_cannot_be_read_then_is_a_warning_too(memory: MemoryWorld, call: str) -> None:
    memory.trouble.fail_before("create_tag" if call == "entries" else "put_manifest", DOWN)
    await promote(memory)
    if call == "entries":
        content = b'{"schemaVersion":2,"mediaType":"%s","layers":[ ]}' % MANIFEST.encode()
        await memory.registry.put_manifest(Manifest(media_type=MANIFEST, content=content), Tag("v1.1.0"))
    memory.trouble.decide = partial(struck, call)
    memory.herald.sent.clear()
    version = "v1.1.0" if call == "entries" else "v1.0.0"
    carried = (await api.promote(session(memory), version, to="dev")).unwrap()
    assert carried.receipt.fault is None
    (warning,) = carried.warnings
    assert [json.loads(sent.body)["artifact_tag"] for sent in memory.herald.sent] == (
        ["v1.1.0"] if call == "entries" else []
    )
    assert warning.startswith("nobody was told of what was finished here: memory is not available; ")


def struck(operation: str, call: Call) -> Strike | None:
    return Strike(fault=DOWN) if call.operation == operation else None
