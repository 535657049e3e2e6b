"""Why a bundle does not verify: the steps of verification one by one, until one fails."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from floe.core.signature import Flaw
from floe.effects.signing import sigstore_private as private
from floe.effects.signing.flawed import FlawedError

if TYPE_CHECKING:
    from sigstore.models import Bundle
    from sigstore.verify import Verifier

Step: TypeAlias = "Callable[[Verifier, Bundle], None]"
NOT_FOR_SIGNING: Final = "a certificate that is not for signing"


def explain(verifier: "Verifier", bundle: "Bundle") -> FlawedError:
    """The first flaw of a bundle that is known to have one. A stranger's bytes may make a library raise anything."""
    for flaw, told, step in STEPS:
        try:
            step(verifier, bundle)
        except FlawedError as flawed:
            return flawed
        except Exception as error:  # noqa: BLE001
            return FlawedError(flaw, f"{told} ({error})")
    return FlawedError("log", "the log entry is about another signature")


def _key(_: "Verifier", bundle: "Bundle") -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    if not isinstance(bundle.signing_certificate.public_key(), EllipticCurvePublicKey):
        raise FlawedError("unsupported", "a certificate whose key is on no elliptic curve")


def _signature(_: "Verifier", bundle: "Bundle") -> None:
    private.check_signature(bundle)


def _time(verifier: "Verifier", bundle: "Bundle") -> None:
    if not private.times(verifier, bundle):
        raise FlawedError("time", "no trusted authority says when it was signed")


def _period(verifier: "Verifier", bundle: "Bundle") -> None:
    certificate = bundle.signing_certificate
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    for each in private.times(verifier, bundle):
        if not start <= each.time <= end:
            valid = f"valid from {start:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ}"
            raise FlawedError("certificate", f"signed at {each.time:%Y-%m-%dT%H:%M:%SZ} with a certificate {valid}")


def _chain(verifier: "Verifier", bundle: "Bundle") -> None:
    if not private.is_issued_here(verifier, bundle):
        raise FlawedError("root", "the certificate does not lead to the trusted root")
    for each in private.times(verifier, bundle):
        private.check_chain(verifier, bundle, each)


def _promise(verifier: "Verifier", bundle: "Bundle") -> None:
    private.check_promise(verifier, bundle, private.times(verifier, bundle)[0])


def _purpose(_: "Verifier", bundle: "Bundle") -> None:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    extensions = bundle.signing_certificate.extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if not usage.digital_signature or ExtendedKeyUsageOID.CODE_SIGNING not in purposes:
        raise FlawedError("certificate", NOT_FOR_SIGNING)


def _entry(verifier: "Verifier", bundle: "Bundle") -> None:
    private.check_entry(verifier, bundle)


STEPS: Final[tuple[tuple[Flaw, str, Step], ...]] = (
    ("malformed", "a certificate that cannot be read", _key),
    ("signature", "the signature does not fit what is signed", _signature),
    ("time", "the time of signing cannot be trusted", _time),
    ("certificate", "the certificate has no time", _period),
    ("certificate", NOT_FOR_SIGNING, _chain),
    ("log", "the certificate is in no trusted certificate log", _promise),
    ("certificate", NOT_FOR_SIGNING, _purpose),
    ("log", "the log entry does not hold", _entry),
)
