"""Every no is told: what was found, what was expected, what to do next."""

from typing import get_args

import msgspec
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from floe.core.compiled.problem import Duplicate, Problem, TransformCircle, UnknownField, told
from floe.core.explain.faults import what_failed
from floe.core.explain.gates import SHOWN_LINES, failed_gate, violation_line
from floe.core.explain.people import ways_out
from floe.core.explain.phrase import by_whom, listed, minute, until
from floe.core.explain.refusals import because
from floe.core.fault import Fault
from floe.core.gates import Examined, Exited, GateResult, NotStarted, Output, TimedOut, Violation
from floe.core.operator import Operator
from floe.core.policy import POLICY_GATE
from floe.core.refusal import NeverPromoted, NotAuthorized, NotNext, PlanUnsigned, Refusal, SignatureRefused
from floe.core.scan import Scanned
from tests.property.purity import deciding
from tests.property.strategies import BEGINNING, DIGESTS, VERSIONS, any_of, faults, gate_results, operators, refusals

# What to do next begins with one of these, or says it within a sentence of the quickstart.
STEPS = (
    *(
        "Next: ",
        "Either ",
        "Or ",
        "Fix ",
        "Push it first: ",
        "Name one: ",
        "Roll back: ",
        "Required ",
        "Unlock first: ",
    ),
    *("Promote it to ", "See what was there before: ", "Sign: ", "Environments: ", "Your groups: "),
)
WITHIN = (
    "Available versions: ",
    "use --force to re-promote",
    "A different operator must",
    "Next: ",
    "Add to manifest.yaml",
)


def is_told_well(lines: tuple[str, ...]) -> None:
    headline, *rest = lines
    assert headline.strip()
    assert not headline.startswith(("Found: ", "Next: ", "Expected: "))
    assert all(isinstance(line, str) for line in rest)


def says_what_to_do(lines: tuple[str, ...]) -> bool:
    return any(line.startswith(STEPS) or any(step in line for step in WITHIN) for line in lines)


@pytest.mark.parametrize("kind", get_args(Refusal), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_refusal_has_a_headline_and_a_next_step(kind: type[Refusal], data: st.DataObject) -> None:
    refusal = data.draw(any_of(kind))
    if isinstance(refusal, NotAuthorized):
        assume(refusal.required_groups is not None or refusal.required_operators is not None)
    with deciding():
        lines = because(refusal)
    is_told_well(lines)
    assert says_what_to_do(lines), lines


@pytest.mark.parametrize("kind", get_args(Fault), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_fault_says_what_was_found_and_what_to_do_next(kind: type[Fault], data: st.DataObject) -> None:
    fault = data.draw(any_of(kind))
    with deciding():
        lines = what_failed(fault)
    is_told_well(lines)
    assert lines[-1].startswith("Next: ")


@given(refusals)
def test_what_else_can_be_done_ends_what_is_told(refusal: Refusal) -> None:
    with deciding():
        ways, lines = ways_out(refusal), because(refusal)
    assert lines[len(lines) - len(ways) :] == ways


@given(refusals)
def test_a_refusal_is_told_the_same_every_time(refusal: Refusal) -> None:
    assert because(refusal) == because(refusal)


@given(faults)
def test_a_fault_is_told_the_same_every_time(fault: Fault) -> None:
    assert what_failed(fault) == what_failed(fault)


def test_a_command_is_told_without_the_line_end_that_yaml_leaves() -> None:
    why = NotStarted(why="no such file")
    result = GateResult(gate="tests", status="failed", duration_ms=1, command="cat a\nexit 1\n", report=why)
    assert failed_gate(result)[1:3] == ("Command: cat a\nexit 1", "The command could not be started: no such file")


@given(gate_results)
@example(GateResult(gate="tests", status="failed", duration_ms=1, report=NotStarted(why="no such file")))
@example(GateResult(gate=POLICY_GATE, status="failed", duration_ms=1, report=NotStarted(why="not there")))
@example(GateResult(gate=POLICY_GATE, status="failed", duration_ms=1, report=Examined()))
def test_a_failed_gate_is_told_with_its_command_and_its_end(result: GateResult) -> None:
    lines = failed_gate(result)
    assert lines[0] == f"Gate '{result.gate}' failed"
    found = result.assessment if isinstance(result.report, Exited) else None
    blocks = isinstance(found, Scanned) and found.is_blocked  # its findings are told, not how it ran
    command = (result.command or "").rstrip("\n")
    assert (f"Command: {command}" in lines) == (bool(command) and not blocks)
    assert lines[-2] == ""
    assert lines[-1].startswith("Fix ")
    match result.report:
        case TimedOut(after_seconds=seconds):
            assert f"Gate execution timed out after {seconds} seconds" in lines
        case Exited(code=code):
            assert (f"Exit code: {code}" in lines) == (not blocks or code != 0)
        case _:
            assert len(lines) >= 4


@given(st.integers(0, 60), st.integers(0, 1))
def test_of_an_output_the_last_lines_are_shown(count: int, left: int) -> None:
    tail = "".join(f"line {number}\n" for number in range(count))
    report = Exited(code=1, output=Output(size=len(tail), tail=tail, left_running=left))
    lines = failed_gate(GateResult(gate="tests", status="failed", duration_ms=1, report=report))
    shown = [line.strip() for line in lines if line.startswith("  line ")]
    assert shown == [f"line {number}" for number in range(count)][-SHOWN_LINES:]
    assert ("Output: none" in lines) == (count == 0)
    assert any(line.startswith("Left running: 1 ") for line in lines) == bool(left)


@given(any_of(Problem))
def test_every_problem_of_a_document_is_told(problem: Problem) -> None:
    with deciding():
        said = told(problem)
    assert said.what
    assert said.found
    assert said.expected


@pytest.mark.parametrize(
    ("problem", "what"),
    [
        (Duplicate(kind="product", product="p", name="p", times=2), "product 'p'"),
        (Duplicate(kind="field", product="p", port="o", name="f", times=2), "product 'p', output port 'o', field 'f'"),
        (Duplicate(kind="transform", product="p", name="t", times=2), "product 'p', transform 't'"),
    ],
)
def test_what_is_there_twice_is_named_with_its_place(problem: Problem, what: str) -> None:
    assert told(problem).what == what


def test_what_is_read_is_named_with_its_source() -> None:
    port, field = "orders", "amount"
    unknown = [
        UnknownField(product="p", input="i", source="s", port=each, field=field, nearest=near)
        for each, near in ((port, "amounts"), (None, None))
    ]
    assert [told(each).found for each in unknown] == [f"reads field 'amount' of '{each}'" for each in ("s/orders", "s")]


def test_a_long_circle_is_cut_short() -> None:
    path = tuple(f"t{number}" for number in range(40))
    assert len(told(TransformCircle(product="p", path=path)).found) < len(", ".join(path))


def test_a_violation_says_where_and_what() -> None:
    violation = Violation(rule="owner", severity="error", path="products[0]", found="none", expected="an owner")
    assert violation_line(violation) == "owner (error) at products[0]: found none; expected an owner"


def test_the_way_forward_and_the_way_back_are_told_apart() -> None:
    ahead = because(NotNext(source="dev", target="prod", path=("dev", "staging", "prod")))
    assert ahead == (
        "Cannot promote from 'dev' to 'prod'",
        "Reason: Must promote through intermediate environments",
        "Required path: dev -> staging -> prod",
    )
    assert "use rollback" in because(NotNext(source="prod", target="dev", path=()))[1]


def test_never_promoted_names_what_there_is() -> None:
    lines = because(NeverPromoted(version=VERSIONS[0], environment="prod", available=("v0.9.0-prod",)))
    assert lines == ("Version v1.0.0 was never promoted to prod. Available versions: v0.9.0-prod",)


@pytest.mark.parametrize("status", ["missing", "invalid", "untrusted", "not checkable", "not checked"])
def test_each_want_of_a_signature_has_words_of_its_own(status: str) -> None:
    refusal = SignatureRefused(status=status, artifact=DIGESTS[0], version=VERSIONS[0])  # type: ignore[arg-type]  # one of them
    assert because(refusal)[0] == "Signature verification failed"
    assert any(line.startswith("Sign: ") for line in because(refusal))


def test_who_only_asks_is_not_told_that_the_manifest_refuses() -> None:
    unsigned = SignatureRefused(status="missing", artifact=DIGESTS[0], version=VERSIONS[0], enforced=False)
    assert because(unsigned)[1:] == ("Artifact is unsigned", "Sign: floe artifact sign -r URI -t v1.0.0")
    assert because(msgspec.structs.replace(unsigned, status="untrusted"))[1].endswith("signed by nobody you trust")


@pytest.mark.parametrize("status", ["missing", "invalid", "untrusted", "not checkable", "not checked"])
def test_each_want_of_a_plans_signature_has_words_of_its_own(status: str) -> None:
    refusal = PlanUnsigned(status=status, plan=DIGESTS[0], environment="prod")  # type: ignore[arg-type]  # one of them
    lines = because(refusal)
    assert lines[0].startswith("The plan")
    assert lines[-1].startswith("Next: have it signed")


def test_what_cannot_be_said_is_unknown() -> None:
    assert listed(None) == "unknown"
    assert listed(()) == "[]"
    assert listed(("a", "b")) == "[a, b]"
    assert until(None) == ()
    assert until(BEGINNING) == ("Until: 2026-01-15 10:30",)


@given(operators)
def test_people_and_times_are_told_in_utc_to_the_minute(operator: Operator) -> None:
    assert minute(BEGINNING) == "2026-01-15 10:30"
    assert by_whom(operator, BEGINNING).endswith(" at 2026-01-15 10:30")


@given(any_of(NotAuthorized))
def test_who_may_not_is_told_what_they_asked_for(refusal: NotAuthorized) -> None:
    asked = {
        "promote": "promote to",
        "roll-back": "roll back",
        "lock": "lock",
        "unlock": "unlock",
        "adopt": "adopt into",
    }
    with deciding():
        told = because(refusal)[1]
    assert told.endswith(f"' is not authorized to {asked[refusal.command]} '{refusal.environment}'")
