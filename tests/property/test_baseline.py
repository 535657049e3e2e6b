"""Laws of baselines: what is compared is what the ledger says of the version that is there now, and of no other."""

from functools import partial

import msgspec

from floe.core.command import Promote, RollBack
from floe.core.gates import Exited, Output, Reported
from floe.core.ledger.record import Record
from floe.core.names import Version
from floe.core.policy import Bound, Gate, Policy
from floe.core.reports.baseline import baselines
from floe.core.reports.metrics import Compared, Metric, Metrics
from floe.core.reports.reading import ArtifactFacts
from floe.core.snapshot import Snapshot
from floe.effects.memory.trouble import Call
from tests.property.stage import OPERATORS, VERSIONS, Ending, Stage, is_done, refused
from tests.property.strategies import COMPLIANCE, DIGESTS, plain_policy

V1, V11, V2 = VERSIONS
GATE = Gate(
    name="cost_analysis",
    command="measure",
    timeout_seconds=30,
    format="metrics",
    max_increase_percent=(Bound(metric="cost", limit="10"),),
)


def policy(gate: Gate = GATE) -> Policy:
    plain = plain_policy("dev", "staging")
    measured = (msgspec.structs.replace(each, gates=(COMPLIANCE, gate)) for each in plain.environments)
    return msgspec.structs.replace(plain, environments=tuple(measured))


def measure(stage: Stage, **found: str) -> None:
    metrics = Metrics(metrics=tuple(Metric(name=name, value=found[name]) for name in sorted(found)))
    stage.memory.gates.reports[GATE.name] = Reported(
        exited=Exited(code=0, output=Output(size=0)),
        reading=metrics,
        artifact=ArtifactFacts(digests=DIGESTS[:1], is_image=False),
    )


def promote(stage: Stage, version: Version, cost: str, *, force: bool = False) -> Ending:
    measure(stage, cost=cost)
    return stage.run(Promote(version=version, target="dev", force=force), OPERATORS[0])


def last(stage: Stage) -> Record:
    return stage.history()[-1][1]


def against(record: Record) -> Version | None:
    (compared,) = (each.assessment for each in record.gates if isinstance(each.assessment, Compared))
    return compared.against


def test_what_is_measured_is_compared_with_what_is_there_now() -> None:
    stage = Stage(policy())
    assert is_done(promote(stage, V1, "100"))
    assert against(last(stage)) is None
    assert refused(promote(stage, V11, "110.1")) == {"GateFailed"}
    assert is_done(promote(stage, V11, "110"))
    assert against(last(stage)) == V1
    assert is_done(promote(stage, V2, "121"))
    assert against(last(stage)) == V11


def test_after_a_rollback_the_version_that_came_back_counts_again() -> None:
    stage = Stage(policy())
    assert is_done(promote(stage, V1, "100"))
    assert is_done(promote(stage, V11, "50"))
    assert refused(promote(stage, V2, "60")) == {"GateFailed"}
    assert is_done(stage.run(RollBack(version=V1, environment="dev", reason="slow"), OPERATORS[0]))
    assert is_done(promote(stage, V2, "60"))
    assert against(last(stage)) == V1


def test_of_a_version_that_was_promoted_again_the_last_numbers_count() -> None:
    stage = Stage(policy())
    assert is_done(promote(stage, V1, "100"))
    assert is_done(promote(stage, V1, "105", force=True))
    assert is_done(promote(stage, V11, "115"))


def test_what_was_measured_elsewhere_or_by_another_gate_is_no_baseline() -> None:
    stage = Stage(policy(msgspec.structs.replace(GATE, name="performance_baseline")))
    measure(stage, cost="1")
    stage.memory.gates.reports["performance_baseline"] = stage.memory.gates.reports.pop(GATE.name)
    assert is_done(stage.run(Promote(version=V1, target="dev"), OPERATORS[0]))
    stage.policy = policy()
    assert is_done(promote(stage, V11, "100"))
    assert against(last(stage)) is None
    measure(stage, cost="1000")
    assert is_done(stage.run(Promote(version=V11, target="staging"), OPERATORS[0]))
    assert against(last(stage)) is None


def test_what_lost_a_race_is_compared_with_what_won() -> None:
    rises = msgspec.structs.replace(GATE, max_increase_percent=(Bound(metric="cost", limit="-1"),))
    for gate, outcome in ((GATE, set[str]()), (rises, {"GateFailed"})):
        stage = Stage(policy(gate))
        stage.policy = policy()
        assert is_done(promote(stage, V1, "110"))
        stage.policy = policy(gate)
        measure(stage, cost="100")
        both = tuple(Promote(version=version, target="dev") for version in (V11, V2))
        endings = stage.race(tuple((command, OPERATORS[0], 0) for command in both))
        assert [each for each in map(refused, endings) if each] == ([outcome] if outcome else [])
        valid = [record for _, record in stage.history() if record.event.environment == "dev"]
        winner = next(record.after.version for record in valid[1:] if record.after)
        assert outcome or against(last(stage)) == winner
        runs = [name for name, _ in stage.memory.gates.ran if name == GATE.name]
        assert len(runs) == 3, "verdicts are used again: no gate ran twice for one artifact"


def hear(calls: list[str], call: Call) -> None:
    calls.append(call.operation)


def test_where_nothing_is_nothing_was_measured() -> None:
    empty = Snapshot(at=Stage(policy()).memory.clock.now(), operator=OPERATORS[0])
    assert baselines(empty, policy().environments[0]) == ()


def test_a_baseline_costs_nothing_where_no_gate_wants_one() -> None:
    limited = msgspec.structs.replace(GATE, max_increase_percent=(), max=(Bound(metric="cost", limit="500"),))
    asked: dict[bool, int] = {}
    for wanted in (True, False):
        stage = Stage(policy(GATE if wanted else limited))
        assert is_done(promote(stage, V1, "100"))
        calls: list[str] = []
        stage.memory.trouble.decide = partial(hear, calls)
        assert is_done(promote(stage, V11, "100"))
        asked[wanted] = calls.count("about")
    assert asked[True] > asked[False]
