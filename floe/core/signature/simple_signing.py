"""Simple signing: what cosign signed before there were bundles, beside an artifact under the tag `sha256-….sig`."""

from typing import Final, Literal

import msgspec
from returns.result import Failure, Result, Success

from floe.core import notation
from floe.core.names import ADigest, Digest
from floe.core.value import Value

PAYLOAD_TYPE: Final = "application/vnd.dev.cosign.simplesigning.v1+json"
SIGNATURE: Final = "dev.cosignproject.cosign/signature"  # the annotations that a payload comes with
CERTIFICATE: Final = "dev.sigstore.cosign/certificate"


class _Image(Value, frozen=True, kw_only=True, rename="kebab"):
    docker_manifest_digest: ADigest


class _Critical(Value, frozen=True, kw_only=True):
    image: _Image
    type: Literal["cosign container image signature"]


class _Payload(Value, frozen=True, kw_only=True):
    critical: _Critical


def read(payload: bytes) -> Result[Digest, str]:
    """The artifact that a payload is about; the name that it also gives proves nothing."""
    return notation.read(payload).bind(_artifact)


def _artifact(plain: object) -> Result[Digest, str]:
    try:
        return Success(msgspec.convert(plain, _Payload).critical.image.docker_manifest_digest)
    except msgspec.ValidationError as error:
        return Failure(f"no payload of cosign's ({error})")
