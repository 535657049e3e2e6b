"""Signatures by the rules of Standard Webhooks 1.0.0, symmetric: who has the secret can tell that we sent it."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes
EXPECTED: Final = f"{PREFIX} and {SHORTEST} to {LONGEST} bytes in base64"


def keys(secret: str) -> tuple[bytes, ...] | None:
    """The keys that a secret spells, several where one is being replaced; None when it spells none."""
    found = tuple(_key(each) for each in secret.split())
    known = tuple(key for key in found if key is not None)
    return known if known and len(known) == len(found) else None


def headers(message_id: str, at: int, body: bytes, signing: Sequence[bytes]) -> dict[str, str]:
    """The headers by which a receiver knows the message again, and whose it is."""
    stamped = {"webhook-id": message_id, "webhook-timestamp": str(at)}
    if not signing:
        return stamped
    content = f"{message_id}.{at}.".encode() + body
    signed = (base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in signing)
    return {**stamped, "webhook-signature": " ".join(f"v1,{each}" for each in signed)}


def _key(secret: str) -> bytes | None:
    spelt = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode((spelt + "=" * (-len(spelt) % 4)).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return key if SHORTEST <= len(key) <= LONGEST else None
