"""Which signature is acceptable."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Success

from floe.core import trust
from floe.core.facts import SignatureFacts
from floe.core.identity.naming import GITHUB, GITLAB
from floe.core.policy import Trust, TrustedIssuer, TrustedKey
from floe.core.signature.candidate import Candidate, Findings, Keyed, KeyFound, Keyless, Proof, Rejected, Verified
from floe.core.signature.simple_signing import PAYLOAD_TYPE as SIMPLE
from floe.core.signature.statement import COSIGN_SIGN as SIGNED
from floe.core.signature.statement import PAYLOAD_TYPE as STATEMENT
from floe.core.signature.statement import PLAN_SIGN
from floe.core.trust import assess
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, VERSIONS, signatures, trusts

ARTIFACT, VERSION = DIGESTS[0], VERSIONS[0]
START = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
WORKFLOW = "https://github.com/acme/floe/.github/workflows/release.yml@refs/heads/main"
OURS, STRANGE = "0a" * 32, "0b" * 32
RULES = Trust(
    enforcement="enforce",
    trusted_issuers=(
        TrustedIssuer(issuer=GITHUB, subject_regex="^repo:acme/floe:.*$"),
        TrustedIssuer(issuer=GITLAB, subject_regex="https://gitlab.com/acme/.*"),
    ),
    keys=(TrustedKey(reference="floe.pub", fingerprint=OURS), TrustedKey(reference="awskms:///alias/floe")),
)

proofs: st.SearchStrategy[Proof] = st.one_of(
    st.builds(Keyed, fingerprint=st.sampled_from((OURS, STRANGE))),
    st.builds(
        Keyless,
        issuer=st.sampled_from((GITHUB, GITLAB, "https://issuer.example")),
        name=st.sampled_from((WORKFLOW, "https://gitlab.com/acme/floe", "repo:acme/floe:ref:refs/heads/main")),
        token_subject=st.sampled_from((None, "repo:acme/floe:environment:prod", "repo:evil/floe:x")),
        repository=st.sampled_from((None, "acme/floe", "evil/floe")),
        ref=st.sampled_from((None, "refs/heads/main")),
    ),
)
verified = st.builds(
    Verified,
    bundle=st.sampled_from(DIGESTS),
    payload_type=st.sampled_from((STATEMENT, STATEMENT, STATEMENT, "text/plain")),
    predicate_type=st.sampled_from((SIGNED, SIGNED, SIGNED, "https://slsa.dev/provenance/v1", None)),
    subjects=st.lists(st.sampled_from(DIGESTS[:2]), max_size=2).map(tuple),
    proof=proofs,
    at=st.none() | st.integers(0, 5).map(lambda hours: START + timedelta(hours=hours)),
)
rejected = st.builds(
    Rejected,
    bundle=st.sampled_from(DIGESTS),
    flaw=st.sampled_from(("malformed", "log", "key", "unsupported")),
    detail=st.just("no good"),
)
candidates: st.SearchStrategy[tuple[Candidate, ...]] = st.lists(verified | rejected, max_size=4).map(tuple)
found = st.builds(
    Findings,
    candidates=candidates,
    beyond=st.sampled_from((0, 0, 3)),
    hindrance=st.sampled_from((None, None, "no trusted root")),
    keys=st.sampled_from(
        (
            (),
            (KeyFound(reference="awskms:///alias/floe", fingerprint=STRANGE),),
            (KeyFound(reference="x", fingerprint=STRANGE),),
        )
    ),
)


def is_acceptable(candidate: Candidate, findings: Findings) -> bool:
    """As one would say it: everything must be so, spelt out."""
    if isinstance(candidate, Rejected) or ARTIFACT not in candidate.subjects:
        return False
    if (candidate.payload_type, candidate.predicate_type) != (STATEMENT, SIGNED):
        return False
    match candidate.proof:
        case Keyed(fingerprint=key):
            return key == OURS or (
                key == STRANGE and any(each.reference.startswith("awskms") for each in findings.keys)
            )
        case Keyless(issuer=issuer, name=name) if issuer == GITLAB:
            return name.startswith("https://gitlab.com/acme/")
        case Keyless(issuer=issuer) as proof if issuer == GITHUB:
            derived = f"repo:{proof.repository}:ref:{proof.ref}" if proof.repository and proof.ref else ""
            texts = (proof.name, derived if proof.token_subject is None else proof.token_subject)
            return any(text.startswith("repo:acme/floe:") for text in texts)
        case _:
            return False


@given(found)
def test_only_what_is_right_in_every_respect_is_valid(findings: Findings) -> None:
    """Rows R18, R19, R23."""
    with deciding():
        assessment = assess(findings, RULES, ARTIFACT)
    acceptable = [each for each in findings.candidates if is_acceptable(each, findings)]
    assert (assessment.facts.status == "valid") == bool(acceptable)
    assert len(assessment.shortfalls) == len(findings.candidates) - len(acceptable)
    if acceptable:
        assert assessment.facts.bundle in {each.bundle for each in acceptable}
        assert assessment.facts.signer


@given(found)
def test_where_nobody_is_trusted_nothing_is_valid(findings: Findings) -> None:
    """Row R23: an empty list is never a pass."""
    assert assess(findings, Trust(enforcement="enforce"), ARTIFACT).facts.status != "valid"


@given(found, candidates)
def test_what_is_added_later_takes_no_signature_away(findings: Findings, more: tuple[Candidate, ...]) -> None:
    late = tuple(
        Verified(**{**{n: getattr(each, n) for n in each.__struct_fields__}, "at": START + timedelta(days=1)})
        for each in more
        if isinstance(each, Verified)
    )
    before = assess(findings, RULES, ARTIFACT).facts
    all_of_them = Findings(candidates=(*findings.candidates, *late), keys=findings.keys)
    if before.status == "valid" and before.signed_at is not None:
        assert assess(all_of_them, RULES, ARTIFACT).facts == before


@given(found)
def test_unsigned_is_said_only_of_what_nobody_signed(findings: Findings) -> None:
    """An unreadable or unseen candidate may have been a signature."""
    facts = assess(findings, RULES, ARTIFACT).facts
    if facts.status == "missing":
        assert findings.hindrance is None
        assert not findings.beyond
        assert all(
            isinstance(each, Verified) and (each.payload_type, each.predicate_type) != (STATEMENT, SIGNED)
            for each in findings.candidates
        )
    elif facts.status != "valid":
        assert facts.detail


def keyless(**given: str) -> Keyless:
    return Keyless(**{"issuer": GITHUB, "name": WORKFLOW, **given})


def signed(proof: Proof, **given: object) -> Verified:
    said = {"bundle": DIGESTS[1], "payload_type": STATEMENT, "predicate_type": SIGNED, "subjects": (ARTIFACT,)}
    return Verified(proof=proof, **{**said, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("candidate", "reason", "status"),
    [
        (signed(Keyed(fingerprint=OURS), subjects=(DIGESTS[2],)), "artifact", "invalid"),
        (signed(Keyed(fingerprint=OURS), subjects=()), "artifact", "invalid"),
        (signed(Keyed(fingerprint=STRANGE)), "untrusted-key", "untrusted"),
        (signed(keyless(issuer="https://issuer.example")), "issuer", "untrusted"),
        (signed(keyless(token_subject="repo:evil/floe:ref:refs/heads/main")), "subject", "untrusted"),
        (signed(keyless(token_subject="xrepo:acme/floe:ref:refs/heads/main")), "subject", "untrusted"),
        (signed(keyless(issuer=GITLAB, name="https://evil/?https://gitlab.com/acme/x")), "subject", "untrusted"),
        (signed(Keyed(fingerprint=OURS), payload_type="text/plain"), "payload", "missing"),
        (signed(Keyed(fingerprint=OURS), predicate_type="https://slsa.dev/provenance/v1"), "predicate", "missing"),
        (Rejected(bundle=DIGESTS[1], flaw="unsupported", detail="a kind"), "unsupported", "not checkable"),
        (Rejected(bundle=DIGESTS[1], flaw="root", detail="another root"), "root", "untrusted"),
        (Rejected(bundle=DIGESTS[1], flaw="log", detail="no proof"), "log", "invalid"),
    ],
)
def test_each_shortfall_has_its_reason(candidate: Candidate, reason: str, status: str) -> None:
    """Rows R18 and R19."""
    assessment = assess(Findings(candidates=(candidate,)), RULES, ARTIFACT)
    assert [each.reason for each in assessment.shortfalls] == [reason]
    assert assessment.facts.status == status
    assert "more" not in (assessment.facts.detail or "")


def test_the_old_form_of_a_signature_says_the_same() -> None:
    old = signed(Keyed(fingerprint=OURS), payload_type=SIMPLE, predicate_type=None)
    assert assess(Findings(candidates=(old,)), RULES, ARTIFACT).facts.status == "valid"
    assert assess(Findings(candidates=(old,)), RULES, DIGESTS[2]).facts.status == "invalid"
    assert assess(Findings(candidates=(old,)), RULES, ARTIFACT, PLAN_SIGN).facts.status == "missing"


@pytest.mark.parametrize(
    ("proof", "matched", "subject"),
    [
        (keyless(issuer=GITLAB, name="https://gitlab.com/acme/x"), "certificate name", "https://gitlab.com/acme/x"),
        (keyless(token_subject="repo:acme/floe:x"), "token subject", "repo:acme/floe:x"),
        (keyless(repository="acme/floe", ref="r"), "repository and ref", "repo:acme/floe:ref:r"),
    ],
)
def test_it_is_told_which_name_matched(proof: Keyless, matched: str, subject: str) -> None:
    facts = assess(Findings(candidates=(signed(proof),)), RULES, ARTIFACT).facts
    assert (facts.matched, facts.subject) == (matched, subject)


def test_the_issuer_is_told_as_people_know_it() -> None:
    told = [trust.signer_of(each) for each in (GITHUB, GITLAB, "https://issuer.example/x", "not an address")]
    assert told == ["GitHub Actions", "GitLab CI", "issuer.example", "not an address"]


def test_a_check_that_could_not_be_made_is_no_check() -> None:
    """Row R21: the trusted root is missing, or there was too much to look at."""
    root = assess(Findings(hindrance="no trusted root"), RULES, ARTIFACT).facts
    assert (root.status, root.detail) == ("not checkable", "no trusted root")
    many = assess(Findings(beyond=9), RULES, ARTIFACT).facts
    assert many.status == "not checkable"
    assert "9 candidates more" in (many.detail or "")


def test_of_many_shortfalls_the_nearest_is_told() -> None:
    far = Rejected(bundle=DIGESTS[1], flaw="malformed", detail="truncated")
    facts = assess(Findings(candidates=(far, signed(Keyed(fingerprint=STRANGE)), far)), RULES, ARTIFACT).facts
    assert facts.status == "untrusted"
    assert (facts.detail or "").endswith("2 more do not count")
    hindered = Findings(candidates=(signed(Keyed(fingerprint=STRANGE)),), hindrance="b.pub cannot be used")
    assert (assess(hindered, RULES, ARTIFACT).facts.detail or "").endswith("not trusted; b.pub cannot be used")


@given(signatures, st.none() | trusts)
def test_nothing_but_a_valid_signature_passes_where_it_is_enforced(facts: SignatureFacts, rule: Trust | None) -> None:
    """Row R21."""
    with deciding():
        verdict = trust.suffices(facts, rule, ARTIFACT, VERSION)
    enforced = rule is not None and rule.enforcement == "enforce"
    assert isinstance(verdict, Success) == (not enforced or facts.status == "valid")
    if not isinstance(verdict, Success):
        refusal = verdict.failure()
        assert (refusal.status, refusal.detail) == (facts.status, facts.detail)
        assert (refusal.artifact, refusal.version) == (ARTIFACT, VERSION)


@given(signatures, st.none() | trusts)
def test_a_verdict_says_verified_only_of_a_valid_signature_that_was_looked_at(
    facts: SignatureFacts, rule: Trust | None
) -> None:
    verdict = trust.suffices(facts, rule, ARTIFACT, VERSION)
    looked = rule is not None and rule.enforcement != "off"
    if isinstance(verdict, Success):
        status = verdict.unwrap().status
        assert (status == "verified") == (looked and facts.status == "valid")
        assert (status == "not-checked") == (not looked)


@given(signatures)
def test_a_warning_is_recorded_with_its_reason(facts: SignatureFacts) -> None:
    verdict = trust.suffices(facts, Trust(enforcement="warn"), ARTIFACT, VERSION).unwrap()
    if facts.status != "valid":
        assert verdict.status == "warning"
        assert verdict.detail in (facts.detail, facts.status)


@given(found, st.none() | st.just(RULES))
def test_a_plan_is_vouched_for_only_by_who_is_trusted_where_it_leads(findings: Findings, rule: Trust | None) -> None:
    with deciding():
        vouched = trust.vouched(findings, rule, ARTIFACT, "prod")
    assert not isinstance(vouched, Success), "a signature of an artifact is none of a plan"
    over_plans = msgspec.structs.replace(findings, candidates=tuple(map(of_a_plan, findings.candidates)))
    vouched = trust.vouched(over_plans, rule, ARTIFACT, "prod")
    acceptable = rule is not None and any(is_acceptable(each, findings) for each in findings.candidates)
    assert isinstance(vouched, Success) == acceptable
    if not isinstance(vouched, Success) and rule is None:
        assert vouched.failure().status == "not checked"


def test_who_vouches_for_a_plan_is_named() -> None:
    signature = signed(Keyed(fingerprint=OURS), predicate_type=PLAN_SIGN)
    vouched = trust.vouched(Findings(candidates=(signature,)), RULES, ARTIFACT, "prod").unwrap()
    assert vouched.key == OURS


def of_a_plan(candidate: Candidate) -> Candidate:
    if isinstance(candidate, Verified) and candidate.predicate_type == SIGNED:
        return msgspec.structs.replace(candidate, predicate_type=PLAN_SIGN)
    return candidate
