"""What would be done, in which order, and the facts it was decided on. A plan says everything or nothing."""

from typing import Final, Literal, TypeAlias

from floe.core import canonical
from floe.core.command import Command
from floe.core.compiled.impact import Impact
from floe.core.effect import Drawing
from floe.core.event import Event, Placement
from floe.core.facts import Facts, changes
from floe.core.ledger.record import Expectation
from floe.core.names import ADigest, Digest
from floe.core.policy import Gate
from floe.core.refusal import FactChanged, Outstanding, Refusal
from floe.core.reports.metrics import Baseline
from floe.core.value import Value

SCHEMA: Final = 1


class Warn(Value, frozen=True, kw_only=True):
    """Something the operator should know that does not stop the plan."""

    code: Literal["unsigned", "other-version-current", "under-lock"]
    message: str


Warnings: TypeAlias = tuple[Warn, ...]


class Plan(Value, frozen=True, kw_only=True):
    """Equal inputs give equal plans. Without an event nothing new is recorded: only tags are drawn."""

    schema: int = SCHEMA
    command: Command
    policy: ADigest
    facts: Facts
    event: Event | None
    expects: Expectation = Expectation()
    before: Placement | None = None
    after: Placement | None = None
    gates: tuple[Gate, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    completes: str | None = None  # the id of the promotion that an earlier run recorded and did not draw
    outstanding: tuple[Outstanding, ...] = ()
    impact: Impact | None = None
    warnings: Warnings = ()

    def baseline(self, gate: Gate) -> Baseline | None:
        """What the gate measured of the version that is there now."""
        return next((each for each in self.baselines if each.gate == gate.name), None)

    @property
    def digest(self) -> Digest:
        return canonical.digest(self)


def changed_facts(planned: Plan, now: Facts) -> tuple[Refusal, ...]:
    """A refusal for every fact that is not what it was for the plan."""
    return tuple(FactChanged(fact=each.fact, then=each.then, now=each.now) for each in changes(planned.facts, now))


def does_the_same(planned: Plan, now: Plan) -> bool:
    """Whether two plans record the same and draw the same."""
    return _done_by(planned) == _done_by(now)


def _done_by(plan: Plan) -> tuple[object, ...]:
    return (plan.event, plan.expects, plan.drawings, plan.before, plan.after, plan.completes)
