"""Why a bundle does not verify: the steps of verification one by one, until one fails."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from floe.core.signature.candidate import Flaw
from floe.effects.signing import certified
from floe.effects.signing import sigstore_private as private
from floe.effects.signing.flawed import FlawedError

if TYPE_CHECKING:
    from sigstore.models import Bundle
    from sigstore.verify import Verifier

Step: TypeAlias = "Callable[[Verifier, Bundle], None]"


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


def _certificate(verifier: "Verifier", bundle: "Bundle") -> None:
    certified.require(verifier, bundle.signing_certificate, private.times(verifier, bundle))


def _entry(verifier: "Verifier", bundle: "Bundle") -> None:
    private.check_entry(verifier, bundle)


STEPS: Final[tuple[tuple[Flaw, str, Step], ...]] = (
    ("malformed", "a certificate that cannot be read", _key),
    ("signature", "the signature does not fit what is signed", _signature),
    ("time", "the time of signing cannot be trusted", _time),
    ("certificate", certified.NOT_FOR_SIGNING, _certificate),
    ("log", "the log entry does not hold", _entry),
)
