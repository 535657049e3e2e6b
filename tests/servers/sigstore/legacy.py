"""What cosign attached before there were bundles: a payload, and everything else in annotations."""

import hashlib
import json
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tests.servers.sigstore import rekor
from tests.servers.sigstore.basics import SHA256, spelt
from tests.servers.sigstore.bundles import ACME
from tests.servers.sigstore.stack import Sigstore


def payload(artifact: str) -> bytes:
    image = {"docker-manifest-digest": artifact}
    critical = {"identity": {"docker-reference": "registry.test/app"}, "image": image}
    return json.dumps({"critical": {**critical, "type": "cosign container image signature"}, "optional": None}).encode()


def annotations(stack: Sigstore, content: bytes, claims: dict[str, Any] = ACME) -> dict[str, str]:
    """A signature of a payload, its certificate, and the promise of the log."""
    provider = next(each for each in stack.fulcio.providers if each.issuer == claims["iss"])
    key = ec.generate_private_key(ec.SECP256R1())
    pem = stack.fulcio.certify(key.public_key(), provider, claims).public_bytes(Encoding.PEM)
    signature = spelt(key.sign(content, SHA256))
    digest = {"algorithm": "sha256", "value": hashlib.sha256(content).hexdigest()}
    spec = {"data": {"hash": digest}, "signature": {"content": signature, "publicKey": {"content": spelt(pem)}}}
    (entry,) = rekor.first(stack.log, {"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec}).values()
    kept = {name: entry[name] for name in ("body", "integratedTime", "logIndex", "logID")}
    promise = {"SignedEntryTimestamp": entry["verification"]["signedEntryTimestamp"], "Payload": kept}
    return {
        "dev.cosignproject.cosign/signature": signature,
        "dev.sigstore.cosign/certificate": pem.decode(),
        "dev.sigstore.cosign/bundle": rfc8785.dumps(promise).decode(),
    }
