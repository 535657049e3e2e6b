"""Whether a certificate was one to sign with at the times that are known: in time, trusted, logged, and for signing."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from floe.core.signature.candidate import Flaw
from floe.effects.signing import sigstore_private as private
from floe.effects.signing.flawed import FlawedError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.verify import Verifier

Step: TypeAlias = "Callable[[Verifier, Certificate, datetime], None]"
NOT_FOR_SIGNING: Final = "a certificate that is not for signing"


def require(verifier: "Verifier", certificate: "Certificate", times: Sequence[datetime]) -> None:
    """Raises the first flaw. A stranger's bytes may make a library raise anything."""
    for flaw, told, step in STEPS:
        for at in times:
            try:
                step(verifier, certificate, at)
            except FlawedError:
                raise
            except Exception as error:
                raise FlawedError(flaw, f"{told} ({error})") from error


def _period(_: "Verifier", certificate: "Certificate", at: datetime) -> None:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not start <= at <= end:
        valid = f"valid from {start:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ}"
        raise FlawedError("certificate", f"signed at {at:%Y-%m-%dT%H:%M:%SZ} with a certificate {valid}")


def _chain(verifier: "Verifier", certificate: "Certificate", at: datetime) -> None:
    if not private.is_issued_here(verifier, certificate):
        raise FlawedError("root", "the certificate does not lead to the trusted root")
    private.check_chain(verifier, certificate, at)


def _logged(verifier: "Verifier", certificate: "Certificate", at: datetime) -> None:
    private.check_logged(verifier, certificate, at)


def _purpose(_: "Verifier", certificate: "Certificate", __: datetime) -> None:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if not usage.digital_signature or ExtendedKeyUsageOID.CODE_SIGNING not in purposes:
        raise FlawedError("certificate", NOT_FOR_SIGNING)


STEPS: Final[tuple[tuple[Flaw, str, Step], ...]] = (
    ("certificate", "the certificate has no time", _period),
    ("certificate", NOT_FOR_SIGNING, _chain),
    ("log", "the certificate is in no trusted certificate log", _logged),
    ("certificate", NOT_FOR_SIGNING, _purpose),
)
