"""Every use of what the package sigstore keeps to itself; tests/integration/test_sigstore_private.py guards it.

Whether a bundle verifies is answered by sigstore's public `Verifier` alone. Its parts are used here to say why one
does not, to tell when one that does was signed, to read what was signed before there were bundles, and to keep the
services that sign from being waited for in vain.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from floe.effects.blocking import FaultError
from floe.effects.signing.trouble import unavailable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from requests import PreparedRequest, Response, Session
    from rfc3161_client import TimeStampResponse
    from sigstore._internal.timestamp import TimestampAuthorityClient
    from sigstore.models import Bundle, ClientTrustConfig, TrustedRoot
    from sigstore.verify import Verifier

STORE: Final = Path("_store", "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev")


def embedded(package: Path) -> tuple[Path, Path]:
    """The public Sigstore's trusted root and signing configuration, in the folder of the package."""
    return package / STORE / "trusted_root.json", package / STORE / "signing_config.v0.2.json"


def trusted_root(content: bytes) -> "TrustedRoot":
    """A trusted root from bytes; there is a public way from a file only."""
    from sigstore.models import TrustedRoot
    from sigstore_models.trustroot.v1 import TrustedRoot as Model

    return TrustedRoot(Model.from_json(content))


def times(verifier: "Verifier", bundle: "Bundle") -> list[datetime]:
    """When authorities say that it was signed, timestamps before a log's promise, which is verified elsewhere."""
    return [each.time for each in verifier._establish_time(bundle)]


def check_signature(bundle: "Bundle") -> None:
    from sigstore.dsse import _verify

    envelope: Any = bundle._dsse_envelope
    key: Any = bundle.signing_certificate.public_key()
    _verify(key, envelope)


def check_chain(verifier: "Verifier", certificate: "Certificate", at: datetime) -> "list[Certificate]":
    """The authorities above a certificate, as it could be verified then."""
    from sigstore._internal.timestamp import TimestampSource, TimestampVerificationResult

    known = TimestampVerificationResult(TimestampSource.TRANSPARENCY_SERVICE, at)
    return verifier._verify_chain_at_time(certificate, known)


def is_issued_here(verifier: "Verifier", certificate: "Certificate") -> bool:
    """Whether one of the trusted authorities signed the certificate, whatever it says."""
    return any(_is_issued_by(certificate, each) for each in verifier._fulcio_certificate_chain)


def _is_issued_by(certificate: "Certificate", authority: "Certificate") -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 (each kind of key has its own way to say no)
        return False
    return True


def check_logged(verifier: "Verifier", certificate: "Certificate", at: datetime) -> None:
    """That a certificate log promised to keep the certificate."""
    from sigstore._internal.sct import verify_sct
    from sigstore._internal.trust import KeyringPurpose

    logs = verifier._trusted_root.ct_keyring(KeyringPurpose.VERIFY)
    verify_sct(certificate, check_chain(verifier, certificate, at), logs)


def check_promise(verifier: "Verifier", log: bytes, signature: bytes, promised: bytes) -> None:
    """That a log promised to keep an entry."""
    from sigstore._internal.trust import KeyringPurpose
    from sigstore._utils import KeyID

    logs = verifier._trusted_root.rekor_keyring(KeyringPurpose.VERIFY)
    logs.verify(key_id=KeyID(log), signature=signature, data=promised)


def check_entry(verifier: "Verifier", bundle: "Bundle") -> None:
    """That the log holds the entry, and promised it where it says so."""
    from sigstore._internal.trust import KeyringPurpose

    bundle.log_entry._verify(verifier._trusted_root.rekor_keyring(KeyringPurpose.VERIFY))


class Services:
    """Those that a signing configuration chooses. None is waited for longer than `patience`, or leads elsewhere."""

    def __init__(self, config: "ClientTrustConfig", patience: float) -> None:
        from sigstore.sign import SigningContext

        self.context: SigningContext = SigningContext.from_trust_config(config)
        log: Any = self.context._rekor
        stampers = self.context._tsa_clients
        self.certifier: str = self.context._fulcio.url
        self.log: str = log.url
        self._sessions = [self.context._fulcio.session, log._session, *(each._session for each in stampers)]
        for session in self._sessions:
            _tame(session, patience)
        self.context._tsa_clients[:] = [_strict(each) for each in stampers]

    def close(self) -> None:
        for session in self._sessions:
            session.close()


def _tame(session: "Session", patience: float) -> None:
    """Without this, requests waits for ever, follows redirects, and takes passwords from ~/.netrc for tokens."""
    from requests.adapters import HTTPAdapter

    class Patient(HTTPAdapter):
        def send(self, request: "PreparedRequest", *args: Any, **options: Any) -> "Response":  # type: ignore[explicit-override]  # noqa: ANN401
            return super().send(request, *args, **{**options, "timeout": patience})

    session.auth = _as_it_is
    session.max_redirects = 0
    session.mount("https://", Patient())
    session.mount("http://", Patient())


def _as_it_is(request: "PreparedRequest") -> "PreparedRequest":
    return request


def _strict(client: "TimestampAuthorityClient") -> "TimestampAuthorityClient":
    """The same client, whose failure is one: sigstore only warns, and goes on to the log without a timestamp."""
    from sigstore._internal.timestamp import TimestampAuthorityClient, TimestampError

    class Strict(TimestampAuthorityClient):
        def request_timestamp(self, signature: bytes) -> "TimeStampResponse":  # type: ignore[explicit-override]
            try:
                return client.request_timestamp(signature)
            except TimestampError as error:
                raise FaultError(unavailable(client.url, error)) from error

    return Strict(client.url)
