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

    What is said in so many words must be a name. What is only found is passed over if it is none.
    """
    said: tuple[tuple[Source, str | None], ...] = (("--operator", option), ("FLOE_OPERATOR", around.operator))
    for source, name in said:
        if name is not None:
            return parse_name(name).map(lambda each, source=source: Claimed(name=each, source=source))
    return Success(next(_found(around, folder)))
