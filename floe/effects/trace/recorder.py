"""The tracer that records: each span, once it has ended, goes to everybody who listens."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Final

import anyio
import msgspec

from floe.effects.ports import Attributes, Entropy, Span, Trace
from floe.effects.trace.untraced import UNSEEN

INTERRUPTED: Final = "interrupted"


class Recorded(msgspec.Struct, kw_only=True):
    """One span: times are in nanoseconds since 1970, `error` is the code of what went wrong."""

    name: str
    trace_id: str
    span_id: str
    parent: str | None
    flags: int
    began: int
    end: int = 0
    attributes: dict[str, str | int | bool] = {}
    error: str | None = None
    is_root: bool = False

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"

    @property
    def milliseconds(self) -> int:
        return (self.end - self.began) // 1_000_000

    def note(self, attributes: Attributes, /) -> None:
        self.attributes.update(attributes)

    def ended(self, error: str | None, /) -> None:
        self.error = error


Listener = Callable[[Recorded], None]
_OPEN: Final[ContextVar[Recorded | None]] = ContextVar("open span", default=None)


class Recorder:
    """The `Tracer` port. When a command is over, `flush` may take a moment to see the last spans off."""

    def __init__(
        self,
        entropy: Entropy,
        nanoseconds: Callable[[], int],
        listeners: Sequence[Listener],
        flush: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._entropy, self._nanoseconds = entropy, nanoseconds
        self._listeners, self._flush = tuple(listeners), flush

    @asynccontextmanager
    async def root(self, name: str, trace: Trace, /) -> AsyncIterator[Span]:
        above = _OPEN.get()
        if above is not None:
            yield above
            return
        try:
            async with self._recording(name, {}, trace.trace_id, trace.parent, trace.flags) as span:
                span.is_root = True
                yield span
        finally:
            if self._flush is not None:
                with anyio.CancelScope(shield=True):
                    await self._flush()

    @asynccontextmanager
    async def span(self, name: str, attributes: Attributes | None = None, /) -> AsyncIterator[Span]:
        above = _OPEN.get()
        if above is None:
            yield UNSEEN
            return
        async with self._recording(name, attributes or {}, above.trace_id, above.span_id, above.flags) as span:
            yield span

    @asynccontextmanager
    async def _recording(
        self, name: str, attributes: Attributes, trace_id: str, parent: str | None, flags: int
    ) -> AsyncIterator[Recorded]:
        span = Recorded(
            name=name,
            trace_id=trace_id,
            span_id=self._entropy.trace_id()[:16],
            parent=parent,
            flags=flags,
            began=self._nanoseconds(),
            attributes=dict(attributes),
        )
        before = _OPEN.set(span)
        try:
            yield span
        except BaseException as error:
            span.ended(INTERRUPTED if isinstance(error, anyio.get_cancelled_exc_class()) else type(error).__name__)
            raise
        finally:
            _OPEN.reset(before)
            span.end = self._nanoseconds()
            for listener in self._listeners:
                listener(span)
