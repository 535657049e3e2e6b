"""Artifacts and files to push and pull."""

from pathlib import Path

from floe.core import canonical
from floe.core.artifact import EMPTY, EMPTY_CONTENT, MANIFEST, Manifest
from floe.core.names import Tag
from floe.effects.ports import Registry

V1, V2, LATEST = Tag("v1.0.0"), Tag("v2.0.0"), Tag("latest-dev")
TITLE = "org.opencontainers.image.title"
DOCUMENT = b'{"kind": "CompiledArtifacts", "schema_version": 1}'


def describe_blob(media_type: str, digest: str, size: int) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest, "size": size}


async def artifact(registry: Registry, *layers: tuple[str | None, bytes], media_type: str = "x/y") -> Manifest:
    """An artifact that some other tool might have made, tagged v1.0.0."""
    described = [
        {
            **describe_blob(media_type, (await registry.put_blob(content)).unwrap(), len(content)),
            "annotations": {} if title is None else {TITLE: title},
        }
        for title, content in layers
    ]
    config = describe_blob(EMPTY, (await registry.put_blob(EMPTY_CONTENT)).unwrap(), len(EMPTY_CONTENT))
    content = canonical.encode({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": described})
    manifest = Manifest(media_type=MANIFEST, content=content)
    await registry.put_manifest(manifest, V1)
    return manifest


def filled(file: Path, content: bytes) -> Path:
    """A file with this content, its folder made where it is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def hex_of(content: bytes) -> str:
    return canonical.digest_of(content).removeprefix("sha256:")


def files(folder: Path) -> dict[str, bytes]:
    """What is in a folder; nothing where there is none."""
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}
