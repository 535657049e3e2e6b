"""A compiled document is read from any bytes without harm, and each way of being none has its own name."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Success

from floe.core.compiled import document, freeform
from floe.core.compiled.document import parse, render
from floe.core.compiled.freeform import DEEPEST, LARGEST_INTEGER
from tests.property.documents import document as a_document
from tests.property.documents import documents, mappings, output, plain_data, product, scalars

DEEP = 100_000
EMPTY_ONE: dict[str, Any] = json.loads(render(a_document()))
ONE_PRODUCT: dict[str, Any] = json.loads(render(a_document(product("a", outputs=(output("o"),)))))

BAD: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", document.JSON, "no JSON"),
    "an image config": (b'{"architecture":"amd64"}', document.FOREIGN, "JSON without a kind"),
    "another kind": (b'{"kind":"List"}', document.FOREIGN, "kind 'List'"),
    "a list": (b"[]", document.FOREIGN, "JSON without a kind"),
    "no utf-8": (b'{"kind":"\xff"}', document.JSON, "no JSON"),
    "cut short": (render(a_document())[:-1], document.JSON, "no JSON"),
    "a byte order mark": (b"\xef\xbb\xbf" + render(a_document()), document.JSON, "no JSON"),
    "nested beyond the stack": (b"[" * DEEP + b"]" * DEEP, document.JSON, "nesting without end"),
    "too large": (b" " * (document.LARGEST + 1), document.SIZE, f"{document.LARGEST + 1} bytes"),
    "a newer schema": (json.dumps({**EMPTY_ONE, "schema_version": 2}).encode(), document.VERSION, "2"),
    "no schema": (b'{"kind":"CompiledArtifacts"}', document.VERSION, "None"),
    "a section missing": (b'{"kind":"CompiledArtifacts","schema_version":1}', document.SHAPE, "platform"),
    "nested deeply": (
        json.dumps({**EMPTY_ONE, "platform": json.loads("[" * 70 + "]" * 70)}).encode(),
        document.SHAPE,
        "deep nesting",
    ),
    "a name that turns the terminal": (
        json.dumps({**ONE_PRODUCT, "products": [{**ONE_PRODUCT["products"][0], "name": "a\x1b[2J"}]}).encode(),
        document.SHAPE,
        "products[0].name",
    ),
}


@pytest.mark.parametrize(("content", "what", "found"), BAD.values(), ids=BAD)
def test_what_is_no_document_is_told_apart(content: bytes, what: str, found: str) -> None:
    malformed = parse(content).failure()
    assert malformed.what == what
    assert found in malformed.found


@given(st.binary(max_size=200))
def test_any_bytes_give_an_answer(content: bytes) -> None:
    assert isinstance(parse(content), Failure)


@given(documents(), st.data())
def test_a_damaged_document_gives_an_answer(whole: document.Compiled, data: st.DataObject) -> None:
    content = bytearray(render(whole))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(parse(bytes(content)), Success | Failure)


@given(st.sampled_from(sorted(ONE_PRODUCT["products"][0])))
def test_a_product_is_whole_or_refused(section: str) -> None:
    torn = {name: data for name, data in ONE_PRODUCT["products"][0].items() if name != section}
    malformed = parse(json.dumps({**ONE_PRODUCT, "products": [torn]}).encode()).failure()
    assert (malformed.what, section in malformed.found) == (document.SHAPE, True)


@given(mappings)
def test_keys_of_a_later_floe_are_no_obstacle(more: dict[str, Any]) -> None:
    content = json.dumps({**more, **EMPTY_ONE}).encode()
    assert parse(content) == Success(a_document())


@given(mappings)
def test_the_order_of_keys_is_irrelevant(data: dict[str, object]) -> None:
    turned = dict(reversed(data.items()))
    assert freeform.spell(data) == freeform.spell(turned)


@given(plain_data)
def test_spelling_is_settled_after_once(data: object) -> None:
    once = freeform.spell(data).unwrap()
    assert freeform.spell(freeform.read(once)) == Success(once)


@given(scalars)
def test_numbers_are_exact_or_text(data: object) -> None:
    read = freeform.read(freeform.spell(data).unwrap())
    exact = not isinstance(data, float) and (not isinstance(data, int) or abs(data) <= LARGEST_INTEGER)
    assert read == (data if exact else repr(data))


@given(plain_data)
def test_laying_over_nothing_and_over_itself_changes_nothing(data: object) -> None:
    assert freeform.laid_over(None, data) == data
    assert freeform.laid_over(data, None) == data
    assert freeform.laid_over(data, data) == data


@pytest.mark.parametrize(
    ("data", "what", "found"),
    [
        ({"a": [1, float("nan")]}, "a[1]", "nan"),
        ({"a": {1: "x"}}, "a.1", "the key 1"),
        ({"a": "\ud800"}, "a", "half of a surrogate pair"),
        ({"\ud800": 1}, "\ud800", "half of a surrogate pair"),
        ({"a": {1, 2}}, "a", "a set"),
    ],
)
def test_data_without_a_spelling_is_told_with_its_place(data: object, what: str, found: str) -> None:
    [fault] = freeform.spell(data).failure()
    assert (fault.what, fault.found) == (what, found)


def test_nesting_ends_somewhere() -> None:
    data: object = 1
    for _ in range(DEEPEST):
        data = [data]
    assert isinstance(freeform.spell(data), Success)
    assert isinstance(freeform.spell([data]), Failure)
