"""Laws of test reports: only tests that ran and passed, in a report and a process that agree, are a pass."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from floe.core.explain.gates import failed_gate
from floe.core.explain.measures import about_tests
from floe.core.gates import Exited, GateResult, Output, Reported, judge
from floe.core.policy import Gate
from floe.core.reports.reading import ArtifactFacts
from floe.core.reports.suite import FailedTest, Suite, objection
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS

GATE = Gate(name="tests", command="pytest", format="junit", timeout_seconds=30)
counts = st.integers(0, 4)
suites = st.builds(
    lambda skipped, failed, passed, trouble: Suite(
        listed=skipped + failed + passed, skipped=skipped, failed=failed, trouble=trouble
    ),
    *(counts, counts, counts, st.sampled_from((None, None, "it contradicts itself"))),
)


def judged(suite: Suite, code: int) -> GateResult:
    exited = Exited(code=code, output=Output(size=9, tail="said this\n"))
    artifact = ArtifactFacts(digests=DIGESTS[:1], is_image=False)
    with deciding():
        return judge(GATE, Reported(exited=exited, reading=suite, artifact=artifact), 5)


@given(suites, st.sampled_from((0, 1, 2, 5, -9)))
def test_a_run_passes_when_something_ran_nothing_failed_and_the_exit_code_agrees(suite: Suite, code: int) -> None:
    passed = suite.failed == 0 and suite.ran > 0 and suite.trouble is None and code == 0
    assert judged(suite, code).status == ("passed" if passed else "failed")
    assert (objection(suite, code) is None) == passed == (about_tests(suite, code) == ())


def test_of_a_run_that_passes_there_is_nothing_to_tell() -> None:
    assert about_tests(Suite(listed=1, skipped=0, failed=0), 0) == ()


def test_failed_tests_are_named_in_place_of_the_report() -> None:
    named = (FailedTest(name="tests.api::get", message="AssertionError: 404"), FailedTest(name="tests.api::put"))
    assert failed_gate(judged(Suite(listed=30, skipped=1, failed=22, named=named), 1)) == (
        "Gate 'tests' failed",
        "Command: pytest",
        "Exit code: 1",
        "22 of 29 tests failed",
        "  - tests.api::get - AssertionError: 404",
        "  - tests.api::put",
        "  … and 20 more",
        "",
        "Fix tests and retry promotion.",
    )


def test_a_run_without_failed_tests_says_why_it_does_not_pass() -> None:
    def why(suite: Suite, code: int) -> str:
        shown = failed_gate(judged(suite, code))
        assert shown[4:6] == ("Output:", "  said this")
        return shown[3]

    assert why(Suite(listed=0), 0) == "No test ran"
    assert why(Suite(listed=2, skipped=2), 0) == "No test ran (2 skipped)"
    assert why(Suite(listed=2, trouble="the report declares 3 tests and lists 2"), 0) == (
        "The report declares 3 tests and lists 2"
    )
    assert why(Suite(listed=2), 3) == "The report has 2 passed tests and none that failed, but the exit code is not 0"


def test_a_passing_run_is_told_in_no_more_words_when_only_the_exit_code_speaks() -> None:
    plain = msgspec.structs.replace(GATE, format=None)
    result = judge(plain, Exited(code=1, output=Output(size=0)), 5)
    assert failed_gate(result)[2:4] == ("Exit code: 1", "Output: none")
