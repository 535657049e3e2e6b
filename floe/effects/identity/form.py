"""The form of a token, strictly: three parts, each spelt in the one way, JSON without duplicates, nothing too large."""

import base64
import binascii
from typing import Any, Final

from floe.core import notation
from floe.core.value import Value
from floe.effects.identity.refused import refused

LARGEST: Final = 16 * 1024  # characters of a token
LARGEST_HEADER: Final = 512  # bytes; no room for keys that a token brings along
EXPECTED: Final = "a JSON Web Token (RFC 7519): header, claims and signature"
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA")


class Form(Value, frozen=True, kw_only=True):
    """What a token says of itself, before anybody has proved that it is true."""

    algorithm: str
    key_id: str | None
    claims: dict[str, Any]


def read(token: str) -> Form:
    """The parts of a token; one that is not whole, or asks for what we do not do, is refused."""
    if len(token) > LARGEST:
        raise refused("form", f"a token of {len(token)} characters", f"at most {LARGEST}")
    parts = token.split(".")
    if len(parts) != len(("header", "claims", "signature")):
        raise refused("form", f"{len(parts)} parts with dots between them", EXPECTED)
    header = _decoded(parts[0])
    if len(header) > LARGEST_HEADER:
        raise refused("form", f"a header of {len(header)} bytes", f"at most {LARGEST_HEADER}")
    algorithm, key_id = _headed(_object(header, "header"))
    claims, _ = _decoded(parts[1]), _decoded(parts[2])
    return Form(algorithm=algorithm, key_id=key_id, claims=_object(claims, "claims"))


def _headed(header: dict[str, Any]) -> tuple[str, str | None]:
    """The algorithm, and which key; a key that the header brings along, or the address of one, is not looked at."""
    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        known = algorithm if isinstance(algorithm, str) and algorithm.isascii() and algorithm.isalnum() else "unknown"
        raise refused("algorithm", f"algorithm {known[:20]}", ", ".join(ALGORITHMS))
    if "crit" in header:
        raise refused("form", "a header that must be understood (crit)", "none: this floe knows no such header")
    if key_id is not None and not isinstance(key_id, str):
        raise refused("form", "a key id that is no text", EXPECTED)
    return algorithm, key_id


def _decoded(part: str) -> bytes:
    """base64url without padding (RFC 7515, section 2), in the only spelling that these bytes have."""
    try:
        content = base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        content = b""
    if not content or base64.urlsafe_b64encode(content).rstrip(b"=") != part.encode("ascii", "replace"):
        raise refused("form", "a part that is no base64url", EXPECTED)
    return content


def _object(content: bytes, what: str) -> dict[str, Any]:
    found = notation.read(content).value_or(None)
    if not isinstance(found, dict):
        raise refused("form", f"a {what} part that is no JSON object, or says something twice", EXPECTED)
    return found
