"""The command line: options in, replies out. What commands do is in `floe.shell.commands`, imported when used."""

from typing import Annotated

import typer

import floe
from floe.shell.cli import artifact, platform, schemas, start

SUMMARY = str(floe.__doc__).partition("\n")[0]
PLAIN = {"no_args_is_help": True, "rich_markup_mode": None, "pretty_exceptions_enable": False}

app = typer.Typer(name="floe", help=SUMMARY, **PLAIN)  # type: ignore[arg-type]
app.add_typer(platform.app, name="platform")
app.add_typer(artifact.app, name="artifact")
app.add_typer(schemas.app, name="schema")
app.command("demo")(start.demo)
app.command("init")(start.init)


def main() -> None:
    """Run one command, and end with its exit code."""
    app()


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"floe {floe.__version__}")
        raise typer.Exit


@app.callback()
def about(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print floe's version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    assert not version, "the option ends the program"


about.__doc__ = SUMMARY
