"""Where scenarios are played: a world in memory with virtual time, the command line before it, real gates behind it."""

import re
import shlex
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from returns.result import Result, Success

from floe.core.fault import Fault
from floe.core.names import Tag
from floe.core.operator import Operator
from floe.core.policy import Governance
from floe.effects.gate.runner import GateRunner
from floe.effects.memory.world import MemoryWorld
from floe.effects.ports import World
from floe.effects.publish import push
from floe.shell import api
from floe.shell.cli import app
from floe.shell.manifest import load
from floe.shell.session import Session
from floe.shell.settings import Settings, Surroundings
from floe.shell.trace import trace
from tests.integration.process import Bench, run
from tests.integration.tapped import Killed, Tapped

MANIFESTS: Final = Path(__file__).parent / "scenarios"
UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


class Stage:
    """One scenario's world; a line at a time is played in it."""

    def __init__(self, bench: Bench, capture: pytest.CaptureFixture[str]) -> None:
        self.bench, self.capture, self.memory = bench, capture, MemoryWorld()
        self.due: dict[tuple[str, str], Callable[[], Any]] = {}  # what happens at the next such call

    def play(self, line: str) -> str:
        """What a line of a scenario prints."""
        sign, _, rest = line.partition(" ")
        self.memory.clock.pass_by(60)
        if sign == "$":
            return self.command(shlex.split(rest)[1:])
        verb, *words = shlex.split(rest)
        getattr(self, f"do_{verb}")(*words)
        return ""

    def command(self, arguments: list[str]) -> str:
        code = self.ended(arguments)
        out, err = self.capture.readouterr()
        told = [*out.splitlines(), *(f"! {line}".rstrip() for line in err.splitlines())]
        return self.named("".join(f"{line}\n" for line in [*told, *([f"[{code}]"] if code else [])]))

    def named(self, text: str) -> str:
        """The same without what changes whenever a record holds one field more: only artifacts keep their digests."""
        artifacts = set(self.memory.registry.tagged.values())
        for digest in set(re.findall(r"sha256:[0-9a-f]{64}", text)) - artifacts:
            text = text.replace(digest, "sha256:<record or plan>")
        text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<id>", text)
        return re.sub(r"\b[0-9a-f]{32}\b", "<trace>", text)

    def ended(self, arguments: list[str]) -> object:
        try:
            app(arguments, obj=self.world_of, prog_name="floe")
        except SystemExit as end:
            return end.code
        except BaseExceptionGroup as group:
            assert group.subgroup(Killed), group  # noqa: PT017 - what is caught is what was thrown in
            return "killed"
        raise AssertionError("a command ends with an exit code")

    def world_of(self, settings: Settings, governance: Governance, around: Surroundings) -> Result[World, Fault]:
        told, inherited = self.memory.world, around.variables
        gates = GateRunner(registry=told.registry, governance=governance, folder=settings.base, inherited=inherited)
        ledger, registry = (Tapped(port, self.before, self.after) for port in (told.ledger, told.registry))
        return Success(msgspec.structs.replace(told, gates=gates, ledger=ledger, registry=registry))

    async def before(self, call: str) -> None:
        await self.happen("before", call)

    async def after(self, call: str) -> None:
        await self.happen("after", call)

    async def happen(self, when: str, call: str) -> None:
        if act := self.due.pop((when, call), None):
            await act()

    def do_manifest(self, name: str) -> None:
        self.bench.write("manifest.yaml", (MANIFESTS / f"{name}.yaml").read_text())

    def do_push(self, version: str, *fields: str) -> None:
        file = self.bench.compile(version, *fields)
        assert isinstance(run(lambda: push(self.memory.registry, file, Tag(version))), Success)

    def do_write(self, name: str) -> None:
        self.bench.write(name, "")

    def do_remove(self, name: str) -> None:
        (self.bench.folder / name).unlink()

    def do_pass(self, time: str) -> None:
        self.memory.clock.pass_by(timedelta(**{UNITS[time[-1]]: int(time[:-1])}).total_seconds())

    def do_tag(self, name: str, like: str) -> None:
        """Somebody makes or moves a tag by hand."""
        self.memory.registry.tagged[Tag(name)] = self.memory.registry.tagged[Tag(like)]

    def do_untag(self, name: str) -> None:
        del self.memory.registry.tagged[Tag(name)]

    def do_kill(self, when: str, call: str) -> None:
        """The next command is killed before or after a call."""

        async def kill() -> None:
            raise Killed

        self.due[when, call] = kill

    def do_meanwhile(self, operator: str, version: str, to: str) -> None:
        """Somebody else promotes when the next command is about to record."""

        async def promote() -> None:
            assert isinstance(await api.promote(self.session(operator), version, to=to), Success)

        self.due["before", "append"] = promote

    def session(self, operator: str) -> Session:
        loaded = load(self.bench.folder / "manifest.yaml", {}).unwrap()
        around = Surroundings(variables=self.bench.environ())
        world = self.world_of(loaded.settings, loaded.policy.governance, around).unwrap()
        who = Operator(name=operator, assurance="unverified")
        return Session(policy=loaded.policy, world=world, operator=who, trace=trace(None, world.entropy))
