"""Keys that a service or a device keeps, reached through securesystemslib's signers: `awskms:…`, `hsm:…` and others.

A signer of securesystemslib must be told its public key. It stands behind the address, `awskms:alias/floe#floe.pub`;
without one the service is asked, where its signer knows how.
"""

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from returns.result import Failure, Result, Success
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, SSlibKey
from securesystemslib.signer import Signer as Foreign

from floe.core.fault import NoPublicKey, NoSigningKey, Unavailable
from floe.core.outcome import settled
from floe.core.plain import plain
from floe.effects.blocking import FaultError, in_thread
from floe.effects.ports import Outcome
from floe.effects.signing import key_file, scheme
from floe.effects.signing.public_key import PublicKey
from floe.effects.signing.signer import Password

T = TypeVar("T")

CURVES: Final = {"secp256r1": "ecdsa-sha2-nistp256", "secp384r1": "ecdsa-sha2-nistp384"}
RSA: Final = "rsa-pkcs1v15-sha256"
LONGEST: Final = 300  # characters of what a service says
EXPECTED: Final = "a key that this service signs with, and what its signer needs (securesystemslib)"


class ServiceSigner:
    """Signs with a key that never leaves its service."""

    doubts: tuple[str, ...] = ()

    def __init__(self, foreign: Foreign, public: PublicKey, told: str) -> None:
        self._foreign = foreign
        self._told = told
        self.public = public

    async def sign(self, content: bytes, /) -> Outcome[bytes]:
        return await in_thread(partial(self._sign, content))

    def _sign(self, content: bytes) -> bytes:
        match settled(_tried(lambda: bytes.fromhex(self._foreign.sign(content).signature))):
            case Success(signature) if scheme.holds(self.public, signature, content):
                return signature
            case Success():
                found = "a signature that does not fit the public key"
                raise FaultError(NoSigningKey(where=self._told, found=found, expected="the public key of this key"))
            case Failure(why):
                raise FaultError(Unavailable(where=self._told, why=why))


def signer(uri: str, folder: Path, password: Password, told: str) -> Outcome[ServiceSigner]:
    address = uri.partition("#")[0]
    found = _public(uri, folder).bind(
        lambda public: _tried(partial(_foreign, address, public, password)).map(
            lambda foreign: ServiceSigner(foreign, public, told)
        )
    )
    return found.alt(lambda instead: NoSigningKey(where=told, found=instead, expected=EXPECTED))


def public_key(uri: str, folder: Path, told: str) -> Outcome[PublicKey]:
    return _public(uri, folder).alt(lambda instead: NoPublicKey(where=told, found=instead, expected=key_file.PUBLIC))


def _public(uri: str, folder: Path) -> Result[PublicKey, str]:
    """The public key that is named behind an address, else the one that its service names."""
    address, _, file = uri.partition("#")
    if file:
        return key_file.read_public(folder / file).alt(lambda instead: f"{instead} at {file}")
    kind, _, name = address.partition(":")
    signer = SIGNER_FOR_URI_SCHEME.get(kind)
    if signer is None:
        known = ", ".join(sorted(SIGNER_FOR_URI_SCHEME))
        return Failure(f"an address of an unknown kind; known are {known}")
    ask = getattr(signer, "import_", None)
    if ask is None or not _takes_one(ask):
        return Failure(f"no public key; write {address}#FILE with its public key in FILE")
    return _tried(lambda: str(ask(name)[1].keyval["public"]).encode()).bind(scheme.read_public)


def _takes_one(ask: Callable[..., object]) -> bool:
    try:
        inspect.signature(ask).bind("name")
    except TypeError:
        return False
    return True


def _foreign(address: str, public: PublicKey, password: Password) -> Foreign:
    key = load_der_public_key(public.der)
    name = CURVES[key.curve.name] if isinstance(key, EllipticCurvePublicKey) else RSA

    def secret(what: str) -> str:
        given = password()
        if given is None:
            raise ValueError(f"it asks for a secret ({what}): {key_file.PASSWORD}")
        return given.decode()

    return Foreign.from_priv_key_uri(address, SSlibKey.from_crypto(key, scheme=name), secret)


def _tried(call: Callable[[], T]) -> Result[T, str]:
    """What a signer does; it may fail in any way that its service's own library has."""
    try:
        return Success(call())
    except Exception as error:  # noqa: BLE001 (securesystemslib advises so: its signers promise no exceptions)
        told = plain(f"{type(error).__name__}: {error}").replace("\n", " ")
        return Failure(told[:LONGEST])
