"""What became of a command, as Markdown on the page of a GitHub Actions job. It holds what the command printed."""

import string
from pathlib import Path
from typing import Final

from floe.shell.render.reply import Reply
from floe.shell.settings import surroundings
from floe.shell.shared import Shared

TOLD: Final = ("promote", "apply", "rollback", "lock", "unlock")  # what changes an environment, or would
LINE_ENDS: Final = str.maketrans(dict.fromkeys("\r\n\v\f\x85\u2028\u2029", " "))
PUNCTUATION: Final = str.maketrans({each: f"\\{each}" for each in string.punctuation})


def append(reply: Reply, shared: Shared) -> None:
    """Add to the summary of this step, where there is one; that it cannot be written is a warning."""
    file = surroundings().step_summary
    if file is None or shared.command not in TOLD:
        return
    try:
        with Path(file).open("a", encoding="utf-8", errors="backslashreplace") as summary:
            summary.write(markdown(reply))
    except OSError as error:
        told = f"the step summary could not be written: {error.strerror}"
        shared.log.warning(told)


def markdown(reply: Reply) -> str:
    """A headline, the gates, and whatever else was printed, with nothing in it that Markdown or HTML could obey."""
    headline, *rest = reply.lines or reply.error or ("Done",)
    code = f" (exit code {reply.code})" if reply.code else ""
    parts = (f"### {_escaped(headline.removeprefix('ERROR: '))}{code}", _gates(reply.document), _block(rest))
    return "".join(f"{part}\n\n" for part in parts if part)


def _gates(document: object) -> str:
    results = document.get("gate_results") if isinstance(document, dict) else None
    rows = [f"| {_escaped(each['gate'])} | {each['status']} | {each['duration_ms']} |" for each in results or ()]
    return "\n".join(("| gate | result | ms |", "| --- | --- | ---: |", *rows)) if rows else ""


def _block(lines: list[str]) -> str:
    """Text as it is, within a fence that none of its lines can close."""
    text = "\n".join(line.translate(LINE_ENDS) for line in lines)
    if not text.strip():
        return ""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}text\n{text}\n{fence}"


def _escaped(text: str) -> str:
    return text.translate(LINE_ENDS).translate(PUNCTUATION)
