"""Disks that are really full, read-only or another user's, for one command of floe.

`python disks.py full|read-only|foreign FOLDER floe's arguments…` runs floe in FOLDER on such a disk. The first two
need mounts of their own (`unshare --mount`): `MOUNT` copies FOLDER to a small disk, runs the rest there, and copies
it back.
"""

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from floe.shell.cli import main as floe

HERE: Final = str(Path(__file__))
MOUNT: Final = """
floe=$(mktemp -d); mount -t tmpfs -o size=1m floe "$floe"; cp -a "$1/." "$floe"; kept=$1; shift
code=0; "$@" "$floe" || code=$?
mount -o remount,rw,size=64m "$floe"; rm -f "$floe/filling"; rm -rf "$kept"/*; cp -a "$floe/." "$kept"; exit $code
"""
ON_SMALL_DISK: Final = ("unshare", "--mount", "--map-root-user", "sh", "-euc", MOUNT, "sh")


def fill(folder: Path) -> None:
    with (folder / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            pass


def turn(how: str, folder: Path) -> None:
    if how == "full":
        fill(folder)
    elif how == "read-only":
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    else:
        for place in (folder, *folder.rglob("*")):
            place.chmod(0o555 if place.is_dir() else 0o444)
        if os.geteuid() == 0:  # whom permissions do not stop
            os.seteuid(65534)


def main() -> None:
    how, *arguments, folder = sys.argv[1:]
    for each in ("asyncio", "anyio._backends._asyncio", "floe.shell.run", "floe.shell.commands.locking"):
        importlib.import_module(each)  # another user may not read the code that floe imports when it needs it
    turn(how, Path(folder))
    os.chdir(folder)
    sys.argv = ["floe", *arguments]
    floe()


if __name__ == "__main__":
    main()
