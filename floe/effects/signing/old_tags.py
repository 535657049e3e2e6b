"""Signatures as cosign kept them before there were bundles: layers of what is tagged `sha256-<hex>.sig`."""

from functools import partial

import anyio
from returns.result import Failure, Success

from floe.core import artifact as artifacts
from floe.core.artifact import Descriptor
from floe.core.names import Digest, Tag
from floe.core.outcome import collect, settled
from floe.core.signature.bundle import LARGEST
from floe.core.signature.candidate import Rejected
from floe.core.signature.simple_signing import CERTIFICATE, PAYLOAD_TYPE
from floe.core.value import Value
from floe.effects.ports import Outcome, Registry
from floe.effects.signing.candidates import MOST


class Old(Value, frozen=True, kw_only=True):
    """A payload, and the annotations that hold its signature."""

    payload: bytes
    annotations: dict[str, str]

    @property
    def is_certified(self) -> bool:
        return CERTIFICATE in self.annotations


class Kept(Value, frozen=True, kw_only=True):
    """What is there, what was not to be read, and how much nobody looked at."""

    old: tuple[Old, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    beyond: int = 0


def tag_of(artifact: Digest) -> Tag:
    """Where cosign before version 3 put signatures."""
    return Tag(f"{artifact.replace(':', '-')}.sig")


async def kept(registry: Registry, artifact: Digest) -> Outcome[Kept]:
    manifest = settled(await registry.manifest(tag_of(artifact)))
    if isinstance(manifest, Failure):
        return Failure(manifest.failure())
    found = manifest.unwrap()
    said = artifacts.contents(found) if found else None
    layers = [each for each in (said.layers if said else ()) if each.media_type == PAYLOAD_TYPE]
    read = await anyio.amap(partial(_read, registry), layers[:MOST])
    return collect(read).alt(lambda faults: faults[0]).map(partial(_sorted_out, beyond=max(0, len(layers) - MOST)))


async def _read(registry: Registry, layer: Descriptor) -> Outcome[Old | Rejected]:
    if layer.size > LARGEST:
        detail = f"{layer.size} bytes; more than {LARGEST} are not read"
        return Success(Rejected(bundle=layer.digest, flaw="too-large", detail=detail))
    payload = await registry.blob(layer.digest, at_most=LARGEST)
    return payload.map(lambda content: Old(payload=content or b"", annotations=layer.annotations))


def _sorted_out(read: tuple[Old | Rejected, ...], *, beyond: int) -> Kept:
    return Kept(
        old=tuple(each for each in read if isinstance(each, Old)),
        rejected=tuple(each for each in read if isinstance(each, Rejected)),
        beyond=beyond,
    )
