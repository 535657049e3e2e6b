"""Fulcio: a short-lived certificate for whoever has an identity token, logged before it is handed out."""

import base64
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.servers.sigstore import der, extensions
from tests.servers.sigstore.basics import SHA256, RefusedError, Watch, log_id
from tests.servers.sigstore.certificates import Certified, usage
from tests.servers.sigstore.tokens import Provider, verified

SCT_LIST: Final = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
INVALID: Final = 400


@dataclass(frozen=True)
class Profile:
    """What a certificate will say, before it is signed."""

    names: tuple[x509.GeneralName, ...]
    extensions: tuple[tuple[str, bytes], ...]
    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.CODE_SIGNING,)
    life: timedelta = timedelta(minutes=10)
    signs: bool = True
    logged: bool = True


class Fulcio:
    """`changed` makes other certificates of what would be right ones."""

    def __init__(self, providers: tuple[Provider, ...], watch: Watch) -> None:
        since = watch.now() - timedelta(days=1)
        self.providers = providers
        self.watch = watch
        self.root = Certified.root("root", "P-384", since, below=1)
        self.authority = self.root.intermediate("intermediate", since)
        self.log_key = ec.generate_private_key(ec.SECP256R1())
        self.changed: Callable[[Profile], Profile] = lambda profile: profile

    def answer(self, request: dict[str, Any], bearer: str) -> dict[str, Any]:
        """The answer to `POST /api/v2/signingCert`."""
        token = request.get("credentials", {}).get("oidcIdentityToken") or bearer
        provider, claims = verified(token, self.providers, self.watch)
        certificate = self.certify(_requested_key(request, provider, claims), provider, claims)
        chain = (certificate, self.authority.certificate, self.root.certificate)
        spelt = [each.public_bytes(Encoding.PEM).decode() for each in chain]
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": spelt}}}

    def certify(self, key: ec.EllipticCurvePublicKey, provider: Provider, claims: dict[str, Any]) -> x509.Certificate:
        usual = Profile((extensions.name(provider.kind, claims),), extensions.all_of(provider.kind, claims))
        return self._issued(key, self.changed(usual))

    def _issued(self, key: ec.EllipticCurvePublicKey, profile: Profile) -> x509.Certificate:
        """First as a precertificate, which the log promises to keep; then with that promise in it."""
        builder = self.authority.begin(x509.Name([]), key, self.watch.now(), profile.life)
        builder = builder.add_extension(usage(signs=profile.signs, certifies=not profile.signs), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(profile.purposes), critical=False)
        if profile.names:
            builder = builder.add_extension(x509.SubjectAlternativeName(profile.names), critical=True)
        for number, value in profile.extensions:
            builder = _extended(builder, x509.ObjectIdentifier(number), value)
        before = self._signed(builder)
        if not profile.logged:
            return before
        promise = self._promise(before.tbs_certificate_bytes)
        one = struct.pack(">H", len(promise)) + promise
        return self._signed(_extended(builder, SCT_LIST, der.octets(struct.pack(">H", len(one)) + one)))

    def _signed(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        return builder.sign(self.authority.key, self.authority.algorithm)

    def _promise(self, precertificate: bytes) -> bytes:
        """A signed certificate timestamp (RFC 6962, section 3.2), spelt as TLS spells it."""
        at = self.watch.seconds() * 1000
        issuer = log_id(self.authority.key)
        entry = issuer + len(precertificate).to_bytes(3, "big") + precertificate
        signature = self.log_key.sign(struct.pack(">BBQH", 0, 0, at, 1) + entry + struct.pack(">H", 0), SHA256)
        head = struct.pack(">B32sQH", 0, log_id(self.log_key), at, 0)
        return head + struct.pack(">BBH", 4, 3, len(signature)) + signature


def _requested_key(request: dict[str, Any], provider: Provider, claims: dict[str, Any]) -> ec.EllipticCurvePublicKey:
    """The key to certify, once its owner has proved to have the other half."""
    try:
        if "certificateSigningRequest" in request:
            wanted = x509.load_pem_x509_csr(base64.b64decode(request["certificateSigningRequest"]))
            return _elliptic(wanted.public_key()) if wanted.is_signature_valid else _refuse("bad CSR signature")
        asked = request["publicKeyRequest"]
        key = _elliptic(load_pem_public_key(asked["publicKey"]["content"].encode()))
        subject = claims["email"] if provider.kind == "email" else claims["sub"]
        key.verify(base64.b64decode(asked["proofOfPossession"]), subject.encode(), SHA256)
    except (InvalidSignature, ValueError, KeyError) as error:
        raise RefusedError(INVALID, "The signature supplied in the request could not be verified") from error
    return key


def _elliptic(key: object) -> ec.EllipticCurvePublicKey:
    return key if isinstance(key, ec.EllipticCurvePublicKey) else _refuse("no key on an elliptic curve")


def _refuse(why: str) -> ec.EllipticCurvePublicKey:
    raise RefusedError(INVALID, why)


def _extended(builder: x509.CertificateBuilder, number: x509.ObjectIdentifier, value: bytes) -> x509.CertificateBuilder:
    return builder.add_extension(x509.UnrecognizedExtension(number, value), critical=False)
