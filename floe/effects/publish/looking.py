"""What an artifact is made of, and where it has been."""

from functools import partial

import anyio
from returns.result import Failure, Success

from floe.core import artifact
from floe.core.artifact import Contents, Descriptor, Manifest
from floe.core.fault import Absent, Damaged
from floe.core.names import Digest, Tag
from floe.core.outcome import collect, settled
from floe.core.signature.statement import COSIGN_SIGN
from floe.core.value import Value
from floe.effects.ports import Outcome, Registry
from floe.effects.signing.candidates import BUNDLE, PREDICATE


class Attached(Value, frozen=True, kw_only=True):
    """Something that refers to the artifact. What it is said to be, nobody has checked."""

    digest: Digest
    type: str | None
    predicate_type: str | None = None


class Inspected(Value, frozen=True, kw_only=True):
    """An artifact as its registry has it, and every tag that points to it now."""

    reference: str
    digest: Digest
    media_type: str
    size: int  # bytes of the manifest
    artifact_type: str | None
    config: Descriptor | None
    layers: tuple[Descriptor, ...]
    manifests: tuple[Descriptor, ...]
    subject: Descriptor | None
    annotations: dict[str, str]
    tags: tuple[Tag, ...]
    signatures: tuple[Attached, ...] = ()
    attestations: tuple[Attached, ...] = ()
    others: tuple[Attached, ...] = ()


async def inspect(registry: Registry, reference: Tag | Digest) -> Outcome[Inspected]:
    read = await read_artifact(registry, reference)
    if isinstance(read, Failure):
        return read
    manifest, said = read.unwrap()
    tags = settled(await _tags_of(registry, manifest.digest))
    if isinstance(tags, Failure):
        return Failure(tags.failure())
    beside = await _beside(registry, manifest.digest)
    return beside.map(lambda attached: _inspected(registry, (manifest, said), tags.unwrap(), attached))


async def read_artifact(registry: Registry, reference: Tag | Digest) -> Outcome[tuple[Manifest, Contents]]:
    """A manifest that must be there, and what it says."""
    found = await registry.manifest(reference)
    return found.bind(partial(_readable, registry.location, reference))


def _readable(where: str, reference: str, manifest: Manifest | None) -> Outcome[tuple[Manifest, Contents]]:
    if manifest is None:
        return Failure(Absent(where=where, what=reference))
    said = artifact.contents(manifest)
    if said is None:
        return Failure(Damaged(where=where, expected=f"{reference} to be an OCI manifest", found="something else"))
    return Success((manifest, said))


async def _tags_of(registry: Registry, digest: Digest) -> Outcome[tuple[Tag, ...]]:
    listed = await registry.resolve_all()
    return listed.map(lambda tags: tuple(sorted(tag for tag, its in tags.items() if its == digest)))


async def _beside(registry: Registry, digest: Digest) -> Outcome[tuple[Attached, ...]]:
    listed = settled(await registry.referrers(digest))
    if isinstance(listed, Failure):
        return Failure(listed.failure())
    return collect(await anyio.amap(partial(_attached, registry), listed.unwrap())).alt(lambda faults: faults[0])


def _inspected(
    registry: Registry, read: tuple[Manifest, Contents], tags: tuple[Tag, ...], attached: tuple[Attached, ...]
) -> Inspected:
    manifest, said = read
    return Inspected(
        reference=registry.reference(manifest.digest),
        digest=manifest.digest,
        media_type=manifest.media_type,
        size=len(manifest.content),
        artifact_type=said.artifact_type,
        config=said.config,
        layers=said.layers,
        manifests=said.manifests,
        subject=said.subject,
        annotations=said.annotations,
        tags=tags,
        **_sorted_out(attached),
    )


async def _attached(registry: Registry, listed: Descriptor) -> Outcome[Attached]:
    """What it is: by the list, or, where that says no more than that it is a bundle, by its own manifest."""
    stated = listed.annotations.get(PREDICATE)
    if stated is None and (listed.artifact_type or "").startswith(BUNDLE):
        read = settled(await registry.manifest(listed.digest))
        if isinstance(read, Failure):
            return Failure(read.failure())
        found = read.unwrap()
        said = artifact.contents(found) if found else None
        stated = said.annotations.get(PREDICATE) if said else None
    return Success(Attached(digest=listed.digest, type=listed.artifact_type, predicate_type=stated))


def _sorted_out(attached: tuple[Attached, ...]) -> dict[str, tuple[Attached, ...]]:
    """By what they say they are: signatures, statements of another kind, and everything else."""
    signatures = tuple(each for each in attached if each.predicate_type == COSIGN_SIGN)
    attestations = tuple(each for each in attached if each.predicate_type and each not in signatures)
    others = tuple(each for each in attached if not each.predicate_type)
    return {"signatures": signatures, "attestations": attestations, "others": others}
