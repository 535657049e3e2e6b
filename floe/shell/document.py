"""A document that people wrote, with the place of every word in it."""

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from floe.core.value import Value
from floe.shell.complaint import Complaint, Path, dotted, quoted
from floe.shell.scalars import Scalar

Kind: TypeAlias = Literal["mapping", "sequence", "scalar"]


class Node(Value, frozen=True, kw_only=True):
    """A mapping, a sequence or a scalar, and where it begins."""

    kind: Kind
    line: int
    column: int
    value: Scalar = None
    written: str | None = None  # an unquoted scalar as it stands in the file
    entries: dict[str, "Entry"] = {}
    items: tuple["Node", ...] = ()
    spoiled: bool = False  # already complained about: what is said of its content would be said twice

    @property
    def plain(self) -> Any:  # noqa: ANN401 (whatever was written)
        """The content without places: mappings, lists, text, numbers, true, false and nothing."""
        match self.kind:
            case "mapping":
                return {name: entry.content.plain for name, entry in self.entries.items()}
            case "sequence":
                return [item.plain for item in self.items]
            case "scalar":
                return self.value

    @property
    def noun(self) -> str:
        """What this is, for a message."""
        if self.kind != "scalar":
            return "a mapping" if self.kind == "mapping" else "a list"
        if self.value is None:
            return "nothing"
        return quoted(self.value) if isinstance(self.value, str) else self.written or str(self.value)

    def child(self, step: str | int) -> "Node | None":
        if isinstance(step, str):
            return self.entries[step].content if step in self.entries else None
        return self.items[step] if 0 <= step < len(self.items) else None


class Entry(Value, frozen=True, kw_only=True):
    """One line of a mapping: its key and what stands behind it."""

    key: Node
    content: Node


class Spot(Value, frozen=True, kw_only=True):
    """A node and the path to it. A path that leads nowhere ends in a spot without a node."""

    where: str
    path: Path = ()
    node: Node | None
    key: Node | None = None  # the key that the node stands behind; the nearest one above it for an item

    def at(self, *steps: str | int) -> "Spot":
        spot = self
        for step in steps:
            spot = spot._next(step)
        return spot

    def _next(self, step: str | int) -> "Spot":
        node = self.node.child(step) if self.node else None
        key = self.node.entries[step].key if self.node and isinstance(step, str) and node else None
        return Spot(where=self.where, path=(*self.path, step), node=node, key=key)

    @property
    def text(self) -> str | None:
        """What is written here, if it is text."""
        return self.node.value if self.node and isinstance(self.node.value, str) else None

    @property
    def value(self) -> Any:  # noqa: ANN401 (whatever was written)
        return self.node.plain if self.node else None

    @property
    def names(self) -> tuple[str, ...]:
        """The keys of a mapping, as written; none where there is no mapping."""
        return tuple(self.node.entries) if self.node else ()

    @property
    def last(self) -> str:
        """The last step of the path."""
        return str(self.path[-1])

    def each(self) -> Iterator["Spot"]:
        """Every entry of a mapping, or every item of a list; nothing where there is neither."""
        for name in self.names:
            yield self.at(name)
        for index in range(len(self.node.items) if self.node else 0):
            yield self.at(index)

    def all_at(self, *steps: str) -> Iterator["Spot"]:
        """Every spot with something written at it; a step `*` is every entry or item."""
        if not steps:
            if self.node:
                yield self
            return
        step, *rest = steps
        for spot in self.each() if step == "*" else (self.at(step),):
            yield from spot.all_at(*rest)

    def complain(self, found: str, expected: str | None = None, *, nearest: str | None = None) -> Complaint:
        """A complaint at the key if there is one, else where the node begins."""
        place = self.key or self.node
        return Complaint(
            where=self.where,
            line=place.line if place else None,
            column=place.column if place else None,
            path=dotted(self.path),
            found=found,
            expected=expected,
            nearest=nearest,
        )

    def complain_of_content(self, found: str, expected: str | None = None, nearest: str | None = None) -> Complaint:
        """A complaint where the node itself begins."""
        bare = Spot(where=self.where, path=self.path, node=self.node)
        return bare.complain(found, expected, nearest=nearest)


class Document(Value, frozen=True, kw_only=True):
    """What was read, and every mistake in how it is written; no root where reading had to stop."""

    where: str
    root: Node | None
    complaints: tuple[Complaint, ...] = ()

    @property
    def top(self) -> Spot:
        return Spot(where=self.where, node=self.root)
