"""Checking keyless bundles, without a network: cryptography in, facts out. Whom to trust is decided in core."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from returns.result import Failure, Success

from floe.core.canonical import digest_of
from floe.core.outcome import settled
from floe.core.signature import statement
from floe.core.signature.bundle import Bundle, read, rejected
from floe.core.signature.candidate import Candidate, Verified
from floe.effects.blocking import in_thread
from floe.effects.ports import Outcome
from floe.effects.signing import certificate, diagnosis, evidence, sigstore_private
from floe.effects.signing.flawed import FlawedError
from floe.effects.signing.trust_root import TrustRoot, unusable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore import models
    from sigstore.verify import Verifier


class _Anybody:
    """sigstore's policy: everybody. Who may sign is asked later, of the facts."""

    def verify(self, cert: "Certificate") -> None:
        del cert


async def check(contents: Sequence[bytes], root: TrustRoot) -> Outcome[tuple[Candidate, ...]]:
    """What is known of some bundles, in their order; a fault where the trust root itself is none."""
    return await in_thread(partial(_check, contents, root))


def opened(root: TrustRoot) -> "Verifier":
    """A verifier that believes in a root and in nothing else; it reads no file and asks nobody."""
    from sigstore.verify import Verifier

    try:
        return Verifier(trusted_root=sigstore_private.trusted_root(root.root))
    except Exception as error:
        raise unusable(root.where, f"it is no trusted root ({error})") from error


def verify(content: bytes, verifier: "Verifier") -> Candidate:
    """What a bundle says and who signed it, if its cryptography holds."""
    match settled(read(content)):
        case Failure(flawed):
            return flawed
        case Success(found):
            try:
                return _verified(content, found, verifier)
            except FlawedError as error:
                return rejected(content, error.flaw, error.detail)


def _check(contents: Sequence[bytes], root: TrustRoot) -> tuple[Candidate, ...]:
    verifier = opened(root)
    return tuple(verify(content, verifier) for content in contents)


def _verified(content: bytes, found: Bundle, verifier: "Verifier") -> Verified:
    if found.material != "certificate":
        raise FlawedError("unsupported", "a signature by key; expected one by certificate")
    evidence.require(content)
    bundle = _parsed(content)
    try:
        signed = verifier.verify_dsse(bundle, _Anybody())
    except Exception as error:  # whatever a stranger's bundle makes a library raise
        raise diagnosis.explain(verifier, bundle) from error
    if signed != (found.payload_type, found.payload):
        raise FlawedError("malformed", "a bundle that can be read in two ways")
    said = statement.read(*signed).alt(lambda why: FlawedError("malformed", why))
    if isinstance(said, Failure):
        raise said.failure()
    return Verified(
        bundle=digest_of(content),
        payload_type=found.payload_type,
        predicate_type=said.unwrap().predicate_type,
        subjects=said.unwrap().subjects,
        proof=certificate.facts(bundle.signing_certificate),
        at=sigstore_private.times(verifier, bundle)[0],
    )


def _parsed(content: bytes) -> "models.Bundle":
    from sigstore.models import Bundle as SigstoreBundle

    try:
        return SigstoreBundle.from_json(content)
    except Exception as error:
        raise FlawedError("malformed", f"no sigstore bundle ({error})") from error
