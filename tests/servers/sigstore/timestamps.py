"""A timestamping authority (RFC 3161)."""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from tests.servers.sigstore import der
from tests.servers.sigstore.basics import SHA256, Watch
from tests.servers.sigstore.certificates import Certified

HASHES: Final = {32: "2.16.840.1.101.3.4.2.1", 48: "2.16.840.1.101.3.4.2.2", 64: "2.16.840.1.101.3.4.2.3"}  # by size
POLICY: Final = "1.3.6.1.4.1.57264.2"
SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
TIMESTAMP: Final = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.47"
ECDSA_SHA256: Final = "1.2.840.10045.4.3.2"


class TimestampAuthority:
    def __init__(self, watch: Watch) -> None:
        since = watch.now() - timedelta(days=1)
        self.watch = watch
        self.root = Certified.root("timestamping root", "P-256", since, below=0)
        self.signer = self.root.timestamper("timestamping", since)

    def answer(self, query: bytes) -> bytes:
        """The answer to a TimeStampReq as RFC 3161, section 2.4.1, spells it."""
        _, request = next(der.parts(query))
        (_, _), (_, imprint), *others = der.parts(request)
        (_, _), (_, digest) = der.parts(imprint)
        nonce = next((int.from_bytes(body, "big") for tag, body in others if tag == der.INTEGER), None)
        wants_certificate = any(tag == der.BOOLEAN and body != b"\0" for tag, body in others)
        return self.stamp(digest, nonce, with_certificate=wants_certificate)

    def stamp(self, digest: bytes, nonce: int | None = None, *, with_certificate: bool = False) -> bytes:
        info = self._info(digest, nonce)
        attributes = self._attributes(info)
        sha256 = der.sequence(der.identifier(HASHES[32]))
        issuer = der.sequence(
            self.signer.certificate.issuer.public_bytes(), der.whole(self.signer.certificate.serial_number)
        )
        signer = der.sequence(
            der.whole(1),
            issuer,
            sha256,
            der.tagged(der.CONTEXT, _body(attributes)),
            der.sequence(der.identifier(ECDSA_SHA256)),
            der.octets(self.signer.key.sign(attributes, SHA256)),
        )
        content = der.sequence(der.identifier(TIMESTAMP), der.tagged(der.CONTEXT, der.octets(info)))
        certificates = der.tagged(der.CONTEXT, self._certificate) if with_certificate else b""
        signed = der.sequence(der.whole(3), der.set_of(sha256), content, certificates, der.set_of(signer))
        token = der.sequence(der.identifier(SIGNED_DATA), der.tagged(der.CONTEXT, signed))
        return der.sequence(der.sequence(der.whole(0)), token)

    @property
    def _certificate(self) -> bytes:
        return self.signer.certificate.public_bytes(Encoding.DER)

    def _info(self, digest: bytes, nonce: int | None) -> bytes:
        imprint = der.sequence(der.sequence(der.identifier(HASHES[len(digest)])), der.octets(digest))
        return der.sequence(
            der.whole(1),
            der.identifier(POLICY),
            imprint,
            der.whole(secrets.randbits(63)),
            der.moment(self.watch.now()),
            der.sequence(der.whole(1)),
            b"" if nonce is None else der.whole(nonce),
        )

    def _attributes(self, info: bytes) -> bytes:
        certificate = der.octets(hashlib.sha256(self._certificate).digest())
        return der.set_of(
            _attribute(CONTENT_TYPE, der.identifier(TIMESTAMP)),
            _attribute(MESSAGE_DIGEST, der.octets(hashlib.sha256(info).digest())),
            _attribute(SIGNING_CERTIFICATE, der.sequence(der.sequence(der.sequence(certificate)))),
        )


def _attribute(number: str, value: bytes) -> bytes:
    return der.sequence(der.identifier(number), der.set_of(value))


def _body(value: bytes) -> bytes:
    return next(der.parts(value))[1]
