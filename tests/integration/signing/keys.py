"""Keys of every kind, made once: some of them take a while."""

import base64
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from floe.effects.ports import Outcome
from floe.effects.signing import reference, scheme
from floe.effects.signing.key_file import FileSigner
from floe.effects.signing.public_key import PublicKey

GOOD: Final = ("P-256", "P-384", "RSA-2048")
BAD: Final = {
    "RSA-1024": "an RSA key of 1024 bits",
    "Ed25519": "a key of the kind Ed25519",
    "P-521": "an EC key on the curve secp521r1",
    "secp256k1": "an EC key on the curve secp256k1",
}
CURVES: Final[dict[str, ec.EllipticCurve]] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
    "secp256k1": ec.SECP256K1(),
}

Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def key(kind: str, number: int = 0) -> Private:
    """The key of that kind and number, which is the same one for as long as the tests run."""
    return _made(kind, number)


@cache
def _made(kind: str, _number: int) -> Private:
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind])
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, int(kind.removeprefix("RSA-")))


def private_pem(
    key: Private, password: bytes | None = None, form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8
) -> bytes:
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, encryption)


def pkcs8(key: Private) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)


def public_pem(key: Private) -> bytes:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, spki)


def public(kind: str, number: int = 0) -> PublicKey:
    return scheme.read_public(public_pem(key(kind, number))).unwrap()


def signer(kind: str, number: int = 0) -> FileSigner:
    return FileSigner(scheme.private_key(key(kind, number)).unwrap(), public(kind, number), ())


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def written(file: Path, content: bytes, mode: int = 0o600) -> Path:
    file.write_bytes(content)
    file.chmod(mode)
    return file


async def public_key_of(name: str, folder: Path) -> Outcome[PublicKey]:
    return (await reference.public_keys((name,), folder)).map(lambda found: found[0])
