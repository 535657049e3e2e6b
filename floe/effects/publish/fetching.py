"""An artifact's layers as files. A name out of an artifact is used only if it can do no harm."""

import os
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from returns.result import Failure, Success

from floe.core.artifact import DOCKER_INDEX, EMPTY, INDEX, Contents, Descriptor, Manifest
from floe.core.fault import Absent, Unwritable
from floe.core.names import Digest, Tag
from floe.core.value import Value
from floe.effects.blocking import FaultError, in_thread, writing
from floe.effects.ports import Outcome, Registry
from floe.effects.publish.looking import read_artifact
from floe.effects.publish.sending import TITLE
from floe.effects.registry import stream

INDEX_TYPES: Final = (INDEX, DOCKER_INDEX)
LONGEST_NAME: Final = 255  # bytes; what file systems take


class PulledFile(Value, frozen=True, kw_only=True):
    """A layer that is a file now; `already`, when the same bytes were there before."""

    name: str
    layer: Descriptor
    already: bool


class Pulled(Value, frozen=True, kw_only=True):
    digest: Digest
    directory: str
    files: tuple[PulledFile, ...]


async def pull(registry: Registry, reference: Tag | Digest, directory: Path) -> Outcome[Pulled]:
    """Write every layer into a folder; nothing is written when one of the files is there with other content."""
    read = await read_artifact(registry, reference)
    if isinstance(read, Failure):
        return read
    manifest, said = read.unwrap()
    if manifest.media_type in INDEX_TYPES or said.manifests:
        return Failure(Absent(where=registry.location, what=_which(reference, manifest)))
    planned = await in_thread(partial(_planned, said, directory))
    if isinstance(planned, Failure):
        return planned
    for file in planned.unwrap():
        fetched = await _fetch(registry, file, directory)
        if isinstance(fetched, Failure):
            return fetched
    return planned.map(lambda files: Pulled(digest=manifest.digest, directory=str(directory), files=files))


async def _fetch(registry: Registry, file: PulledFile, directory: Path) -> Outcome[None]:
    return Success(None) if file.already else await registry.download(file.layer, directory / file.name)


def _planned(said: Contents, directory: Path) -> tuple[PulledFile, ...]:
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
    return tuple(
        PulledFile(name=name, layer=layer, already=_is_there(layer, directory / name))
        for name, layer in _named(said.layers).items()
    )


def _named(layers: tuple[Descriptor, ...]) -> dict[str, Descriptor]:
    """Each layer under its title; by its digest where it has none, a bad one, or one that is another layer's."""
    owners = {_hex(layer): layer.digest for layer in layers}
    named: dict[str, Descriptor] = {}
    for layer in layers:
        if layer.media_type != EMPTY:  # which stands where the image-spec wants a layer and there is none
            title = layer.annotations.get(TITLE, "")
            is_usable = is_harmless(title) and owners.get(title, layer.digest) == layer.digest
            name = title if is_usable else _hex(layer)
            owners[name] = layer.digest
            named[name] = layer
    return named


def is_harmless(name: str) -> bool:
    """Whether a name that a stranger chose can be a file's: in this folder, plain to see, no option, not hidden."""
    return (
        0 < len(name.encode()) <= LONGEST_NAME
        and name.isprintable()
        and name[0] not in "-.~"
        and not any(letter in name for letter in "/\\")
    )


def _is_there(layer: Descriptor, path: Path) -> bool:
    if not os.path.lexists(path):
        return False
    if path.is_symlink() or stream.measure(path).digest != layer.digest:
        why = "is there with other content; move it away, or name another folder"
        raise FaultError(Unwritable(where=str(path), why=why))
    return True


def _hex(layer: Descriptor) -> str:
    return layer.digest.removeprefix("sha256:")


class _Platform(Value, frozen=True, kw_only=True):
    os: str = "unknown"
    architecture: str = "unknown"


class _Child(Value, frozen=True, kw_only=True):
    digest: Digest
    platform: _Platform = _Platform()


class _Children(Value, frozen=True, kw_only=True):
    manifests: tuple[_Child, ...]


def _which(reference: str, index: Manifest) -> str:
    try:
        children = msgspec.json.decode(index.content, type=_Children).manifests
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # what `Contents` does not read may be anything
        children = ()
    listed = ", ".join(f"{each.platform.os}/{each.platform.architecture} ({each.digest})" for each in children)
    return f"one artifact under {reference}: found an index of {listed or 'nothing'}; pull one of these by its digest"
