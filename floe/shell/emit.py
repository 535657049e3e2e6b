"""Printing a reply: the answer on stdout and nothing else there, everything besides it on stderr."""

import os
import sys

from floe.shell.log import Log
from floe.shell.render.reply import Reply
from floe.shell.render.spelling import spelled
from floe.shell.shared import Shared


def make_ready() -> None:
    """See to it that a terminal which lacks a character still gets the answer."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def emit(reply: Reply, shared: Shared) -> int:
    """Print a reply in the form that was asked for, and give its exit code."""
    try:
        _warn(reply, shared.log)
        _answer(reply, _traced(reply.document, shared.trace.trace_id), shared)
        sys.stdout.flush()
        shared.log.error(reply.error, exit_code=reply.code)
    except BrokenPipeError:  # whoever read us has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return reply.code


def _warn(reply: Reply, log: Log) -> None:
    for note in reply.notes:
        log.debug(note)
    for warning in reply.warnings:
        log.warning(warning)


def _traced(document: object, trace_id: str) -> object:
    """A document that says whether all went well also says in which trace; arrays and schemas do not."""
    if isinstance(document, dict) and "success" in document and document.get("trace_id") is None:
        return {**document, "trace_id": trace_id}
    return document


def _answer(reply: Reply, document: object, shared: Shared) -> None:
    if shared.output == "table":
        _print(() if shared.quiet else reply.lines)
    elif shared.output == "json":
        _print((spelled(document),))
    else:
        import yaml  # noqa: PLC0415 - only where it is asked for

        _print((yaml.safe_dump(document, sort_keys=False, allow_unicode=True).rstrip("\n"),))


def _print(lines: tuple[str, ...]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
