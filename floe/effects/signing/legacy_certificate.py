"""Signatures made with a certificate as cosign kept them before there were bundles: a payload, and annotations.

A log only promised to keep their entry; no proof that it did comes along. That is less than a bundle says.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
from returns.result import Failure

from floe.core import canonical, notation
from floe.core.names import Digest
from floe.core.signature import simple_signing
from floe.core.signature.bundle import LARGEST, rejected
from floe.core.signature.candidate import Candidate, Verified
from floe.core.signature.simple_signing import CERTIFICATE, PAYLOAD_TYPE, SIGNATURE
from floe.core.value import Value
from floe.effects.signing import certificate as fulcio
from floe.effects.signing import certified, sigstore_private
from floe.effects.signing.flawed import FlawedError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.verify import Verifier

PROMISE: Final = "dev.sigstore.cosign/bundle"
KIND: Final = ("hashedrekord", "0.0.1")


class _Entry(Value, frozen=True, kw_only=True, rename={"time": "integratedTime", "log": "logID", "index": "logIndex"}):
    body: str
    time: int
    log: str
    index: int


class _Promise(Value, frozen=True, kw_only=True, rename={"signature": "SignedEntryTimestamp", "entry": "Payload"}):
    signature: str
    entry: _Entry


def verify(payload: bytes, annotations: Mapping[str, str], verifier: "Verifier") -> Candidate:
    """What a payload says and who signed it, if its cryptography holds."""
    beside = {name: annotations.get(name, "") for name in (SIGNATURE, CERTIFICATE, PROMISE)}
    whole = canonical.encode({"payload": base64.b64encode(payload).decode(), **beside})
    if len(whole) > LARGEST:
        return rejected(whole, "too-large", f"{len(whole)} bytes; expected at most {LARGEST}")
    try:
        return _verified(canonical.digest_of(whole), payload, beside, verifier)
    except FlawedError as flawed:
        return rejected(whole, flawed.flaw, flawed.detail)


def _verified(name: Digest, payload: bytes, beside: Mapping[str, str], verifier: "Verifier") -> Verified:
    certificate, signature = _certificate(beside[CERTIFICATE]), _decoded(beside[SIGNATURE], "signature")
    _fits(certificate, signature, payload)
    at = _promised(beside[PROMISE], certificate, signature, payload, verifier)
    certified.require(verifier, certificate, (at,))
    artifact = simple_signing.read(payload)
    if isinstance(artifact, Failure):
        raise FlawedError("malformed", artifact.failure())
    return Verified(
        bundle=name,
        payload_type=PAYLOAD_TYPE,
        predicate_type=None,
        subjects=(artifact.unwrap(),),
        proof=fulcio.facts(certificate),
        at=at,
    )


def _certificate(pem: str) -> "Certificate":
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise FlawedError("malformed", f"no certificate in the annotation {CERTIFICATE}") from error


def _decoded(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise FlawedError("malformed", f"a {what} that is no base64") from error


def _fits(certificate: "Certificate", signature: bytes, payload: bytes) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        key: Any = certificate.public_key()
        key.verify(signature, payload, ec.ECDSA(hashes.SHA256()))
    except Exception as error:  # another kind of key takes other arguments
        raise FlawedError("signature", "the signature does not fit what is signed") from error


def _promised(
    text: str, certificate: "Certificate", signature: bytes, payload: bytes, verifier: "Verifier"
) -> datetime:
    """When a trusted log promised to keep an entry of this signature."""
    try:
        promise = msgspec.json.decode(text, type=_Promise)
        entry = promise.entry
        log, signed = bytes.fromhex(entry.log), _decoded(promise.signature, "promise")
        sigstore_private.check_promise(verifier, log, signed, canonical.encode(entry))
        at = datetime.fromtimestamp(entry.time, UTC)
    except FlawedError:
        raise
    except Exception as error:
        raise FlawedError("log", f"no promise of a trusted log ({error})") from error
    if _told(entry.body) != (*KIND, hashlib.sha256(payload).hexdigest(), signature, certificate):
        raise FlawedError("log", "the log entry is about another signature")
    return at


def _told(body: str) -> tuple[object, ...] | None:
    """Of what kind an entry is, and what it says: a digest, a signature, and by which certificate."""
    from cryptography.x509 import load_pem_x509_certificate

    found: Any = notation.read(_decoded(body, "log entry")).value_or(None)
    try:
        spec = found["spec"]
        digest, signature = spec["data"]["hash"], spec["signature"]
        known = digest["value"] if digest["algorithm"] == "sha256" else None
        signer = load_pem_x509_certificate(base64.b64decode(signature["publicKey"]["content"]))
        return (found["kind"], found["apiVersion"], known, base64.b64decode(signature["content"]), signer)
    except (LookupError, TypeError, ValueError):
        return None
