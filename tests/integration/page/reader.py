"""Somebody who follows a page: writes its files, types its commands, and compares."""

import contextlib
import io
import os
import re
import shlex
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from string import Template
from typing import Final

from floe.shell.cli import app
from tests.integration.page.reading import File, Typed
from tests.integration.page.world import World
from tests.integration.process import only

NEEDS_SHELL: Final = re.compile(r"[|<>;&*$`~]")
QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
SLOW: Final = re.compile(r"^gate \w+: (running|\w+ in \d+ s)\n", re.MULTILINE)  # told after five seconds only
NEW: Final = (  # what is new in every run
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:<digest>"),
    (re.compile(r"sha256:[0-9a-f]{12}"), "sha256:<short>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<trace>"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?"), "<time>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"\b\d+(\.\d+)?s\b"), "<n>s"),
    (re.compile(r'"duration_ms": \d+'), '"duration_ms": <n>'),
)


def told(text: str) -> str:
    """The text without what is new in every run, or depends on how fast the machine is."""
    text = SLOW.sub("", text)
    for pattern, word in NEW:
        text = pattern.sub(word, text)
    return text.strip()


class Reader:
    """Without a shell, `floe` runs within this process where it may: ten times sooner."""

    def __init__(self, folder: Path, world: World, variables: dict[str, str], *, shell: bool) -> None:
        self.folder = folder
        self.shell = shell
        self.world = world
        self.variables = variables

    def write(self, file: File) -> None:
        path = self.folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.world.here(file.text))
        if file.text.startswith("#!"):
            path.chmod(0o755)

    def type(self, typed: Typed) -> str:
        """What is printed, with the page's names."""
        command = self.world.here(typed.command)
        match command.split():
            case ["cd", folder]:
                self.folder = (self.folder / folder).resolve()
                return ""
            case ["export", given]:
                name, _, value = given.partition("=")
                self.variables[name] = Template(value).substitute(self.variables)
                return ""
            case ["unset", name]:
                self.variables.pop(name, None)
                return ""
            case ["floe", *_] if not self.shell and not NEEDS_SHELL.search(QUOTED.sub("", command)):
                return self.world.there(self._within(shlex.split(command)[1:]))
        return self.world.there(self._in_a_shell(command))

    def _within(self, arguments: list[str]) -> str:
        printed = io.StringIO()
        with (
            contextlib.chdir(self.folder),
            redirect_stdout(printed),
            redirect_stderr(printed),
            only(self.variables),
            contextlib.suppress(SystemExit),
        ):
            app(arguments, prog_name="floe")
        return printed.getvalue()

    def _in_a_shell(self, command: str) -> str:
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env={**self.variables, "PWD": os.fspath(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        ).stdout
