"""YAML as people write manifests: one document of plain mappings, lists and scalars.

Anchors, aliases, tags, merge keys, duplicate keys and second documents are mistakes, and all of them are told
at once. Nothing is expanded, so no document is larger in memory than a small multiple of its text.
"""

from typing import Final, NoReturn, Protocol, TypeAlias

import yaml
from msgspec.structs import replace
from returns.result import Failure, Success
from yaml import events

from floe.core.outcome import settled
from floe.core.value import Value
from floe.shell.complaint import Complaint, Path, dotted, quoted, shown
from floe.shell.document import Document, Entry, Kind, Node
from floe.shell.scalars import resolve
from floe.shell.text import misspelt

DEEPEST: Final = 64  # mappings and lists within one another
MOST_NODES: Final = 100_000
MOST_COMPLAINTS: Final = 100  # a file with more is of another kind
At: TypeAlias = tuple[int, int]  # line and column, from 1
LOADER: Final = getattr(yaml, "CLoader", yaml.Loader)  # libyaml where PyYAML was built with it


def read(text: str, *, where: str) -> Document:
    """The document that this text spells."""
    complaints = misspelt(text, where=where)
    return Document(where=where, root=None, complaints=complaints) if complaints else _Reader(where).read(text)


class _Open(Value, frozen=True, kw_only=True):
    """A mapping or list whose end has not been seen; of a mapping, keys and contents alternate."""

    start: events.CollectionStartEvent
    spoiled: bool
    children: list[Node]

    @property
    def steps(self) -> Path:
        """The index, or the key if it has been read, of what is being read."""
        if isinstance(self.start, events.SequenceStartEvent):
            return (len(self.children),)
        key = self.children[-1].value if len(self.children) % 2 else None
        return (key,) if isinstance(key, str) else ()


class Marked(Protocol):
    """A place as PyYAML tells it, counted from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


class _Stopped(Exception):  # noqa: N818 (it ends the reading, and never leaves this file)
    """There is no point in reading on."""


class _Reader:
    """Turns the parser's events into nodes, and keeps what is wrong with them."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._nodes = 0
        self._documents = 0
        self._complaints: list[Complaint] = []

    def read(self, text: str) -> Document:
        try:
            for event in yaml.parse(text, Loader=LOADER):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            told = " ".join(part for part in (error.context, error.problem) if part)
            self._complain(_place(error.problem_mark or error.context_mark), f"this is no YAML: {shown(told)}")
            self._root = None
        except _Stopped:
            pass  # a first document that was whole is still looked at
        return Document(where=self._where, root=self._root, complaints=tuple(self._complaints))

    def _take(self, event: events.Event) -> None:
        match event:
            case events.ScalarEvent():
                self._add(self._scalar(event))
            case events.AliasEvent():
                self._complain(_at(event), f"alias '*{shown(str(event.anchor))}'", "the content written out")
                self._add(_node("scalar", event, spoiled=True))
            case events.CollectionStartEvent():
                self._open.append(_Open(start=event, spoiled=self._is_marked(event), children=[]))
                if len(self._open) > DEEPEST:
                    self._stop(_at(event), f"more than {DEEPEST} mappings and lists within one another")
            case events.CollectionEndEvent():
                self._add(self._closed(self._open.pop()))
            case events.DocumentStartEvent():
                self._begin(event)
            case _:
                pass

    def _begin(self, event: events.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(_at(event), "a second document in one file")
        if event.version and tuple(event.version) != (1, 2):
            self._complain(_at(event), "a directive for another YAML", "YAML 1.2, which needs none")

    def _add(self, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            self._stop((node.line, node.column), f"more than {MOST_NODES} keys and values")
        if self._open:
            self._open[-1].children.append(node)
        else:
            self._root = node

    def _is_marked(self, event: events.ScalarEvent | events.CollectionStartEvent) -> bool:
        """Whether a tag stands before a node; an anchor is complained of and changes nothing."""
        if event.anchor is not None:
            self._complain(_at(event), f"anchor '&{shown(event.anchor)}'", "no anchors")
        if event.tag is not None:
            self._complain(_at(event), f"tag '{shown(event.tag)}'", "no tags: quote what is text")
        return event.tag is not None

    def _scalar(self, event: events.ScalarEvent) -> Node:
        spoiled = self._is_marked(event)
        if event.style:  # quoted, or a block of text
            return replace(_node("scalar", event, spoiled=spoiled), value=event.value)
        match settled(resolve(event.value)):
            case Success(value):
                return replace(_node("scalar", event, spoiled=spoiled), value=value, written=event.value)
            case Failure(found):
                self._complain(_at(event), found, "a smaller one, or quotes if it is text")
                return _node("scalar", event, spoiled=True)

    def _closed(self, ended: _Open) -> Node:
        if isinstance(ended.start, events.SequenceStartEvent):
            return replace(_node("sequence", ended.start, spoiled=ended.spoiled), items=tuple(ended.children))
        entries: dict[str, Entry] = {}
        spoiled = ended.spoiled
        for key, content in zip(ended.children[::2], ended.children[1::2], strict=True):
            name = self._name(key, entries)
            if name is None:
                spoiled = True
            else:
                entries[name] = Entry(key=key, content=content)
        return replace(_node("mapping", ended.start, spoiled=spoiled), entries=entries)

    def _name(self, key: Node, entries: dict[str, Entry]) -> str | None:
        """What a key says; None when it was complained of."""
        at = (key.line, key.column)
        if key.kind != "scalar" or not isinstance(key.value, str):
            if not key.spoiled:
                self._complain(at, f"{key.noun} as a key", "text: quote it")
            return None
        if key.written == "<<":
            self._complain(at, "merge key '<<'", "the content written out", key=("<<",))
            return None
        if key.value in entries:
            first = entries[key.value].key.line
            self._complain(at, f"key {quoted(key.value)} again", f"it once: see line {first}", key=(key.value,))
            return None
        return key.value

    def _stop(self, at: At, found: str) -> NoReturn:
        self._complain(at, found)
        raise _Stopped

    def _complain(self, at: At, found: str, expected: str | None = None, key: Path = ()) -> None:
        if len(self._complaints) == MOST_COMPLAINTS:
            raise _Stopped
        path = tuple(step for each in self._open for step in each.steps)
        self._complaints.append(
            Complaint(
                where=self._where,
                line=at[0],
                column=at[1],
                path=dotted((*path, *key)),
                found=found,
                expected=expected,
            )
        )


def _at(event: events.Event) -> At:
    return _place(event.start_mark)


def _place(mark: Marked | None) -> At:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _node(kind: Kind, event: events.Event, *, spoiled: bool = False) -> Node:
    line, column = _at(event)
    return Node(kind=kind, line=line, column=column, spoiled=spoiled)
