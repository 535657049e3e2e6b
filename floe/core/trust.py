"""Which signature is acceptable, and what follows when none is."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import re2
from returns.result import Failure, Result, Success

from floe.core.facts import SignatureFacts, SignatureStatus, SubjectSource
from floe.core.identity.naming import GITHUB, GITLAB, GOOGLE
from floe.core.ledger.record import SignatureVerdict
from floe.core.names import Digest, Version
from floe.core.policy import Trust, TrustedIssuer
from floe.core.refusal import PlanUnsigned, SignatureRefused
from floe.core.signature.candidate import Findings, Keyed, Keyless, Reason, Rejected, Shortfall, Verified
from floe.core.signature.simple_signing import PAYLOAD_TYPE as SIMPLE
from floe.core.signature.statement import COSIGN_SIGN, PAYLOAD_TYPE, PLAN_SIGN
from floe.core.value import Value

ISSUERS: Final = {GITHUB: "GitHub Actions", GITLAB: "GitLab CI", GOOGLE: "Google"}
_UNTRUSTED: Final = ("issuer", "subject", "untrusted-key", "key", "root")
_OF_ANOTHER_KIND: Final = ("payload", "predicate")


class Assessment(Value, frozen=True, kw_only=True):
    """What an artifact's signatures are worth, and why each candidate that does not count does not."""

    facts: SignatureFacts
    shortfalls: tuple[Shortfall, ...] = ()


def assess(findings: Findings, trust: Trust, artifact: Digest, predicate: str = COSIGN_SIGN) -> Assessment:
    """The earliest acceptable signature over this artifact, if there is one; else what comes nearest."""
    judged = tuple(_judged(each, findings, trust, artifact, predicate) for each in findings.candidates)
    shortfalls = tuple(each for each in judged if isinstance(each, Shortfall))
    accepted = sorted((each for each in judged if isinstance(each, SignatureFacts)), key=_earliest)
    facts = accepted[0] if accepted else _unaccepted(findings, shortfalls)
    return Assessment(facts=facts, shortfalls=shortfalls)


def suffices(
    facts: SignatureFacts, trust: Trust | None, artifact: Digest, version: Version, repository: str | None = None
) -> Result[SignatureVerdict, SignatureRefused]:
    """Under `enforce` nothing but a valid, trusted signature will do; under `warn` its want is recorded."""
    if trust is None or trust.enforcement == "off":
        return Success(SignatureVerdict(status="not-checked"))
    if facts.status == "valid":
        return Success(SignatureVerdict(status="verified", detail=facts.signer or ""))
    if trust.enforcement == "warn":
        return Success(SignatureVerdict(status="warning", detail=facts.detail or facts.status))
    return Failure(
        SignatureRefused(
            status=facts.status, artifact=artifact, version=version, repository=repository, detail=facts.detail
        )
    )


def want(facts: SignatureFacts) -> str:
    """What is wanting where a signature would be needed, in one line."""
    if facts.status == "missing":
        return "Artifact is unsigned"
    return f"Signature {facts.status}: {facts.detail or 'no detail'}"


def vouched(
    findings: Findings, trust: Trust | None, plan: Digest, environment: str
) -> Result[SignatureFacts, PlanUnsigned]:
    """Who signed a plan, if they are trusted where it leads; where nobody is trusted, nobody can vouch for it."""
    if trust is None:
        detail = f"the manifest names nobody whose signatures count in {environment}"
        return Failure(PlanUnsigned(status="not checked", plan=plan, environment=environment, detail=detail))
    facts = assess(findings, trust, plan, PLAN_SIGN).facts
    if facts.status == "valid":
        return Success(facts)
    return Failure(PlanUnsigned(status=facts.status, plan=plan, environment=environment, detail=facts.detail))


def _judged(
    candidate: Verified | Rejected, findings: Findings, trust: Trust, artifact: Digest, predicate: str
) -> SignatureFacts | Shortfall:
    if isinstance(candidate, Rejected):
        return Shortfall(bundle=candidate.bundle, reason=candidate.flaw, detail=candidate.detail)
    misfit = next(_misfits(candidate, artifact, predicate), None)
    if misfit is not None:
        return misfit
    match candidate.proof:
        case Keyless() as proof:
            return _of_identity(candidate, proof, trust)
        case Keyed(fingerprint=fingerprint):
            return _of_key(candidate, fingerprint, findings, trust)


def _misfits(candidate: Verified, artifact: Digest, predicate: str) -> Iterator[Shortfall]:
    """What it says is not that this artifact was signed."""
    stated = COSIGN_SIGN if candidate.payload_type == SIMPLE else candidate.predicate_type  # the old form says no more
    if candidate.payload_type not in (PAYLOAD_TYPE, SIMPLE) or stated is None:
        yield _short(candidate, "payload", f"it holds {candidate.payload_type}, not an in-toto statement")
    elif stated != predicate:
        yield _short(candidate, "predicate", f"it states {stated}, not {predicate}")
    if artifact not in candidate.subjects:
        about = ", ".join(candidate.subjects) or "nothing"
        yield _short(candidate, "artifact", f"it is about {about}, not about this artifact")


def _of_identity(candidate: Verified, proof: Keyless, trust: Trust) -> SignatureFacts | Shortfall:
    rules = tuple(rule for rule in trust.trusted_issuers if rule.issuer == proof.issuer)
    if not rules:
        return _short(candidate, "issuer", f"signed by {proof.name} of {proof.issuer}, an issuer that is not trusted")
    subjects = tuple(_subjects(proof))
    matched = next(((source, text) for source, text in subjects if any(_matches(each, text) for each in rules)), None)
    if matched is None:
        told = ", ".join(f"{text} ({source})" for source, text in subjects)
        return _short(candidate, "subject", f"no trusted expression matches the whole of {told}")
    source, subject = matched
    return SignatureFacts(
        status="valid",
        signer=f"keyless, {signer_of(proof.issuer)}",
        issuer=proof.issuer,
        subject=subject,
        matched=source,
        bundle=candidate.bundle,
        signed_at=candidate.at,
    )


def _of_key(candidate: Verified, fingerprint: str, findings: Findings, trust: Trust) -> SignatureFacts | Shortfall:
    elsewhere = {key.reference for key in trust.keys if key.fingerprint is None}
    known = {key.fingerprint for key in trust.keys}
    known |= {key.fingerprint for key in findings.keys if key.reference in elsewhere}
    if fingerprint not in known:
        return _short(candidate, "untrusted-key", f"signed with key {fingerprint[:12]}, which is not trusted")
    return SignatureFacts(
        status="valid",
        signer=f"key, {fingerprint[:12]}",
        key=fingerprint,
        bundle=candidate.bundle,
        signed_at=candidate.at,
    )


def signer_of(issuer: str) -> str:
    """The issuer as people know it."""
    return ISSUERS.get(issuer) or issuer.removeprefix("https://").partition("/")[0]


def _subjects(proof: Keyless) -> Iterator[tuple[SubjectSource, str]]:
    """Everything that an expression may match, the certificate's own name first."""
    yield "certificate name", proof.name
    if proof.issuer != GITHUB:
        return
    if proof.token_subject is not None:
        yield "token subject", proof.token_subject
    elif proof.repository is not None and proof.ref is not None:
        yield "repository and ref", f"repo:{proof.repository}:ref:{proof.ref}"


def _matches(rule: TrustedIssuer, subject: str) -> bool:
    return bool(re2.fullmatch(rule.subject_regex, subject))


def _unaccepted(findings: Findings, shortfalls: tuple[Shortfall, ...]) -> SignatureFacts:
    telling = min(shortfalls, key=lambda each: _RANKS[_status_of(each.reason)], default=None)
    status: SignatureStatus = _status_of(telling.reason) if telling else "missing"
    detail = telling.detail if telling and status != "missing" else None
    if status in ("missing", "invalid") and (why := findings.hindrance or _unlooked(findings)):
        return SignatureFacts(status="not checkable", detail=why)
    more = sum(each.reason not in _OF_ANOTHER_KIND for each in shortfalls) - 1
    told = (detail, f"{more} more do not count" if more > 0 else None, findings.hindrance)
    return SignatureFacts(status=status, detail="; ".join(each for each in told if each) or None)


_RANKS: Final[dict[SignatureStatus, int]] = {"untrusted": 0, "not checkable": 1, "invalid": 2, "missing": 3}


def _status_of(reason: Reason) -> SignatureStatus:
    if reason in _UNTRUSTED:
        return "untrusted"
    if reason == "unsupported":
        return "not checkable"
    return "missing" if reason in _OF_ANOTHER_KIND else "invalid"


def _unlooked(findings: Findings) -> str | None:
    count = len(findings.candidates)
    return f"{findings.beyond} candidates more than the {count} that are looked at" if findings.beyond else None


def _short(candidate: Verified, reason: Reason, detail: str) -> Shortfall:
    return Shortfall(bundle=candidate.bundle, reason=reason, detail=detail)


def _earliest(facts: SignatureFacts) -> tuple[bool, datetime | None, str]:
    """Signatures whose time is known first, by time; what is added later does not come before them."""
    return facts.signed_at is None, facts.signed_at, facts.bundle or ""
