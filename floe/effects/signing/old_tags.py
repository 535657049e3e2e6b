"""Signatures as cosign kept them before there were bundles: layers of what is tagged `sha256-<hex>.sig`."""

from functools import partial

import anyio
from returns.result import Failure, Success

from floe.core import artifact as artifacts
from floe.core.artifact import Descriptor
from floe.core.bundle import LARGEST
from floe.core.names import Digest, Tag
from floe.core.outcome import collect, settled
from floe.core.signature import Candidate, Rejected
from floe.core.simple_signing import PAYLOAD_TYPE
from floe.effects.ports import Outcome, Registry
from floe.effects.signing.candidates import MOST
from floe.effects.signing.public_key import PublicKey


async def signed(
    registry: Registry, artifact: Digest, keys: tuple[PublicKey, ...]
) -> Outcome[tuple[tuple[Candidate, ...], int]]:
    """What is signed there by these keys, and how much more is there than may be looked at."""
    tag = Tag(f"{artifact.replace(':', '-')}.sig")
    manifest = settled(await registry.manifest(tag))
    if isinstance(manifest, Failure):
        return Failure(manifest.failure())
    found = manifest.unwrap()
    said = artifacts.contents(found) if found else None
    layers = [each for each in (said.layers if said else ()) if each.media_type == PAYLOAD_TYPE]
    read = await anyio.amap(partial(_checked, registry, keys), layers[:MOST])
    return collect(read).map(lambda each: (each, max(0, len(layers) - MOST))).alt(lambda faults: faults[0])


async def _checked(registry: Registry, keys: tuple[PublicKey, ...], layer: Descriptor) -> Outcome[Candidate]:
    from floe.effects.signing import legacy

    if layer.size > LARGEST:
        detail = f"{layer.size} bytes; more than {LARGEST} are not read"
        return Success(Rejected(bundle=layer.digest, flaw="too-large", detail=detail))
    payload = await registry.blob(layer.digest, at_most=LARGEST)
    return payload.map(lambda content: legacy.verify(content or b"", layer.annotations, keys))
