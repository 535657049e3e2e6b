"""The kinds of keys that count, and the one way in which each of them signs: cosign's.

Ed25519 is none of them: where cosign signs with it, it hashes first (Ed25519ph), and `cryptography` does not.
"""

import base64
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from returns.result import Failure, Result, Success

from floe.effects.signing.public_key import PublicKey

CURVES: Final = {"secp256r1": hashes.SHA256(), "secp384r1": hashes.SHA384()}
SMALLEST_RSA: Final = 2048  # bits (NIST SP 800-131A)
LARGEST_RSA: Final = 16384  # bits; larger ones only cost time
EXPECTED: Final = "an ECDSA key (P-256 or P-384), or an RSA key of 2048 bits or more"
OTHERWISE: Final = "a public key in another spelling, such as one with a compressed point"

Private: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Public: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def generated() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def private_key(key: object) -> Result[Private, str]:
    """The key, if it is of a kind that counts; else what kind it is."""
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return Failure(_named(key))
    return public_key(key.public_key()).map(lambda _: key)


def public_key(key: object) -> Result[PublicKey, str]:
    """The public key, if it is of a kind that counts; else what kind it is."""
    match key:
        case ec.EllipticCurvePublicKey() if key.curve.name not in CURVES:
            return Failure(f"an EC key on the curve {key.curve.name}")
        case rsa.RSAPublicKey() if not SMALLEST_RSA <= key.key_size <= LARGEST_RSA:
            return Failure(f"an RSA key of {key.key_size} bits")
        case ec.EllipticCurvePublicKey() | rsa.RSAPublicKey():
            spki = serialization.PublicFormat.SubjectPublicKeyInfo
            return Success(PublicKey(der=key.public_bytes(serialization.Encoding.DER, spki)))
        case _:
            return Failure(_named(key))


def read_public(pem: bytes) -> Result[PublicKey, str]:
    """The public key in a PEM text, or what is there instead."""
    try:
        found = public_key(serialization.load_pem_public_key(pem))
    except (ValueError, UnsupportedAlgorithm):
        return Failure(_instead_of_public(pem))
    return found.bind(lambda key: Success(key) if _is_spelt_in(pem, key) else Failure(OTHERWISE))


def _is_spelt_in(pem: bytes, key: PublicKey) -> bool:
    """Whether the key stands there as it is named: by the digest of these very bytes."""
    return base64.b64encode(key.der) in b"".join(pem.split())


def sign(key: Private, content: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(content, ec.ECDSA(CURVES[key.curve.name]))


def holds(key: PublicKey, signature: bytes, content: bytes) -> bool:
    """Whether this key made this signature of this content."""
    public = serialization.load_der_public_key(key.der)
    try:
        match public:
            case ec.EllipticCurvePublicKey():
                public.verify(signature, content, ec.ECDSA(CURVES[public.curve.name]))
            case rsa.RSAPublicKey():
                public.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def _named(key: object) -> str:
    """`Ed25519PrivateKey` is a kind too, and none that counts."""
    kind = type(key).__name__.lstrip("_").removesuffix("PrivateKey").removesuffix("PublicKey")
    return f"a key of the kind {kind}"


def _instead_of_public(pem: bytes) -> str:
    if b"PRIVATE KEY-----" in pem:
        return "a private key"
    return "a certificate" if b"BEGIN CERTIFICATE-----" in pem else "no PEM public key"
