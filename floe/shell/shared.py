"""The options that every command takes, as one value."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple


class Shared(NamedTuple):
    """How to be called and how to answer. Light, since `floe --help` loads it."""

    manifest: Path | None = None
    output: Literal["table", "json", "yaml"] = "table"
    verbose: bool = False
    quiet: bool = False
    log_format: Literal["text", "json"] = "text"
    operator: str | None = None
    identity_token: str | None = None
    world_of: Callable[..., Any] | None = None  # which world to work in; None: the one the manifest describes
