"""A program of its own that evaluates CEL, so that no expression and no document can stop, fill or crash floe.

The engine holds Python's lock while it works and its nesting is bounded by the stack alone: within floe a slow
expression would stop every other gate's clock. Here it is killed after some seconds. The question comes on
standard input as JSON; for each expression a line of JSON goes out: true, false, or the text of an error.
"""

import importlib.machinery
import importlib.util
import json
import resource
import signal
import sys
from contextlib import suppress
from types import ModuleType
from typing import Any

NAME = "cel.cel"
MEMORY = 1024 * 1024 * 1024  # bytes of address space


def engine(path: str) -> ModuleType:
    """The extension module itself: its package would import a command line with all that this needs."""
    if NAME in sys.modules:
        return sys.modules[NAME]
    loader = importlib.machinery.ExtensionFileLoader(NAME, path)
    spec = importlib.util.spec_from_file_location(NAME, path, loader=loader)
    assert spec is not None, "none is missing where the loader is given"
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module  # it can be made but once, should the package be imported after all
    loader.exec_module(module)
    return module


def answer(cel: ModuleType, expression: str, variables: dict[str, Any]) -> bool | str:
    """What the expression gives, where that is true or false; else what is wrong with it."""
    try:
        found = cel.compile(expression).execute(variables)
    except KeyError as error:
        return f"there is no key {error}"
    except BaseException as error:  # noqa: BLE001 (a panic of the engine is no Exception)
        return str(error) or type(error).__name__
    return found if isinstance(found, bool) else f"it gives a {type(found).__name__}, not true or false"


def bound(seconds: int) -> None:
    """End this program when it takes too long or too much; the signal's own action needs no Python to run."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> None:
    question = json.load(sys.stdin)
    bound(question["seconds"])
    cel = engine(question["engine"])
    for expression in question["expressions"]:
        line = json.dumps(answer(cel, expression, question["variables"]))
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
