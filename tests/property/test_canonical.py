"""One value, one spelling, one digest."""

import json
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core import canonical
from floe.core.effect import Effect
from floe.core.event import Placement
from floe.core.fault import Fault
from floe.core.gates import GateResult
from floe.core.ledger.record import Draft, Record
from floe.core.ledger.state import State
from floe.core.policy import Policy
from floe.core.refusal import Refusal
from tests.property import strategies as some
from tests.property.histories import folded, histories
from tests.property.purity import deciding

VALUES: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "policies": (Policy, some.policies()),
    "drafts": (Draft, some.drafts),
    "records": (Record, some.records),
    "states": (State, histories().map(lambda history: folded(history)[0])),
    "gate results": (GateResult, some.gate_results),
    "refusals": (Refusal, some.refusals),
    "faults": (Fault, some.faults),
    "effects": (Effect, some.effects),
}
every_value = pytest.mark.parametrize(("kind", "values"), VALUES.values(), ids=VALUES)


@every_value
@given(data=st.data())
def test_what_is_encoded_is_decoded_the_same(kind: Any, values: st.SearchStrategy[Any], data: st.DataObject) -> None:
    value = data.draw(values)
    with deciding():
        content = canonical.encode(value)
        assert canonical.decode_exactly(content, kind) == Success(value)
        assert canonical.encode(canonical.decode(content, kind).unwrap()) == content


@every_value
@given(data=st.data())
def test_the_spelling_is_rfc_8785(kind: Any, values: st.SearchStrategy[Any], data: st.DataObject) -> None:
    content = canonical.encode(data.draw(values))
    assert content == rfc8785.dumps(json.loads(content))


@given(st.data())
def test_equal_values_have_equal_bytes_and_others_have_others(data: st.DataObject) -> None:
    one, other = data.draw(some.records), data.draw(some.records)
    assert (one == other) == (canonical.encode(one) == canonical.encode(other))
    assert canonical.digest(one) == canonical.digest_of(canonical.encode(one))


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | some.texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(plain, st.sampled_from(({"indent": 1}, {"separators": (", ", ":")}, {"ensure_ascii": True})))
def test_every_other_spelling_is_refused(value: Any, style: dict[str, Any]) -> None:
    """Rows A11, N07."""
    other = json.dumps(value, **style).encode()
    found = canonical.decode(other, object)
    assert isinstance(found, Success) == (other == canonical.encode(value))
    assert found == Success(value) or "spelling" in found.failure().found


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b" {}", b"{} ", b"{", b"nul", b"'a'", b'{"a":1,"a":1}', b'{"a":1,"a":2}', b'{"b":1,"a":1}'),
        *(b"1.0", b"1e3", b"1E3", b"[0.5]", b"NaN", b"Infinity", b"-Infinity", b"-0", b"01"),
        *(b'"\\ud800"', b'"\\ud800\\u0041"', b'"\xed\xa0\x80"', b'"\xff"', b'"\\u0041"', b'"\\/"'),
        *(b"[" * 100_000, b'{"a":' * 100_000, b"\xef\xbb\xbf{}"),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_canonical_json_is_refused(content: bytes) -> None:
    with deciding():
        assert isinstance(canonical.decode(content, object), Failure)


def test_what_has_no_spelling_is_a_bug_and_raises() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical.encode("\ud800")
    with pytest.raises(TypeError):
        canonical.encode(object())


class Narrow(msgspec.Struct):
    a: int


def test_unknown_fields_are_ignored_unless_nothing_else_may_be_there() -> None:
    assert canonical.decode(b'{"a":1,"b":2}', Narrow) == Success(Narrow(a=1))
    assert canonical.decode_exactly(b'{"a":1,"b":2}', Narrow).failure().found == "fields this floe does not know"
    assert canonical.decode_exactly(b'{"a":1}', Narrow) == Success(Narrow(a=1))
    assert canonical.decode(b'{"a":"1"}', Narrow).failure().what == "Narrow"


def test_a_refusal_to_decode_names_a_union_too() -> None:
    assert canonical.decode(b"{}", Refusal).failure().what  # type: ignore[arg-type]  # a union is no type to mypy


GOLDEN = {
    "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a": {},
    "sha256:74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b": None,
    "sha256:43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777": {"b": 2, "a": 1},
}


@pytest.mark.parametrize(("digest", "value"), GOLDEN.items())
def test_a_digest_today_is_a_digest_for_ever(digest: str, value: object) -> None:
    assert canonical.digest(value) == digest


def test_the_digest_of_a_value_today_is_its_digest_for_ever() -> None:
    placement = Placement(version=some.VERSIONS[0], digest=some.DIGESTS[0])
    assert canonical.encode(placement) == b'{"digest":"%b","version":"v1.0.0"}' % some.DIGESTS[0].encode()
    policy = some.plain_policy("dev", "staging", "prod")
    assert canonical.digest(policy) == "sha256:5968f81dbbd47cc01cbda3026936206aedeff8bdef23b0d3b3374158c525996f"
