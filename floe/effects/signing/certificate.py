"""What a certificate of Fulcio's says of who signed, read strictly (sigstore/fulcio, oid-info.md)."""

from typing import TYPE_CHECKING, Final

from floe.core.signature.candidate import Keyless
from floe.effects.signing.flawed import FlawedError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, GeneralName

ARC: Final = "1.3.6.1.4.1.57264.1"
LONGEST: Final = 2048  # characters of a value
ISSUER, OLD_ISSUER = 8, 1
REPOSITORY, OLD_REPOSITORY = 12, 5
REF, OLD_REF = 14, 6
TOKEN_SUBJECT: Final = 24
OTHER_NAME: Final = 7


def facts(certificate: "Certificate") -> Keyless:
    """Raises where the certificate does not name exactly one signer, or cannot be read."""
    try:
        return Keyless(
            issuer=_issuer(certificate),
            name=_name(certificate),
            token_subject=_text(certificate, TOKEN_SUBJECT),
            repository=_repository(certificate),
            ref=_text(certificate, REF) or _bare(certificate, OLD_REF),
        )
    except FlawedError:
        raise
    except Exception as error:  # each extension has its own way to be no such thing
        raise FlawedError("malformed", f"a certificate that cannot be read ({error})") from error


def _issuer(certificate: "Certificate") -> str:
    new, old = _text(certificate, ISSUER), _bare(certificate, OLD_ISSUER)
    if new and old and new != old:
        raise FlawedError("malformed", f"a certificate that names two issuers, {new} and {old}")
    if not new and not old:
        raise FlawedError("certificate", "a certificate that names no issuer of identity tokens")
    return new or old or ""


def _name(certificate: "Certificate") -> str:
    from cryptography import x509

    try:
        names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        names = []
    if len(names) != 1:
        raise FlawedError("certificate", f"a certificate with {len(names)} subject alternative names; expected one")
    return _printable(_spelt(names[0]), "name")


def _spelt(name: "GeneralName") -> str:
    from cryptography import x509
    from cryptography.hazmat import asn1

    match name:
        case x509.RFC822Name(value=value) | x509.UniformResourceIdentifier(value=value):
            return value
        case x509.OtherName(type_id=kind, value=value) if kind.dotted_string == f"{ARC}.{OTHER_NAME}":
            return asn1.decode_der(str, value)
        case _:
            kind_of = type(name).__name__
            raise FlawedError("certificate", f"a certificate for a {kind_of}; expected an address, e-mail or user name")


def _repository(certificate: "Certificate") -> str | None:
    """The source repository without the server it is on, which the issuer stands for. CircleCI leaves out https://."""
    address = _text(certificate, REPOSITORY)
    if address is None:
        return _bare(certificate, OLD_REPOSITORY)
    server, _, path = address.removeprefix("https://").partition("/")
    if not path.strip("/") or not (address.startswith("https://") or "." in server):
        raise FlawedError("malformed", f"a certificate whose source repository is no address: {address}")
    return path.strip("/")


def _text(certificate: "Certificate", number: int) -> str | None:
    """A value that is written as a DER UTF8String: .8 and all that came after it."""
    from cryptography.hazmat import asn1

    raw = _raw(certificate, number)
    return None if raw is None else _printable(asn1.decode_der(str, raw), f"{ARC}.{number}")


def _bare(certificate: "Certificate", number: int) -> str | None:
    """A value that is written as it is: .1 to .6."""
    raw = _raw(certificate, number)
    return None if raw is None else _printable(raw.decode(), f"{ARC}.{number}")


def _raw(certificate: "Certificate", number: int) -> bytes | None:
    from cryptography import x509

    wanted = x509.ObjectIdentifier(f"{ARC}.{number}")
    try:
        found = certificate.extensions.get_extension_for_oid(wanted).value
    except x509.ExtensionNotFound:
        return None
    if not isinstance(found, x509.UnrecognizedExtension):
        raise FlawedError("malformed", f"a certificate with an unknown {wanted.dotted_string}")
    return found.value


def _printable(value: str, what: str) -> str:
    if not value or len(value) > LONGEST or not value.isprintable():
        raise FlawedError("malformed", f"a certificate whose {what} is empty, too long or holds what is not printed")
    return value
