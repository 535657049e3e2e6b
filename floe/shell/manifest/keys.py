"""The public keys that a manifest trusts: files, pinned by what is in them, or addresses."""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from returns.result import Failure, Result, Success

from floe.core.outcome import settled
from floe.core.policy import TrustedKey
from floe.effects.signing.public_key import is_address
from floe.shell.complaint import Complaint, quoted
from floe.shell.document import Spot
from floe.shell.manifest.rules import Rule

BEGIN: Final = "-----BEGIN PUBLIC KEY-----"  # RFC 7468, section 13
END: Final = "-----END PUBLIC KEY-----"
LARGEST: Final = 64 * 1024  # bytes
EXPECTED: Final = "a public key in PEM, such as `floe artifact keygen` writes beside the private one"


def trusted_key(reference: str, base: Path) -> Result[TrustedKey, str]:
    """The key, or what is found instead; relative paths begin at `base`."""
    if is_address(reference):
        return Success(TrustedKey(reference=reference))
    return _read(base / reference).map(lambda found: TrustedKey(reference=reference, fingerprint=found))


def keys_readable(base: Path) -> Rule:
    """The rule that every key file is there and holds a public key."""

    def rule(top: Spot) -> Iterator[Complaint]:
        for spot in _keys(top):
            found = settled(trusted_key(spot.text, base)) if spot.text else None
            if isinstance(found, Failure):
                yield spot.complain(f"{quoted(spot.text or '')}, {found.failure()}", EXPECTED)

    return rule


def _keys(top: Spot) -> Iterator[Spot]:
    for registry in (("registry",), ("registries", "*")):
        for path in (("keys",), ("environments", "*", "keys")):
            yield from top.all_at("artifacts", *registry, "verification", *path, "*")


def _read(file: Path) -> Result[str, str]:
    """The SHA-256 of the key's SubjectPublicKeyInfo, hex."""
    try:
        with file.open("rb") as opened:
            text = opened.read(LARGEST + 1).decode("ascii")
    except OSError as error:
        return Failure(f"a file that cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        return Failure("a file that holds no PEM")
    _, begin, rest = text.partition(BEGIN)
    body, end, _ = rest.partition(END)
    if not begin or not end:
        return Failure("a private key" if "PRIVATE KEY-----" in text else "a file that holds no public key")
    try:
        return Success(hashlib.sha256(base64.b64decode("".join(body.split()), validate=True)).hexdigest())
    except binascii.Error:
        return Failure("a public key that is damaged")
