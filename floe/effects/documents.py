"""Reading the document of a compiled artifact out of a registry."""

from returns.result import Failure, Success

from floe.core.artifact import COMPILED, Contents, Descriptor, Manifest, contents
from floe.core.fault import Absent
from floe.core.names import Digest
from floe.core.outcome import settled
from floe.core.value import Value
from floe.effects.ports import Outcome, Registry

LARGEST_DOCUMENT = 16 * 1024 * 1024  # bytes


class Reading(Value, frozen=True, kw_only=True):
    """An artifact's type, and the bytes of its document where it is a compiled one."""

    artifact_type: str | None
    content: bytes | None


async def read(artifact: Digest, registry: Registry) -> Outcome[Reading]:
    """What kind of artifact it is, and its document; an artifact that is not there is a fault."""
    outcome = settled(await registry.manifest(artifact))
    if isinstance(outcome, Failure):
        return Failure(outcome.failure())
    manifest = outcome.unwrap()
    if manifest is None:
        return Failure(Absent(where=registry.location, what=f"artifact {artifact}"))
    return await _content(manifest, registry)


async def _content(manifest: Manifest, registry: Registry) -> Outcome[Reading]:
    inside = contents(manifest)
    kind = _kind(inside)
    layer = _document(inside)
    if layer is None:
        return Success(Reading(artifact_type=kind, content=None))
    blob = await registry.blob(layer.digest, at_most=LARGEST_DOCUMENT)
    return blob.map(lambda content: Reading(artifact_type=kind, content=content))


def _kind(inside: Contents | None) -> str | None:
    """The artifact type; before OCI 1.1, the media type of the config stood for it."""
    if inside is None:
        return None
    return inside.artifact_type or (inside.config.media_type if inside.config else None)


def _document(inside: Contents | None) -> Descriptor | None:
    layers = inside.layers if inside else ()
    return next((layer for layer in layers if layer.media_type == COMPILED), None)
