"""Laws of reading a manifest: a slip of the finger never makes a weaker policy, and every complaint has its place."""

import string
from collections.abc import Iterator

import yaml
from hypothesis import given
from hypothesis import strategies as st

from floe.core import canonical
from floe.core.policy import Environment
from floe.shell import markup
from floe.shell.complaint import Path, dotted
from floe.shell.document import Node
from tests.manifests import FULL, loaded, parsed

ORIGINAL = loaded(FULL).policy
CHOSEN = (  # mappings of names people choose
    *("people", "groups", "registries", "headers", "max_increase_percent"),
    *("fields", "transforms"),  # of governance: what is said of each
)


def keys(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    for name, entry in node.entries.items():
        yield (*path, name), entry.key
        yield from keys(entry.content, (*path, name))
    for index, item in enumerate(node.items):
        yield from keys(item, (*path, index))


def root(text: str) -> Node:
    node = markup.read(text, where="manifest.yaml").root
    assert node is not None
    return node


KEYS = tuple(found for name in ("artifacts", "governance") for found in keys(root(FULL).entries[name].content, (name,)))


def replaced(key: Node, word: str) -> str:
    lines = FULL.split("\n")
    line, start = lines[key.line - 1], key.column - 1
    lines[key.line - 1] = line[:start] + word + line[start + len(str(key.value)) :]
    return "\n".join(lines)


@st.composite
def misspelt(draw: st.DrawFn) -> tuple[Path, Node, str]:
    """One key of the full manifest, and the same with one letter lost, doubled, swapped or struck wrongly."""
    path, key = draw(st.sampled_from(KEYS))
    word = str(key.value)
    at = draw(st.integers(0, len(word) - 1))
    other = draw(st.sampled_from(string.ascii_letters + "-_0"))
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        word[:at] + other + word[at + 1 :],
        word[:at] + other + word[at:],
    )
    slip = draw(st.sampled_from([each for each in slips if each != word and each.strip("-")]))
    return path, key, slip


def without_metrics(environment: Environment) -> bytes:
    """An environment but for the names of metrics, which are the gates' own."""
    gates = [(gate.name, gate.command, [bound.limit for bound in gate.max]) for gate in environment.gates]
    return canonical.encode((environment.name, gates, environment.authorization, environment.trust))


@given(misspelt())
def test_a_misspelt_key_never_makes_a_weaker_policy(slip: tuple[Path, Node, str]) -> None:
    """Row N03."""
    path, key, word = slip
    policy = parsed(replaced(key, word)).map(lambda loaded: loaded.policy).value_or(None)
    if policy is not None:
        assert str(path[-2]) in CHOSEN, f"{dotted(path)} as {word!r} was read as if nothing were wrong"
        assert list(map(without_metrics, policy.environments)) == list(map(without_metrics, ORIGINAL.environments))


@given(misspelt())
def test_a_misspelt_key_is_complained_of_where_it_stands(slip: tuple[Path, Node, str]) -> None:
    path, key, word = slip
    complaints = parsed(replaced(key, word)).swap().value_or(())
    if complaints and str(path[-2]) not in CHOSEN and word.isalpha() and "verification" not in path:
        assert (key.line, key.column) in {(each.line, each.column) for each in complaints}


@given(st.data())
def test_the_order_of_keys_changes_nothing(data: st.DataObject) -> None:
    def shuffled(value: object, name: str = "") -> object:
        if isinstance(value, dict):
            names = list(value) if name == "gates" else data.draw(st.permutations(list(value)))
            return {each: shuffled(value[each], each) for each in names}
        return [shuffled(each) for each in value] if isinstance(value, list) else value

    text = yaml.safe_dump(shuffled(root(FULL).plain), sort_keys=False)
    assert canonical.digest(loaded(text).policy) == canonical.digest(ORIGINAL)


@given(
    st.text() | st.text(alphabet="a:-[]{}&*!|>'\"%@` \n#?,0.~<") | st.binary().map(lambda raw: raw.decode("latin-1"))
)
def test_no_text_is_too_strange_to_complain_of(text: str) -> None:
    for complaint in parsed(text).swap().value_or(()):
        assert str(complaint).isprintable()


@given(st.data())
def test_a_damaged_manifest_is_complained_of_line_by_line(data: st.DataObject) -> None:
    lines = FULL.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(st.text(alphabet="a:-[]{}&*!|>'\" #?,0.~<", max_size=12))
    for complaint in parsed("\n".join(lines)).swap().value_or(()):
        assert str(complaint).isprintable()
        assert complaint.line is not None
        assert 1 <= complaint.line <= len(lines) + 1
