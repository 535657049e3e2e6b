"""What verdicts suffice: no news is bad news."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from floe.core.gates import Examined, Exited, Report, format_of, is_missing, judge, wants_reading
from floe.core.policy import POLICY_GATE, SECURITY_SCAN, Bound, Gate
from tests.property.purity import deciding
from tests.property.strategies import COMPLIANCE, TESTS, reports

gates = st.builds(
    Gate,
    name=st.sampled_from((POLICY_GATE, "tests", "security_scan")),
    command=st.sampled_from((None, (), "", "pytest", ("pytest", "-q"))),
    timeout_seconds=st.just(300),
    format=st.sampled_from((None, "trivy")),
    block_on_severity=st.sampled_from((None, (), ("HIGH",))),
    max=st.sampled_from(((), (Bound(limit="1"),))),
    max_increase_percent=st.sampled_from(((), (Bound(limit="1"),))),
)


@given(gates, reports, st.integers(0, 10_000))
def test_without_a_reading_a_gate_passes_by_exit_code_0_or_without_a_violation_and_in_no_other_way(
    gate: Gate, report: Report, duration: int
) -> None:
    with deciding():
        result = judge(gate, report, duration)
    match report:
        case Exited(code=code):
            assert result.status == ("passed" if code == 0 and not wants_reading(gate) else "failed")
        case Examined(violations=()):
            assert result.status == "passed"
        case Examined(violations=violations):
            serious = any(each.severity == "error" for each in violations)
            assert result.status == ("failed" if serious else "warning")
        case _:
            assert result.status == "failed"
    assert result.suffices == (result.status != "failed")
    assert (result.gate, result.duration_ms, result.report) == (gate.name, duration, report)


@given(gates, reports)
def test_a_result_shows_the_command_as_it_is_written(gate: Gate, report: Report) -> None:
    shown = judge(gate, report, 0).command
    assert shown == (" ".join(gate.command) if isinstance(gate.command, tuple) else gate.command)


@given(gates)
def test_a_gate_without_a_command_is_missing_unless_it_is_built_in(gate: Gate) -> None:
    assert is_missing(gate) == (gate.name != POLICY_GATE and gate.command in (None, (), ""))
    assert gate.is_builtin == (gate.name == POLICY_GATE)


@given(gates)
def test_a_gate_is_read_when_anything_but_its_exit_code_counts(gate: Gate) -> None:
    plain = msgspec.structs.replace(gate, format=None, block_on_severity=None, max=(), max_increase_percent=())
    assert wants_reading(gate) == (gate != plain)
    assert not wants_reading(COMPLIANCE)
    assert not wants_reading(TESTS)


@given(gates)
def test_what_is_printed_is_read_as_the_gate_says_or_as_its_limits_have_it(gate: Gate) -> None:
    form = format_of(gate)
    if gate.format or gate.is_builtin:
        assert form == gate.format
    else:
        scans = gate.block_on_severity is not None or gate.name == SECURITY_SCAN
        measures = gate.max or gate.max_increase_percent
        assert form == ("metrics" if measures else "trivy" if scans else None)
