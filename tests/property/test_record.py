"""A record is one small manifest that is read for ever, and never read wrongly."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import MANIFEST, Manifest
from floe.core.event import Locked, Promoted
from floe.core.fault import LedgerDamaged, TooNew
from floe.core.gates import Assessment, Examined, Exited, GateResult, NotStarted, Output, Report, TimedOut, Violation
from floe.core.ledger.record import LARGEST, READER, STATEMENT, Draft, Record, place, seal, unseal
from floe.core.policy import Gate
from floe.core.reports.metrics import Breach, Compared, Metric, Metrics
from floe.core.reports.reading import ArtifactFacts, Finding, Findings, Unread
from floe.core.reports.suite import FailedTest, Suite
from floe.core.scan import Scanned, assess_scan
from tests.property.histories import draft_of
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, NAMES, VERSIONS, drafts, records

WHERE = "memory://registry"
PROMOTED = Promoted(version=VERSIONS[0], digest=DIGESTS[0], source="none", environment=NAMES[0])


def record_of(**more: Any) -> Record:
    return place(draft_of(PROMOTED, **more), seq=1, predecessors=(), repository=WHERE)


SEALED = seal(record_of(), 2)
BODY = json.loads(SEALED.content)
INSIDE = json.loads(BODY["annotations"][STATEMENT])


def stating(statement: object, **changes: object) -> Manifest:
    """A manifest around any statement."""
    annotations = {**BODY["annotations"], STATEMENT: canonical.encode(statement).decode()}
    return Manifest(media_type=MANIFEST, content=canonical.encode({**BODY, "annotations": annotations, **changes}))


@given(records)
def test_what_is_sealed_is_unsealed_the_same(record: Record) -> None:
    small = msgspec.structs.replace(record, gates=(), min_reader=READER)
    with deciding():
        assert unseal(seal(small, 2), WHERE) == Success(small)


@given(drafts, st.integers(1, 2**40))
def test_a_record_is_its_draft_in_its_place(draft: Draft, seq: int) -> None:
    record = place(draft, seq=seq, predecessors=(DIGESTS[0],), repository=WHERE)
    assert all(getattr(record, name) == getattr(draft, name) for name in Draft.__struct_fields__)
    assert (record.seq, record.predecessors, record.repository) == (seq, (DIGESTS[0],), WHERE)


# Size ---------------------------------------------------------------------------------------------------------------

lengths = st.sampled_from((0, 1, 300, 5_000, 100_000))
letters = st.sampled_from(("x", "é", "\U0001f600", '"', "\\", "\x01"))
long_texts = st.builds(lambda letter, length: letter * length, letters, lengths)
outputs = st.builds(Output, size=st.integers(0, 2**40), tail=long_texts, digest=st.just(DIGESTS[0]))
violations = st.builds(
    lambda text, count: (Violation(rule="r", severity="error", path=text, found=text, expected=text),) * count,
    long_texts,
    st.sampled_from((0, 1, 200)),
)
loud_reports: st.SearchStrategy[Report] = st.one_of(
    st.builds(Exited, code=st.integers(-64, 255), output=outputs),
    st.builds(TimedOut, after_seconds=st.just(30), output=outputs),
    st.builds(NotStarted, why=long_texts),
    st.builds(Examined, violations=violations),
)
loud_findings = st.builds(
    lambda text, count: (Finding(id=text, package=text, version=text, severity="LOW", title=text),) * count,
    long_texts,
    st.sampled_from((0, 1, 100)),
)


def scanned(text: str, listed: tuple[Finding, ...], severities: tuple[str, ...]) -> Scanned | Unread:
    """What a scan with such texts comes to."""
    odd = (Finding(id=text + each, package=text, severity=each + text) for each in severities)
    found = Findings(tool=text, names=(text,) * 9, remarks=(text,) * 4, findings=(*listed, *odd))
    gate = Gate(name="x", timeout_seconds=30, format="trivy")
    return assess_scan(found, gate, ArtifactFacts(digests=DIGESTS[:1], is_image=False))


loud_assessments = st.none() | st.one_of(
    st.builds(Unread, why=long_texts),
    st.builds(scanned, long_texts, loud_findings, st.just(tuple("ABCDEFGH"))),
)
loud = st.builds(
    GateResult,
    gate=st.just("tests"),
    status=st.just("failed"),
    duration_ms=st.integers(0, 2**40),
    command=st.none() | long_texts,
    report=loud_reports,
    assessment=loud_assessments,
)


@given(st.lists(loud, max_size=8).map(tuple))
def test_a_record_is_small_whatever_gates_print(gates: tuple[GateResult, ...]) -> None:
    record = record_of(gates=gates)
    with deciding():
        manifest = seal(record, 2)
    statement = json.loads(manifest.content)["annotations"][STATEMENT].encode()
    assert len(statement) <= LARGEST
    read = unseal(manifest, WHERE).unwrap()
    assert [(each.gate, each.status, each.duration_ms) for each in read.gates] == [
        (each.gate, each.status, each.duration_ms) for each in gates
    ]
    assert msgspec.structs.replace(read, gates=gates) == record
    for whole, kept in zip(gates, read.gates, strict=True):
        match whole.assessment, kept.assessment:
            case Scanned() as scan, Scanned() as less:
                assert (less.tallies, less.total, less.ignored) == (scan.tallies, scan.total, scan.ignored)
                assert scan.blocking[: len(less.blocking)] == less.blocking
            case before, after:
                assert type(before) is type(after)


@given(st.lists(loud, min_size=1, max_size=4).map(tuple))
def test_of_an_output_the_end_is_kept(gates: tuple[GateResult, ...]) -> None:
    read = unseal(seal(record_of(gates=gates), 2), WHERE).unwrap()
    for whole, kept in zip(gates, read.gates, strict=True):
        match whole.report, kept.report:
            case (Exited(output=output), Exited(output=end)) | (TimedOut(output=output), TimedOut(output=end)):
                assert output.tail.endswith(end.tail)
                assert (output.size, output.digest) == (end.size, end.digest)
            case NotStarted(why=why), NotStarted(why=start):
                assert why.startswith(start)
            case Examined(violations=found), Examined(violations=first):
                assert found[: len(first)] == first
            case other:
                raise AssertionError(other)


def test_what_was_measured_stays_whole_whatever_has_to_go() -> None:
    metrics = Metrics(metrics=tuple(Metric(name=f"benchmark {each:04d}", value="0.000123456") for each in range(60)))
    breach = Breach(metric="m" * 900, found="2", allowed="1", limit="max 1")
    suite = Suite(listed=99, failed=20, named=(FailedTest(name="t" * 900),) * 20)
    exited = Exited(code=0, output=Output(size=9000, tail="x" * 4096))
    both: tuple[Assessment, ...] = (Compared(metrics=metrics, breaches=(breach,) * 30), suite)
    gates = tuple(
        GateResult(gate=f"gate {number}", status="failed", duration_ms=1, report=exited, assessment=assessment)
        for number, assessment in enumerate(both * 4)
    )
    read = unseal(seal(record_of(gates=gates), 2), WHERE).unwrap()
    for before, after in zip(gates, read.gates, strict=True):
        match before.assessment, after.assessment:
            case Compared(metrics=whole), Compared(metrics=kept, breaches=breaches):
                assert (kept, breaches) == (whole, (breach,) * len(breaches))
            case Suite(failed=failed), Suite(failed=counted, named=named):
                assert (counted, len(named) <= 20) == (failed, True)
            case other:
                raise AssertionError(other)


def test_facts_without_end_are_a_bug_and_not_a_record() -> None:
    with pytest.raises(AssertionError, match="unbounded"):
        seal(record_of(id="x" * LARGEST), 2)


# Reading ------------------------------------------------------------------------------------------------------------


def test_a_reader_sees_without_floe_what_it_is_about() -> None:
    told = {key.removeprefix("dev.floe.promotion."): text for key, text in BODY["annotations"].items()}
    assert {**told, "statement": ""} == {
        "statement": "",
        "kind": "promoted",
        "environment": "dev",
        "operator": "alice",
        "assurance": "unverified",
        "version": "v1.0.0",
        "digest": DIGESTS[0],
    }
    assert "subject" not in BODY
    assert BODY["layers"][0]["digest"] == record_of().policy


def test_the_statement_is_about_the_artifact_or_about_the_policy() -> None:
    assert INSIDE["subject"] == [{"name": "v1.0.0", "digest": {"sha256": DIGESTS[0].removeprefix("sha256:")}}]
    lock = place(
        draft_of(Locked(environment=NAMES[0], reason="x"), after=None), seq=1, predecessors=(), repository=WHERE
    )
    inside = json.loads(json.loads(seal(lock, 2).content)["annotations"][STATEMENT])
    assert inside["subject"] == [{"name": "policy", "digest": {"sha256": lock.policy.removeprefix("sha256:")}}]
    assert (inside["_type"], inside["predicateType"]) == (
        "https://in-toto.io/Statement/v1",
        "https://floe.dev/promotion/v1",
    )


def test_fields_of_a_newer_floe_are_ignored() -> None:
    predicate = {**INSIDE["predicate"], "weather": "fine", "event": {**INSIDE["predicate"]["event"], "mood": 3}}
    assert unseal(stating({**INSIDE, "predicate": predicate, "more": []}), WHERE) == Success(record_of())
    with_layers = stating(INSIDE, layers=[BODY["layers"][0]] * 2, somethingNew=1)
    assert unseal(with_layers, WHERE) == Success(record_of())


@given(st.integers(READER + 1, 2**53 - 1), st.dictionaries(st.text("ab"), st.integers(0, 9)))
def test_a_record_for_newer_readers_is_too_new_whatever_else_it_says(needs: int, rest: dict[str, int]) -> None:
    manifest = stating({"predicate": {**rest, "min_reader": needs}})
    fault = unseal(manifest, WHERE).failure()
    assert isinstance(fault, TooNew)
    assert (fault.needs, fault.reads) == (needs, READER)


def without(*path: str) -> object:
    changed = json.loads(json.dumps(INSIDE))
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    del inside[path[-1]]
    return changed


REFUSED = {
    "no manifest": Manifest(media_type=MANIFEST, content=b"nothing"),
    "no JSON object": Manifest(media_type=MANIFEST, content=b"[]"),
    "nested without end": Manifest(media_type=MANIFEST, content=b'{"annotations":' * 50_000),
    "another type of artifact": stating(INSIDE, artifactType="text/plain"),
    "no statement": stating(INSIDE, annotations={}),
    "another predicate type": stating({**INSIDE, "predicateType": "https://slsa.dev/provenance/v1"}),
    "another statement type": stating({**INSIDE, "_type": "https://in-toto.io/Statement/v0.1"}),
    "no predicate": stating(without("predicate")),
    "no event": stating(without("predicate", "event")),
    "an unknown kind": stating({**INSIDE, "predicate": {**INSIDE["predicate"], "event": {"kind": "blessed"}}}),
    "a digest that is none": stating({**INSIDE, "predicate": {**INSIDE["predicate"], "policy": "sha256:1"}}),
    "a reader that is no number": stating({**INSIDE, "predicate": {**INSIDE["predicate"], "min_reader": "1"}}),
    "a statement spelled otherwise": stating(
        INSIDE, annotations={**BODY["annotations"], STATEMENT: json.dumps(INSIDE)}
    ),
    "a statement with a float": stating(
        INSIDE, annotations={**BODY["annotations"], STATEMENT: '{"predicate":{"min_reader":1.0}}'}
    ),
}


@pytest.mark.parametrize("manifest", REFUSED.values(), ids=REFUSED)
def test_what_is_no_record_is_refused(manifest: Manifest) -> None:
    with deciding():
        fault = unseal(manifest, WHERE).failure()
    assert isinstance(fault, LedgerDamaged)
    assert fault.what == f"record {manifest.digest}"


@given(st.integers(0, len(SEALED.content) - 1), st.integers(1, 255))
def test_any_changed_byte_makes_another_record_or_none(at: int, by: int) -> None:
    """The name of a record is the digest of its bytes, so none is ever taken for another. (Row A01)"""
    content = bytearray(SEALED.content)
    content[at] ^= by
    changed = Manifest(media_type=MANIFEST, content=bytes(content))
    with deciding():
        read = unseal(changed, WHERE)
    assert changed.digest != SEALED.digest
    assert isinstance(read, Success | Failure)
    statement = BODY["annotations"][STATEMENT]
    if isinstance(read, Success) and read.unwrap() != record_of():
        assert json.loads(changed.content)["annotations"][STATEMENT] != statement


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_refused(content: bytes) -> None:
    assert isinstance(unseal(Manifest(media_type=MANIFEST, content=content), WHERE), Failure)


def test_the_name_of_a_record_is_the_digest_of_its_bytes() -> None:
    assert SEALED.digest == canonical.digest_of(SEALED.content)
