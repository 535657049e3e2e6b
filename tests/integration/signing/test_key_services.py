"""Keys that a service keeps: securesystemslib's own signers, and one of our own that is registered as it advises."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from returns.result import Failure
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, CryptoSigner, SecretsHandler, Signature, SSlibKey

from floe.core.fault import NoPublicKey, NoSigningKey, Unavailable
from floe.effects.signing import reference, scheme
from tests.integration.signing.keys import (
    BAD,
    GOOD,
    key,
    private_pem,
    public,
    public_key_of,
    public_pem,
    written,
)

pytestmark = pytest.mark.anyio

PIN: Final = "1234"


class Vault:
    """A service with a key of each kind, which wants a PIN: `vault:P-256`, and in other moods `vault:slow/P-256`."""

    def __init__(self, name: str, public_key: SSlibKey) -> None:
        self._mood, _, kind = name.rpartition("/")
        self._inner = CryptoSigner(key(kind), public_key)

    @classmethod
    def import_(cls, name: str) -> tuple[str, SSlibKey]:
        if name == "closed":
            raise ConnectionRefusedError("nobody\x1b[0m\nthere")
        return f"vault:{name}", SSlibKey.from_crypto(key(name.rpartition("/")[2]).public_key())

    @classmethod
    def from_priv_key_uri(cls, uri: str, public_key: SSlibKey, secrets_handler: SecretsHandler) -> "Vault":
        if secrets_handler("PIN") != PIN:
            raise PermissionError("wrong PIN")
        return cls(uri.partition(":")[2], public_key)

    def sign(self, payload: bytes) -> Signature:
        if self._mood == "slow":
            raise TimeoutError("no answer")
        return self._inner.sign(payload + b"!" if self._mood == "mistaken" else payload)


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    SIGNER_FOR_URI_SCHEME["vault"] = Vault
    yield
    del SIGNER_FOR_URI_SCHEME["vault"]


def pin() -> bytes:
    return PIN.encode()


@pytest.mark.parametrize("kind", GOOD)
async def test_r22_a_service_signs_and_says_what_its_public_key_is(kind: str, tmp_path: Path) -> None:
    signer = (await reference.signer(f"vault:{kind}", tmp_path, pin)).unwrap()
    assert signer.public == (await public_key_of(f"vault:{kind}", tmp_path)).unwrap() == public(kind)
    assert scheme.holds(public(kind), (await signer.sign(b"content")).unwrap(), b"content")
    assert signer.doubts == ()


@pytest.mark.parametrize("kind", GOOD)
async def test_r22_its_public_key_may_stand_behind_the_address(kind: str, tmp_path: Path) -> None:
    """With `file2`, a signer that securesystemslib brings, and which cannot say what its public key is."""
    written(tmp_path / "floe.pub", public_pem(key(kind)))
    pem = written(tmp_path / "floe.pem", private_pem(key(kind)))
    address = f"file2:{pem}#floe.pub"
    signer = (await reference.signer(address, tmp_path, pin)).unwrap()
    assert signer.public == (await public_key_of(address, tmp_path)).unwrap() == public(kind)
    assert scheme.holds(public(kind), (await signer.sign(b"content")).unwrap(), b"content")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("nobody:knows", "an address of an unknown kind; known are awskms, "),
        ("nobody:knows#floe.pub", "ValueError: Unsupported private key scheme nobody"),
        ("file2:floe.pem", "no public key; write file2:floe.pem#FILE with its public key in FILE"),
        ("azurekms:vault/key", "no public key; write azurekms:vault/key#FILE with its public key in FILE"),
        ("vault:P-256#missing.pub", "no such file at missing.pub"),
        ("vault:P-256#floe.pem", "a private key at floe.pem"),
        ("vault:closed", "ConnectionRefusedError: nobody\\x1b[0m there"),
        ("vault:Ed25519", "no PEM public key"),
        ("vault:P-521", BAD["P-521"]),
        ("vault:P-384#floe.pub", "ValueError: "),  # the public key of another
        ("file2:missing.pem#floe.pub", "FileNotFoundError: "),
        ("azurekms://vault/keys/floe/1#floe.pub", "UnsupportedLibraryError: "),
    ],
)
async def test_r22_what_cannot_sign_is_told(address: str, found: str, tmp_path: Path) -> None:
    written(tmp_path / "floe.pem", private_pem(key("P-256")))
    written(tmp_path / "floe.pub", public_pem(key("P-256")))
    fault = (await reference.signer(address, tmp_path, pin)).failure()
    assert isinstance(fault, NoSigningKey)
    assert fault.where == address
    assert fault.found.startswith(found)


async def test_r22_what_names_no_public_key_is_told(tmp_path: Path) -> None:
    for address in ("nobody:knows", "file2:floe.pem", "vault:closed", "vault:RSA-1024"):
        fault = (await public_key_of(address, tmp_path)).failure()
        assert isinstance(fault, NoPublicKey)
        assert fault.where == address


async def test_a_secret_that_a_service_asks_for_is_the_password(tmp_path: Path) -> None:
    without = (await reference.signer("vault:P-256", tmp_path, lambda: None)).failure()
    wrong = (await reference.signer("vault:P-256", tmp_path, lambda: b"4321")).failure()
    assert isinstance(without, NoSigningKey)
    assert isinstance(wrong, NoSigningKey)
    assert without.found == (
        "ValueError: it asks for a secret (PIN): its password in FLOE_SIGNING_PASSWORD or COSIGN_PASSWORD"
    )
    assert wrong.found == "PermissionError: wrong PIN"


async def test_a_service_that_fails_when_it_should_sign_is_not_available(tmp_path: Path) -> None:
    signer = (await reference.signer("vault:slow/P-256", tmp_path, pin, "the key")).unwrap()
    assert await signer.sign(b"content") == Failure(Unavailable(where="the key", why="TimeoutError: no answer"))


async def test_a_signature_that_does_not_fit_is_not_handed_on(tmp_path: Path) -> None:
    signer = (await reference.signer("vault:mistaken/P-256", tmp_path, pin, "the key")).unwrap()
    fault = (await signer.sign(b"content")).failure()
    assert isinstance(fault, NoSigningKey)
    assert fault.found == "a signature that does not fit the public key"


async def test_a_file_whose_name_looks_like_an_address_is_named_by_its_path(tmp_path: Path) -> None:
    written(tmp_path / "vault:P-384", private_pem(key("P-256")))
    signer = (await reference.signer("./vault:P-384", tmp_path, pin)).unwrap()
    assert signer.public == public("P-256")
