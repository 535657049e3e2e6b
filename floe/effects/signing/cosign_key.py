"""cosign's file for a private key: PKCS#8 in a box that a password opens.

The box is NaCl's (XSalsa20 and Poly1305), its key comes from the password by scrypt, and all of it stands as JSON
within PEM armour, as go-securesystemslib writes it. PyNaCl makes the box: it is by the authors of `cryptography`,
which has no such cipher, and a cipher is nothing to write oneself.
"""

import base64
import os
import textwrap
from typing import Final

import msgspec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from returns.result import Failure, Result, Success

from floe.core import notation
from floe.core.value import Value

LABEL: Final = "ENCRYPTED SIGSTORE PRIVATE KEY"
LABELS: Final = (LABEL, "ENCRYPTED COSIGN PRIVATE KEY")  # the second is cosign's before 2.0
COSTS: Final = (32768, 65536, 131072)  # of scrypt; another one would let a file choose how long we work
COST: Final = 65536
SALT: Final = 32  # bytes
DAMAGED: Final = "a damaged cosign key file"
WRONG_PASSWORD: Final = "a password that does not open it"  # noqa: S105 (a sentence, no password)


class _Costs(Value, frozen=True, kw_only=True, rename={"n": "N"}):
    n: int
    r: int
    p: int


class _Derivation(Value, frozen=True, kw_only=True):
    name: str = "scrypt"
    params: _Costs
    salt: bytes


class _Cipher(Value, frozen=True, kw_only=True):
    name: str = "nacl/secretbox"
    nonce: bytes


class _Box(Value, frozen=True, kw_only=True):
    kdf: _Derivation
    cipher: _Cipher
    ciphertext: bytes


def is_sealed(pem: bytes) -> bool:
    return any(f"-----BEGIN {label}-----".encode() in pem for label in LABELS)


def seal(secret: bytes, password: bytes) -> bytes:
    """The file that keeps a secret behind a password."""
    costs, salt, nonce = _Costs(n=COST, r=8, p=1), os.urandom(SALT), os.urandom(SecretBox.NONCE_SIZE)
    ciphertext = SecretBox(_key(password, salt, costs)).encrypt(secret, nonce).ciphertext
    kdf, cipher = _Derivation(params=costs, salt=salt), _Cipher(nonce=nonce)
    body = base64.b64encode(msgspec.json.encode(_Box(kdf=kdf, cipher=cipher, ciphertext=ciphertext))).decode()
    return "\n".join((f"-----BEGIN {LABEL}-----", *textwrap.wrap(body, 64), f"-----END {LABEL}-----", "")).encode()


def unseal(pem: bytes, password: bytes) -> Result[bytes, str]:
    """The secret in a file, or why it stays there."""
    return _body(pem).bind(_box).bind(_known).bind(lambda box: _opened(box, password))


def _body(pem: bytes) -> Result[object, str]:
    """The JSON within the armour."""
    text = pem.decode(errors="replace")
    for label in LABELS:
        _, begin, rest = text.partition(f"-----BEGIN {label}-----")
        armoured, end, _ = rest.partition(f"-----END {label}-----")
        if begin and end:
            return _decoded("".join(armoured.split())).bind(notation.read).alt(lambda _: DAMAGED)
    return Failure(DAMAGED)


def _decoded(text: str) -> Result[bytes, str]:
    try:
        return Success(base64.b64decode(text, validate=True))
    except ValueError:
        return Failure(DAMAGED)


def _box(plain: object) -> Result[_Box, str]:
    try:
        return Success(msgspec.convert(plain, _Box))
    except msgspec.ValidationError as error:
        return Failure(f"{DAMAGED} ({error})")


def _known(box: _Box) -> Result[_Box, str]:
    """A box that this floe will try to open: its parameters are those that cosign has had."""
    costs = box.kdf.params
    if (box.kdf.name, box.cipher.name) != ("scrypt", "nacl/secretbox"):
        return Failure(f"a key file of another making ({box.kdf.name!r:.40}, {box.cipher.name!r:.40})")
    if costs.n not in COSTS or (costs.r, costs.p) != (8, 1):
        return Failure(f"scrypt parameters that cosign does not use (N={costs.n}, r={costs.r}, p={costs.p})")
    if len(box.cipher.nonce) != SecretBox.NONCE_SIZE:
        return Failure(f"{DAMAGED} (a nonce of {len(box.cipher.nonce)} bytes)")
    return Success(box)


def _opened(box: _Box, password: bytes) -> Result[bytes, str]:
    try:
        secret = SecretBox(_key(password, box.kdf.salt, box.kdf.params))
        return Success(secret.decrypt(box.ciphertext, box.cipher.nonce))
    except CryptoError:
        return Failure(WRONG_PASSWORD)


def _key(password: bytes, salt: bytes, costs: _Costs) -> bytes:
    return Scrypt(salt=salt, length=SecretBox.KEY_SIZE, n=costs.n, r=costs.r, p=costs.p).derive(password)
