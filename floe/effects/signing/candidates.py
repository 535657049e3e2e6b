"""The bundles that are attached to an artifact: as many, and as large, as may be looked at."""

from functools import partial
from typing import Final, TypeAlias

import anyio
from returns.result import Failure, Success

from floe.core import artifact as artifacts
from floe.core.artifact import EMPTY, Contents, Descriptor
from floe.core.fault import Oversized
from floe.core.names import Digest
from floe.core.outcome import collect, settled
from floe.core.signature.bundle import LARGEST
from floe.core.signature.candidate import Rejected
from floe.core.value import Value
from floe.effects.ports import Outcome, Registry

BUNDLE: Final = "application/vnd.dev.sigstore.bundle"  # v0.3 and later (cosign's BUNDLE_SPEC.md)
PREDICATE: Final = "dev.sigstore.bundle.predicateType"
MOST: Final = 32  # candidates that are looked at


class Bundle(Value, frozen=True, kw_only=True):
    """A bundle as it is kept."""

    digest: Digest
    content: bytes


class Attached(Value, frozen=True, kw_only=True):
    """What was read, what was not to be read, and how much nobody looked at."""

    bundles: tuple[Bundle, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    beyond: int = 0


_Read: TypeAlias = Bundle | Rejected | None


async def attached(registry: Registry, artifact: Digest, predicate: str) -> Outcome[Attached]:
    """The bundles beside an artifact; those that say they state `predicate` are looked at first."""
    listed = settled(await registry.referrers(artifact))
    if isinstance(listed, Failure):
        return Failure(listed.failure())
    likely = sorted(filter(_may_be_bundle, listed.unwrap()), key=partial(_rank, predicate))
    read = await anyio.amap(partial(_read, registry), likely[:MOST])
    return collect(read).alt(lambda faults: faults[0]).map(partial(_sorted_out, beyond=max(0, len(likely) - MOST)))


def _may_be_bundle(listed: Descriptor) -> bool:
    """What lists say is a hint: old registries hold indexes in which clients put the config's type."""
    return listed.artifact_type in (None, EMPTY) or listed.artifact_type.startswith(BUNDLE)


def _rank(predicate: str, listed: Descriptor) -> tuple[int, str]:
    said = listed.annotations.get(PREDICATE)
    return (0 if said == predicate else 1 if said is None else 2), listed.digest


async def _read(registry: Registry, listed: Descriptor) -> Outcome[_Read]:
    manifest = settled(await registry.manifest(listed.digest))
    if isinstance(manifest, Failure):
        return Failure(manifest.failure())
    found = manifest.unwrap()
    layer = _layer(artifacts.contents(found) if found else None)
    if layer is None:
        return Success(None)
    return Success(_too_large(layer)) if layer.size > LARGEST else await _bundle(registry, layer)


async def _bundle(registry: Registry, layer: Descriptor) -> Outcome[_Read]:
    match settled(await registry.blob(layer.digest, at_most=LARGEST)):
        case Failure(Oversized()):
            return Success(_too_large(layer))
        case Failure(fault):
            return Failure(fault)
        case Success(content):
            return Success(_found(layer.digest, content))


def _found(digest: Digest, content: bytes | None) -> Bundle | Rejected:
    if content is None:
        return Rejected(bundle=digest, flaw="malformed", detail="the bundle itself is not there")
    return Bundle(digest=digest, content=content)


def _layer(said: Contents | None) -> Descriptor | None:
    """The one layer that is a bundle."""
    layers = said.layers if said else ()
    return layers[0] if len(layers) == 1 and layers[0].media_type.startswith(BUNDLE) else None


def _too_large(layer: Descriptor) -> Rejected:
    detail = f"{layer.size} bytes; more than {LARGEST} are not read"
    return Rejected(bundle=layer.digest, flaw="too-large", detail=detail)


def _sorted_out(read: tuple[_Read, ...], *, beyond: int) -> Attached:
    return Attached(
        bundles=tuple(each for each in read if isinstance(each, Bundle)),
        rejected=tuple(each for each in read if isinstance(each, Rejected)),
        beyond=beyond,
    )
