"""`floe demo`: the walk-through for real, in a folder that is left to play with."""

import shlex
import subprocess
import sys
import tempfile
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import anyio
import typer

from floe.core.fault import Unwritable
from floe.core.names import Malformed
from floe.shell import exits, starter
from floe.shell.demo.steps import CHAPTERS, Step
from floe.shell.render import blocks
from floe.shell.render.reply import Reply
from floe.shell.settings import surroundings
from floe.shell.shared import Shared

HIDDEN: Final = ("FLOE_MANIFEST", "FLOE_OPERATOR", "FLOE_IDENTITY_TOKEN")  # they would make another demo of it
PASSWORD: Final = {"FLOE_SIGNING_PASSWORD": "demo"}  # of the demo's own key, which signs nothing else


async def demo(shared: Shared, directory: Path | None) -> Reply:
    """Run every step; a step that ends otherwise than it must ends the demo, as a bug."""
    if directory is not None and is_occupied(directory):
        found = Malformed(what="folder for the demo", found=str(directory), expected="a new or an empty one")
        return blocks.malformed(found, None)
    folder = directory or Path(tempfile.mkdtemp(prefix="floe-demo-"))
    try:
        lay_out(folder)
    except OSError as error:
        fault = Unwritable(where=str(error.filename or folder), why=error.strerror or str(error))
        return blocks.fault(fault)
    return await _run(shared, folder)


def is_occupied(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def lay_out(folder: Path) -> None:
    """Write the demo's manifest and specs, and the gates that `floe init` writes."""
    folder.mkdir(parents=True, exist_ok=True)
    _copy(resources.files(__name__) / "files", folder)
    scripts = folder / "scripts"
    _copy(resources.files(starter.__name__) / "scripts", scripts)
    for script in scripts.iterdir():
        script.chmod(0o755)


async def _run(shared: Shared, folder: Path) -> Reply:
    inherited = {name: value for name, value in surroundings().variables.items() if name not in HIDDEN}
    environment = {**inherited, **PASSWORD}
    ran: list[dict[str, object]] = []
    tell = _quietly if shared.quiet or shared.output != "table" else _aloud
    tell("".join(f"$ export {name}={value}" for name, value in PASSWORD.items()))
    for chapter in CHAPTERS:
        tell(f"\n# {chapter.title}\n")
        for step in chapter.steps:
            code, output = await _step(step, folder, environment)
            tell(f"$ {shown(step)}\n{output}")
            ran.append({"command": shown(step), "exit_code": code, "output": output})
            if code != step.ends_with:
                return _failed(step, code, ran)
    last = (f"The folder is yours to play with: cd {shlex.quote(str(folder))}",)
    return Reply(document={"success": True, "folder": str(folder), "steps": ran}, lines=last)


async def _step(step: Step, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    finished = await anyio.run_process(
        [sys.executable, "-m", "floe", *step.words],
        cwd=folder,
        env={**environment, "FLOE_OPERATOR": step.operator},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return finished.returncode, finished.stdout.decode(errors="replace")


def shown(step: Step) -> str:
    """A step as it would be typed, with who types it."""
    return f"FLOE_OPERATOR={step.operator} {shlex.join(('floe', *step.words))}"


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for each in source.iterdir():
        if each.is_dir():
            _copy(each, target / each.name)
        else:
            (target / each.name).write_bytes(each.read_bytes())


def _aloud(text: str) -> None:
    typer.echo(text)


def _quietly(_: str) -> None:
    """In a document everything is told at the end."""


def _failed(step: Step, code: int, ran: list[dict[str, object]]) -> Reply:
    message = f"a step of the demo ended with {code} instead of {step.ends_with}"
    return Reply(
        code=exits.BUG,
        document={**blocks.error_document("bug", exits.BUG, message), "steps": ran},
        error=(f"ERROR: {message}", f"Found: {shown(step)}", "Next: report this output; it is a bug in floe"),
    )
