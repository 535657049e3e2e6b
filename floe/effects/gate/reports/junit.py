"""JUnit's XML, as pytest and most other runners write it. No document type, so that no entity can be declared."""

from typing import Final
from xml.parsers import expat

from floe.core.plain import plain
from floe.core.reports.reading import Reading, Unread
from floe.core.reports.suite import SHOWN, FailedTest, Suite

DEEPEST: Final = 64  # levels of nesting
MOST: Final = 500_000  # tests
LONGEST: Final = 200  # characters of a name or a message
SUITES: Final = ("testsuites", "testsuite")
BAD: Final = ("failure", "error")


class _RefusedError(Exception):
    """What stands there is no report of tests."""


class _Totals:
    """What a suite declares, and what stood before it."""

    def __init__(self, attributes: dict[str, str], listed: int, failed: int) -> None:
        self.tests = _count(attributes, "tests")
        self.bad = _count(attributes, "failures") + _count(attributes, "errors")
        self.listed = listed
        self.failed = failed


class _Run:
    """Everything that is seen of a run while its report is read."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.suites: list[_Totals] = []
        self.listed = self.skipped = self.failed = 0
        self.named: list[FailedTest] = []
        self.trouble: str | None = None
        self.test = ""
        self.is_bad = self.is_skipped = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        outer = self.path[-1] if self.path else None
        if outer is None and tag not in SUITES:
            raise _RefusedError(f"it is no JUnit report: it begins with <{_short(tag)}>")
        if len(self.path) >= DEEPEST:
            raise _RefusedError(f"it is nested deeper than {DEEPEST} levels")
        self.path.append(tag)
        if tag in SUITES:
            self.suites.append(_Totals(attributes, self.listed, self.failed))
        if tag == "testcase":
            self._begin(attributes)
        if tag in BAD and outer in ("testcase", *SUITES):
            self._fail(attributes, outer == "testcase")
        self.is_skipped = self.is_skipped or (tag == "skipped" and outer == "testcase")

    def end(self, tag: str) -> None:
        self.path.pop()
        if tag == "testcase":
            self.skipped += self.is_skipped and not self.is_bad
        if tag in SUITES:
            self._compare(self.suites.pop())

    def _begin(self, attributes: dict[str, str]) -> None:
        if not attributes.get("name"):
            raise _RefusedError("a test has no name")
        if self.listed >= MOST:
            raise _RefusedError(f"more than {MOST} tests")
        place = attributes.get("classname")
        self.test = f"{place}::{attributes['name']}" if place else attributes["name"]
        self.listed += 1
        self.is_bad = self.is_skipped = False

    def _fail(self, attributes: dict[str, str], is_of_test: bool) -> None:
        if is_of_test and self.is_bad:
            return  # one test that fails, and fails again when it is torn down
        self.is_bad = is_of_test
        self.failed += 1
        if len(self.named) < SHOWN:
            first = attributes.get("message", "").strip().partition("\n")[0]
            name = self.test if is_of_test else "outside of any test"
            self.named.append(FailedTest(name=_short(name), message=_short(first)))

    def _compare(self, declared: _Totals) -> None:
        listed, failed = self.listed - declared.listed, self.failed - declared.failed
        if declared.tests > listed:
            self.trouble = f"the report declares {declared.tests} tests and lists {listed}"
        if declared.bad > failed:
            self.trouble = f"the report declares {declared.bad} failed tests and lists {failed}"


def read(content: bytes) -> Reading:
    run = _Run()
    parser = expat.ParserCreate()
    parser.StartElementHandler = run.start
    parser.EndElementHandler = run.end
    parser.StartDoctypeDeclHandler = _no_document_type
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        return Unread(why=f"it is no whole XML: {error}")
    except _RefusedError as error:
        return Unread(why=str(error))
    return Suite(listed=run.listed, skipped=run.skipped, failed=run.failed, named=tuple(run.named), trouble=run.trouble)


def _no_document_type(*_: object) -> None:
    raise _RefusedError("it declares a document type, which reports of tests have no use for")


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):  # noqa: PLR2004
        raise _RefusedError(f'{name}="{_short(text)}" is no number of tests')
    return int(text)


def _short(text: str) -> str:
    line = plain(" ".join(text.split()))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
