"""What floe writes on the page of a job is what it printed, and nothing in it is obeyed by Markdown or HTML."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.shell.render.reply import Reply
from floe.shell.summary import markdown
from tests.integration.process import OPERATOR, Bench

TEXT = st.text(st.sampled_from("`~|<>&*_[]()#!\\-+ ab\n\r\x85\u2028"), max_size=40)


@given(st.lists(TEXT, min_size=1, max_size=5), TEXT)
def test_no_text_leaves_its_place(lines: list[str], gate: str) -> None:
    results = [{"gate": gate, "status": "passed", "duration_ms": 1}]
    headline, *rest = markdown(Reply(lines=tuple(lines), document={"gate_results": results})).split("\n")
    assert all(f"\\{each}" in headline for each in set(lines[0]) & set(string.punctuation))
    row = next(line for line in rest if line.endswith("| passed | 1 |"))
    assert len(re.sub(r"\\.", "", row).split("|")) == 5
    fences = [line for line in rest if line.startswith("```") and line.removesuffix("text").strip("`") == ""]
    if any(line.strip() for line in "".join(lines[1:]).splitlines()):
        assert (fences[0], rest[-3]) == (f"{fences[-1]}text", fences[-1])
        inside = rest[rest.index(fences[0]) + 1 : -3]
        assert len(inside) == len(lines) - 1
        assert not any(fences[-1] in line for line in inside)


class Job(Bench):
    """A bench in a step of a job."""

    def environ(self, operator: str | None = OPERATOR) -> dict[str, str]:  # type: ignore[explicit-override]
        return super().environ(operator) | {"GITHUB_STEP_SUMMARY": str(self.folder / "summary")}


@pytest.fixture
def job(bench: Bench) -> Job:
    job = Job(bench.folder, bench.home)
    job.push("v1.0.0")
    return job


def test_a_promotion_and_a_refusal_are_appended(job: Job) -> None:
    for _ in range(2):
        job.inside("platform", "promote", "v1.0.0", "--to=dev")
    job.inside("platform", "status")
    summary = (job.folder / "summary").read_text()
    assert re.findall("^### .*", summary, re.MULTILINE) == [
        r"### Promoted v1\.0\.0 from none to dev",
        r"### Version v1\.0\.0 is already in dev (exit code 10)",
    ]
    assert "| policy\\_compliance | passed |" in summary
    assert "```text\nNew tag: v1.0.0-dev\n" in summary
    assert "Already promoted, use --force to re-promote\n" in summary


def test_a_summary_that_cannot_be_written_is_a_warning(job: Job) -> None:
    (job.folder / "summary").mkdir()
    answer = job.inside("platform", "lock", "--env=dev", "--reason=r")
    assert (answer.code, answer.stderr) == (0, "WARNING: the step summary could not be written: Is a directory\n")
