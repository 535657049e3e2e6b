"""Certificate authorities: a root, and what it certifies."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE: Final = timedelta(days=3650)
Hash: TypeAlias = hashes.SHA256 | hashes.SHA384
CURVES: Final[dict[str, tuple[ec.EllipticCurve, Hash]]] = {
    "P-256": (ec.SECP256R1(), hashes.SHA256()),
    "P-384": (ec.SECP384R1(), hashes.SHA384()),
}


@dataclass(frozen=True)
class Certified:
    """A key with its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    algorithm: Hash

    @classmethod
    def root(cls, name: str, curve: str, since: datetime, below: int) -> Self:
        """An authority that certifies itself, with so many authorities below it."""
        chosen, algorithm = CURVES[curve]
        key = ec.generate_private_key(chosen)
        builder = _authority(begun(_named(name), _named(name), key.public_key(), since, LIFE), key, below)
        return cls(key, builder.sign(key, algorithm), algorithm)

    def intermediate(self, name: str, since: datetime) -> "Certified":
        """An authority below this one, for signers of code."""
        key = ec.generate_private_key(self.key.curve)
        builder = _authority(self.begin(_named(name), key.public_key(), since, LIFE), key, 0)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        return Certified(key, builder.sign(self.key, self.algorithm), self.algorithm)

    def timestamper(self, name: str, since: datetime) -> "Certified":
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self.begin(_named(name), key.public_key(), since, LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(usage(signs=True), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return Certified(key, builder.sign(self.key, self.algorithm), self.algorithm)

    def begin(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, since: datetime, life: timedelta
    ) -> x509.CertificateBuilder:
        """A certificate of this authority's, to be filled and signed."""
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return begun(self.certificate.subject, subject, key, since, life).add_extension(above, critical=False)


def begun(
    issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePublicKey, since: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def usage(*, signs: bool = False, certifies: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        key_cert_sign=certifies,
        crl_sign=certifies,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, below: int
) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=below), critical=True)
    return builder.add_extension(usage(certifies=True), critical=True)


def _named(name: str) -> x509.Name:
    names = ((NameOID.ORGANIZATION_NAME, "sigstore.test"), (NameOID.COMMON_NAME, name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in names])
