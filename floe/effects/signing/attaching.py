"""Putting a bundle beside the artifact it is about, as cosign 3 does (cosign's BUNDLE_SPEC.md)."""

from datetime import datetime
from typing import Final

from returns.result import Failure

from floe.core import canonical
from floe.core.artifact import EMPTY, EMPTY_CONTENT, MANIFEST, Descriptor, Manifest, describe
from floe.core.names import Digest
from floe.core.signature.bundle import MEDIA_TYPE
from floe.effects.ports import Outcome, Registry
from floe.effects.signing.candidates import PREDICATE

CONTENT: Final = "dev.sigstore.bundle.content"
CREATED: Final = "org.opencontainers.image.created"  # OCI image-spec 1.1, annotations.md


async def attach(
    registry: Registry, artifact: Manifest, bundle: bytes, predicate: str, at: datetime
) -> Outcome[Digest]:
    """The digest of the referrer; what it refers to is there before it."""
    for content in (EMPTY_CONTENT, bundle):
        kept = await registry.put_blob(content)
        if isinstance(kept, Failure):
            return kept
    made = referrer(describe(artifact), bundle, predicate, at)
    return (await registry.attach(made, describe(artifact))).map(lambda _: made.digest)


def referrer(subject: Descriptor, bundle: bytes, predicate: str, at: datetime) -> Manifest:
    content = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": MEDIA_TYPE,
        "config": Descriptor(media_type=EMPTY, digest=canonical.digest_of(EMPTY_CONTENT), size=len(EMPTY_CONTENT)),
        "layers": [Descriptor(media_type=MEDIA_TYPE, digest=canonical.digest_of(bundle), size=len(bundle))],
        "subject": subject,
        "annotations": {
            CONTENT: "dsse-envelope",
            PREDICATE: predicate,
            CREATED: at.isoformat().replace("+00:00", "Z"),
        },
    }
    return Manifest(media_type=MANIFEST, content=canonical.encode(content))
