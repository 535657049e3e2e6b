"""The options that every command takes, as one value."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from floe.effects.ports import Trace
    from floe.shell.log import Log


class Shared(NamedTuple):
    """How to be called and how to answer. Light, since `floe --help` loads it."""

    trace: "Trace"
    command: str
    manifest: Path | None = None
    output: Literal["table", "json", "yaml"] = "table"
    verbose: bool = False
    quiet: bool = False
    log_format: Literal["text", "json"] = "text"
    operator: str | None = None
    identity_token: str | None = None
    is_reading: bool = False  # nothing is changed, so that it does not matter who asks
    world_of: Callable[..., Any] | None = None  # which world to work in; None: the one the manifest describes

    @property
    def log(self) -> "Log":
        """What goes to stderr, in the form and from the level that were asked for."""
        from floe.shell.log import Log  # noqa: PLC0415 (help needs none)

        least: Literal["debug", "info", "error"] = "error" if self.quiet else "debug" if self.verbose else "info"
        return Log(form=self.log_format, least=least, trace_id=self.trace.trace_id)

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override is Python 3.12's
        """No token is shown."""
        return f"Shared(manifest={self.manifest!r}, output={self.output!r})"
