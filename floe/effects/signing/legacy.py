"""Signatures made with a key as cosign kept them before there were bundles: a payload, and annotations beside it."""

import base64
from collections.abc import Mapping, Sequence

from returns.result import Failure, Success

from floe.core.canonical import digest_of
from floe.core.outcome import settled
from floe.core.signature import simple_signing
from floe.core.signature.bundle import LARGEST, rejected
from floe.core.signature.candidate import Candidate, Keyed, Verified
from floe.core.signature.simple_signing import CERTIFICATE, PAYLOAD_TYPE, SIGNATURE
from floe.effects.signing import scheme
from floe.effects.signing.public_key import PublicKey


def verify(payload: bytes, annotations: Mapping[str, str], keys: Sequence[PublicKey]) -> Candidate:
    """What a payload says and by which of these keys, or why it says nothing."""
    if len(payload) > LARGEST:
        return rejected(payload, "too-large", f"{len(payload)} bytes; expected at most {LARGEST}")
    if CERTIFICATE in annotations:
        return rejected(payload, "unsupported", "made with a certificate, in the form that cosign had before bundles")
    signature = _signature(annotations)
    if signature is None:
        return rejected(payload, "malformed", f"no base64 in the annotation {SIGNATURE}")
    key = next((each for each in keys if scheme.holds(each, signature, payload)), None)
    if key is None:
        given = ", ".join(each.fingerprint[:12] for each in keys) or "none"
        return rejected(payload, "key", f"altered, or made with another key than those given: {given}")
    return _by(key, payload)


def _by(key: PublicKey, payload: bytes) -> Candidate:
    match settled(simple_signing.read(payload)):
        case Success(artifact):
            return Verified(
                bundle=digest_of(payload),
                payload_type=PAYLOAD_TYPE,
                predicate_type=None,
                subjects=(artifact,),
                proof=Keyed(fingerprint=key.fingerprint),
            )
        case Failure(why):
            return rejected(payload, "malformed", why)


def _signature(annotations: Mapping[str, str]) -> bytes | None:
    try:
        return base64.b64decode(annotations.get(SIGNATURE, ""), validate=True) or None
    except ValueError:
        return None
