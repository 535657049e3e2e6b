"""Every way in which the world may fail floe. Policy had no part in it: that is a refusal."""

from typing import TypeAlias

from floe.core.names import Digest
from floe.core.value import Value


class Unavailable(Value, frozen=True, kw_only=True, tag="unavailable"):
    """A neighbour could not be asked, or did not answer."""

    where: str
    why: str


class CredentialsRefused(Value, frozen=True, kw_only=True, tag="credentials-refused"):
    """A neighbour answered that we may not."""

    where: str
    why: str
    advice: str = "check `auth` of this registry in the manifest"


class CredentialsMissing(Value, frozen=True, kw_only=True, tag="credentials-missing"):
    """What credentials would be had with is not there."""

    where: str
    why: str
    advice: str


class CredentialsExpired(Value, frozen=True, kw_only=True, tag="credentials-expired"):
    """What credentials would be had with was good, and no longer is."""

    where: str
    why: str
    advice: str


class NoLayout(Value, frozen=True, kw_only=True, tag="no-layout"):
    """A folder that should be an OCI image layout is none."""

    where: str
    why: str


class Unwritable(Value, frozen=True, kw_only=True, tag="unwritable"):
    """A place on this disk cannot be written: read-only, full, or not ours."""

    where: str
    why: str


class Absent(Value, frozen=True, kw_only=True, tag="absent"):
    """Something that is named is not there."""

    where: str
    what: str


class Damaged(Value, frozen=True, kw_only=True, tag="damaged"):
    """Content is not what its name says it is."""

    where: str
    expected: str
    found: str


class TagTaken(Value, frozen=True, kw_only=True, tag="tag-taken"):
    """A tag that is made once exists with other content."""

    tag: str
    found: Digest
    wanted: Digest


class LedgerDamaged(Value, frozen=True, kw_only=True, tag="ledger-damaged"):
    """A record, segment or head of the ledger cannot be read or does not add up."""

    where: str
    what: str
    why: str


class Unseen(Value, frozen=True, kw_only=True, tag="unseen"):
    """A record was sent, and it is not known whether it is there, or whether it counts."""

    where: str
    record: Digest


class TooNew(Value, frozen=True, kw_only=True, tag="too-new"):
    """Something was written by a newer floe, for readers newer than this one."""

    where: str
    what: str
    needs: int
    reads: int


class Diverged(Value, frozen=True, kw_only=True, tag="diverged"):
    """A copy of a repository has gone a way of its own: what is there is not what is here."""

    where: str
    what: str
    found: str
    expected: str


class Uncopied(Value, frozen=True, kw_only=True, tag="uncopied"):
    """Something is made so that floe does not copy it."""

    where: str
    what: str
    why: str


class NoTrustRoot(Value, frozen=True, kw_only=True, tag="no-trust-root"):
    """What signatures should lead back to is not there, or is no trust root."""

    where: str
    why: str


class SigningTokenRefused(Value, frozen=True, kw_only=True, tag="signing-token-refused"):
    """An identity token gets no certificate to sign with."""

    where: str  # who refused it
    why: str


class Oversized(Value, frozen=True, kw_only=True, tag="oversized"):
    """Content is larger than floe will hold."""

    where: str
    what: str
    size: int
    largest: int


class Occupied(Value, frozen=True, kw_only=True, tag="occupied"):
    """Files of these names are there already, and nothing was written."""

    files: tuple[str, ...]


class NoSigningKey(Value, frozen=True, kw_only=True, tag="no-signing-key"):
    """What is named as a key to sign with cannot be used as one."""

    where: str
    found: str
    expected: str


class NoPublicKey(Value, frozen=True, kw_only=True, tag="no-public-key"):
    """What is named as a key to check signatures by cannot be used as one."""

    where: str
    found: str
    expected: str


Fault: TypeAlias = (
    Unavailable
    | CredentialsRefused
    | CredentialsMissing
    | CredentialsExpired
    | NoLayout
    | Unwritable
    | Absent
    | Damaged
    | TagTaken
    | LedgerDamaged
    | Unseen
    | TooNew
    | Diverged
    | Uncopied
    | Oversized
    | Occupied
    | NoSigningKey
    | NoPublicKey
    | NoTrustRoot
    | SigningTokenRefused
)
