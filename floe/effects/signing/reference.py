"""Keys as people name them: a file, or the address of a service (`awskms:…`).

`told` is how errors name the key, where it may not be shown as it was written.
"""

from pathlib import Path

from floe.effects.blocking import in_thread, value_of
from floe.effects.ports import Outcome
from floe.effects.signing import key_file
from floe.effects.signing.public_key import PublicKey, is_address
from floe.effects.signing.signer import Password, Signer


async def signer(reference: str, folder: Path, password: Password, told: str | None = None) -> Outcome[Signer]:
    """Whoever signs with this key; files are relative to the folder."""
    return await in_thread(lambda: value_of(_signer(reference, folder, password, told or reference)))


async def public_keys(references: tuple[str, ...], folder: Path) -> Outcome[tuple[PublicKey, ...]]:
    """The keys to check signatures by: all of them, or the first that cannot be used."""
    return await in_thread(lambda: tuple(value_of(_public_key(each, folder)) for each in references))


def _signer(reference: str, folder: Path, password: Password, told: str) -> Outcome[Signer]:
    if is_address(reference):
        from floe.effects.signing import service

        return service.signer(reference, folder, password, told)
    return key_file.signer(folder / reference, password, told)


def _public_key(reference: str, folder: Path) -> Outcome[PublicKey]:
    if is_address(reference):
        from floe.effects.signing import service

        return service.public_key(reference, folder, reference)
    return key_file.public_key(folder / reference, reference)
