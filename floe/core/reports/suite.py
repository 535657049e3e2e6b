"""What a run of tests reported, and why it does not count where it does not."""

from typing import Final

from floe.core.value import Value

SHOWN: Final = 20  # failed tests that are named


class FailedTest(Value, frozen=True, kw_only=True):
    name: str
    message: str = ""


class Suite(Value, frozen=True, kw_only=True, tag="tests"):
    """A run of tests: how many are listed, how many of them were skipped, and which did not pass."""

    listed: int
    skipped: int = 0
    failed: int = 0
    named: tuple[FailedTest, ...] = ()  # the first of those that failed
    trouble: str | None = None  # in what the report contradicts itself

    @property
    def ran(self) -> int:
        return self.listed - self.skipped


def objection(suite: Suite, exit_code: int) -> str | None:
    """Why a run does not pass; None when it does."""
    if suite.failed:
        return f"{suite.failed} of {suite.ran} tests failed"
    if suite.trouble:
        return suite.trouble
    if suite.ran == 0:
        return f"no test ran ({suite.skipped} skipped)" if suite.skipped else "no test ran"
    if exit_code:
        return f"the report has {suite.ran} passed tests and none that failed, but the exit code is not 0"
    return None
