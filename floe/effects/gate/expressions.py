"""CEL as governance uses it: whether an expression can be read, and what it says of an artifact.

Evaluation is bounded: 4096 characters an expression, and for all of them together ten seconds and one GiB.
"""

import functools
import importlib.machinery
import importlib.util
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

import anyio
import msgspec

from floe.core.plain import plain
from floe.effects.gate import evaluator

Answer: TypeAlias = bool | str  # what an expression says, or why it says nothing

LONGEST: Final = 4096  # characters of an expression
SECONDS: Final = 10  # for all expressions of one document
SLACK_SECONDS: Final = 2.0  # for the evaluator to start, and to die
LONGEST_ERROR: Final = 200  # characters


def check_expression(text: str) -> str | None:
    """Why this is no expression of CEL; None when it is one. Reading is bounded by the length alone."""
    if len(text) > LONGEST:
        return f"{len(text)} characters; at most {LONGEST} are read"
    try:
        evaluator.engine(_path()).compile(text)
    except ValueError as error:
        return _syntax(str(error))
    return None


async def evaluate(
    expressions: tuple[str, ...], variables: Mapping[str, object], seconds: int = SECONDS
) -> tuple[Answer, ...]:
    """What each expression says; those that were not reached when time was up say so."""
    question = {"engine": _path(), "expressions": expressions, "variables": variables, "seconds": seconds}
    too_long = any(len(each) > LONGEST for each in expressions)
    if too_long or not expressions:
        return tuple(f"longer than {LONGEST} characters" for _ in expressions)
    try:
        with anyio.fail_after(seconds + SLACK_SECONDS):
            ended = await anyio.run_process(
                [sys.executable, "-I", "-S", evaluator.__file__],
                input=msgspec.json.encode(question),
                stderr=subprocess.DEVNULL,
                check=False,
                start_new_session=True,
            )
    except OSError as error:  # no more processes, no memory, …; TimeoutError is one of them
        return tuple(f"the evaluator did not run: {error}" for _ in expressions)
    return _answers(ended, len(expressions), seconds)


def _answers(ended: "subprocess.CompletedProcess[bytes]", count: int, seconds: int) -> tuple[Answer, ...]:
    lines = ended.stdout.split(b"\n")[:-1]  # what stands after the last newline is torn
    said = [_shown(msgspec.json.decode(line, type=Answer)) for line in lines]
    if len(said) < count:
        said.append(_end(ended.returncode, seconds))
    return (*said, *("not reached: an earlier expression did not end",) * (count - len(said)))


def _end(code: int, seconds: int) -> str:
    return (
        f"no answer within {seconds} seconds"
        if code == -signal.SIGALRM
        else f"it ended the evaluator (exit code {code})"
    )


def _shown(said: Answer) -> Answer:
    return said if isinstance(said, bool) else _short(said)


def _short(error: str) -> str:
    return plain(" ".join(error.split()))[:LONGEST_ERROR]


def _syntax(error: str) -> str:
    """The engine's message without the expression, which stands before, and its picture, which comes after."""
    _, mark, rest = error.partition("ERROR: <input>:")
    return _short(rest.partition("\n")[0] if mark else error)


@functools.cache
def _path() -> str:
    """Where the engine lies; its package is found and not imported, which would take most of a second."""
    package = importlib.util.find_spec("cel")
    folders = package.submodule_search_locations if package else None
    for folder in folders or ():
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            path = Path(folder, f"cel{suffix}")
            if path.exists():
                return str(path)
    raise ImportError("the package common-expression-language is not installed whole")
