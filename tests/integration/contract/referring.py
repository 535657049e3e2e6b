"""Manifests that refer to another one."""

from floe.core import canonical
from floe.core.artifact import EMPTY, EMPTY_CONTENT, MANIFEST, Descriptor, Manifest, describe
from floe.core.names import Digest
from floe.effects.ports import Registry
from tests.integration.contract.artifacts import describe_blob

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SBOM = "application/spdx+json"


def plain(note: str = "subject") -> Manifest:
    return _manifest({"annotations": {"note": note}})


def referrer(subject: Manifest, note: str = "", kind: str | None = BUNDLE) -> Manifest:
    """A manifest without content that refers to another; without a kind, its config's type stands in for it."""
    named = describe_blob(subject.media_type, subject.digest, len(subject.content))
    said: dict[str, object] = {"subject": named, "annotations": {"note": note}}
    return _manifest(said if kind is None else said | {"artifactType": kind})


def listed(each: Manifest, kind: str | None = BUNDLE, note: str = "") -> Descriptor:
    return Descriptor(
        media_type=each.media_type,
        digest=each.digest,
        size=len(each.content),
        artifact_type=kind,
        annotations={"note": note},
    )


async def attach(registry: Registry, manifest: Manifest, subject: Manifest) -> None:
    (await registry.put_blob(EMPTY_CONTENT)).unwrap()
    (await registry.attach(manifest, describe(subject))).unwrap()


async def found(registry: Registry, subject: Manifest, kind: str | None = None) -> frozenset[Digest]:
    return frozenset(each.digest for each in (await registry.referrers(subject.digest, kind)).unwrap())


def _manifest(said: dict[str, object]) -> Manifest:
    config = describe_blob(EMPTY, canonical.digest_of(EMPTY_CONTENT), len(EMPTY_CONTENT))
    content = canonical.encode({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [], **said})
    return Manifest(media_type=MANIFEST, content=content)
