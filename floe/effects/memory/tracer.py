"""A tracer that remembers, and tells the tree of what was done."""

from typing import TypeAlias

from floe.effects.ports import Clock, Entropy
from floe.effects.trace.recorder import Recorded, Recorder

Tree: TypeAlias = "list[tuple[str, Tree]]"


class MemoryTracer(Recorder):
    """Every span that has ended, in `spans`, in the order in which they ended."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self.spans: list[Recorded] = []
        super().__init__(entropy, lambda: round(clock.monotonic() * 1e9), (self.spans.append,))

    def tree(self, parent: str | None = None) -> Tree:
        """The names of all spans below a span id, each with those below it, in the order in which they began."""
        below = sorted((each for each in self.spans if each.parent == parent), key=lambda each: each.began)
        return [(each.name, self.tree(each.span_id)) for each in below]
