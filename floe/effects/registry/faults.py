"""What a registry's answers and silences mean to us: status codes and exceptions as faults."""

import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import Final

import msgspec

from floe.core.fault import Absent, Fault, Unavailable
from floe.core.value import Value
from floe.effects.blocking import FaultError
from floe.effects.registry.origin import Origin
from floe.effects.registry.transport import TransientError

SELDOM: Final = 2  # tries of what is hardly ever better a moment later
LONGEST_WAIT: Final = 60.0  # seconds that a server may ask us for
LONGEST_WORDS: Final = 200  # characters of a stranger's that we repeat
NO_TLS: Final = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
SLOW_DOWN: Final = 429
IMMUTABLE: Final = ("TAG_INVALID", "ImageAlreadyExists", "ImageTagAlreadyExists", "ImageAlreadyExistsException")
MISSING: Final = ("MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN")


class _Error(Value, frozen=True, kw_only=True):
    code: str = ""
    message: str = ""
    detail: object = None


class _Errors(Value, frozen=True, kw_only=True):
    errors: tuple[_Error, ...] = ()


ABSENT: Final = ("NAME_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN", "NOT_FOUND", "TAG_UNKNOWN")


class Said(Value, frozen=True, kw_only=True):
    """What an answer says is wrong (OCI distribution-spec 1.1, "Error codes")."""

    status: int
    codes: tuple[str, ...] = ()
    words: str = ""
    digests: tuple[str, ...] = ()
    after: float | None = None  # seconds until we may ask again

    @property
    def told(self) -> str:
        return " ".join((str(self.status), *self.codes[:1])) + (f": {self.words}" if self.words else "")

    @property
    def is_absence(self) -> bool:
        """Whether a registry says that what was asked for is not there; any other 404 is some server's that is none."""
        return self.status == 404 and any(code in ABSENT for code in self.codes)  # noqa: PLR2004 (not found)

    @property
    def is_end(self) -> bool:
        """Whether ECR may be saying that a password has ended; to a HEAD it says so without words."""
        return self.status == 403 and (not self.words or "expired" in self.words.lower())  # noqa: PLR2004 (forbidden)

    @property
    def is_immutable(self) -> bool:
        """Whether this is how registries say that a tag may not be moved."""
        return self.status in (409, 412) or any(code in IMMUTABLE for code in self.codes)


def said(status: int, body: bytes, retry_after: str | None, now: datetime) -> Said:
    try:
        errors = msgspec.json.decode(body, type=_Errors, strict=False).errors
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        errors = (_Error(message="" if body.lstrip().startswith(b"<") else body.decode(errors="replace")),)
    return Said(
        status=status,
        codes=tuple(clean(each.code) for each in errors if each.code),
        words=clean(next((each.message for each in errors if each.message), "")),
        digests=tuple(clean(_digest(each.detail)) for each in errors if each.code in MISSING and each.detail),
        after=_seconds(retry_after, now),
    )


def refused(said: Said, where: str, host: str) -> FaultError:
    """The fault behind an answer that nothing else explains."""
    if said.status == SLOW_DOWN:
        why = f"{host} asks us to slow down ({said.told}); wait a little"
        return TransientError(Unavailable(where=where, why=why), after=said.after)
    if said.status >= 500:  # noqa: PLR2004 (server errors)
        why = f"{host} answered {said.told}; look into its log if that stays"
        return TransientError(Unavailable(where=where, why=why), after=said.after)
    if said.status == 404:  # noqa: PLR2004 (not found)
        return FaultError(Absent(where=where, what="the repository"))
    return FaultError(Unavailable(where=where, why=f"{host} did not do what was asked of it ({said.told})"))


def missing(said: Said, where: str) -> Absent | None:
    """What a manifest refers to and the registry has not got; None when the answer says something else."""
    if not any(code in MISSING for code in said.codes):
        return None
    named = ", ".join(each for each in said.digests if each) or "something that the manifest refers to"
    return Absent(where=where, what=f"blob {named}" if "BLOB" in "".join(said.codes) else f"manifest {named}")


def unreached(error: Exception, origin: Origin) -> FaultError:
    """Why an origin could not be connected to."""
    name = origin.authority
    match error:
        case socket.gaierror():
            return _transient(origin, f"no address is known for {origin.host} (DNS); check the name", SELDOM)
        case ssl.SSLCertVerificationError():
            why = f"the certificate of {name} is not trusted: {error.verify_message}; name its authority in ca_file"
            return FaultError(_unavailable(origin, why))
        case ssl.SSLError() if error.reason in NO_TLS:
            return FaultError(_unavailable(origin, f"{name} does not speak TLS; if that is meant, set plain_http"))
        case ConnectionRefusedError():
            return _transient(origin, f"{name} refused the connection; see that it runs there", SELDOM)
        case TimeoutError():
            return _transient(origin, f"{name} could not be connected to in time; check the network", SELDOM)
        case _:
            return _transient(origin, f"{name} could not be connected to: {clean(str(error))}", SELDOM)


def broken(error: Exception, origin: Origin) -> FaultError:
    """Why an exchange with an origin came to no end."""
    name = origin.authority
    match error:
        case TimeoutError():
            return _transient(origin, f"{name} did not answer in time")
        case RemoteDisconnected() | IncompleteRead() | OSError():
            return _transient(origin, f"{name} broke off in the middle")
        case HTTPException():
            return _transient(origin, f"{name} sent what is no HTTP ({type(error).__name__})", SELDOM)
        case _:
            raise error


def _transient(origin: Origin, why: str, again: int | None = None) -> TransientError:
    fault = _unavailable(origin, why)
    return TransientError(fault) if again is None else TransientError(fault, again=again)


def _unavailable(origin: Origin, why: str) -> Fault:
    return Unavailable(where=origin.url, why=why)


def _digest(detail: object) -> str:
    if isinstance(detail, dict):
        detail = detail.get("digest") or detail.get("Digest") or ""
    return detail if isinstance(detail, str) else ""


def _seconds(written: str | None, now: datetime) -> float | None:
    """Retry-After, which is a number of seconds or a date (RFC 9110, section 10.2.3)."""
    if not written:
        return None
    if written.isdecimal():
        return min(float(written), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(written)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, min((at - now).total_seconds(), LONGEST_WAIT))


def clean(text: str) -> str:
    """A stranger's words on one line, with nothing in them that a terminal would obey."""
    return "".join(each if each.isprintable() else " " for each in text[:LONGEST_WORDS]).strip()
