"""Everything that is decided on, stored, digested or sent is an immutable value."""

import importlib
import pkgutil
from collections.abc import Hashable, Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import floe.core
from floe.core.effect import Effect
from floe.core.fault import Fault
from floe.core.ledger.record import Record
from floe.core.refusal import Refusal
from floe.core.value import Value
from tests.property.strategies import any_of, effects, faults, records, refusals

for _module in pkgutil.walk_packages(floe.core.__path__, "floe.core."):
    importlib.import_module(_module.name)


def every(kind: type[Value]) -> Iterator[type[Value]]:
    for each in kind.__subclasses__():
        yield each
        yield from every(each)


VALUES = sorted(
    {kind for kind in every(Value) if kind.__module__.startswith("floe.core.")},
    key=lambda kind: (kind.__module__, kind.__name__),
)
every_value = pytest.mark.parametrize("kind", VALUES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")


@every_value
def test_a_value_is_frozen_and_is_made_by_name(kind: type[Value]) -> None:
    config = kind.__struct_config__
    assert config.frozen
    assert not config.forbid_unknown_fields
    assert config.eq
    with pytest.raises(TypeError):
        kind(*([None] * max(1, len(kind.__struct_fields__))))


def words() -> list[tuple[str, type[msgspec.Struct]]]:
    tagged = [kind for kind in VALUES if kind.__struct_config__.tag is not None]
    return [(str(kind.__struct_config__.tag), kind) for kind in tagged]


@pytest.mark.parametrize("module", ["refusal", "fault", "effect", "event", "command", "gates", "receipt", "inquiry"])
def test_the_words_of_a_vocabulary_are_told_apart_by_their_tags(module: str) -> None:
    found = [tag for tag, kind in words() if kind.__module__ == f"floe.core.{module}"]
    assert found
    assert len(found) == len(set(found))
    assert all(tag == tag.lower() and " " not in tag for tag in found)


@given(refusals | faults | effects | records)
def test_what_is_compared_and_collected_can_be_hashed(value: Hashable) -> None:
    assert {value, value} == {value}
    assert hash(value) == hash(value)


@given(records)
def test_nothing_of_a_value_can_be_changed(record: Record) -> None:
    for name in record.__struct_fields__:
        with pytest.raises(AttributeError):
            setattr(record, name, None)


@pytest.mark.parametrize("union", [Refusal, Fault, Effect], ids=["refusals", "faults", "effects"])
@given(data=st.data())
def test_a_word_is_read_back_as_itself(union: object, data: st.DataObject) -> None:
    value = data.draw(any_of(union))
    assert msgspec.json.decode(msgspec.json.encode(value), type=union) == value
