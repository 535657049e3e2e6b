"""Sigstore bundles, version 0.3: a signed payload in its DSSE envelope, and what there is to check it by.

Nothing is checked here but form: what is read says what somebody claims.
"""

import base64
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from returns.result import Failure, Result, Success

from floe.core import notation
from floe.core.canonical import digest_of
from floe.core.plain import plain
from floe.core.signature.candidate import Flaw, Rejected
from floe.core.signature.statement import PAYLOAD_TYPE
from floe.core.value import Value

MEDIA_TYPE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"
SPELLINGS: Final = (MEDIA_TYPE, "application/vnd.dev.sigstore.bundle+json;version=0.3")
LARGEST: Final = 1024 * 1024  # bytes
LONGEST_DETAIL: Final = 300  # characters
PRINTABLE: Final = r"\A[ -~]{1,255}\Z"

Problem: TypeAlias = tuple[Flaw, str]


class Bundle(Value, frozen=True, kw_only=True):
    """What a bundle holds. The hint says which key is meant, and proves nothing."""

    material: Literal["key", "certificate"]
    hint: str
    log_entries: int
    payload_type: str
    payload: bytes
    signature: bytes


class _Signature(Value, frozen=True, kw_only=True):
    sig: str


class _Envelope(Value, frozen=True, kw_only=True, rename="camel"):
    payload: str
    payload_type: Annotated[str, msgspec.Meta(pattern=PRINTABLE)]
    signatures: Annotated[tuple[_Signature, ...], msgspec.Meta(min_length=1, max_length=1)]


class _PublicKey(Value, frozen=True, kw_only=True):
    hint: str = ""


class _Material(Value, frozen=True, kw_only=True, rename="camel"):
    public_key: _PublicKey | None = None
    certificate: dict[str, Any] | None = None
    x509_certificate_chain: dict[str, Any] | None = None
    tlog_entries: tuple[Any, ...] = ()


class _Bundle(Value, frozen=True, kw_only=True, rename="camel"):
    verification_material: _Material
    dsse_envelope: _Envelope


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: a payload with its type (DSSE v1, pre-authentication encoding)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def keyed(statement: bytes, hint: str, signature: bytes) -> bytes:
    """The bundle of a statement that was signed with a key."""
    envelope = {
        "payload": statement,  # msgspec spells bytes as base64
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"sig": signature}],
    }
    material = {"publicKey": {"hint": hint}, "tlogEntries": []}
    return msgspec.json.encode({"mediaType": MEDIA_TYPE, "verificationMaterial": material, "dsseEnvelope": envelope})


def read(content: bytes) -> Result[Bundle, Rejected]:
    """The bundle that these bytes spell, or why they spell none that is known here."""
    return _plain(content).bind(_typed).bind(_bundle).alt(lambda problem: rejected(content, *problem))


def rejected(content: bytes, flaw: Flaw, detail: str) -> Rejected:
    """What is wrong with a bundle, told so that it cannot steer a terminal."""
    told = plain(detail).replace("\n", " ")
    short = told if len(told) <= LONGEST_DETAIL else f"{told[:LONGEST_DETAIL]}…"
    return Rejected(bundle=digest_of(content), flaw=flaw, detail=short)


def _plain(content: bytes) -> Result[dict[str, Any], Problem]:
    if len(content) > LARGEST:
        return Failure(("too-large", f"{len(content)} bytes; expected at most {LARGEST}"))
    found: Result[Any, Problem] = notation.read(content).alt(lambda why: ("malformed", why))
    return found.bind(_known)


def _known(found: object) -> Result[dict[str, Any], Problem]:
    if not isinstance(found, dict):
        return Failure(("malformed", "JSON that is no object"))
    if found.get("mediaType") not in SPELLINGS:
        kind = found.get("mediaType")
        told = "no media type" if kind is None else f"media type {str(kind)[:80]!r}"
        return Failure(("unsupported", f"{told}; expected {MEDIA_TYPE}"))
    if "messageSignature" in found:
        return Failure(("unsupported", "a signature of a message; expected one of a DSSE envelope"))
    return Success(found)


def _typed(found: dict[str, Any]) -> Result[_Bundle, Problem]:
    try:
        return Success(msgspec.convert(found, _Bundle))
    except msgspec.ValidationError as error:
        return Failure(("malformed", f"no sigstore bundle ({error})"))


def _bundle(found: _Bundle) -> Result[Bundle, Problem]:
    envelope, material = found.dsse_envelope, found.verification_material
    return Result.do(
        Bundle(
            material=kind,
            hint=material.public_key.hint if material.public_key else "",
            log_entries=len(material.tlog_entries),
            payload_type=envelope.payload_type,
            payload=payload,
            signature=signature,
        )
        for kind in _kind(material)
        for payload in _bytes(envelope.payload, "payload")
        for signature in _bytes(envelope.signatures[0].sig, "signature")
    )


def _kind(material: _Material) -> Result[Literal["key", "certificate"], Problem]:
    match material.public_key, material.certificate, material.x509_certificate_chain:
        case _PublicKey(), None, None:
            return Success("key")
        case None, dict(), None:
            return Success("certificate")
        case None, None, dict():
            return Failure(("unsupported", "a chain of certificates; version 0.3 has one certificate"))
        case _:
            return Failure(("malformed", "not exactly one of key and certificate"))


def _bytes(text: str, what: str) -> Result[bytes, Problem]:
    """base64 in the one spelling that these bytes have."""
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        content = b""
    if not content or base64.b64encode(content).decode() != text:
        return Failure(("malformed", f"a {what} that is no base64"))
    return Success(content)
