"""Which signature is acceptable, and what follows when none is."""

from returns.result import Failure, Result, Success

from floe.core.facts import SignatureFacts
from floe.core.names import Digest, Version
from floe.core.policy import Trust
from floe.core.record import SignatureVerdict
from floe.core.refusal import SignatureRefused


def suffices(
    facts: SignatureFacts, trust: Trust | None, artifact: Digest, version: Version
) -> Result[SignatureVerdict, SignatureRefused]:
    """Under `enforce` nothing but a valid, trusted signature will do; under `warn` its want is recorded."""
    if trust is None or trust.enforcement == "off":
        return Success(SignatureVerdict(status="not-checked"))
    if facts.status == "valid":
        return Success(SignatureVerdict(status="verified", detail=facts.signer or ""))
    if trust.enforcement == "warn":
        return Success(SignatureVerdict(status="warning", detail=facts.detail or facts.status))
    return Failure(SignatureRefused(status=facts.status, artifact=artifact, version=version, detail=facts.detail))
