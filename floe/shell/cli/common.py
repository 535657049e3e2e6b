"""What all commands have in common: their shared options, and how they end."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import typer

from floe.shell.cli.options import Format, LogFormat, Logs, Manifest, OperatorName, Output, Quiet, Token, Verbose
from floe.shell.shared import Shared

Command: TypeAlias = Callable[..., Awaitable[Any]]

READING: dict[str, tuple[Any, Any]] = {
    "manifest": (Manifest, None),
    "output": (Output, "table"),
    "verbose": (Verbose, False),
    "quiet": (Quiet, False),
    "log_format": (Logs, "text"),
}
WRITING = READING | {"operator": (OperatorName, None), "identity_token": (Token, None)}


def reads(command: Command) -> Callable[..., None]:
    """A command that changes nothing: its own options, and those that every command takes."""
    return _with(command, READING)


def writes(command: Command) -> Callable[..., None]:
    """A command that may change something: also who asks."""
    return _with(command, WRITING)


def _with(command: Command, shared: dict[str, tuple[Any, Any]]) -> Callable[..., None]:
    def run(context: typer.Context, **given: Any) -> None:  # noqa: ANN401 - whatever the command line gives
        from floe.shell.run import run as carry_out
        from floe.shell.trace import begun

        # Whoever calls the app as a function may hand in a world: `app([...], obj=world_of)`.
        options = {name: given.pop(name) for name in shared}
        known = Shared(begun(), command.__name__, **options, is_reading=shared is READING, world_of=context.obj)
        raise typer.Exit(carry_out(lambda: command(known, **given), known))

    own = tuple(inspect.signature(command).parameters.values())[1:]
    added = tuple(
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in shared.items()
    )
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    run.__signature__ = inspect.Signature((*own, *added, context))  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in (*own, *added, context)}
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run


__all__ = ["Format", "LogFormat", "reads", "writes"]
