"""in-toto statements, version 1: what a signature says of which artifacts.

What is signed here is what `cosign sign` signs; a statement of cosign's own names no subject, while sigstore's other
clients ask for a name: the empty one satisfies both.
"""

from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from returns.result import Failure, Result, Success

from floe.core import notation
from floe.core.canonical import encode
from floe.core.names import Digest
from floe.core.value import Value

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
COSIGN_SIGN: Final = "https://sigstore.dev/cosign/sign/v1"  # the predicate of a signature that says nothing else
PLAN_SIGN: Final = "https://floe.dev/plan/v1"  # the predicate of a signature over a plan

Kind: TypeAlias = Literal["https://in-toto.io/Statement/v1"]
STATEMENT: Final[Kind] = "https://in-toto.io/Statement/v1"
Uri: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]+\Z", max_length=512)]
Sha256: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class Said(Value, frozen=True, kw_only=True):
    """What a payload says; without a predicate type it is no in-toto statement, and says nothing of artifacts."""

    predicate_type: str | None = None
    subjects: tuple[Digest, ...] = ()


class _Digests(Value, frozen=True, kw_only=True):
    sha256: Sha256 | None = None


class _Subject(Value, frozen=True, kw_only=True):
    digest: _Digests
    name: str = ""


class _Statement(Value, frozen=True, kw_only=True, rename={"type": "_type", "predicate_type": "predicateType"}):
    type: Kind
    predicate_type: Uri
    subject: Annotated[tuple[_Subject, ...], msgspec.Meta(min_length=1)]
    predicate: dict[str, Any] | None = {}  # null where nothing more is said, as on PyPI


def signing(content: Digest, predicate_type: Uri = COSIGN_SIGN) -> bytes:
    """The statement that says no more of an artifact, or of a plan, than that it was signed."""
    subject = _Subject(digest=_Digests(sha256=content.removeprefix("sha256:")))
    return encode(_Statement(type=STATEMENT, predicate_type=predicate_type, subject=(subject,)))


def read(payload_type: str, payload: bytes) -> Result[Said, str]:
    """What a payload says, or why it is not what its type promises."""
    if payload_type != PAYLOAD_TYPE:
        return Success(Said())
    return notation.read(payload).bind(_statement)


def _statement(plain: object) -> Result[Said, str]:
    try:
        found = msgspec.convert(plain, _Statement)
    except msgspec.ValidationError as error:
        return Failure(f"no in-toto Statement v1 ({error})")
    named = (each.digest.sha256 for each in found.subject)
    subjects = tuple(Digest(f"sha256:{hexadecimal}") for hexadecimal in named if hexadecimal)
    return Success(Said(predicate_type=found.predicate_type, subjects=subjects))
