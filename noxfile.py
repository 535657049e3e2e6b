"""What must hold before a change is kept: plain `nox` checks it all; CONTRIBUTING.md says how to run a part."""

import os
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.5"
nox.options.error_on_external_run = True
nox.options.reuse_venv = "yes"

USUAL = "not soak and not online and not interop"  # pyproject.toml says what these marks mean
DEFAULT = ("-m", USUAL, "--numprocesses", "2", "--timeout", "300")  # no test takes a quarter of that by itself
OTHER_PYTHONS = ("3.12", "3.13")
DEBIAN_PROGRAMS = Path(".cache/debian/bin").resolve()  # tests/servers/debian.py


@nox.session
def lint(session: nox.Session) -> None:
    """Style, banned names, and which room may import which."""
    session.install("--group", "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    session.install("--group", "types", "-e", ".")
    session.run("mypy", "floe", "tests", "noxfile.py")


@nox.session
def tests(session: nox.Session) -> None:
    """All tests that end in minutes; given no arguments, also how much of the core the laws reach."""
    ready(session)
    if session.posargs:
        session.run("python", "-m", "pytest", *session.posargs)
        return
    same = {"CI": "true"}  # the same examples on every run: what they reach does not hang on luck
    session.run("python", "-m", "pytest", "tests/property", *DEFAULT, "--cov", "--cov-report=", env=same)
    session.run("coverage", "report", "--skip-covered", "--show-missing", "--fail-under=100")
    try:
        session.run("python", "-m", "pytest", "tests/integration", *DEFAULT)
    except CommandFailed:  # a busy machine fails what depends on time; whatever fails again, alone, is broken
        session.run("python", "-m", "pytest", "tests/integration", "-m", USUAL, "--last-failed", "--timeout", "300")


@nox.session(name="tests-on", python=OTHER_PYTHONS, default=False)
def tests_on(session: nox.Session) -> None:
    """The same tests on another Python, where there is one."""
    ready(session)
    session.run("python", "-m", "pytest", *DEFAULT, *session.posargs)


@nox.session(default=False)
def soak(session: nox.Session) -> None:
    """The tests that take long."""
    ready(session)
    session.run("python", "-m", "pytest", "-m", "soak", *session.posargs)


@nox.session(default=False)
def online(session: nox.Session) -> None:
    """What others published on PyPI is verified; skipped where there is no PyPI."""
    ready(session)
    session.run("python", "-m", "pytest", "-m", "online", *session.posargs)


@nox.session(default=False)
def interop(session: nox.Session) -> None:
    """sigstore-js, from npm, and floe verify each other's signatures; skipped where there is no node."""
    ready(session)
    session.run("python", "-m", "pytest", "-m", "interop", *session.posargs)


@nox.session(default=False)
def costs(session: nox.Session) -> None:
    """What starting, looking and verifying take, beside other programs in the same run."""
    ready(session)
    session.run("python", "-m", "tests.costs")


@nox.session(reuse_venv=False)
def build(session: nox.Session) -> None:
    """The wheel can be built and installed, and what it installs runs."""
    wheels = Path(session.create_tmp())
    for old in wheels.glob("*.whl"):
        old.unlink()
    session.run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(wheels), ".")
    session.install(*(str(wheel) for wheel in wheels.glob("*.whl")))
    with session.chdir(wheels):
        session.run("floe", "--version")
        session.run("floe", "demo", "--quiet")


def ready(session: nox.Session) -> None:
    """What tests need: Python packages, and three programs of Debian's."""
    session.install("--group", "test", "-e", ".")
    session.run("python", "-m", "tests.servers.debian")
    session.env["PATH"] = os.pathsep.join((os.environ["PATH"], str(DEBIAN_PROGRAMS)))
