"""The registries that every law of the port is tried on."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from floe.core.names import Digest
from floe.effects.memory.registry import MemoryRegistry
from floe.effects.ports import Registry
from floe.effects.registry.folder import LayoutRegistry
from tests.integration.remote import of, remote
from tests.servers.docker_registry import KINDS as SERVED
from tests.servers.docker_registry import DockerRegistries
from tests.servers.proxy import Proxy
from tests.servers.referrers import Referrers

LISTING = "listing"  # a registry that lists referrers by itself, two at a time
KINDS = ("memory", "folder", *SERVED, LISTING)


class Place(msgspec.Struct):
    """A fresh registry, and the way to spoil a blob in it behind its back."""

    registry: Registry
    damage: Callable[[Digest, bytes], object]
    close: Callable[[], None] = lambda: None
    is_remote: bool = False  # which decides some things by itself, and offers no compare-and-swap


def place(kind: str, tmp_path: Path, served: DockerRegistries) -> Place:
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
        case "listing":
            proxy = Proxy(served["plain"].authority, Referrers(page=2)).__enter__()
            registry = remote(proxy.authority, served["plain"].repository())
            return Place(registry, served["plain"].spoil, proxy.close, is_remote=True)
        case _:
            server = served[kind]
            return Place(of(server), server.spoil, is_remote=True)
