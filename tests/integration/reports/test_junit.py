"""Reports of tests: what failed is named, what is cut off or contradicts itself does not pass; no entity is read."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.core.reports.reading import Reading, Unread
from floe.core.reports.suite import SHOWN, FailedTest, Suite, objection
from floe.effects.gate.reports import junit

TESTS = """
import pytest
def test_passes(): pass
def test_fails(): assert 1 == 2, "one is not two"
@pytest.mark.skip
def test_later(): pass
@pytest.fixture
def broken():
    raise OSError("no disk")
def test_errs(broken): pass
@pytest.fixture
def torn():
    yield
    raise OSError("no way down")
def test_fails_twice(torn): assert False
"""
ONE = '<testcase classname="a" name="b"/>'


def read(text: str) -> Reading:
    return junit.read(text.encode())


def suite(*cases: str, **attributes: object) -> str:
    declared = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<testsuites><testsuite{declared}>{''.join(cases)}</testsuite></testsuites>"


def counted(text: str) -> Suite:
    found = read(text)
    assert isinstance(found, Suite), found
    return found


def test_what_pytest_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--junitxml=report.xml"]
    ended = subprocess.run([*run, "--rootdir=."], cwd=tmp_path, capture_output=True, check=False, timeout=60)
    found = counted((tmp_path / "report.xml").read_text())
    assert (ended.returncode, found.failed, found.skipped) == (1, 4, 1)
    names = [each.name.rpartition("::")[2] for each in found.named]
    assert names == ["test_fails", "test_errs", "test_fails_twice", "test_fails_twice"]
    assert found.named[0] == FailedTest(name="test_it::test_fails", message="AssertionError: one is not two")
    alone = subprocess.run([*run, "-k", "passes"], cwd=tmp_path, capture_output=True, check=False, timeout=60)
    passed = counted((tmp_path / "report.xml").read_text())
    assert (alone.returncode, passed, objection(passed, 0)) == (0, Suite(listed=1), None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (suite(), Suite(listed=0)),
        ("<testsuite/>", Suite(listed=0)),
        (suite(ONE, tests=1, failures=0, errors=0), Suite(listed=1)),
        (suite('<testcase name="b"><skipped/></testcase>'), Suite(listed=1, skipped=1)),
        (suite(f"<testsuite tests='2'>{ONE}{ONE}</testsuite>", tests=2), Suite(listed=2)),
        (suite('<testcase name="b"><properties><error/></properties></testcase>'), Suite(listed=1)),
        (suite('<testcase name="b"><rerunFailure/></testcase>'), Suite(listed=1)),
        (
            suite('<testcase name="b"><skipped/><failure message="x&#10;y"/><error/></testcase>'),
            Suite(listed=1, failed=1, named=(FailedTest(name="b", message="x"),)),
        ),
        (
            suite(ONE, '<error message="no import"/>'),
            Suite(listed=1, failed=1, named=(FailedTest(name="outside of any test", message="no import"),)),
        ),
        (suite(ONE, tests=2), Suite(listed=1, trouble="the report declares 2 tests and lists 1")),
        (
            suite(ONE, tests=1, failures=1, errors=1),
            Suite(listed=1, trouble="the report declares 2 failed tests and lists 0"),
        ),
    ],
)
def test_tests_are_counted_as_they_are_listed(text: str, found: Suite) -> None:
    assert counted(text) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<html/>", "it is no JUnit report: it begins with <html>"),
        ("<testsuite>", "it is no whole XML"),
        (f"<testsuite>{ONE}</testsuite><testsuite/>", "it is no whole XML"),
        ("", "it is no whole XML"),
        ("{}", "it is no whole XML"),
        ("<testsuite><testcase/></testsuite>", "a test has no name"),
        (suite(tests="many"), 'tests="many" is no number of tests'),
        (suite(tests="-1"), 'tests="-1" is no number of tests'),
        (suite(errors="9" * 10), "is no number of tests"),
        ("<testsuite>" * 65 + "</testsuite>" * 65, "it is nested deeper than 64 levels"),
        ('<!DOCTYPE testsuite SYSTEM "file:///etc/passwd"><testsuite/>', "it declares a document type"),
        ('<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite>&x;</testsuite>', "a document type"),
        ("<testsuite>&undeclared;</testsuite>", "it is no whole XML"),
    ],
)
def test_what_is_no_report_of_tests_is_not_read(text: str, why: str) -> None:
    found = read(text)
    assert isinstance(found, Unread)
    assert why in found.why


def test_a_bomb_of_entities_is_refused_before_it_goes_off() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    assert isinstance(read(f'<!DOCTYPE t [<!ENTITY e0 "x">{entities}]><testsuite>&e11;</testsuite>'), Unread)


def test_what_tests_say_cannot_steer_a_terminal_and_does_not_fill_a_record() -> None:
    case = f'<testcase name="::stop-commands::{"n" * 900}"><failure message="&#x202e;{"m" * 900}"/></testcase>'
    found = counted(suite(case * 30))
    assert (found.failed, len(found.named)) == (30, SHOWN)
    for each in found.named:
        assert each.name.startswith("\\x3a:")
        assert each.name.isprintable()
        assert each.message.isprintable()
        assert len(each.name) <= junit.LONGEST >= len(each.message)


@given(st.data())
def test_a_report_that_was_cut_off_or_lost_a_test_does_not_pass(data: st.DataObject) -> None:
    cases = [ONE, ONE, '<testcase name="c"><failure/></testcase>']
    whole = suite(*cases, tests=3, failures=1, errors=0)
    at = data.draw(st.integers(0, len(whole) - 1))
    assert isinstance(read(whole[:at]), Unread)
    lost = data.draw(st.sampled_from(cases))
    cases.remove(lost)
    assert objection(counted(suite(*cases, tests=3, failures=1, errors=0)), 0) is not None
