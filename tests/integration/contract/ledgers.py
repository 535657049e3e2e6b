"""The ledgers that every law of the port is tried on, and drafts to append to them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from floe.core import canonical
from floe.core.artifact import MANIFEST, Manifest
from floe.core.event import Event, Locked, Placement, Promoted
from floe.core.facts import Facts
from floe.core.ledger.record import AuthorizationVerdict, Draft, Expectation
from floe.core.names import Digest, EnvironmentName, Version
from floe.core.operator import Operator
from floe.core.policy import Environment, Policy
from floe.effects.ledger.folder import FolderLedger
from floe.effects.memory.ledger import MemoryLedger
from floe.effects.ports import Ledger
from floe.effects.registry.layout import Layout

LEDGERS: Final = ("memory", "folder")
BEGINNING: Final = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
DEV: Final = EnvironmentName("dev")
PROD: Final = EnvironmentName("prod")
POLICY: Final = Policy(environments=(Environment(name=DEV, gates=()), Environment(name=PROD, gates=())))


class Kept(msgspec.Struct):
    """A fresh ledger, and the ways to spoil or remove a record in it behind its back."""

    ledger: Ledger
    spoil: Callable[[Digest], object]
    remove: Callable[[Digest], object]


def kept(kind: str, tmp_path: Path) -> Kept:
    match kind:
        case "memory":
            memory = MemoryLedger()
            other = Manifest(media_type=MANIFEST, content=b"{}")
            return Kept(memory, lambda name: memory.manifests.update({name: other}), memory.manifests.pop)
        case "folder":
            root = tmp_path / "registry"
            return Kept(at(root), lambda name: spoil(root, name), lambda name: blob(root, name).unlink())
        case _:
            raise ValueError(kind)


def at(root: Path) -> FolderLedger:
    return FolderLedger(Layout(root), "oci-layout://registry")


def blob(root: Path, name: Digest) -> Path:
    return root / "blobs" / "sha256" / name.removeprefix("sha256:")


def spoil(root: Path, name: Digest) -> None:
    """One byte is another, as a failing disk would have it."""
    content = bytearray(blob(root, name).read_bytes())
    content[len(content) // 2] ^= 1
    blob(root, name).write_bytes(content)


def artifact(number: int) -> Digest:
    return canonical.digest_of(b"artifact %d" % number)


def promoted(
    number: int,
    environment: EnvironmentName = DEV,
    *,
    expects: Expectation | None = None,
    left: int | None = None,
) -> Draft:
    """Version `number` enters an environment; `left` is the version that the pointer leaves."""
    event = Promoted(version=version(number), digest=artifact(number), source="none", environment=environment)
    return draft(event, number, expects or Expectation(), left)


def locked(environment: EnvironmentName = DEV, *, expects: Expectation | None = None) -> Draft:
    return draft(Locked(environment=environment, reason="no"), 0, expects or Expectation(), None)


def draft(event: Event, number: int, expects: Expectation, left: int | None) -> Draft:
    policy = canonical.digest(POLICY)
    return Draft(
        id=f"id-{number}",
        trace_id="0" * 31 + "1",
        at=BEGINNING + timedelta(minutes=number),
        event=event,
        operator=Operator(name="ci@example.com", assurance="unverified"),
        expects=expects,
        policy=policy,
        facts=Facts(policy=policy),
        authorization=AuthorizationVerdict(via="open"),
        plan=canonical.digest_of(b"plan"),
        before=None if left is None else Placement(version=version(left), digest=artifact(left)),
        after=Placement(version=event.version, digest=event.digest) if isinstance(event, Promoted) else None,
    )


def version(number: int) -> Version:
    return Version(f"v1.{number}.0")
