"""The loop: ask, look, decide, run the gates, decide again, conclude, apply. Every decision in it is core's."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias, TypeVar

import anyio
import msgspec
from returns.result import Failure, Result, Success

from floe.core.conclude import Concluded, Run, conclude
from floe.core.decide import decide, decide_again
from floe.core.denial import denial
from floe.core.fault import Fault
from floe.core.gates import Ending, GateResult, Reported, judge, judge_again
from floe.core.names import Digest
from floe.core.outcome import settled
from floe.core.plan import Plan
from floe.core.policy import Gate
from floe.core.receipt import Receipt
from floe.core.refusal import GateNotRun, Outvoted, Refusals
from floe.core.replica import Synced
from floe.core.snapshot import Snapshot
from floe.core.value import Value
from floe.effects.apply import apply
from floe.effects.gate.side_by_side import Progress, Silence, run_gates
from floe.effects.observe import Gaze, observe
from floe.effects.ports import Subject, World
from floe.effects.trace import words

T = TypeVar("T")

WAIT_SECONDS = 30.0  # for how long a promotion that lost a race tries again
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 4.0  # seconds


class Refused(Value, frozen=True, kw_only=True):
    """Policy says no. Nothing was done."""

    refusals: Refusals
    results: tuple[GateResult, ...] = ()
    plan: Plan | None = None
    snapshot: Snapshot | None = None
    unrecorded: Fault | None = None  # why a refusal that should be remembered is not


class Faulted(Value, frozen=True, kw_only=True):
    """The world failed before anything was done."""

    faults: tuple[Fault, ...]


class Seen(Value, frozen=True, kw_only=True):
    """A plan and what it was decided on."""

    plan: Plan
    snapshot: Snapshot


class Preview(Value, frozen=True, kw_only=True):
    """What would happen; `blockers` is empty when nothing that is known stands in the way."""

    plan: Plan
    snapshot: Snapshot
    results: tuple[GateResult, ...]
    blockers: Refusals


class Carried(Value, frozen=True, kw_only=True):
    """An order that was carried out, wholly or up to a fault, which the receipt tells."""

    concluded: Concluded
    snapshot: Snapshot
    results: tuple[GateResult, ...]
    receipt: Receipt
    synced: tuple[Synced, ...] = ()  # what became of the secondaries afterwards
    warnings: tuple[str, ...] = ()  # what did not go well afterwards, and changes nothing of it


Trouble: TypeAlias = Refused | Faulted
Wanted: TypeAlias = Callable[[Gate], bool]


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """One command under one policy in one world, under one trace."""

    gaze: Gaze
    trace_id: str
    traceparent: str
    progress: Progress = Silence()
    verdicts: dict[tuple[str, Digest], GateResult] = msgspec.field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.gaze.world

    async def look(self, planned: Plan | None = None) -> Result[Seen, Trouble]:
        """The plan as things stand, which must be `planned` if that is given; nothing is done."""
        async with self.world.tracer.span("look") as span:
            observed = await observe(self.gaze)
            words.conclude(span, observed)
        match settled(observed):
            case Failure(faults):
                return Failure(Faulted(faults=faults))
            case Success(snapshot):
                policy, command = self.gaze.policy, self.gaze.command
                decided = decide_again(snapshot, planned, policy) if planned else decide(snapshot, command, policy)
                return decided.map(lambda plan: Seen(plan=plan, snapshot=snapshot)).alt(
                    lambda refusals: Refused(refusals=refusals, snapshot=snapshot)
                )

    async def preview(self, *, run_commands: bool) -> Result[Preview, Trouble]:
        """The plan, and the verdicts of gates that only read; of commands too where that is asked for."""
        match settled(await self.look()):
            case Failure(trouble):
                return Failure(trouble)
            case Success(seen):
                results = await self._verdicts(seen.plan, lambda gate: run_commands or gate.is_builtin)
                return Success(
                    Preview(
                        plan=seen.plan, snapshot=seen.snapshot, results=results, blockers=self._blockers(seen, results)
                    )
                )

    async def carry(self, patience: float = WAIT_SECONDS) -> Result[Carried, Trouble]:
        """Carry the command out, or remember that it was refused."""
        return await self.remember(await self._carry(patience))

    async def remember(self, outcome: Result[T, Trouble]) -> Result[T, Trouble]:
        """The outcome; a refusal about people is recorded as well as may be. Only real runs come by here."""
        match settled(outcome):
            case Failure(Refused(snapshot=Snapshot() as snapshot) as refused):
                run = Run(id=self.world.entropy.identifier(), trace_id=self.trace_id)
                draft = denial(refused.refusals, snapshot, self.gaze.command, self.gaze.policy, run)
                if draft is None:
                    return outcome
                appended = settled(await self.world.ledger.append(draft, self.gaze.policy))
                fault = appended.failure() if isinstance(appended, Failure) else None
                return Failure(msgspec.structs.replace(refused, unrecorded=fault))
            case _:
                return outcome

    async def _carry(self, patience: float) -> Result[Carried, Trouble]:
        """Carry the command out; after losing a race look, decide and record again until patience is over."""
        clock = self.world.clock
        ends, pause = clock.monotonic() + patience, _FIRST_PAUSE
        while True:
            began = clock.monotonic()
            outcome = settled(await self._attempt())
            if isinstance(outcome, Failure) or outcome.unwrap().receipt.winner is None:
                return outcome
            if clock.monotonic() >= ends:
                return Failure(_outvoted(outcome.unwrap()))
            pause = min(max(2 * pause, clock.monotonic() - began), _LONGEST_PAUSE)  # as long as others take, at least
            await clock.sleep(pause * self.world.entropy.jitter())  # full jitter

    async def carry_saved(self, saved: Plan) -> Result[Carried, Trouble]:
        """Carry out a saved plan exactly as it is, or refuse; a plan that lost a race is not tried again."""
        outcome = settled(await self._attempt(saved))
        if isinstance(outcome, Success) and outcome.unwrap().receipt.winner is not None:
            return Failure(_outvoted(outcome.unwrap()))
        return await self.remember(outcome)

    async def _attempt(self, saved: Plan | None = None) -> Result[Carried, Trouble]:
        looked = settled(await self.look(saved))
        if isinstance(looked, Failure):
            return looked
        seen = looked.unwrap()
        before = len(self.verdicts)
        results = await self._verdicts(seen.plan, lambda _: True)
        commands_ran = len(self.verdicts) > before
        if commands_ran and not self._blockers(seen, results):
            again = settled(await self.look(seen.plan))
            if isinstance(again, Failure):
                return again.alt(partial(_with_results, results))
            seen = again.unwrap()
        return await self._finish(seen, results)

    async def _finish(self, seen: Seen, results: tuple[GateResult, ...]) -> Result[Carried, Trouble]:
        run = Run(id=self.world.entropy.identifier(), trace_id=self.trace_id)
        match settled(conclude(seen.plan, results, run, seen.snapshot, self.gaze.policy)):
            case Failure(refusals):
                return Failure(Refused(refusals=refusals, results=results, plan=seen.plan))
            case Success(concluded):
                # What is begun is finished: it has few steps, each bounded.
                with anyio.CancelScope(shield=True):
                    async with self.world.tracer.span("apply", words.task("apply", "deploy")) as span:
                        receipt = await apply(concluded, self.gaze.policy, self.world)
                        words.conclude_apply(span, receipt.steps)
                    await self.world.verifier.remember()
                return Success(Carried(concluded=concluded, snapshot=seen.snapshot, results=results, receipt=receipt))

    async def _verdicts(self, plan: Plan, wanted: Wanted) -> tuple[GateResult, ...]:
        """The verdict of each gate that is wanted; those of commands are kept, their inputs being the same."""
        placement = plan.after
        if placement is None:
            return ()
        kept = {gate.name: self._kept(plan, gate, placement.digest) for gate in plan.gates}
        due = tuple(gate for gate in plan.gates if wanted(gate) and kept[gate.name] is None)
        ran = await run_gates(due, partial(self._run, plan), self.world.clock.monotonic, self.progress)
        for gate, result in zip(due, ran, strict=True):
            kept[gate.name] = result
            if not gate.is_builtin:
                self.verdicts[gate.name, placement.digest] = result
        return tuple(known for gate in plan.gates if (known := kept[gate.name]) is not None)

    def _kept(self, plan: Plan, gate: Gate, artifact: Digest) -> GateResult | None:
        known = self.verdicts.get((gate.name, artifact))
        return judge_again(gate, known, plan.baseline(gate)) if known else None

    async def _run(self, plan: Plan, gate: Gate) -> Ending:
        placement, event = plan.after, plan.event
        assert placement is not None
        assert event is not None, "only what is recorded has gates"
        async with self.world.tracer.span(f"gate {gate.name}", words.task(gate.name, "test")) as span:
            subject = Subject(
                artifact=placement.digest,
                version=placement.version,
                environment=event.environment,
                traceparent=span.traceparent or self.traceparent,
            )
            ending = await self.world.gates.run(gate, subject)
            if isinstance(ending, Reported):
                ending = msgspec.structs.replace(ending, baseline=plan.baseline(gate))
            words.conclude_gate(span, judge(gate, ending, 0))
        return ending

    def _blockers(self, seen: Seen, results: tuple[GateResult, ...]) -> Refusals:
        """What is known to stand in the way; a gate that was not run is not known to."""
        run = Run(id="", trace_id=self.trace_id)
        concluded = settled(conclude(seen.plan, results, run, seen.snapshot, self.gaze.policy))
        refusals = concluded.failure() if isinstance(concluded, Failure) else ()
        return tuple(refusal for refusal in refusals if not isinstance(refusal, GateNotRun))


def _with_results(results: tuple[GateResult, ...], trouble: Trouble) -> Trouble:
    return msgspec.structs.replace(trouble, results=results) if isinstance(trouble, Refused) else trouble


def _outvoted(carried: Carried) -> Refused:
    winner, event = carried.receipt.winner, carried.concluded.plan.event
    assert winner is not None
    assert event is not None
    lost = Outvoted(environment=event.environment, winner=winner)
    return Refused(refusals=(lost,), results=carried.results, plan=carried.concluded.plan)
