"""Putting a file into a registry as an artifact. The same bytes give the same digest, on any day."""

import os
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.artifact import COMPILED, EMPTY, EMPTY_CONTENT, MANIFEST, Descriptor, Manifest
from floe.core.compiled import document
from floe.core.fault import TagTaken, Unavailable
from floe.core.names import Digest, Tag
from floe.core.outcome import settled
from floe.core.value import Value
from floe.effects.blocking import in_thread, reading
from floe.effects.ports import Outcome, Registry
from floe.effects.registry import stream

FILE: Final = "application/vnd.dev.floe.file.v1"
TITLE: Final = "org.opencontainers.image.title"
LARGEST_LOOKED_INTO: Final = 64 * 1024 * 1024  # bytes; a larger file is no document that any floe compiled


class Pushed(Value, frozen=True, kw_only=True):
    """An artifact is in the registry under a tag: made just now, or there already."""

    digest: Digest
    tag: Tag
    size: int  # bytes of the file
    already: bool


class _Kind(Value, frozen=True, kw_only=True):
    kind: str


async def push(registry: Registry, file: Path, tag: Tag) -> Outcome[Pushed]:
    """Make a file an artifact and tag it; a tag that is there with other content stays as it is."""
    looked = await in_thread(partial(_look, file))
    if isinstance(looked, Failure):
        return looked
    layer = looked.unwrap()
    manifest = _manifest(layer)
    pushed = Pushed(digest=manifest.digest, tag=tag, size=layer.size, already=False)
    match settled(await registry.resolve(tag)):
        case Failure(fault):
            return Failure(fault)
        case Success(None):
            return (await _make(registry, file, layer, manifest, tag)).map(lambda _: pushed)
        case Success(found) if found == manifest.digest:
            return Success(msgspec.structs.replace(pushed, already=True))
        case Success(found):
            assert found is not None
            return Failure(TagTaken(tag=tag, found=found, wanted=manifest.digest))


async def _make(registry: Registry, file: Path, layer: Descriptor, manifest: Manifest, tag: Tag) -> Outcome[None]:
    """What is pointed to is there before what points to it."""
    config = await registry.put_blob(EMPTY_CONTENT)
    if isinstance(config, Failure):
        return config
    sent = await registry.upload(file)
    if isinstance(sent, Failure):
        return sent
    if sent.unwrap().digest != layer.digest:
        return Failure(Unavailable(where=str(file), why="was changed while it was being pushed; push it again"))
    return await registry.create_tag(tag, manifest)


def _look(file: Path) -> Descriptor:
    """The layer that a file makes."""
    found = stream.measure(file)
    media_type = COMPILED if found.size <= LARGEST_LOOKED_INTO and _is_compiled(file) else stream.OCTETS
    title = os.fsencode(file.name).decode(errors="replace")
    return msgspec.structs.replace(found, media_type=media_type, annotations={TITLE: title})


def _is_compiled(file: Path) -> bool:
    with reading(file):
        content = file.read_bytes()
    try:
        return msgspec.json.decode(content, type=_Kind).kind == document.KIND
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False


def _manifest(layer: Descriptor) -> Manifest:
    content = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": COMPILED if layer.media_type == COMPILED else FILE,
        "config": Descriptor(media_type=EMPTY, digest=canonical.digest_of(EMPTY_CONTENT), size=len(EMPTY_CONTENT)),
        "layers": [layer],
    }
    return Manifest(media_type=MANIFEST, content=canonical.encode(content))
