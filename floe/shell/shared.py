"""The options that every command takes, as one value."""

from pathlib import Path
from typing import Literal, NamedTuple


class Shared(NamedTuple):
    """How to be called and how to answer. Light, since `floe --help` loads it."""

    manifest: Path | None = None
    output: Literal["table", "json", "yaml"] = "table"
    verbose: bool = False
    quiet: bool = False
    log_format: Literal["text", "json"] = "text"
    operator: str | None = None
    identity_token: str | None = None
