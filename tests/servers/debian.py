"""The programs that tests talk to and that no Python package brings: a registry, a second opinion on it, and jq.

`python -m tests.servers.debian` sees to it that they are there, where Debian's tools are: as root it installs
them, otherwise it unpacks them below `.cache/debian`. It is quick when nothing is missing.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROGRAMS = ("docker-registry", "jq", "skopeo")  # each is named like its package
CACHE = Path(__file__).parents[2] / ".cache" / "debian"


def find(program: str) -> str | None:
    """Where a program is; None when a test that needs it has to be skipped."""
    return shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", os.defpath), str(CACHE / "bin"))))


def why_missing(program: str) -> str:
    return f"{program} is not here: install Debian's package of that name, or run nox where there is apt-get"


def provide(programs: Sequence[str] = PROGRAMS) -> tuple[str, ...]:
    """The programs that are still missing after everything was tried."""
    missing = [program for program in programs if find(program) is None]
    if missing and shutil.which("apt-get"):
        install(missing) if os.geteuid() == 0 else unpack(missing, CACHE)
    return tuple(program for program in missing if find(program) is None)


def install(packages: Sequence[str]) -> None:
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if not ran(command):  # a fresh image has no package lists
        ran(["apt-get", "update"]) and ran(command)


def unpack(packages: Sequence[str], cache: Path) -> None:
    """The packages and the libraries they need and the system lacks, unpacked, with a starter for each program."""
    cache.mkdir(parents=True, exist_ok=True)
    simulate = ["apt-get", "install", "--simulate", "--no-install-recommends", *packages]
    wanted = subprocess.run(simulate, check=False, capture_output=True, text=True).stdout
    names = [line.split()[1] for line in wanted.splitlines() if line.startswith("Inst ")]
    if ran(["apt-get", "download", *(names or packages)], folder=cache):
        for archive in cache.glob("*.deb"):
            ran(["dpkg", "--extract", str(archive), str(cache)])
        for package in packages:
            write_starter(package, cache)


def write_starter(program: str, cache: Path) -> None:
    folders = ":".join(str(folder) for folder in (cache / "usr" / "lib").glob("*-linux-*"))
    starter = cache / "bin" / program
    starter.parent.mkdir(exist_ok=True)
    starter.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{folders}" exec "{cache}/usr/bin/{program}" "$@"\n')
    starter.chmod(0o755)


def ran(command: Sequence[str], *, folder: Path | None = None) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, check=False, cwd=folder, env=environment, stdout=sys.stderr).returncode == 0


if __name__ == "__main__":
    for program in provide():
        sys.stderr.write(f"{why_missing(program)}; the tests that need it are skipped\n")
