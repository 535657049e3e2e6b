"""Who asks, as far as nobody has verified it."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, TypeAlias

from returns.result import Failure, Result, Success

from floe.core.names import Malformed
from floe.core.outcome import settled
from floe.core.value import Value
from floe.shell.settings import Surroundings

Source: TypeAlias = Literal["--operator", "FLOE_OPERATOR", "git", "login"]

LONGEST: Final = 200
PATIENCE: Final = 5.0  # seconds for git to say who commits here


class Claimed(Value, frozen=True, kw_only=True):
    """A name that somebody goes by, and where it was found."""

    name: str
    source: Source


def claimed(option: str | None, around: Surroundings, folder: Path) -> Result[Claimed, Malformed]:
    """Who the operator says they are: the option, else FLOE_OPERATOR, else git's e-mail, else the login name.

    What was said in so many words must be a name; what was only found is passed over if it is none.
    """
    if option is not None:
        return parse_name(option).map(lambda name: Claimed(name=name, source="--operator"))
    if around.operator is not None:
        return parse_name(around.operator).map(lambda name: Claimed(name=name, source="FLOE_OPERATOR"))
    return Success(next(_found(folder)))


def parse_name(text: str) -> Result[str, Malformed]:
    """A name that can be compared and shown: printable, without spaces around it, and no option."""
    if text and len(text) <= LONGEST and text.isprintable() and text == text.strip() and text[0] != "-":
        return Success(text)
    return Failure(
        Malformed(
            what="operator",
            found=text,
            expected=f"1 to {LONGEST} printable characters, without spaces around them or a '-' before them",
        )
    )


def _found(folder: Path) -> Iterator[Claimed]:
    found: tuple[tuple[Source, str | None], ...] = (("git", _committer(folder)), ("login", _login()))
    for source, text in found:
        match settled(parse_name(text or "")):
            case Success(name):
                yield Claimed(name=name, source=source)
            case Failure():
                pass
    yield Claimed(name=f"uid-{os.getuid()}", source="login")


def _committer(folder: Path) -> str | None:
    """The e-mail under which commits are made in a folder; None without git, or when it does not say."""
    git = shutil.which("git")
    if git is None:
        return None
    try:
        asked = subprocess.run(  # noqa: S603 (nothing of what people write is in this command)
            [git, "config", "user.email"], cwd=folder, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.decode("utf-8", "replace").strip() if asked.returncode == 0 else None


def _login() -> str | None:
    """The name of the user as whom this process runs; None where the system has none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return None
