"""Printing a reply: the answer on stdout and nothing else there, everything besides it on stderr."""

import os
import sys
from typing import TextIO

import msgspec

from floe.shell.render.reply import Reply
from floe.shell.shared import Shared


def emit(reply: Reply, shared: Shared) -> int:
    """Print a reply in the form that was asked for, and give its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character still gets the answer
    try:
        _warn(reply, shared)
        _answer(reply, shared)
        sys.stdout.flush()
        _print(reply.error, sys.stderr)
    except BrokenPipeError:  # whoever read us has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return reply.code


def log(message: str, shared: Shared, level: str = "info") -> None:
    """One line on stderr, as text or as a JSON object."""
    if shared.log_format == "json":
        line = msgspec.json.encode({"level": level, "message": message}).decode()
    else:
        line = f"WARNING: {message}" if level == "warning" else message
    _print((line,), sys.stderr)


def _warn(reply: Reply, shared: Shared) -> None:
    for note in reply.notes if shared.verbose else ():
        log(note, shared)
    for warning in () if shared.quiet else reply.warnings:
        log(warning, shared, "warning")


def _answer(reply: Reply, shared: Shared) -> None:
    if shared.output == "table":
        _print(() if shared.quiet else reply.lines, sys.stdout)
    elif shared.output == "json":
        _print((msgspec.json.format(msgspec.json.encode(reply.document), indent=2).decode(),), sys.stdout)
    else:
        import yaml  # noqa: PLC0415 - only where it is asked for

        _print((yaml.safe_dump(reply.document, sort_keys=False, allow_unicode=True).rstrip("\n"),), sys.stdout)


def _print(lines: tuple[str, ...], stream: TextIO) -> None:
    for line in lines:
        print(line, file=stream)
