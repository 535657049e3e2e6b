"""The ledger in a folder: what of it can be damaged, and that it says so."""

from pathlib import Path

import pytest
from returns.result import Success

from floe.core.artifact import EMPTY_CONTENT, INDEX, Manifest
from floe.core.canonical import digest_of
from floe.core.fault import Fault, LedgerDamaged
from floe.core.ledger.head import SEGMENT, TAG, TAIL, decode
from floe.core.names import Digest
from floe.effects.ledger.folder import FolderLedger
from floe.effects.registry.layout import Layout
from tests.integration.contract.ledgers import DEV, POLICY, artifact, at, blob, promoted, spoil

pytestmark = pytest.mark.anyio

FULL = SEGMENT + TAIL  # the record with which a segment is sealed


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    """A ledger with one segment."""
    root = tmp_path / "registry"
    for number in range(FULL):
        (await at(root).append(promoted(number), POLICY)).unwrap()
    return root


async def faults(ledger: FolderLedger) -> list[Fault]:
    """What every way of using it says."""
    outcomes = (
        await ledger.look(),
        await ledger.entries(),
        await ledger.about(artifact(1), frozenset({DEV})),
        await ledger.append(promoted(1000), POLICY),
    )
    return [outcome.failure() for outcome in outcomes if not isinstance(outcome, Success)]


def head(root: Path) -> Digest:
    return Layout(root).index().digests[TAG]


def segment(root: Path) -> Digest:
    found = Layout(root).read_tagged(TAG, 10_000_000)
    assert found is not None
    return decode(Manifest(media_type=INDEX, content=found[1]), str(root)).unwrap().segments[0].digest


@pytest.mark.parametrize("harm", ["spoil", "remove"])
async def test_a_damaged_head_stops_everything(root: Path, harm: str) -> None:
    spoil(root, head(root)) if harm == "spoil" else blob(root, head(root)).unlink()
    found = await faults(at(root))
    assert len(found) == 4
    assert all(isinstance(each, LedgerDamaged) and "head" in each.what for each in found)


@pytest.mark.parametrize("harm", ["spoil", "remove"])
async def test_a_damaged_segment_is_named_by_whoever_needs_it(root: Path, harm: str) -> None:
    name = segment(root)
    spoil(root, name) if harm == "spoil" else blob(root, name).unlink()
    found = await faults(at(root))
    assert [getattr(each, "what", None) for each in found] == [f"segment {name}"] * 2
    assert all(isinstance(each, LedgerDamaged) for each in found)


async def test_every_record_is_reachable_from_the_tagged_head(root: Path) -> None:
    """What copies by reference copies all of it: nothing in the folder is unreferenced."""
    ledger = at(root)
    names = {each.record for each in (await ledger.entries()).unwrap()}
    policies = {(await ledger.record(name)).unwrap().policy for name in names}
    kept = {Digest(f"sha256:{file.name}") for file in (root / "blobs" / "sha256").iterdir()}
    assert kept == names | policies | {head(root), segment(root), digest_of(EMPTY_CONTENT)}
