"""The keys of an issuer: those that are strong enough, meant for signatures, and fit the algorithm of a token."""

import base64
import binascii
from typing import Any, Final

from floe.core import notation
from floe.core.value import Value
from floe.effects.identity.refused import refused

LARGEST: Final = 64 * 1024  # bytes of a key set
MOST: Final = 50
SMALLEST_RSA: Final = 2048  # bits (NIST SP 800-131A)
LARGEST_RSA: Final = 16384  # bits; larger ones only cost time
TYPES: Final = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "EdDSA": ("OKP", "Ed25519"),
}


class KeySet(Value, frozen=True, kw_only=True):
    """A JSON Web Key Set (RFC 7517) as it was published."""

    issuer: str
    keys: tuple[dict[str, Any], ...]

    def find(self, key_id: str | None) -> dict[str, Any] | None:
        """The key that is meant; without an id, the only one there is."""
        if key_id is None:
            return self.keys[0] if len(self.keys) == 1 else None
        named = [key for key in self.keys if key.get("kid") == key_id]
        return named[0] if len(named) == 1 else None


def read(content: bytes, issuer: str, where: str) -> KeySet:
    """The set that these bytes spell."""
    found = notation.read(content).value_or(None)
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise refused("keys", f"no key set at {where}", "a JSON Web Key Set (RFC 7517)", issuer)
    if len(keys) > MOST:
        raise refused("keys", f"{len(keys)} keys at {where}", f"at most {MOST}", issuer)
    return KeySet(issuer=issuer, keys=tuple(keys))


def fit(key: dict[str, Any], algorithm: str, issuer: str) -> dict[str, Any]:
    """The public part of a key that may verify this algorithm; any other is refused."""
    kind, curve = TYPES[algorithm]
    wrong = _misused(key, algorithm) or _odd(key, kind, curve)
    if wrong is not None:
        expected = f"a key of type {curve or kind} for signatures with {algorithm}"
        raise refused("key", wrong, expected if curve else f"{expected}, {SMALLEST_RSA} bits at least", issuer)
    return {name: key[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in key}


def _misused(key: dict[str, Any], algorithm: str) -> str | None:
    if key.get("use", "sig") != "sig":
        return "a key that is not for signatures (use)"
    operations = key.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return "a key that is not for verifying (key_ops)"
    if key.get("alg", algorithm) != algorithm:
        return "a key for another algorithm"
    return None


def _odd(key: dict[str, Any], kind: str, curve: str | None) -> str | None:
    if key.get("kty") != kind:
        return "a key of another type"
    if curve is not None:
        return None if key.get("crv") == curve else "a key on another curve"
    bits = _bits(key.get("n"))
    return None if SMALLEST_RSA <= bits <= LARGEST_RSA else f"an RSA key of {bits} bits"


def _bits(number: object) -> int:
    try:
        content = base64.urlsafe_b64decode(f"{number}==")
    except (binascii.Error, ValueError):
        return 0
    return int.from_bytes(content, "big").bit_length()
