"""The core touches nothing: that is checked here in two ways, and by import-linter and ruff in two more."""

import os
import pkgutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import floe.core
from tests.property.purity import TouchedTheWorldError, deciding

ROOT = Path(__file__).parents[2]
MODULES = sorted(module.name for module in pkgutil.walk_packages(floe.core.__path__, "floe.core."))

TOUCHES: dict[str, Callable[[], object]] = {
    "opening a file": lambda: Path("/etc/hostname").read_text(),
    "listing a folder": lambda: list(Path("/").iterdir()),
    "making a socket": socket.socket,
    "starting a process": lambda: subprocess.run(["true"], check=True),
    "removing a file": lambda: Path("/no-such-file").unlink(),
    "changing the environment": lambda: os.putenv("A", "b"),
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_touching_the_world_while_deciding_fails(touch: Callable[[], object]) -> None:
    """Row H09."""
    with pytest.raises(TouchedTheWorldError), deciding():
        touch()


def test_a_handler_cannot_swallow_a_touch() -> None:
    def careless() -> None:
        try:
            list(Path("/").iterdir())
        except Exception:  # noqa: BLE001 (the careless handler)
            return

    with pytest.raises(TouchedTheWorldError), deciding():
        careless()


def test_the_world_is_free_again_after_a_decision() -> None:
    with deciding():
        pass
    assert list(Path("/").iterdir())


# Run in a fresh interpreter: whose import of what first brings in something that could touch the world?
ASK = """
import sys
import msgspec, returns.result, re2            # what these need themselves is theirs
from collections import abc; import contextlib, dataclasses, datetime, decimal, enum, functools, hashlib, itertools
import typing, graphlib, fractions, operator, statistics, string, textwrap, difflib, base64, binascii, json, types
before = set(sys.modules)
import importlib
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted(set(sys.modules) - before))
"""


def test_importing_the_core_brings_in_the_core_and_nothing_else() -> None:
    """Row H09."""
    asked = [sys.executable, "-c", ASK, *MODULES]
    brought = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()
    assert set(MODULES) <= set(brought)
    assert [name for name in brought if not name.startswith("floe.core.") and name not in ("floe", "floe.core")] == []


def sources() -> list[Path]:
    return [path for folder in ("floe", "tests") for path in (ROOT / folder).rglob("*.py")]


def test_nothing_is_mocked() -> None:
    banned = ("unittest" + ".mock", "Magic" + "Mock", "monkey" + "patch.setattr")
    found = [(path.name, word) for path in sources() for word in banned if word in path.read_text()]
    assert found == []
