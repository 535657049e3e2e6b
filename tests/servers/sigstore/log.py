"""A transparency log: a tree that only grows, and what it says of itself in signed checkpoints."""

import threading
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers.sigstore import merkle
from tests.servers.sigstore.basics import SHA256, Watch, log_id, spelt

TREE: Final = "1193050959916656506"


@dataclass(frozen=True)
class Inclusion:
    """The proof that an entry is in the log."""

    index: int
    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    checkpoint: str


class Log:
    """Its first leaf is nobody's: many clients leave out numbers that are 0, and others miss them then."""

    def __init__(self, name: str, watch: Watch) -> None:
        self.name = name
        self.watch = watch
        self.key = ec.generate_private_key(ec.SECP256R1())
        self._lock = threading.Lock()
        self._leaves = [merkle.leaf(b"genesis")]

    @property
    def id(self) -> bytes:
        return log_id(self.key)

    def append(self, body: bytes, origin: str) -> Inclusion:
        with self._lock:
            self._leaves.append(merkle.leaf(body))
            leaves = tuple(self._leaves)
        index, size, root = len(leaves) - 1, len(leaves), merkle.root(leaves)
        hashes = tuple(merkle.path(index, leaves))
        return Inclusion(index, size, root, hashes, self.checkpoint(origin, size, root))

    def checkpoint(self, origin: str, size: int, root: bytes) -> str:
        """A signed note (C2SP signed-note) of the size and root of the tree."""
        note = f"{origin}\n{size}\n{spelt(root)}\n"
        return f"{note}\n\N{EM DASH} {self.name} {spelt(self.id[:4] + self.key.sign(note.encode(), SHA256))}\n"
