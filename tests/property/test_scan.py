"""Laws of what a scan comes to, against an oracle that counts with a pencil."""

from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floe.core.explain.gates import failed_gate, warnings_of
from floe.core.gates import Examined, Exited, GateResult, Output, Reported, Violation, judge
from floe.core.policy import POLICY_GATE, Gate, Severity
from floe.core.reports.reading import ArtifactFacts, Finding, Findings, Fix, Reading, Unread
from floe.core.scan import LISTED, ORDER, Scanned, assess_scan, may_be_about_another
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, any_of

COMPILED: Final = ArtifactFacts(digests=DIGESTS[:1], is_image=False)
IMAGE: Final = ArtifactFacts(digests=DIGESTS[:2], is_image=True)
ENDED: Final = Exited(code=0, output=Output(size=0))

found = st.builds(
    Finding,
    id=st.sampled_from(("CVE-1", "CVE-2", "CVE-3")),
    package=st.sampled_from(("curl", "libssl")),
    version=st.sampled_from(("", "1", "2")),
    severity=st.sampled_from((*ORDER, "SUPERB", "")),
    title=st.sampled_from(("", "Overflow")),
    fix=any_of(Fix),
)
findings = st.lists(found, max_size=12).map(tuple)
scans = st.builds(Findings, tool=st.just("Trivy"), findings=findings, remarks=st.sampled_from(((), ("x is over",))))
gates = st.builds(
    Gate,
    name=st.just("security_scan"),
    command=st.just("trivy"),
    timeout_seconds=st.just(300),
    block_on_severity=st.none() | st.sets(st.sampled_from(ORDER)).map(tuple),
    ignore_unfixed=st.booleans(),
    subject=st.just("any"),
)


def gate(*severities: Severity, **more: Any) -> Gate:
    threshold = severities or None
    return Gate(name="security_scan", command="trivy", timeout_seconds=300, block_on_severity=threshold, **more)


def finding(severity: str = "HIGH", name: str = "CVE-1", package: str = "curl", fix: Fix = "there") -> Finding:
    return Finding(id=name, package=package, version="1", severity=severity, fix=fix)


def scanned(*found: Finding, by: Gate | None = None) -> Scanned:
    result = assess_scan(Findings(tool="Trivy", findings=found), by or gate(), COMPILED)
    assert isinstance(result, Scanned)
    return result


def judged(reading: Reading, by: Gate, artifact: ArtifactFacts = COMPILED, code: int = 0) -> GateResult:
    exited = msgspec.structs.replace(ENDED, code=code)
    with deciding():
        return judge(by, Reported(exited=exited, reading=reading, artifact=artifact), 7)


# The oracle -----------------------------------------------------------------------------------------------------------


def is_bad(severity: str, by: Gate) -> bool:
    """Whether a single finding of this severity would block, in so many words."""
    chosen = ("CRITICAL",) if by.block_on_severity is None else by.block_on_severity
    if severity == "UNKNOWN":
        return "UNKNOWN" in chosen or "HIGH" in chosen
    return severity in chosen or severity not in ORDER


def by_hand(scan: Findings, by: Gate) -> tuple[int, int, bool]:
    """Counted, ignored, and whether anything blocks."""
    counted = ignored = 0
    bad = False
    for key in {(each.id, each.package) for each in scan.findings}:
        same = [each for each in scan.findings if (each.id, each.package) == key]
        if by.ignore_unfixed and all(each.fix == "none" for each in same):
            ignored += 1
        else:
            counted += 1
            bad = bad or any(is_bad(each.severity, by) for each in same)
    return counted, ignored, bad


@given(scans, gates)
def test_counts_and_verdict_are_those_of_the_oracle(scan: Findings, by: Gate) -> None:
    """Row V08."""
    result = judged(scan, by)
    assessed = result.assessment
    assert isinstance(assessed, Scanned)
    counted, ignored, bad = by_hand(scan, by)
    assert (assessed.total, assessed.ignored, assessed.is_blocked) == (counted, ignored, bad)
    assert len(assessed.blocking) + len(assessed.allowed) == counted
    assert assessed.rows == len(scan.findings)
    expected = "failed" if bad else "warning" if counted or scan.remarks else "passed"
    assert result.status == expected


@given(scans, gates, found)
def test_another_finding_never_turns_failed_into_passed(scan: Findings, by: Gate, more: Finding) -> None:
    order = ("passed", "warning", "failed")
    worse = msgspec.structs.replace(scan, findings=(*scan.findings, more))
    assert order.index(judged(worse, by).status) >= order.index(judged(scan, by).status)


@given(scans, gates, st.randoms(use_true_random=False))
def test_the_order_of_a_report_makes_no_difference(scan: Findings, by: Gate, luck: Any) -> None:
    shuffled = list(scan.findings)
    luck.shuffle(shuffled)
    mixed = msgspec.structs.replace(scan, findings=tuple(shuffled))
    one, other = judged(scan, by), judged(mixed, by)
    assert (one.status, untitled(one)) == (other.status, untitled(other))


def untitled(result: GateResult) -> Scanned:
    """Which of several titles is told is the only thing that follows the report's order."""
    assessed = result.assessment
    assert isinstance(assessed, Scanned)
    lists = {
        name: tuple(msgspec.structs.replace(each, title="") for each in getattr(assessed, name))
        for name in ("blocking", "allowed")
    }
    return msgspec.structs.replace(assessed, **lists)


@given(scans, gates, st.integers(-9, 9).filter(bool))
def test_a_non_zero_exit_never_passes(scan: Findings, by: Gate, code: int) -> None:
    assert judged(scan, by, code=code).status == "failed"
    assert judged(Unread(why="x", is_foreign=True), by, code=code).status == "failed"


# Severities and fixes, one by one -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "threshold", "is_blocking"),
    [
        ("CRITICAL", (), True),  # the default
        ("HIGH", (), False),
        ("HIGH", ("CRITICAL", "HIGH"), True),
        ("CRITICAL", ("HIGH",), False),  # what is listed blocks, and nothing else
        ("UNKNOWN", (), False),
        ("UNKNOWN", ("CRITICAL", "HIGH"), True),  # counts as high
        ("UNKNOWN", ("UNKNOWN",), True),
        ("NEGLIGIBLE", ("LOW",), False),
        ("NEGLIGIBLE", ("NEGLIGIBLE",), True),
        ("SUPERB", ("LOW",), True),  # a word that nobody knows
        ("", (), True),
    ],
)
def test_v05_what_blocks(severity: str, threshold: tuple[Severity, ...], is_blocking: bool) -> None:
    assert scanned(finding(severity), by=gate(*threshold)).is_blocked is is_blocking


def test_nothing_blocks_where_no_severity_is_listed() -> None:
    none = msgspec.structs.replace(gate(), block_on_severity=())
    assert judged(Findings(tool="Trivy", findings=(finding("CRITICAL"),)), none).status == "warning"


@pytest.mark.parametrize(("fix", "ignored"), [("none", 1), ("there", 0), ("unknown", 0)])
def test_v06_only_what_is_known_to_have_no_fix_is_ignored(fix: Fix, ignored: int) -> None:
    one = finding("CRITICAL", fix=fix)
    assert scanned(one, by=gate(ignore_unfixed=True)).ignored == ignored
    assert scanned(one, by=gate(ignore_unfixed=True)).total == 1 - ignored
    assert scanned(one).ignored == 0


def test_of_one_finding_in_several_words_the_worst_counts_once() -> None:
    same = (finding("LOW", fix="none"), finding("CRITICAL", fix="none"), finding("UNKNOWN", fix="there"))
    assert [(tally.severity, tally.count) for tally in scanned(*same).tallies] == [("CRITICAL", 1)]
    assert scanned(*same, by=gate(ignore_unfixed=True)).ignored == 0
    assert scanned(finding("MEDIUM"), finding("UNKNOWN")).tallies[0].severity == "UNKNOWN"
    assert scanned(finding("HIGH"), finding("LOW"), by=gate("LOW")).tallies[0].severity == "LOW"


def test_severities_are_told_from_the_worst_on_and_foreign_words_last_and_not_without_end() -> None:
    words = [finding(each, f"CVE-{number}") for number, each in enumerate((*reversed(ORDER), *"ABCDE", "F" * 99))]
    tallies = scanned(*words).tallies
    assert [tally.severity for tally in tallies] == [*ORDER, *"ABC", "OTHERS"]
    assert tallies[-1].count == 3
    assert tallies[-1].blocks


def test_of_many_findings_the_first_are_listed() -> None:
    many = [finding("CRITICAL", f"CVE-{number:03}") for number in reversed(range(LISTED + 50))]
    result = scanned(*many)
    assert [each.id for each in result.blocking] == [f"CVE-{number:03}" for number in range(LISTED)]
    assert result.total == LISTED + 50


# Whose report it is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "artifact", "digests", "is_accepted"),
    [
        (None, COMPILED, (), True),
        (None, IMAGE, (), False),
        (None, IMAGE, ("", DIGESTS[2]), False),
        (None, IMAGE, (DIGESTS[1],), True),  # the image's other name
        ("any", IMAGE, (), True),
        ("artifact", COMPILED, (), False),
        ("artifact", COMPILED, (DIGESTS[0],), True),
    ],
)
def test_v03_a_report_must_name_an_image(
    subject: Any, artifact: ArtifactFacts, digests: tuple[str, ...], is_accepted: bool
) -> None:
    scan = Findings(tool="Trivy", names=("", "alpine:3.18"), digests=digests)
    result = judged(scan, gate(subject=subject), artifact)
    assert result.status == ("passed" if is_accepted else "failed")
    if isinstance(result.assessment, Unread):
        assert "alpine:3.18" in result.assessment.why
        assert artifact.digests[0] in result.assessment.why
    nameless = judged(Findings(tool="Trivy"), gate(subject="artifact"), artifact).assessment
    assert isinstance(nameless, Unread)
    assert "something without a name" in nameless.why


def test_more_is_asked_of_an_artifact_only_where_that_decides() -> None:
    scan = Findings(tool="Trivy", digests=(DIGESTS[0],))
    assert not may_be_about_another(scan, gate(), DIGESTS[0])
    assert not may_be_about_another(scan, gate(subject="any"), DIGESTS[1])
    assert may_be_about_another(scan, gate(), DIGESTS[1])


# Without a report -----------------------------------------------------------------------------------------------------

BARE: Final = Gate(name="security_scan", command="scan.sh", timeout_seconds=300)


@pytest.mark.parametrize(
    ("by", "is_foreign", "status"),
    [
        (BARE, True, "passed"),  # the exit code decides
        (BARE, False, "failed"),  # it claims to be a report, and is none that could be judged
        (gate("HIGH"), True, "failed"),
        (msgspec.structs.replace(BARE, format="sarif"), True, "failed"),
    ],
)
def test_v01_where_a_report_is_asked_for_or_claimed_there_is_no_pass_without_it(
    by: Gate, is_foreign: bool, status: str
) -> None:
    result = judged(Unread(why="\x1b[2J" + "x" * 999, is_foreign=is_foreign), by)
    assert result.status == status
    assert isinstance(result.assessment, Unread)
    assert len(result.assessment.why) == 500
    assert "\x1b" not in result.assessment.why


def test_v01_a_gate_whose_report_nobody_read_fails() -> None:
    result = judge(gate("HIGH"), ENDED, 7)
    assert (result.status, result.assessment) == ("failed", Unread(why="nobody read the report"))
    assert judge(BARE, ENDED, 7).status == "passed"


# What is told ---------------------------------------------------------------------------------------------------------


def told(*found: Finding, code: int = 0, **more: Any) -> tuple[str, ...]:
    by = gate("CRITICAL", "HIGH", ignore_unfixed=True)
    return failed_gate(judged(Findings(tool="Trivy", findings=found, **more), by, code=code))


def test_the_block_is_that_of_the_quickstart() -> None:
    blocking = (
        Finding(id="CVE-2024-5678", package="curl", version="7.88", severity="CRITICAL", title="Buffer overflow"),
        Finding(id="CVE-2024-1234", package="libssl", version="1.1.1", severity="HIGH", title="Remote code execution"),
    )
    medium = [finding("MEDIUM", f"CVE-M{number}") for number in range(8)]
    low = [finding("LOW", f"CVE-L{number}") for number in range(5)]
    unfixed = [finding("CRITICAL", f"CVE-U{number}", fix="none") for number in range(3)]
    assert told(*blocking, *medium, *low, *unfixed, *blocking) == (
        "Gate 'security_scan' failed",
        "Blocking vulnerabilities found:",
        "  - CVE-2024-1234 (HIGH): libssl 1.1.1 - Remote code execution",
        "  - CVE-2024-5678 (CRITICAL): curl 7.88 - Buffer overflow",
        "",
        "Total vulnerabilities: 15",
        "  CRITICAL: 1",
        "  HIGH: 1",
        "  MEDIUM: 8 (not blocking)",
        "  LOW: 5 (not blocking)",
        "",
        "Ignored (unfixed): 3",
        "",
        "Fix blocking vulnerabilities and retry.",
    )


def test_what_else_there_is_is_told_before_the_last_line() -> None:
    plain = Finding(id="CVE-1", package="curl", severity="HIGH")
    assert told(plain, code=5, suppressed=2, remarks=("debian 8 is past its end of life",)) == (
        "Gate 'security_scan' failed",
        "Blocking vulnerabilities found:",
        "  - CVE-1 (HIGH): curl",
        "",
        "Total vulnerabilities: 1",
        "  HIGH: 1",
        "",
        "Suppressed by the scanner: 2",
        "",
        "debian 8 is past its end of life",
        "Exit code: 5",
        "",
        "Fix blocking vulnerabilities and retry.",
    )


def test_what_is_not_listed_is_counted() -> None:
    many = [finding("HIGH", f"CVE-{number:03}") for number in range(LISTED + 1)]
    assert told(*many)[LISTED + 2] == "  - … and 1 more"


def test_a_failure_by_exit_code_tells_what_the_report_says() -> None:
    assert told(finding("LOW"), code=2)[-4:] == (
        "Output: none",
        "Report: no blocking vulnerabilities, 1 in all",
        "",
        "Fix security_scan and retry promotion.",
    )


@pytest.mark.parametrize(("is_foreign", "words"), [(True, "Report not read: x"), (False, "Report not accepted: x")])
def test_a_report_that_counts_for_nothing_is_told(is_foreign: bool, words: str) -> None:
    assert words in failed_gate(judged(Unread(why="x", is_foreign=is_foreign), gate("HIGH")))


def test_v09_what_is_below_the_threshold_or_past_its_end_is_a_warning_and_listed() -> None:
    low = [finding("LOW", f"CVE-{number:02}") for number in range(25)]
    over = "debian 8 is past its end of life"
    result = judged(Findings(tool="Trivy", findings=tuple(low), remarks=(over,)), gate("HIGH"))
    assert result.status == "warning"
    lines = warnings_of(result)
    assert lines[:2] == (over, "CVE-00 (LOW): curl 1")
    assert lines[-1] == "… and 5 more"
    assert len(lines) == 22
    assert judged(Findings(tool="Trivy", remarks=(over,)), gate("HIGH")).status == "warning"


def test_v07_what_the_scanner_left_out_is_kept() -> None:
    result = judged(Findings(tool="Trivy", suppressed=3), gate("HIGH"))
    assert isinstance(result.assessment, Scanned)
    assert (result.status, result.assessment.suppressed) == ("passed", 3)
    assert warnings_of(result) == ()


@pytest.mark.parametrize(("severity", "lines"), [("warning", 1), ("error", 0)])
def test_violations_are_told_as_warnings_where_they_stop_nothing(severity: Any, lines: int) -> None:
    violation = Violation(rule="r", severity=severity, path="p", found="x", expected="y")
    policy = Gate(name=POLICY_GATE, timeout_seconds=300)
    assert len(warnings_of(judge(policy, Examined(violations=(violation,)), 1))) == lines
    assert warnings_of(judge(BARE, ENDED, 1)) == ()
