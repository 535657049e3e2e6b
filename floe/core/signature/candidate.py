"""What is known of one signature once its cryptography was checked. What it is worth is decided in `trust`."""

from datetime import datetime
from typing import Literal, TypeAlias

from floe.core.names import ADigest
from floe.core.value import Value

Flaw: TypeAlias = Literal[
    "too-large",  # more bytes than a candidate may have
    "malformed",  # truncated, or no bundle at all
    "unsupported",  # a kind of bundle or of log entry that this floe does not know
    "signature",  # it does not fit what it is said to sign
    "certificate",  # expired or not yet valid when it signed, or not meant for signing
    "root",  # the certificate leads to another root than the trusted one
    "log",  # the log entry, its proof or its promise is missing, or does not hold
    "time",  # no trusted time says when it was signed
    "key",  # made with a key that is none of those given
]


class Keyless(Value, frozen=True, kw_only=True, tag="keyless"):
    """A certificate's word for who signed: what its extensions say, unabridged (Fulcio's OID directory)."""

    issuer: str  # .1.8, else .1.1
    name: str  # the one subject alternative name
    token_subject: str | None = None  # .1.24
    repository: str | None = None  # OWNER/NAME of the source repository: .1.12 without its host, else .1.5
    ref: str | None = None  # .1.14, else .1.6


class Keyed(Value, frozen=True, kw_only=True, tag="key"):
    """A public key's word for who signed."""

    fingerprint: str  # SHA-256 of its SubjectPublicKeyInfo, hex


Proof: TypeAlias = Keyless | Keyed


class Verified(Value, frozen=True, kw_only=True, tag="verified"):
    """A bundle whose cryptography holds: what it says, of which artifacts, by whom."""

    bundle: ADigest
    payload_type: str
    predicate_type: str | None  # None: the payload is no in-toto statement
    subjects: tuple[str, ...]  # `sha256:…`, as the statement names them
    proof: Proof
    at: datetime | None = None  # when it was signed, as a log or a timestamping authority says


class Rejected(Value, frozen=True, kw_only=True, tag="rejected"):
    """A bundle whose cryptography does not hold, or could not be made sense of."""

    bundle: ADigest
    flaw: Flaw
    detail: str


Candidate: TypeAlias = Verified | Rejected


class KeyFound(Value, frozen=True, kw_only=True):
    """The key that was found at an address which the policy trusts."""

    reference: str
    fingerprint: str


class Findings(Value, frozen=True, kw_only=True):
    """All that was found beside an artifact; nothing of it says yet whether anybody's word counts."""

    candidates: tuple[Candidate, ...] = ()
    beyond: int = 0  # candidates that nobody looked at: there were too many
    hindrance: str | None = None  # why some could not be checked
    keys: tuple[KeyFound, ...] = ()


Reason: TypeAlias = Flaw | Literal["payload", "predicate", "artifact", "issuer", "subject", "untrusted-key"]


class Shortfall(Value, frozen=True, kw_only=True):
    """Why one candidate is not accepted."""

    bundle: ADigest
    reason: Reason
    detail: str
