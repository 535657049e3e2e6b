"""What `floe init` writes: the files in this folder, which fit one another and the walk-through."""

import os
from importlib import resources
from pathlib import Path
from typing import Final

from returns.result import Failure, Result, Success

from floe.core.fault import Occupied, Unwritable

FILES: Final = ("manifest.yaml", "floe.yaml")
SCRIPTS: Final = ("scripts/tests.sh", "scripts/security-scan.sh")


def begin(folder: Path) -> Result[tuple[Path, ...], Occupied | Unwritable]:
    """The files written into a folder, which is made if need be; all of them or, where one exists, none."""
    names = (*FILES, *SCRIPTS)
    occupied = tuple(str(folder / name) for name in names if os.path.lexists(folder / name))
    if occupied:
        return Failure(Occupied(files=occupied))
    try:
        return Success(tuple(_write(folder, name) for name in names))
    except OSError as error:
        return Failure(Unwritable(where=str(error.filename or folder), why=error.strerror or str(error)))


def _write(folder: Path, name: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as new:  # never another's file, whatever happened since we looked
        new.write(resources.files(__name__).joinpath(name).read_bytes())
    if name in SCRIPTS:
        file.chmod(file.stat().st_mode | 0o111)
    return file
