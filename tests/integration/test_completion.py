"""Completion works in bash, zsh and fish, wherever floe is started from."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.process import Answer, Bench, ended

SHELLS = ("bash", "zsh", "fish")
# The installed command, under its own name: completion is registered for the name it is called by.
COMMAND = f"""#!/bin/sh
exec {sys.executable} -c 'import sys; sys.argv[0] = "floe"; from floe.shell.cli import main; main()' "$@"
"""


@pytest.fixture
def command(bench: Bench) -> Path:
    command = bench.write("bin/floe", COMMAND)
    command.chmod(0o755)
    return command


def asked(bench: Bench, command: Path, **variables: str) -> Answer:
    """What floe answers when a shell asks it."""
    environ = bench.environ() | variables
    return ended(
        subprocess.Popen(
            [command],
            cwd=bench.folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell_is_printed_without_that_shell(bench: Bench, command: Path, shell: str) -> None:
    answer = asked(bench, command, _FLOE_COMPLETE=f"source_{shell}")
    assert (answer.code, answer.stderr) == (0, "")
    assert f"_FLOE_COMPLETE=complete_{shell}" in answer.stdout


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("floe pl", "platform", "artifact"),
        ("floe platform pro", "promote", "rollback"),
        ("floe platform promote v1.0.0 --fo", "--force", "--from"),
        ("floe platform status --output js", "json", "yaml"),
    ],
)
def test_what_was_begun_is_completed(
    bench: Bench, command: Path, shell: str, typed: str, wanted: str, unwanted: str
) -> None:
    answer = asked(
        bench,
        command,
        _FLOE_COMPLETE=f"complete_{shell}",
        _TYPER_COMPLETE_ARGS=typed,
        _TYPER_COMPLETE_FISH_ACTION="get-args",
        COMP_WORDS=typed,
        COMP_CWORD=str(len(typed.split()) - 1),
    )
    assert (answer.code, answer.stderr) == (0, "")
    assert wanted in answer.stdout
    assert unwanted not in answer.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_bash_completes_with_the_script_it_was_given(bench: Bench, command: Path) -> None:
    script = """
eval "$(_FLOE_COMPLETE=source_bash floe)"
COMP_WORDS=(floe platform pro) COMP_CWORD=2
_floe_completion floe
printf '%s\\n' "${COMPREPLY[@]}"
"""
    environ = bench.environ() | {"PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env=environ, cwd=bench.folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "promote\n")
