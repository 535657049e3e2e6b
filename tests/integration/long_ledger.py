"""A ledger of thousands of records, made without waiting for the disk after each of them."""

from pathlib import Path

import msgspec

from floe.core import canonical, head
from floe.core.artifact import EMPTY_CONTENT, Manifest, describe
from floe.core.head import Head
from floe.core.policy import Policy
from floe.core.record import place, seal
from floe.effects.registry.layout import Layout
from tests.integration.contract.ledgers import artifact, blob, promoted

LOCATION = "oci-layout://registry"


def grow(root: Path, start: int, count: int, policy: Policy, before: Head | None = None) -> Head:
    """So many promotions into dev more, each of an artifact of its own, as the folder's ledger records them."""
    now, layout = before or Head(), Layout(root)
    layout.write_blob(EMPTY_CONTENT)
    written = canonical.encode(policy)
    layout.write_blob(written)
    for number in range(start, start + count):
        draft = msgspec.structs.replace(
            promoted(number, left=number - 1 if number else None), policy=canonical.digest_of(written)
        )
        record = place(draft, seq=now.length + 1, predecessors=now.tips, repository=LOCATION)
        manifest = seal(record, len(written))
        advanced = head.advance(now, manifest, record)
        now = advanced.head
        for each in (manifest, *((advanced.sealed,) if advanced.sealed else ())):
            blob(root, each.digest).write_bytes(each.content)
    tag(layout, head.encode(now))
    return now


def tag(layout: Layout, newest: Manifest) -> None:
    layout.write_blob(newest.content)
    with layout.transaction() as change:
        change.tag(head.TAG, msgspec.structs.replace(describe(newest), artifact_type=head.HEAD_TYPE))
