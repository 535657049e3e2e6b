"""Laws of what is measured: compared exactly, with what it was and what it may be; what is missing never passes."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from floe.core import canonical
from floe.core.explain.gates import failed_gate
from floe.core.explain.measures import SHOWN, about_metrics
from floe.core.gates import Exited, GateResult, Output, Reported, format_of, is_contradictory, judge, judge_again
from floe.core.names import Version
from floe.core.policy import Bound, Gate
from floe.core.reports.metrics import LARGEST, Baseline, Breach, Compared, Metric, Metrics, compare, wants_baseline
from floe.core.reports.numeral import parse_numeral
from floe.core.reports.reading import ArtifactFacts, Findings, Unread
from floe.core.reports.suite import Suite
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS

BEFORE = Version("v1.0.0")
GATE = Gate(name="performance_baseline", command="measure", format="metrics", timeout_seconds=30)
ARTIFACT = ArtifactFacts(digests=DIGESTS[:1], is_image=False)

numbers = st.decimals(-1000, 1000, places=3).map(lambda number: parse_numeral(str(number)).unwrap())
values = st.dictionaries(st.sampled_from("abc"), numbers, max_size=3)
bounds = st.one_of(
    st.just({}),
    numbers.map(lambda limit: {None: limit}),
    st.dictionaries(st.sampled_from("abcd"), numbers, min_size=1, max_size=2),
).map(lambda limits: tuple(Bound(metric=name, limit=limit) for name, limit in limits.items()))
gates = st.builds(lambda high, rise: msgspec.structs.replace(GATE, max=high, max_increase_percent=rise), bounds, bounds)


def metrics(found: dict[str, str]) -> Metrics:
    return Metrics(metrics=tuple(Metric(name=name, value=found[name]) for name in sorted(found)))


def baseline(found: dict[str, str] | None) -> Baseline | None:
    return None if found is None else Baseline(gate=GATE.name, version=BEFORE, measured=metrics(found))


def gate(high: dict[str | None, str] | None = None, rise: dict[str | None, str] | None = None) -> Gate:
    made = [tuple(Bound(metric=name, limit=limit) for name, limit in (each or {}).items()) for each in (high, rise)]
    return msgspec.structs.replace(GATE, max=made[0], max_increase_percent=made[1])


def oracle(gate: Gate, now: dict[str, str], before: dict[str, str]) -> set[tuple[str, str]]:
    """Every metric that is wrong, and which kind of limit says so, by the dumbest arithmetic there is."""
    wrong = set() if now else {("any metric", "at least")}
    for bound in (*gate.max, *gate.max_increase_percent) if now else ():
        rises = bound in gate.max_increase_percent and bound not in gate.max
        for name in {*now, *before} if bound.metric is None else {bound.metric}:
            limit = Fraction(bound.limit)
            if rises and name in before:
                was = Fraction(before[name])
                limit = was + abs(was) * limit / 100
            free = rises and name not in before
            if name not in now or (not free and Fraction(now[name]) > limit):
                wrong.add((name, "max_increase_percent" if rises else "max"))
    return wrong


@given(gates, values, st.none() | values)
def test_every_metric_is_held_to_its_limits(gate: Gate, now: dict[str, str], before: dict[str, str] | None) -> None:
    if set(gate.max) & set(gate.max_increase_percent):
        return  # the oracle tells them apart by their numbers
    with deciding():
        found = compare(gate, metrics(now), baseline(before))
    told = {(each.metric, each.limit.rpartition(" ")[0]) for each in found.breaches}
    assert told == {
        (name, kind if name != "any metric" else "at least") for name, kind in oracle(gate, now, before or {})
    }


@given(gates, values, st.none() | values, st.sampled_from("abc"))
def test_what_is_not_measured_any_more_is_never_better(
    gate: Gate, now: dict[str, str], before: dict[str, str] | None, lost: str
) -> None:
    less = {name: value for name, value in now.items() if name != lost}
    whole, torn = (compare(gate, metrics(each), baseline(before)) for each in (now, less))
    limited = {bound.metric for bound in (*gate.max, *gate.max_increase_percent)}
    was_limited = lost in limited or (None in limited and lost in (before or {}))
    if (whole.breaches and was_limited) or not less:
        assert torn.breaches
    if lost in now and was_limited:
        assert any(each.metric in (lost, "any metric") and each.found is None for each in torn.breaches)


@given(gates, values.filter(bool), st.none() | values)
def test_what_a_record_keeps_is_all_that_the_next_comparison_needs(
    gate: Gate, now: dict[str, str], before: dict[str, str] | None
) -> None:
    kept = compare(gate, metrics(now), baseline(before)).metrics
    assert compare(gate, kept, baseline(before)).breaches == compare(gate, metrics(now), baseline(before)).breaches or (
        not kept.metrics
    )
    later = Baseline(gate=gate.name, version=BEFORE, measured=kept)
    whole = Baseline(gate=gate.name, version=BEFORE, measured=metrics(now))
    assert compare(gate, metrics(now), later) == compare(gate, metrics(now), whole)


@given(numbers, numbers)
@example("0", "10")
@example("-100", "10")
@example("0.1", "0")
def test_a_rise_is_allowed_up_to_the_last_digit(was: str, percent: str) -> None:
    before, rise = {"a": was}, gate(rise={"a": percent})
    allowed = Fraction(was) + abs(Fraction(was)) * Fraction(percent) / 100
    at = parse_numeral(str(allowed.numerator)).unwrap() if allowed.denominator == 1 else None
    (breach,) = compare(rise, metrics({"a": "1000000"}), baseline(before)).breaches
    assert breach == Breach(
        metric="a", was=was, found="1000000", allowed=breach.allowed, limit=f"max_increase_percent {percent}"
    )
    assert Fraction(breach.allowed or "") == allowed
    assert at is None or breach.allowed == at
    assert compare(rise, metrics({"a": breach.allowed or ""}), baseline(before)).breaches == ()


def test_floats_are_nowhere_on_the_way() -> None:
    """0.1 + 0.2 is 0.3, and 1.1 times 3 is 3.3."""
    assert compare(gate({"a": "0.3"}), metrics({"a": "0.3"}), None).breaches == ()
    assert compare(gate(rise={"a": "10"}), metrics({"a": "3.3"}), baseline({"a": "3"})).breaches == ()
    assert compare(gate({"a": "9007199254740992"}), metrics({"a": "9007199254740993"}), None).breaches != ()


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ({"a": "1"}, None, "no baseline yet to compare with"),
        ({"a": "1", "b": "2"}, {"a": "1"}, "no baseline yet for b"),
        ({"a": "1"}, {"a": "1"}, None),
    ],
)
def test_what_has_nothing_to_be_compared_with_passes_and_says_so(
    now: dict[str, str], before: dict[str, str] | None, said: str | None
) -> None:
    result = judged(gate(rise={None: "10"}), metrics(now), before)
    assert (result.status, note_of(result)) == ("passed", said)
    assert note_of(judged(gate({"a": "1"}), metrics(now), None)) is None


def note_of(result: GateResult) -> str | None:
    assert isinstance(result.assessment, Compared)
    return result.assessment.note


def judged(
    gate: Gate, reading: Metrics | Suite | Findings | Unread, before: dict[str, str] | None, code: int = 0
) -> GateResult:
    exited = Exited(code=code, output=Output(size=9, tail="said this\n"))
    report = Reported(exited=exited, reading=reading, artifact=ARTIFACT, baseline=baseline(before))
    with deciding():
        return judge(gate, report, 5)


def test_the_message_shows_what_was_what_is_and_what_is_allowed() -> None:
    high_and_rise = gate({"a": "140", "gone": "1"}, {"a": "10"})
    assert failed_gate(judged(high_and_rise, metrics({"a": "150"}), {"a": "120.5"})) == (
        "Gate 'performance_baseline' failed",
        "Command: measure",
        "Exit code: 0",
        "Metrics not within their limits:",
        "  - a: was 120.5 (v1.0.0), is 150; allowed: 140 (max 140)",
        "  - gone: not measured; allowed: 1 (max 1)",
        "  - a: was 120.5 (v1.0.0), is 150; allowed: 132.55 (max_increase_percent 10)",
        "",
        "Fix performance_baseline and retry promotion.",
    )


def test_an_exit_code_that_is_not_0_never_passes_and_shows_what_was_printed() -> None:
    result = judged(gate({"a": "2"}), metrics({"a": "1"}), None, code=1)
    assert result.status == "failed"
    assert failed_gate(result)[2:5] == ("Exit code: 1", "Output:", "  said this")


def test_more_breaches_than_people_read_are_counted() -> None:
    many = Compared(breaches=(Breach(metric="a", found="2", allowed="1", limit="max 1"),) * (SHOWN + 3))
    assert about_metrics(many)[-1] == "  … and 3 more"
    assert len(about_metrics(many)) == SHOWN + 2
    assert about_metrics(Compared()) == ()


def test_nothing_measured_fails_and_more_than_a_record_holds_does_too() -> None:
    (nothing,) = compare(GATE, Metrics(), None).breaches
    assert (nothing.metric, nothing.found) == ("any metric", None)
    much = {f"benchmark {each}": "1" for each in range(200)}
    (breach,) = compare(GATE, metrics(much), None).breaches
    assert breach.limit.startswith("at most 4096: name the metrics")
    named = compare(gate({"benchmark 7": "1"}), metrics(much), None)
    assert (named.breaches, named.metrics) == ((), metrics({"benchmark 7": "1"}))
    assert len(canonical.encode(named.metrics)) <= LARGEST


def test_a_verdict_that_is_used_again_is_compared_with_what_is_there_now() -> None:
    limited = gate(rise={"a": "10"})
    first = judged(limited, metrics({"a": "120"}), {"a": "119"})
    again = judge_again(limited, first, baseline({"a": "100"}))
    assert (first.status, again.status) == ("passed", "failed")
    assert again == judged(limited, metrics({"a": "120"}), {"a": "100"})
    tests = judged(msgspec.structs.replace(GATE, format="junit"), Suite(listed=1), None)
    assert judge_again(GATE, tests, baseline({"a": "100"})) == tests


@pytest.mark.parametrize(
    ("changes", "form", "contradicts"),
    [
        ({"format": None, "name": "tests"}, None, False),
        ({"format": None, "max": (Bound(limit="1"),)}, "metrics", False),
        ({"format": "infracost", "max_increase_percent": (Bound(limit="1"),)}, "infracost", False),
        ({"format": "junit", "max": (Bound(limit="1"),)}, "junit", True),
        ({"format": "trivy", "max_increase_percent": (Bound(limit="1"),)}, "trivy", True),
        ({"format": "metrics", "block_on_severity": ("HIGH",)}, "metrics", True),
        ({"format": None, "block_on_severity": ("HIGH",), "max": (Bound(limit="1"),)}, "metrics", True),
        ({"format": "sarif", "block_on_severity": ("HIGH",)}, "sarif", False),
    ],
)
def test_limits_that_no_report_can_hold_fail(changes: dict[str, object], form: str | None, contradicts: bool) -> None:
    made = msgspec.structs.replace(GATE, **changes)
    assert (format_of(made), is_contradictory(made)) == (form, contradicts)
    if contradicts:
        for reading in (metrics({"a": "0"}), Suite(listed=1), Findings(tool="t")):
            assert judged(made, reading, None).status == "failed"


@given(gates)
def test_a_baseline_is_looked_for_where_something_is_compared_with_it(gate: Gate) -> None:
    everything = any(bound.metric is None for bound in gate.max)
    assert wants_baseline(gate) == (bool(gate.max_increase_percent) or everything)
