"""A ledger of thousands of records, made without waiting for the disk after each of them."""

from pathlib import Path
from typing import Final

import msgspec

from floe.core import canonical
from floe.core.artifact import EMPTY_CONTENT, INDEX, LARGEST_MANIFEST, MANIFEST, Descriptor, Manifest, describe
from floe.core.ledger import head
from floe.core.ledger.head import Head
from floe.core.ledger.record import place, seal
from floe.core.names import Tag, environment_tag
from floe.core.policy import Policy
from floe.effects.registry.layout import Layout
from tests.integration.contract.ledgers import DEV, artifact, blob, promoted, version

LOCATION: Final = "oci-layout://registry"


def now(root: Path) -> Head:
    found = Layout(root).read_tagged(head.TAG, LARGEST_MANIFEST)
    return head.decode(Manifest(media_type=INDEX, content=found[1]), LOCATION).unwrap() if found else Head()


def grow(root: Path, until: int, policy: Policy) -> None:
    """Promotions into dev until there are so many records, each of an artifact of its own; the last one is drawn."""
    written, layout, newest = canonical.encode(policy), Layout(root), now(root)
    for content in (EMPTY_CONTENT, written):
        layout.write_blob(content)
    for number in range(newest.length, until):
        told = promoted(number, left=number - 1 if number else None)
        record = place(
            msgspec.structs.replace(told, policy=canonical.digest_of(written)),
            seq=newest.length + 1,
            predecessors=newest.tips,
            repository=LOCATION,
        )
        manifest = seal(record, len(written))
        advanced = head.advance(newest, manifest, record)
        newest = advanced.head
        for each in (manifest, *((advanced.sealed,) if advanced.sealed else ())):
            blob(root, each.digest).write_bytes(each.content)
    listed = head.encode(newest)
    layout.write_blob(listed.content)
    tag(layout, head.TAG, msgspec.structs.replace(describe(listed), artifact_type=head.HEAD_TYPE))
    drawn = layout.write_blob(b"artifact %d" % (until - 1))
    assert drawn == artifact(until - 1)
    at = Descriptor(media_type=MANIFEST, digest=drawn, size=len(b"artifact %d" % (until - 1)))
    tag(layout, environment_tag(version(until - 1), DEV), at)


def tag(layout: Layout, name: Tag, descriptor: Descriptor) -> None:
    with layout.transaction() as change:
        change.tag(name, descriptor)
