"""Whoever signs statements: what comes out is a bundle, whichever way it was made."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

import msgspec
from returns.result import Failure, Success

from floe.core.outcome import settled
from floe.effects.blocking import in_thread
from floe.effects.ports import Outcome
from floe.effects.signing.signer import Password

Sign: TypeAlias = Callable[[bytes], Awaitable[Outcome[bytes]]]


class Signatory(msgspec.Struct, frozen=True):
    """`sign` makes a bundle of an in-toto statement; `doubts` are about how the key is kept."""

    sign: Sign
    doubts: tuple[str, ...] = ()


async def by_key(reference: str, folder: Path, password: Password, told: str | None = None) -> Outcome[Signatory]:
    """Signs with a key: a file, relative to the folder, or the address of a service."""
    from floe.effects.signing import key_bundle
    from floe.effects.signing.reference import signer

    match settled(await signer(reference, folder, password, told)):
        case Failure(fault):
            return Failure(fault)
        case Success(found):
            return Success(Signatory(partial(key_bundle.sign, signer=found), found.doubts))


async def by_token(token: str, trust_config: Path | None) -> Outcome[Signatory]:
    """Signs as whoever a token names, with a certificate made for this once."""
    from floe.effects.signing import keyless_signing, trust_root

    root = await in_thread(partial(trust_root.read, trust_config))
    return root.map(lambda read: Signatory(partial(keyless_signing.sign, token=token, root=read)))
