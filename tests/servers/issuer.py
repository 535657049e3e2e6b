"""An OIDC issuer on this machine: discovery, a key set, tokens of every kind, and every way to misbehave.

Tokens are put together by hand, so that they can be wrong in ways that no library would let them be.
"""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Mapping
from typing import Any, Final, Self, TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.servers import delivery
from tests.servers.listener import Listener
from tests.servers.recorder import Recorder
from tests.servers.wire import Answer, Line, Request, Silence, refusal

Private: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
Claims: TypeAlias = Mapping[str, Any]

DISCOVERY: Final = "/.well-known/openid-configuration"
KEYS: Final = "/keys"
SHORT, LONG = hashes.SHA256(), hashes.SHA384()
CURVES: Final = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "secp256k1": ec.SECP256K1()}


def spelt(content: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _number(value: int, size: int | None = None) -> str:
    return spelt(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class SigningKey:
    """A key with its id and what its issuer publishes of it."""

    def __init__(self, kid: str | None, private: Private, **more: object) -> None:
        self.kid = kid
        self.private = private
        self.published = {**_public(private), **({"kid": kid} if kid else {}), **more}

    @classmethod
    def rsa(cls, kid: str | None, bits: int = 2048, **more: object) -> "SigningKey":
        return cls(kid, rsa.generate_private_key(65537, bits), **more)

    @classmethod
    def ec(cls, kid: str | None, curve: str = "P-256", **more: object) -> "SigningKey":
        return cls(kid, ec.generate_private_key(CURVES[curve]), **more)

    @classmethod
    def ed25519(cls, kid: str | None, **more: object) -> "SigningKey":
        return cls(kid, ed25519.Ed25519PrivateKey.generate(), **more)

    def sign(self, algorithm: str, content: bytes) -> bytes:
        """A signature as RFC 7518, section 3, has it; `HS256` takes the public key for a secret."""
        chosen = LONG if algorithm.endswith("384") else SHORT
        match self.private:
            case _ if algorithm == "none":
                return b""
            case _ if algorithm.startswith("HS"):
                return hmac.new(json.dumps(self.published).encode(), content, hashlib.sha256).digest()
            case rsa.RSAPrivateKey() as key if algorithm.startswith("PS"):
                return key.sign(content, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)
            case rsa.RSAPrivateKey() as key:
                return key.sign(content, padding.PKCS1v15(), chosen)
            case ec.EllipticCurvePrivateKey() as key:
                size = (key.curve.key_size + 7) // 8
                parts = decode_dss_signature(key.sign(content, ec.ECDSA(chosen)))
                return b"".join(part.to_bytes(size, "big") for part in parts)
            case ed25519.Ed25519PrivateKey() as key:
                return key.sign(content)


def _public(private: Private) -> dict[str, object]:
    match private.public_key():
        case rsa.RSAPublicKey() as key:
            numbers = key.public_numbers()
            return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
        case ec.EllipticCurvePublicKey() as key:
            point, size = key.public_numbers(), (key.curve.key_size + 7) // 8
            name = next(name for name, curve in CURVES.items() if curve.name == key.curve.name)
            return {"kty": "EC", "crv": name, "x": _number(point.x, size), "y": _number(point.y, size)}
        case ed25519.Ed25519PublicKey() as key:
            return {"kty": "OKP", "crv": "Ed25519", "x": spelt(key.public_bytes_raw())}


class Issuer:
    """Runs from entering to leaving its block. What it publishes may be changed at any time."""

    def __init__(self, *keys: SigningKey) -> None:
        self._listener = Listener(self._serve)
        self._stopping = threading.Event()
        self.asked = Recorder()
        self.keys = list(keys) or [SigningKey.ec("first")]
        self.discovery: dict[str, object] = {}  # what it says otherwise than it should
        self.answers: dict[str, Answer] = {}  # instead of the right one, by path

    @property
    def url(self) -> str:
        return f"http://{self._listener.authority}"

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._listener.close()

    @property
    def key_set(self) -> dict[str, object]:
        return {"keys": [key.published for key in self.keys]}

    def claims(self, now: int, **more: Any) -> dict[str, Any]:
        """What a good token says; a claim given as `...` is left out."""
        usual: dict[str, Any] = {"iss": self.url, "aud": "floe", "sub": "someone", "jti": "token-1"}
        usual |= {"iat": now, "exp": now + 300}
        return {name: value for name, value in {**usual, **more}.items() if value is not ...}

    def mint(
        self,
        claims: Claims | str,
        key: SigningKey | None = None,
        algorithm: str = "ES256",
        headers: Mapping[str, object] | None = None,
    ) -> str:
        """A token; a header given as `...` is left out, claims given as text are taken as they are."""
        signer = key or self.keys[0]
        usual: dict[str, Any] = {"typ": "JWT", "alg": algorithm, "kid": signer.kid or ...}
        header = {name: value for name, value in {**usual, **(headers or {})}.items() if value is not ...}
        payload = claims if isinstance(claims, str) else json.dumps(claims)
        content = f"{spelt(json.dumps(header).encode())}.{spelt(payload.encode())}"
        return f"{content}.{spelt(signer.sign(algorithm, content.encode()))}"

    def is_silent(self, path: str, seconds: float = 60.0) -> None:
        """From now on nothing is said at a path, for a long time."""
        self.answers[path] = Answer(200, (), b"", Silence(seconds))

    def _serve(self, request: Request, client: socket.socket) -> bool:
        answer = self.answers.get(request.path) or self._right(request)
        self.asked.note(request, answer)
        return delivery.deliver(request, answer, client, Line((), self._right, self._stopping))

    def _right(self, request: Request) -> Answer:
        if request.path == DISCOVERY:
            said = {"issuer": self.url, "jwks_uri": f"{self.url}{KEYS}", **self.discovery}
            return _json(said)
        return _json(self.key_set) if request.path == KEYS else refusal(404, "NOT_FOUND", "nothing here")


def _json(value: object) -> Answer:
    return Answer(200, (("Content-Type", "application/json"),), json.dumps(value).encode())
