"""Running one command to its exit code. Ctrl-C ends it where it has not yet recorded anything."""

import signal
import traceback
from collections.abc import Awaitable, Callable
from typing import Final

import anyio

from floe.shell import exits, summary
from floe.shell.emit import emit, make_ready
from floe.shell.render.blocks import error_document
from floe.shell.render.reply import Reply
from floe.shell.shared import Shared

NOTHING: Final = "nothing was written"
STAYS: Final = {"sync": "what was copied so far stays"}  # by command


def run(command: Callable[[], Awaitable[Reply]], shared: Shared) -> int:
    """What the command replies is told; a bug is told as one."""
    make_ready()
    try:
        reply = anyio.run(_interruptible, command, STAYS.get(shared.command, NOTHING))
    except Exception as error:  # noqa: BLE001 - whatever no room has foreseen is a bug, and is told as one
        reply = _bug(error.exceptions[0] if isinstance(error, ExceptionGroup) else error, shared)
    summary.append(reply, shared)
    return emit(reply, shared)


async def _interruptible(command: Callable[[], Awaitable[Reply]], left: str) -> Reply:
    """The command's reply; or, when a signal came before anything was recorded, what is left of it."""
    heard: list[int] = []
    replies: list[Reply] = []

    async def answer(scope: anyio.CancelScope) -> None:
        replies.append(await command())
        scope.cancel()

    async with anyio.create_task_group() as tasks:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            tasks.start_soon(answer, tasks.cancel_scope)
            async for number in signals:
                heard.append(number)
                tasks.cancel_scope.cancel()
    return replies[0] if replies else _interrupted(heard[0], left)


def _interrupted(number: int, left: str) -> Reply:
    code = exits.INTERRUPTED if number == signal.SIGINT else exits.TERMINATED
    return Reply(
        code=code,
        document=error_document("interrupted", code, f"Interrupted: {left}"),
        error=("ERROR: Interrupted", f"{left[0].upper()}{left[1:]}", "Next: run the same command again"),
    )


def _bug(error: Exception, shared: Shared) -> Reply:
    shared.log.debug("".join(traceback.format_exception(error)).rstrip())
    message = f"{type(error).__name__}: {error}"
    return Reply(
        code=exits.BUG,
        document=error_document("bug", exits.BUG, message),
        error=(
            "ERROR: this is a bug in floe",
            f"Found: {message}",
            "Next: run it again with --verbose and report that",
        ),
    )
