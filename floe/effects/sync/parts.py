"""What a manifest consists of, as far as all of it can be copied."""

from typing import Final

import msgspec
from returns.result import Failure, Success

from floe.core.artifact import INDEX, MANIFEST_TYPES, Descriptor, Manifest
from floe.core.fault import Uncopied
from floe.core.names import ADigest
from floe.core.value import Value
from floe.effects.ports import Outcome

LARGEST: Final = 2**53  # bytes; what JSON numbers hold
MOST: Final = 10_000  # parts of one manifest
ELSEWHERE: Final = ("nondistributable", ".foreign.")  # in media types of layers that lie somewhere else


class _Part(Value, frozen=True, kw_only=True, rename="camel"):
    """What is read of a descriptor."""

    media_type: str
    digest: ADigest
    size: int
    urls: list[str] | None = None


class _Whole(Value, frozen=True, kw_only=True, rename="camel"):
    config: _Part | None = None
    layers: list[_Part] | None = None
    blobs: list[_Part] | None = None  # of artifact manifests, which OCI gave up
    manifests: list[_Part] | None = None


class Parts(Value, frozen=True, kw_only=True):
    manifests: tuple[Descriptor, ...] = ()
    blobs: tuple[Descriptor, ...] = ()


def parts(manifest: Manifest, where: str) -> Outcome[Parts]:
    """The manifests and blobs that a manifest names; nothing that leads away from its registry is followed."""
    try:
        whole = msgspec.json.decode(manifest.content, type=_Whole)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _uncopied(manifest, where, f"it cannot be read: {error}")
    config = () if whole.config is None else (whole.config,)
    named = (*config, *(whole.layers or ()), *(whole.blobs or ()), *(whole.manifests or ()))
    if len(named) > MOST:
        return _uncopied(manifest, where, f"it names {len(named)} parts; floe copies up to {MOST}")
    for each in named:
        if each.urls or any(word in each.media_type for word in ELSEWHERE):
            return _uncopied(manifest, where, f"its part {each.digest} ({each.media_type}) lies somewhere else")
        if not 0 <= each.size <= LARGEST:
            return _uncopied(manifest, where, f"its part {each.digest} has a size of {each.size} bytes")
    return Success(_sorted(named))


def _sorted(named: tuple[_Part, ...]) -> Parts:
    described = {
        each.digest: Descriptor(media_type=each.media_type, digest=each.digest, size=each.size) for each in named
    }
    return Parts(
        manifests=tuple(each for each in described.values() if each.media_type in MANIFEST_TYPES),
        blobs=tuple(each for each in described.values() if each.media_type not in MANIFEST_TYPES),
    )


def _uncopied(manifest: Manifest, where: str, why: str) -> Outcome[Parts]:
    kind = "index" if manifest.media_type == INDEX else "manifest"
    return Failure(Uncopied(where=where, what=f"{kind} {manifest.digest}", why=why))
