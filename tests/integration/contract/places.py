"""The registries that every law of the port is tried on."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from floe.core.names import Digest
from floe.effects.memory.registry import MemoryRegistry
from floe.effects.ports import Registry
from floe.effects.registry.folder import LayoutRegistry

KINDS = ("memory", "folder")


class Place(msgspec.Struct):
    """A fresh registry, and the way to spoil a blob in it behind its back."""

    registry: Registry
    damage: Callable[[Digest, bytes], object]


def place(kind: str, tmp_path: Path) -> Place:
    match kind:
        case "memory":
            memory = MemoryRegistry()
            return Place(memory, memory.blobs.__setitem__)
        case "folder":
            root = tmp_path / "registry"
            kept = root / "blobs" / "sha256"
            return Place(
                LayoutRegistry(root),
                lambda digest, content: (kept / digest.removeprefix("sha256:")).write_bytes(content),
            )
        case _:
            raise ValueError(kind)
