"""Which signature is acceptable."""

from hypothesis import given
from hypothesis import strategies as st
from returns.result import Success

from floe.core import trust
from floe.core.facts import SignatureFacts
from floe.core.policy import Trust
from tests.property.purity import deciding
from tests.property.strategies import DIGESTS, VERSIONS, signatures, trusts

ARTIFACT, VERSION = DIGESTS[0], VERSIONS[0]


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
