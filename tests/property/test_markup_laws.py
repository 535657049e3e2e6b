"""Laws of reading YAML: what is written is what is read, and every word knows its place."""

import json

import yaml
from hypothesis import given
from hypothesis import strategies as st

from floe.core.outcome import settled
from floe.shell import markup
from floe.shell.document import Node
from floe.shell.scalars import LARGEST, resolve

# Escapes of characters beyond the first plane are pairs in JSON, which YAML does not know.
letters = st.characters(max_codepoint=0xFFFD, exclude_categories=["Cs"])
words = st.text(alphabet=letters, max_size=20)
scalars = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | words
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4), max_leaves=20
)


def read(text: str) -> Node:
    document = markup.read(text, where="x.yaml")
    assert document.root is not None, document.complaints
    assert document.complaints == ()
    return document.root


@given(values)
def test_json_is_read_as_it_was_meant(value: object) -> None:
    assert read(json.dumps(value)).plain == value


@given(values)
def test_what_yaml_writes_in_quotes_is_read_as_it_was_meant(value: object) -> None:
    text = yaml.dump(value, default_style='"', allow_unicode=False)
    document = markup.read(text, where="x.yaml")
    if document.complaints:  # numbers and such are quoted with a tag before them
        assert all("tag" in each.found for each in document.complaints)
    else:
        assert document.root is not None
        assert document.root.plain == value


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, unique=True))
def test_every_key_and_value_knows_its_place(names: list[str]) -> None:
    text = "".join(f"{'# why' if index % 2 else ''}\n{name}:  {name}!\n" for index, name in enumerate(names))
    lines = text.split("\n")
    for name, entry in read(text).entries.items():
        for node, word in ((entry.key, name), (entry.content, f"{name}!")):
            assert lines[node.line - 1][node.column - 1 :].startswith(word)


@given(st.integers(-LARGEST, LARGEST), st.floats(-1e15, 1e15))
def test_a_numeral_is_the_number_python_takes_it_for(whole: int, broken: float) -> None:
    assert settled(resolve(str(whole))).unwrap() == whole
    assert settled(resolve(repr(broken))).unwrap() == broken


@given(st.from_regex(r"[0-9]{1,3}(_[0-9]{1,3}|:[0-9]{2})+", fullmatch=True))
def test_what_only_yaml_1_1_takes_for_a_number_is_text(word: str) -> None:
    assert resolve(word).unwrap() == word
