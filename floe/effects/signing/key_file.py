"""Keys in files: read by what they hold, never by their names."""

import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key
from returns.result import Failure, Result, Success

from floe.core.fault import NoPublicKey, NoSigningKey, Unavailable
from floe.core.value import Value
from floe.effects.blocking import FaultError, in_thread, reading
from floe.effects.ports import Outcome
from floe.effects.registry.stream import source
from floe.effects.signing import cosign_key, scheme
from floe.effects.signing.public_key import PublicKey
from floe.effects.signing.signer import Password

LARGEST: Final = 64 * 1024  # bytes
PRIVATE: Final = f"a private key in a file of cosign's, or in PEM (PKCS#8): {scheme.EXPECTED}"
PUBLIC: Final = f"a public key in PEM: {scheme.EXPECTED}"
NO_PASSWORD: Final = "an encrypted key, and no password for it"  # noqa: S105 (a sentence, no password)
PASSWORD: Final = "its password in FLOE_SIGNING_PASSWORD or COSIGN_PASSWORD"  # noqa: S105 (as above)
OTHERS: Final = stat.S_IRGRP | stat.S_IROTH


class _File(Value, frozen=True, kw_only=True):
    content: bytes
    is_open: bool  # others than its owner may read it


class FileSigner:
    """Signs with a key that was read from a file."""

    def __init__(self, key: scheme.Private, public: PublicKey, doubts: tuple[str, ...]) -> None:
        self._key = key
        self.public = public
        self.doubts = doubts

    async def sign(self, content: bytes, /) -> Outcome[bytes]:
        return await in_thread(lambda: scheme.sign(self._key, content))


def signer(path: Path, password: Password, told: str) -> Outcome[FileSigner]:
    """The key to sign with in a file, which `told` names where people read of it."""

    def fault(found: str) -> NoSigningKey:
        is_locked = found in (NO_PASSWORD, cosign_key.WRONG_PASSWORD)
        return NoSigningKey(where=told, found=found, expected=PASSWORD if is_locked else PRIVATE)

    return _read(path).bind(lambda file: _signer(file, password, told)).alt(fault)


def public_key(path: Path, told: str) -> Outcome[PublicKey]:
    """The key to check signatures by in a file."""
    return read_public(path).alt(lambda instead: NoPublicKey(where=told, found=instead, expected=PUBLIC))


def read_public(path: Path) -> Result[PublicKey, str]:
    """The public key in a file, or what is there instead."""
    return _read(path).bind(lambda file: scheme.read_public(file.content))


def private_key(pem: bytes, password: Password) -> Result[scheme.Private, str]:
    """The private key in a file's content, or what is there instead."""
    if cosign_key.is_sealed(pem):
        return _given(password).bind(lambda given: cosign_key.unseal(pem, given)).bind(_from_box)
    try:
        return scheme.private_key(load_pem_private_key(pem, None))
    except TypeError:  # it is encrypted
        return _given(password).bind(lambda given: _opened(pem, given))
    except (ValueError, UnsupportedAlgorithm):
        return Failure("a public key" if b"PUBLIC KEY-----" in pem else "no private key")


def _signer(file: _File, password: Password, told: str) -> Result[FileSigner, str]:
    is_bare = file.is_open and b"ENCRYPTED" not in file.content
    doubts = (f"{told} is not encrypted, and others may read it",) if is_bare else ()
    return Result.do(
        FileSigner(key, public, doubts)
        for key in private_key(file.content, password)
        for public in scheme.public_key(key.public_key())
    )


def _given(password: Password) -> Result[bytes, str]:
    given = password()
    return Failure(NO_PASSWORD) if given is None else Success(given)


def _opened(pem: bytes, password: bytes) -> Result[scheme.Private, str]:
    try:
        return scheme.private_key(load_pem_private_key(pem, password))
    except (ValueError, UnsupportedAlgorithm):
        return Failure(cosign_key.WRONG_PASSWORD)


def _from_box(der: bytes) -> Result[scheme.Private, str]:
    try:
        return scheme.private_key(load_der_private_key(der, None))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return Failure("a cosign key file without a private key in it")


def _read(path: Path) -> Result[_File, str]:
    try:
        with source(path) as file, reading(path):
            content, mode = file.read(LARGEST + 1), os.fstat(file.fileno()).st_mode
    except FaultError as error:
        return Failure(_why(error))
    if len(content) > LARGEST:
        return Failure(f"a file of more than {LARGEST} bytes")
    return Success(_File(content=content, is_open=bool(mode & OTHERS)))


def _why(error: FaultError) -> str:
    return f"it {error.fault.why}" if isinstance(error.fault, Unavailable) else "no such file"
