"""What was found about bundles, kept for next time: sealed, so that a file that was altered says nothing.

Whoever may write into this user's home could replace floe itself; the seal is against everything less than that.
"""

import hmac
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from returns.result import Failure, Success

from floe.core import canonical
from floe.core.names import Digest
from floe.core.outcome import settled
from floe.core.signature.candidate import Verified
from floe.core.value import Value
from floe.effects.blocking import FaultError, in_thread
from floe.effects.registry import disk

SEAL: Final = "seal"
SECRET_SIZE: Final = 32  # bytes
LARGEST: Final = 64 * 1024  # bytes of what is kept about one bundle


class About(Value, frozen=True, kw_only=True):
    """What the facts depend on: nothing else can change them."""

    artifact: Digest
    bundle: Digest
    root: Digest


class _Sealed(Value, frozen=True, kw_only=True):
    about: About
    facts: Verified
    seal: str = ""


class Kept:
    """Facts of verified bundles in a folder of this user's; without a folder nothing is kept."""

    def __init__(self, folder: Path | None, make_secret: Callable[[], bytes]) -> None:
        self._folder = folder
        self._make_secret = make_secret

    async def find(self, about: About) -> Verified | None:
        """What was found before; None where nothing trustworthy is."""
        found = settled(await in_thread(partial(self._find, about)))
        return found.unwrap() if isinstance(found, Success) else None

    async def keep(self, found: dict[About, Verified]) -> None:
        """Keep what was found; where that cannot be done it is found again next time."""
        if found and self._folder is not None:
            await in_thread(partial(self._keep, self._folder, found))

    def _find(self, about: About) -> Verified | None:
        if self._folder is None:
            return None
        with disk.opened(self._folder) as folder:
            secret = folder.read(SEAL, SECRET_SIZE) if folder else None
            content = folder.read(_name(about), LARGEST) if folder and secret else None
        if secret is None or content is None or len(secret) != SECRET_SIZE:
            return None
        read = settled(canonical.decode_exactly(content, _Sealed))
        if isinstance(read, Failure):
            return None
        kept = read.unwrap()
        is_ours = hmac.compare_digest(kept.seal.encode(), _seal(secret, about, kept.facts).encode())
        return kept.facts if is_ours and kept.about == about else None

    def _keep(self, path: Path, found: dict[About, Verified]) -> None:
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            return
        with disk.opened(path) as folder:
            if folder is None:
                return
            secret = self._secret(folder)
            for about, facts in found.items():
                sealed = _Sealed(about=about, facts=facts, seal=_seal(secret, about, facts))
                folder.put(_name(about), canonical.encode(sealed))

    def _secret(self, folder: disk.Folder) -> bytes:
        """The seal's secret; of two that are made at once the later one counts, and what the other sealed is lost."""
        try:
            secret = folder.read(SEAL, SECRET_SIZE)
        except FaultError:
            secret = None
        if secret is None or len(secret) != SECRET_SIZE:
            secret = self._make_secret()
            folder.put(SEAL, secret)
        return secret


def _name(about: About) -> str:
    return canonical.digest(about).removeprefix("sha256:")


def _seal(secret: bytes, about: About, facts: Verified) -> str:
    return hmac.digest(secret, canonical.encode((about, facts)), "sha256").hex()
