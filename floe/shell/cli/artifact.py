"""`floe artifact`: what is in a registry."""

from pathlib import Path
from typing import Annotated

import typer

from floe.shell.cli.common import reads
from floe.shell.cli.options import Repository, Tag
from floe.shell.render.reply import Reply
from floe.shell.shared import Shared

app = typer.Typer(help="Push, pull and inspect artifacts.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
@reads
async def push(
    shared: Shared,
    artifact: Annotated[Path, typer.Option("--artifact", "-a", help="The file to push.", metavar="FILE")],
    registry: Repository,
    tag: Tag,
) -> Reply:
    """Push a file as an artifact. What is released is never replaced."""
    from floe.shell.commands import artifacts

    return await artifacts.push(shared, artifact, registry, tag)


@app.command()
@reads
async def pull(
    shared: Shared,
    registry: Repository,
    tag: Tag,
    directory: Annotated[Path, typer.Option("--dir", "-d", help="Where to put it.", metavar="DIR")] = Path(),
) -> Reply:
    """Download an artifact; every byte is checked."""
    from floe.shell.commands import artifacts

    return await artifacts.pull(shared, registry, tag, directory)


@app.command()
@reads
async def inspect(shared: Shared, registry: Repository, tag: Tag) -> Reply:
    """Show what an artifact consists of, and where it has been."""
    from floe.shell.commands import artifacts

    return await artifacts.inspect(shared, registry, tag)
