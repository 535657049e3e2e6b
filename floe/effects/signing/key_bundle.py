"""Signatures made with a key, in sigstore bundles as cosign 3 writes them where no log is asked.

The signature must hold by a key that the caller gives. What the bundle says of its key only chooses which is tried
first. Log entries in it are not checked, and no time is taken from them: whoever trusts a key trusts it at any time.
"""

from collections.abc import Sequence

from returns.result import Failure, Success

from floe.core.canonical import digest_of
from floe.core.outcome import settled
from floe.core.signature import bundle, statement
from floe.core.signature.bundle import Bundle, pae, rejected
from floe.core.signature.candidate import Candidate, Keyed, Rejected, Verified
from floe.core.signature.statement import PAYLOAD_TYPE, Said
from floe.effects.ports import Outcome
from floe.effects.signing import scheme
from floe.effects.signing.public_key import PublicKey
from floe.effects.signing.signer import Signer


async def sign(payload: bytes, signer: Signer) -> Outcome[bytes]:
    """The bundle of an in-toto statement."""
    made = await signer.sign(pae(PAYLOAD_TYPE, payload))
    return made.map(lambda signature: bundle.keyed(payload, signer.public.hint, signature))


def verify(content: bytes, keys: Sequence[PublicKey]) -> Candidate:
    """What a bundle says and by which of these keys, or why it says nothing."""
    match settled(bundle.read(content)):
        case Success(found) if found.material == "key":
            return _by_key(content, found, keys)
        case Success():
            return rejected(content, "unsupported", "made with a certificate; expected one made with a key")
        case Failure(flawed):
            return flawed


def _by_key(content: bytes, found: Bundle, keys: Sequence[PublicKey]) -> Candidate:
    signed = pae(found.payload_type, found.payload)
    likeliest = sorted(keys, key=lambda key: key.hint != found.hint)
    key = next((each for each in likeliest if scheme.holds(each, found.signature, signed)), None)
    if key is None:
        return _by_none(content, found, keys)
    match settled(statement.read(found.payload_type, found.payload)):
        case Success(said):
            return _verified(content, found, said, key)
        case Failure(why):
            return rejected(content, "malformed", why)


def _verified(content: bytes, found: Bundle, said: Said, key: PublicKey) -> Verified:
    return Verified(
        bundle=digest_of(content),
        payload_type=found.payload_type,
        predicate_type=said.predicate_type,
        subjects=said.subjects,
        proof=Keyed(fingerprint=key.fingerprint),
    )


def _by_none(content: bytes, found: Bundle, keys: Sequence[PublicKey]) -> Rejected:
    if any(key.hint == found.hint for key in keys):
        return rejected(content, "signature", "its signature does not fit what it says")
    given = ", ".join(key.fingerprint[:12] for key in keys) or "none"
    return rejected(content, "key", f"made with another key than those given: {given}")
