"""Keys in files, row R22: which are read, which are not and why, and what cosign makes of the same bytes."""

import base64
import json
import os
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, PublicFormat
from nacl.secret import SecretBox
from returns.result import Failure, Success

from floe.core.fault import NoPublicKey, NoSigningKey
from floe.effects.signing import cosign_key, reference, scheme
from tests.integration.signing.keys import (
    BAD,
    GOOD,
    b64,
    key,
    pkcs8,
    private_pem,
    public,
    public_key_of,
    public_pem,
    written,
)

pytestmark = pytest.mark.anyio

PASSWORD: Final = b"correct horse"
CONTENT: Final = b"what is signed"
# Made by cosign 3.1.3, `generate-key-pair`, with the password `pw`. It signs nothing.
COSIGN_KEY: Final = """-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
OCwicCI6MX0sInNhbHQiOiJGdStrN1JRcDB3MzNyVjVpaXh0TG5pMUx0VitJTEha
VXYxeEhQdjFVSEx3PSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
Iiwibm9uY2UiOiJyell1Y25hVHlGZWNuMWRBalV6UUQrUmhFaTRjdytGMyJ9LCJj
aXBoZXJ0ZXh0IjoiTDBkTG9jTGluUVhXbmFzUzFtWlZNRXFTZnpHd3dDUEtlZkN2
U1RGemRNcU56VG5XdG9lSmVFTzFRRVVhNmFRc1E4cGM2RnlXSUp6bTl4Z0NrTmJB
UlJQRFc1VDVoN2tLa3NQdm5EZGlCVlZqOHBTY05SZ2Y3QzdHSERmQ3RGMlk1bXF1
bnpRKzFlTnNyQ2N1MFJ2SXdwU0hLR0VMTXZpemZXamVwQjJJbWo0dVUvTFBlTDFs
NEpvNHR2ZUNQNk9ub3NZd09uaXBjcjRqYlE9PSJ9
-----END ENCRYPTED SIGSTORE PRIVATE KEY-----
"""
COSIGN_PUB: Final = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExykCF9sh82CmB9icwF28O1nfwGDU
UmLy4fLSPPbb0HYw8K+bh7wte0W+Cj30QR+r6n1M5T/AxjUXepGeLZ0zPg==
-----END PUBLIC KEY-----
"""


def given() -> bytes:
    return PASSWORD


def unasked() -> bytes:
    raise AssertionError("nobody needs a password here")


@cache
def box(secret: bytes, cost: int = 32768) -> str:
    """The JSON in a key file, made by the book and without floe."""
    salt, nonce = bytes(range(32)), bytes(range(24))
    derived = Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(PASSWORD)
    kdf = {"name": "scrypt", "params": {"N": cost, "r": 8, "p": 1}, "salt": b64(salt)}
    cipher = {"name": "nacl/secretbox", "nonce": b64(nonce)}
    ciphertext = SecretBox(derived).encrypt(secret, nonce).ciphertext
    return json.dumps({"kdf": kdf, "cipher": cipher, "ciphertext": b64(ciphertext)})


def changed(place: str, value: object) -> bytes:
    """A key file with one thing in it otherwise."""
    whole = json.loads(box(b"secret"))
    *folders, name = place.split(".")
    part = whole
    for folder in folders:
        part = part[folder]
    part[name] = value
    return armoured(json.dumps(whole))


def armoured(text: str, label: str = cosign_key.LABEL) -> bytes:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(text.encode()).decode()}-----END {label}-----\n".encode()


@cache
def sealed() -> bytes:
    return cosign_key.seal(pkcs8(key("P-256")), PASSWORD)


FILES: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "PKCS#8": ("P-256", lambda: private_pem(key("P-256"))),
    "PKCS#8 of P-384": ("P-384", lambda: private_pem(key("P-384"))),
    "PKCS#8 of RSA": ("RSA-2048", lambda: private_pem(key("RSA-2048"))),
    "PKCS#8, encrypted": ("P-256", lambda: private_pem(key("P-256"), PASSWORD)),
    "OpenSSL's own": ("P-256", lambda: private_pem(key("P-256"), form=PrivateFormat.TraditionalOpenSSL)),
    "OpenSSL's own, encrypted": (
        "RSA-2048",
        lambda: private_pem(key("RSA-2048"), PASSWORD, PrivateFormat.TraditionalOpenSSL),
    ),
    "cosign's": ("P-384", lambda: armoured(box(pkcs8(key("P-384"))))),
    "cosign's of RSA": ("RSA-2048", lambda: armoured(box(pkcs8(key("RSA-2048"))))),
    "old cosign's": ("P-256", lambda: armoured(box(pkcs8(key("P-256"))), "ENCRYPTED COSIGN PRIVATE KEY")),
    "cosign's that works longer": ("P-256", lambda: armoured(box(pkcs8(key("P-256")), 131072))),
    "floe's": ("P-256", sealed),
}


@pytest.mark.parametrize(("kind", "content"), FILES.values(), ids=FILES)
async def test_r22_a_key_in_a_file_signs(kind: str, content: Callable[[], bytes], tmp_path: Path) -> None:
    file = written(tmp_path / "any.name", content())
    signer = (await reference.signer(file.name, tmp_path, given)).unwrap()
    assert signer.public == public(kind)
    assert scheme.holds(signer.public, (await signer.sign(CONTENT)).unwrap(), CONTENT)
    assert not scheme.holds(signer.public, (await signer.sign(CONTENT)).unwrap(), b"something else")
    assert signer.doubts == ()


async def test_a_key_that_cosign_made_is_read(tmp_path: Path) -> None:
    written(tmp_path / "cosign.key", COSIGN_KEY.encode())
    signer = (await reference.signer("cosign.key", tmp_path, lambda: b"pw")).unwrap()
    assert signer.public.pem == COSIGN_PUB


def test_a_key_file_of_floe_holds_what_one_of_cosign_holds() -> None:
    assert json.dumps(shape(held(sealed()))) == json.dumps(shape(held(COSIGN_KEY.encode())))
    mine, cosigns = ([len(line) for line in pem.splitlines()[:-2]] for pem in (sealed(), COSIGN_KEY.encode()))
    assert mine == cosigns


def test_two_files_of_one_key_have_nothing_in_common() -> None:
    first, second = (held(cosign_key.seal(b"secret", PASSWORD)) for _ in range(2))
    assert first["kdf"]["salt"] != second["kdf"]["salt"]
    assert first["cipher"]["nonce"] != second["cipher"]["nonce"]


def held(pem: bytes) -> Any:
    """The JSON in a key file."""
    return json.loads(base64.b64decode(b"".join(pem.splitlines()[1:-1])))


def shape(part: Any) -> Any:
    """Everything but what is drawn at random, in its order."""
    if isinstance(part, dict):
        return {name: shape(inner) for name, inner in part.items()}
    return part if isinstance(part, int) or part in ("scrypt", "nacl/secretbox") else len(base64.b64decode(part))


UNUSABLE: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "another password": ("a password that does not open it", COSIGN_KEY.encode),
    "another password for PKCS#8": (
        "a password that does not open it",
        lambda: private_pem(key("P-256"), b"another"),
    ),
    "an altered secret": ("a password that does not open it", lambda: changed("ciphertext", b64(bytes(40)))),
    "no armour's end": ("a damaged cosign key file", lambda: armoured(box(b"secret"))[:-10]),
    "no base64": ("a damaged cosign key file", lambda: armoured(box(b"secret")).replace(b"\n", b"\n!", 1)),
    "no JSON": ("a damaged cosign key file", lambda: armoured(box(b"secret")[:-9])),
    "a missing part": ("a damaged cosign key file (Object missing", lambda: armoured("{}")),
    "a salt that is none": ("a damaged cosign key file (", lambda: changed("kdf.salt", "?")),
    "a short nonce": ("a damaged cosign key file (a nonce of 3 bytes)", lambda: changed("cipher.nonce", "AAAA")),
    "endless work": (
        "scrypt parameters that cosign does not use (N=1073741824",
        lambda: changed("kdf.params.N", 2**30),
    ),
    "little work": ("scrypt parameters that cosign does not use (N=2,", lambda: changed("kdf.params.N", 2)),
    "wide work": ("scrypt parameters that cosign does not use (N=32768, r=64", lambda: changed("kdf.params.r", 64)),
    "much work": ("scrypt parameters that cosign does not use", lambda: changed("kdf.params.p", 2)),
    "another derivation": ("a key file of another making ('argon2id'", lambda: changed("kdf.name", "argon2id")),
    "another cipher": ("a key file of another making", lambda: changed("cipher.name", "aes")),
    "no key in the box": ("a cosign key file without a private key in it", lambda: armoured(box(b"secret"))),
    "a weak key in the box": (BAD["RSA-1024"], lambda: armoured(box(pkcs8(key("RSA-1024"))))),
    "a public key": ("a public key", lambda: public_pem(key("P-256"))),
    "something else": ("no private key", lambda: b"hello"),
    "nothing": ("no private key", lambda: b""),
    "half a key": ("no private key", lambda: private_pem(key("P-256"))[:90]),
    "too much": ("a file of more than 65536 bytes", lambda: private_pem(key("P-256")) + b" " * 65536),
    **{kind: (found, lambda kind=kind: private_pem(key(kind))) for kind, found in BAD.items()},  # type: ignore[misc]
}


@pytest.mark.parametrize(("found", "content"), UNUSABLE.values(), ids=UNUSABLE)
async def test_r22_what_is_no_key_to_sign_with_is_told(
    found: str, content: Callable[[], bytes], tmp_path: Path
) -> None:
    written(tmp_path / "floe.key", content())
    fault = (await reference.signer("floe.key", tmp_path, given)).failure()
    assert isinstance(fault, NoSigningKey)
    assert fault.where == "floe.key"
    assert fault.found.startswith(found)
    assert ("password" in fault.expected) == ("password" in found)


@pytest.mark.parametrize("content", [COSIGN_KEY.encode, lambda: private_pem(key("P-256"), PASSWORD)])
async def test_a_key_that_needs_a_password_says_so_where_there_is_none(
    content: Callable[[], bytes], tmp_path: Path
) -> None:
    written(tmp_path / "floe.key", content())
    fault = (await reference.signer("floe.key", tmp_path, lambda: None, "signing.key")).failure()
    expected = "its password in FLOE_SIGNING_PASSWORD or COSIGN_PASSWORD"
    found = "an encrypted key, and no password for it"
    assert fault == NoSigningKey(where="signing.key", found=found, expected=expected)


async def test_nobody_is_asked_for_a_password_that_is_not_needed(tmp_path: Path) -> None:
    def unasked() -> bytes:
        raise AssertionError("a password is asked for")

    written(tmp_path / "open.key", private_pem(key("P-256")))
    assert isinstance(await reference.signer("open.key", tmp_path, unasked), Success)


async def test_a_key_that_lies_open_signs_with_a_doubt(tmp_path: Path) -> None:
    for name, content in (("open.key", private_pem(key("P-256"))), ("kept.key", private_pem(key("P-256"), PASSWORD))):
        written(tmp_path / name, content, mode=0o644)
    bare, kept = [(await reference.signer(name, tmp_path, given)).unwrap() for name in ("open.key", "kept.key")]
    assert bare.doubts == ("open.key is not encrypted, and others may read it",)
    assert kept.doubts == ()


async def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    found = {
        name: (
            (await reference.signer(name, tmp_path, given)).failure(),
            (await public_key_of(name, tmp_path)).failure(),
        )
        for name in ("missing", "folder", "pipe", "a" * 300)
    }
    assert all(isinstance(faults[0], NoSigningKey) and isinstance(faults[1], NoPublicKey) for faults in found.values())
    assert [str(faults[1]).partition("found=")[2][:20] for faults in found.values()] == [
        "'no such file', expe",
        "'it is no regular fi",
        "'it is no regular fi",
        "'it cannot be read: ",
    ]


@pytest.mark.parametrize("kind", GOOD)
async def test_a_public_key_is_read_and_written_as_it_is(kind: str, tmp_path: Path) -> None:
    written(tmp_path / "floe.pub", public_pem(key(kind)))
    found = (await public_key_of("floe.pub", tmp_path)).unwrap()
    assert found.pem.encode() == public_pem(key(kind))
    assert base64.b64decode(found.hint).hex() == found.fingerprint


def compressed() -> bytes:
    """The same key as others spell it: the digest of the file is not that of the key."""
    point = key("P-256").public_key()
    assert isinstance(point, EllipticCurvePublicKey)
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    der = head + point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(der) + b"-----END PUBLIC KEY-----\n"


NOT_PUBLIC: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "a private key": ("a private key", lambda: private_pem(key("P-256"))),
    "cosign's private key": ("a private key", COSIGN_KEY.encode),
    "a certificate": ("a certificate", lambda: b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
    "a compressed point": (scheme.OTHERWISE, compressed),
    "half a key": ("no PEM public key", lambda: COSIGN_PUB.encode()[:100]),
    "nothing": ("no PEM public key", lambda: b""),
    "too much": ("a file of more than 65536 bytes", lambda: b" " * 70000),
    **{kind: (found, lambda kind=kind: public_pem(key(kind))) for kind, found in BAD.items()},  # type: ignore[misc]
}


@pytest.mark.parametrize(("found", "content"), NOT_PUBLIC.values(), ids=NOT_PUBLIC)
async def test_r22_what_is_no_public_key_is_told(found: str, content: Callable[[], bytes], tmp_path: Path) -> None:
    written(tmp_path / "floe.pub", content())
    expected = "a public key in PEM: an ECDSA key (P-256 or P-384), or an RSA key of 2048 bits or more"
    fault = NoPublicKey(where="floe.pub", found=found, expected=expected)
    assert await public_key_of("floe.pub", tmp_path) == Failure(fault)


def test_a_key_file_cut_off_or_altered_anywhere_opens_nothing() -> None:
    """Whatever is left of it is damaged, of another making, or does not open; nothing raises."""
    draw = random.Random(6)
    for _ in range(40):
        altered = bytearray(sealed())
        altered[draw.randrange(len(altered))] ^= 1 << draw.randrange(8)
        found = cosign_key.unseal(bytes(altered[: draw.randrange(len(altered))]), PASSWORD)
        assert isinstance(found, Failure)
