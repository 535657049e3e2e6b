"""The tracer where nobody listens. It costs nothing."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final


class Unseen:
    """A span that nobody is told of."""

    traceparent: None = None

    def note(self, _: Mapping[str, str | int | bool], /) -> None:
        """Nobody reads it."""

    def ended(self, _: str | None, /) -> None:
        """Nobody asks."""


UNSEEN: Final = Unseen()


class Untraced:
    """The `Tracer` port of a floe that tells nobody."""

    def root(self, _: str, __: object, /) -> AbstractAsyncContextManager[Unseen]:
        return nullcontext(UNSEEN)

    def span(self, _: str, __: object = None, /) -> AbstractAsyncContextManager[Unseen]:
        return nullcontext(UNSEEN)


UNTRACED: Final = Untraced()
