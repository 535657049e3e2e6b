"""What an artifact is made of: manifests, which are the bytes they are, and what they refer to."""

from typing import Final

import msgspec

from floe.core import canonical
from floe.core.names import ADigest, Digest
from floe.core.reports.reading import ArtifactFacts
from floe.core.value import Value

MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
INDEX: Final = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
MANIFEST_TYPES: Final = (MANIFEST, INDEX, DOCKER_MANIFEST, DOCKER_INDEX)
EMPTY: Final = "application/vnd.oci.empty.v1+json"
EMPTY_CONTENT: Final = b"{}"
IMAGE_CONFIGS: Final = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
COMPILED: Final = "application/vnd.dev.floe.compiled.v1+json"  # what `floe platform compile` writes

LARGEST_MANIFEST: Final = 4 * 1024 * 1024  # bytes; what registries accept (distribution-spec 1.1)


class Descriptor(Value, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Where content is and what it is (OCI image-spec 1.1, descriptor.md)."""

    media_type: str
    digest: ADigest
    size: int
    artifact_type: str | None = None
    annotations: dict[str, str] = {}


class Manifest(Value, frozen=True, kw_only=True):
    """A manifest or index as the bytes it is; nothing decodes and encodes it again."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> Digest:
        return canonical.digest_of(self.content)


class Contents(Value, frozen=True, kw_only=True, rename="camel"):
    """What a manifest or index says, for reading only."""

    media_type: str | None = None
    artifact_type: str | None = None
    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()
    manifests: tuple[Descriptor, ...] = ()
    subject: Descriptor | None = None
    annotations: dict[str, str] = {}


def describe(manifest: Manifest) -> Descriptor:
    return Descriptor(media_type=manifest.media_type, digest=manifest.digest, size=len(manifest.content))


def contents(manifest: Manifest) -> Contents | None:
    """What the manifest says, or None when it is no manifest that OCI knows."""
    try:
        return msgspec.json.decode(manifest.content, type=Contents)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def facts_of(manifest: Manifest) -> ArtifactFacts:
    """By which digests tools may call an artifact, and whether it is an image or an index of such."""
    inside = contents(manifest) or Contents()
    config = (inside.config,) if inside.config and inside.config.media_type in IMAGE_CONFIGS else ()
    known = (describe(manifest), *config, *inside.manifests)
    is_image = inside.artifact_type is None and len(known) > 1
    return ArtifactFacts(digests=tuple(each.digest for each in known), is_image=is_image)
