"""Rekor's two interfaces over one log: version 1 promises by its own clock, version 2 only proves."""

import base64
import hashlib
import json
from typing import Any, Final

import rfc8785
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from tests.servers.sigstore.basics import SHA256, RefusedError, spelt
from tests.servers.sigstore.log import TREE, Log

INVALID: Final = 400
DIGEST_GIVEN: Final = ec.ECDSA(Prehashed(hashes.SHA256()))


def encoded(payload_type: str, payload: bytes) -> bytes:
    """What a DSSE envelope signs: its pre-authentication encoding."""
    return b"DSSEv1 %d %b %d %b" % (len(payload_type), payload_type.encode(), len(payload), payload)


def first(log: Log, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to `POST /api/v1/log/entries`."""
    body = rfc8785.dumps({"apiVersion": "0.0.1", "kind": request["kind"], "spec": _spec(request)})
    found = log.append(body, f"{log.name} - {TREE}")
    at, name = log.watch.seconds(), log.id.hex()
    promised: dict[str, Any] = {"body": spelt(body), "integratedTime": at, "logID": name, "logIndex": found.index}
    proof = {
        "checkpoint": found.checkpoint,
        "hashes": [each.hex() for each in found.hashes],
        "logIndex": found.index,
        "rootHash": found.root.hex(),
        "treeSize": found.size,
    }
    promise = log.key.sign(rfc8785.dumps(promised), SHA256)
    verification = {"inclusionProof": proof, "signedEntryTimestamp": spelt(promise)}
    return {f"{int(TREE):016x}{hashlib.sha256(body).hexdigest()}": {**promised, "verification": verification}}


def second(log: Log, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to `POST /api/v2/log/entries`."""
    hashed = request.get("hashedRekordRequestV002")
    kind, spec = ("hashedrekord", _hashed(hashed)) if hashed else ("dsse", _enveloped(request["dsseRequestV002"]))
    body = rfc8785.dumps({"apiVersion": "0.0.2", "kind": kind, "spec": spec})
    found = log.append(body, log.name)
    return {
        "logIndex": str(found.index),
        "logId": {"keyId": spelt(log.id)},
        "kindVersion": {"kind": kind, "version": "0.0.2"},
        "inclusionProof": {
            "logIndex": str(found.index),
            "rootHash": spelt(found.root),
            "treeSize": str(found.size),
            "hashes": [spelt(each) for each in found.hashes],
            "checkpoint": {"envelope": found.checkpoint},
        },
        "canonicalizedBody": spelt(body),
    }


def _spec(request: dict[str, Any]) -> dict[str, Any]:
    """What version 1 keeps of a request."""
    spec = request["spec"]
    if request["kind"] == "hashedrekord":
        signature, digest = spec["signature"], spec["data"]["hash"]["value"]
        pem = signature["publicKey"]["content"]
        _verify(_from_pem(pem), signature["content"], bytes.fromhex(digest), DIGEST_GIVEN)
        kept = {"content": signature["content"], "publicKey": {"content": pem}}
        return {"data": {"hash": {"algorithm": "sha256", "value": digest}}, "signature": kept}
    proposed = spec["proposedContent"]
    envelope, (pem,) = json.loads(proposed["envelope"]), proposed["verifiers"]
    payload, signature = base64.b64decode(envelope["payload"]), envelope["signatures"][0]["sig"]
    _verify(_from_pem(pem), signature, encoded(envelope["payloadType"], payload), SHA256)
    return {
        "envelopeHash": _digest(proposed["envelope"].encode()),
        "payloadHash": _digest(payload),
        "signatures": [{"signature": signature, "verifier": pem}],
    }


def _hashed(request: dict[str, Any]) -> dict[str, Any]:
    signature = request["signature"]
    _verify(_from_der(signature["verifier"]), signature["content"], base64.b64decode(request["digest"]), DIGEST_GIVEN)
    kept = {"content": signature["content"], "verifier": signature["verifier"]}
    return {"hashedRekordV002": {"data": {"algorithm": "SHA2_256", "digest": request["digest"]}, "signature": kept}}


def _enveloped(request: dict[str, Any]) -> dict[str, Any]:
    """What rekor-tiles made of an envelope before it took hashes only; sigstore-js still sends it."""
    envelope, (verifier,) = request["envelope"], request["verifiers"]
    payload, signature = base64.b64decode(envelope["payload"]), envelope["signatures"][0]["sig"]
    _verify(_from_der(verifier), signature, encoded(envelope["payloadType"], payload), SHA256)
    digest = {"algorithm": "SHA2_256", "digest": spelt(hashlib.sha256(payload).digest())}
    return {"dsseV002": {"payloadHash": digest, "signatures": [{"content": signature, "verifier": verifier}]}}


def _digest(content: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(content).hexdigest()}


def _from_pem(spelling: str) -> object:
    pem = base64.b64decode(spelling)
    is_certificate = b"BEGIN CERTIFICATE" in pem
    return x509.load_pem_x509_certificate(pem).public_key() if is_certificate else load_pem_public_key(pem)


def _from_der(verifier: dict[str, Any]) -> object:
    if "x509Certificate" in verifier:
        content = base64.b64decode(verifier["x509Certificate"]["rawBytes"])
        return x509.load_der_x509_certificate(content).public_key()
    return load_der_public_key(base64.b64decode(verifier["publicKey"]["rawBytes"]))


def _verify(key: object, signature: str, content: bytes, algorithm: ec.ECDSA) -> None:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise RefusedError(INVALID, "unsupported key")
    try:
        key.verify(base64.b64decode(signature), content, algorithm)
    except InvalidSignature as error:
        raise RefusedError(INVALID, "error processing entry: invalid signature") from error
