"""Bundles made by hand, without a client that would look at what it is given: the good one, and any other."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tests.servers.sigstore import rekor
from tests.servers.sigstore.basics import SHA256, spelt
from tests.servers.sigstore.stack import Sigstore
from tests.servers.sigstore.tokens import workflow

Spoil: TypeAlias = Callable[[dict[str, Any]], None]
MEDIA_TYPE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"
IN_TOTO: Final = "application/vnd.in-toto+json"
SIGNED: Final = "https://sigstore.dev/cosign/sign/v1"
ACME: Final = workflow("acme/floe-platform")


@dataclass(frozen=True)
class Signed:
    """An envelope and the certificate of who signed it, not yet in any log."""

    certificate: x509.Certificate
    envelope: dict[str, Any]

    @property
    def signature(self) -> bytes:
        return base64.b64decode(self.envelope["signatures"][0]["sig"])


def statement(artifact: str, predicate_type: str = SIGNED) -> bytes:
    """That an artifact, given by its digest, was signed."""
    subject = {"name": "", "digest": {"sha256": artifact.removeprefix("sha256:")}}
    said = {"_type": "https://in-toto.io/Statement/v1", "subject": [subject], "predicateType": predicate_type}
    return json.dumps({**said, "predicate": {}}).encode()


def signed(stack: Sigstore, payload: bytes, claims: dict[str, Any] = ACME, kind: str = IN_TOTO) -> Signed:
    """An envelope that is signed with a certified key."""
    provider = next(each for each in stack.fulcio.providers if each.issuer == claims["iss"])
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = stack.fulcio.certify(key.public_key(), provider, claims)
    signature = key.sign(rekor.encoded(kind, payload), SHA256)
    envelope = {"payload": spelt(payload), "payloadType": kind, "signatures": [{"sig": spelt(signature)}]}
    return Signed(certificate, envelope)


def bundle(
    stack: Sigstore, payload: bytes, claims: dict[str, Any] = ACME, kind: str = IN_TOTO, spoil: Spoil | None = None
) -> bytes:
    """A whole bundle; `spoil` may alter it before it is spelt."""
    found = assembled(stack, signed(stack, payload, claims, kind))
    if spoil is not None:
        spoil(found)
    return json.dumps(found).encode()


def assembled(stack: Sigstore, made: Signed) -> dict[str, Any]:
    """What a client puts together once an envelope is in the log and stamped."""
    material: dict[str, Any] = {
        "certificate": {"rawBytes": spelt(made.certificate.public_bytes(Encoding.DER))},
        "tlogEntries": [entered(stack, made)],
        "timestampVerificationData": {},
    }
    if stack.uses_timestamps:
        stamp = stack.timestamps.stamp(hashlib.sha256(made.signature).digest())
        material["timestampVerificationData"] = {"rfc3161Timestamps": [{"signedTimestamp": spelt(stamp)}]}
    return {"mediaType": MEDIA_TYPE, "verificationMaterial": material, "dsseEnvelope": made.envelope}


def entered(stack: Sigstore, made: Signed) -> dict[str, Any]:
    """The entry of an envelope in the log, as bundles hold it."""
    if stack.version == 1:
        return _from_first(rekor.first(stack.log, _to_first(made)))
    envelope = made.envelope
    digest = hashlib.sha256(rekor.encoded(envelope["payloadType"], base64.b64decode(envelope["payload"]))).digest()
    certificate = {"rawBytes": spelt(made.certificate.public_bytes(Encoding.DER))}
    verifier = {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "x509Certificate": certificate}
    signature = {"content": spelt(made.signature), "verifier": verifier}
    return rekor.second(stack.log, {"hashedRekordRequestV002": {"digest": spelt(digest), "signature": signature}})


def _to_first(made: Signed) -> dict[str, Any]:
    verifier = spelt(made.certificate.public_bytes(Encoding.PEM))
    proposed = {"envelope": rfc8785.dumps(made.envelope).decode(), "verifiers": [verifier]}
    return {"apiVersion": "0.0.1", "kind": "dsse", "spec": {"proposedContent": proposed}}


def _from_first(answer: dict[str, Any]) -> dict[str, Any]:
    (entry,) = answer.values()
    kind = json.loads(base64.b64decode(entry["body"]))["kind"]
    proof = entry["verification"]["inclusionProof"]
    return {
        "logIndex": str(entry["logIndex"]),
        "logId": {"keyId": _bytes(entry["logID"])},
        "kindVersion": {"kind": kind, "version": "0.0.1"},
        "integratedTime": str(entry["integratedTime"]),
        "inclusionPromise": {"signedEntryTimestamp": entry["verification"]["signedEntryTimestamp"]},
        "inclusionProof": {
            "logIndex": str(proof["logIndex"]),
            "rootHash": _bytes(proof["rootHash"]),
            "treeSize": str(proof["treeSize"]),
            "hashes": [_bytes(each) for each in proof["hashes"]],
            "checkpoint": {"envelope": proof["checkpoint"]},
        },
        "canonicalizedBody": entry["body"],
    }


def _bytes(hexadecimal: str) -> str:
    return spelt(bytes.fromhex(hexadecimal))
