"""A tracer that remembers, and tells the tree of what was done."""

from floe.effects.ports import Clock, Entropy
from floe.effects.trace.recorder import Recorded, Recorder


class MemoryTracer(Recorder):
    """Every span that has ended, in `spans`, in the order in which they ended."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self.spans: list[Recorded] = []
        super().__init__(entropy, lambda: round(clock.monotonic() * 1e9), (self.spans.append,))

    def tree(self, parent: str | None = None) -> list[tuple[str, list[object]]]:
        """The names of all spans below a span id, each with those below it, in the order in which they began."""
        below = sorted((each for each in self.spans if each.parent == parent), key=lambda each: each.began)
        return [(each.name, [*self.tree(each.span_id)]) for each in below]
