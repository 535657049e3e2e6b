"""`floe demo` and `floe init`: where a newcomer begins."""

from pathlib import Path
from typing import Annotated

import typer

from floe.shell.cli.common import reads
from floe.shell.render.reply import Reply
from floe.shell.shared import Shared


@reads
async def demo(
    shared: Shared,
    directory: Annotated[Path | None, typer.Argument(help="Where; else a new temporary folder.", metavar="DIR")] = None,
) -> Reply:
    """Run the whole walk-through for real on a folder, and leave it to play with."""
    from floe.shell.demo import demo as run

    return await run(shared, directory)


@reads
async def init(
    _: Shared,
    directory: Annotated[Path, typer.Argument(help="Where to begin.", metavar="DIR")] = Path(),
) -> Reply:
    """Write a starter manifest, spec and gate scripts; nothing that exists is overwritten."""
    from floe.shell.commands.starting import init as run

    return await run(directory)
