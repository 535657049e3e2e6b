"""A new pair of keys: `NAME.key`, which a password opens, and `NAME.pub`."""

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization

from floe.core.fault import Occupied
from floe.effects.blocking import FaultError, in_thread, writing
from floe.effects.ports import Outcome
from floe.effects.signing import cosign_key, scheme
from floe.effects.signing.pair import Pair

OWNERS: Final = 0o600
EVERYBODYS: Final = 0o644


async def generate(name: Path, password: bytes) -> Outcome[Pair]:
    """Both files, new, or none of them."""
    return await in_thread(partial(_generate, name, password))


def _generate(name: Path, password: bytes) -> Pair:
    private, public = (Path(f"{name}{ending}") for ending in (".key", ".pub"))
    _refuse_others((private, public))
    key = scheme.generated()
    known = scheme.public_key(key.public_key()).unwrap()
    pkcs8 = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.DER, pkcs8, serialization.NoEncryption())
    _write(private, cosign_key.seal(secret, password), OWNERS)
    try:
        _write(public, known.pem.encode(), EVERYBODYS)
    except FaultError:
        with suppress(OSError):
            private.unlink()
        raise
    return Pair(private=private, public=public, fingerprint=known.fingerprint)


def _refuse_others(files: tuple[Path, ...]) -> None:
    occupied = tuple(str(file) for file in files if os.path.lexists(file))
    if occupied:
        raise FaultError(Occupied(files=occupied))


def _write(file: Path, content: bytes, mode: int) -> None:
    """A new file, whole or not at all; never another's, whatever happened since we looked."""
    with writing(file):
        try:
            fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        except FileExistsError as error:
            raise FaultError(Occupied(files=(str(file),))) from error
        try:
            with os.fdopen(fd, "wb") as new:
                new.write(content)
                new.flush()
                os.fsync(new.fileno())
        except OSError:
            with suppress(OSError):  # why it was not written is told already
                file.unlink()
            raise
