"""What all services have: a watch, keys, and a way to say no."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SHA256: Final = ec.ECDSA(hashes.SHA256())


class RefusedError(Exception):
    """A service says no, with a status of HTTP."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Watch:
    """The time as it is, and as far ahead of it as a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + self.ahead

    def seconds(self) -> int:
        return int(self.now().timestamp())


def spelt(content: bytes) -> str:
    return base64.b64encode(content).decode()


def public(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half as SubjectPublicKeyInfo."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def log_id(key: ec.EllipticCurvePrivateKey) -> bytes:
    """How logs are named (RFC 6962, section 3.2)."""
    return hashlib.sha256(public(key)).digest()
