"""Records live for ever: what an earlier floe wrote is read by every later one, and keeps its name.

A file is never changed and never removed. They were written by the floe of their day, and are not written again.
"""

import json
from pathlib import Path
from typing import get_args

import pytest
from returns.result import Success

from floe.core.artifact import MANIFEST, Manifest
from floe.core.event import Event
from floe.core.ledger.folding import fold
from floe.core.ledger.record import Record, unseal
from tests.property.purity import deciding

FOLDER = Path(__file__).parent / "golden" / "records"
FILES = sorted(FOLDER.glob("*.json"))
NAMES: dict[str, str] = json.loads((FOLDER.parent / "names.json").read_text())


def manifest(file: Path) -> Manifest:
    return Manifest(media_type=MANIFEST, content=file.read_bytes())


def read(file: Path) -> Record:
    return unseal(manifest(file), "golden").unwrap()


def test_no_record_was_lost_or_slipped_in() -> None:
    assert [file.stem for file in FILES] == sorted(NAMES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_old_record_is_read_and_has_the_name_it_always_had(file: Path) -> None:
    old = manifest(file)
    with deciding():
        found = unseal(old, "golden")
    assert isinstance(found, Success)
    assert old.digest == NAMES[file.stem]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_that_an_old_record_says_is_dropped(file: Path) -> None:
    """Every fact that stands in the bytes stands in the value, unless it is nothing."""
    said = json.loads(json.loads(file.read_bytes())["annotations"]["dev.floe.promotion.statement"])["predicate"]
    record = read(file)
    assert {name for name, value in said.items() if value is not None} <= set(Record.__struct_fields__)
    assert (record.id, record.seq, record.operator.name) == (said["id"], said["seq"], said["operator"]["name"])
    assert record.event.environment == said["event"]["environment"]


def test_there_is_one_of_every_kind() -> None:
    assert {type(read(file).event) for file in FILES} == set(get_args(Event))


def test_old_records_still_make_the_state_they_made() -> None:
    """They are one history, in the order of their numbers."""
    history = sorted((read(file).seq, manifest(file).digest, read(file)) for file in FILES)
    state, known = fold((digest, record) for _, digest, record in history)
    assert [each.record.seq for each in known if each.void] == [5]
    current = {each.environment: each.current.version for each in state.environments if each.current}
    assert current == {"dev": "v1.0.0", "prod": "v0.9.0", "staging": "v1.0.0"}
    assert state.of("dev").lock is None
