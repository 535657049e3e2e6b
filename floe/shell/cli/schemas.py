"""`floe schema`: JSON Schemas, for editors and for programs that read floe's documents."""

import typer

from floe.shell.cli.common import reads
from floe.shell.render.reply import Reply
from floe.shell.shared import Shared

app = typer.Typer(help="Print JSON Schemas.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
@reads
async def manifest(_: Shared) -> Reply:
    """The schema of manifest.yaml."""
    from floe.shell.commands import schemas

    return await schemas.manifest()


@app.command()
@reads
async def plan(_: Shared) -> Reply:
    """The schema of a saved plan."""
    from floe.shell.commands import schemas

    return await schemas.plan()


@app.command()
@reads
async def record(_: Shared) -> Reply:
    """The schema of a record's statement."""
    from floe.shell.commands import schemas

    return await schemas.record()


@app.command()
@reads
async def result(_: Shared) -> Reply:
    """The schema of what promote, rollback, lock, unlock and status answer."""
    from floe.shell.commands import schemas

    return await schemas.result()
