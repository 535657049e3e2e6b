"""What we can show a registry, and where it is found: in the settings, or where `docker login` left it."""

import base64
import binascii
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from floe.core.fault import Unavailable
from floe.core.value import Value
from floe.effects.blocking import FaultError, reading

HELPER_SECONDS: Final = 30.0  # some ask a cloud
LARGEST_CONFIG: Final = 4 * 1024 * 1024  # bytes
REFRESHES: Final = "<token>"  # the user name with which docker marks a refresh token
HUB: Final = ("registry-1.docker.io", "docker.io", "index.docker.io")
HUB_KEY: Final = "https://index.docker.io/v1/"  # under which docker keeps what belongs to its hub


@dataclass(frozen=True, kw_only=True, slots=True)
class Password:
    """A user name and a password, and where they were found. One that ends can be had anew."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    source: str
    ends: datetime | None = None

    @property
    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token that the registry takes as it is."""

    token: str = field(repr=False)
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RefreshToken:
    """A token that the token service exchanges for others."""

    token: str = field(repr=False)
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Nothing:
    """No credentials, and where they were looked for."""

    source: str


Credentials: TypeAlias = Password | Token | RefreshToken | Nothing
Finder: TypeAlias = Callable[[str], Credentials]  # from HOST[:PORT]


class _Login(Value, frozen=True, kw_only=True):
    auth: str = ""
    username: str = ""
    password: str = ""
    identitytoken: str = ""
    registrytoken: str = ""


class _Config(Value, frozen=True, kw_only=True, rename="camel"):
    auths: dict[str, _Login] = {}
    creds_store: str = ""
    cred_helpers: dict[str, str] = {}


class _Helped(Value, frozen=True, kw_only=True, rename="pascal"):
    username: str
    secret: str


def docker(variables: Mapping[str, str], home: Path | None, *, patience: float = HELPER_SECONDS) -> Finder:
    """Finds what `docker login` left: below DOCKER_CONFIG, else in `.docker` at home."""
    folder = Path(variables["DOCKER_CONFIG"]) if variables.get("DOCKER_CONFIG") else home and home / ".docker"

    def find(authority: str) -> Credentials:
        if folder is None:
            return Nothing(source="there is no home folder to look in")
        return _find(folder / "config.json", _keys(authority), partial(_ask, variables, patience))

    return find


def _find(file: Path, keys: tuple[str, ...], ask: Callable[[str, str], Credentials | None]) -> Credentials:
    config = _read(file)
    for key in keys:
        helper = config.cred_helpers.get(key)
        if helper:
            return ask(helper, key) or Nothing(source=f"docker-credential-{helper} knows none for {key}")
    for key in keys:
        found = _inline(config.auths.get(key, _Login()), str(file))
        if found is not None:
            return found
    for key in keys if config.creds_store else ():
        if (asked := ask(config.creds_store, key)) is not None:
            return asked
    return Nothing(source=f"none for {keys[0]} in {file}, where `docker login` puts them")


def _keys(authority: str) -> tuple[str, ...]:
    """The names under which one registry's credentials may be kept."""
    names = (HUB_KEY, *HUB) if authority in HUB else (authority,)
    return (*names, *(f"https://{name}" for name in names if "//" not in name))


def _read(file: Path) -> _Config:
    with reading(file):
        try:
            content = file.read_bytes()[:LARGEST_CONFIG]
        except (FileNotFoundError, NotADirectoryError):
            return _Config()
    try:
        return msgspec.json.decode(content, type=_Config)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _broken(str(file), "is no configuration of docker's: not the JSON that it should be") from None


def _inline(login: _Login, source: str) -> Credentials | None:
    if login.registrytoken:
        return Token(token=login.registrytoken, source=source)
    if login.identitytoken:
        return RefreshToken(token=login.identitytoken, source=source)
    username, password = (login.username, login.password) if not login.auth else _pair(login.auth, source)
    return Password(username=username, password=password, source=source) if username or password else None


def _pair(auth: str, source: str) -> tuple[str, str]:
    try:
        username, colon, password = base64.b64decode(auth, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = username = password = ""
    if not colon:
        raise _broken(source, "an auth in it is no user name and password in base64")
    return username, password.rstrip("\0")


def _ask(variables: Mapping[str, str], patience: float, helper: str, key: str) -> Credentials | None:
    """What a credential helper gives out (docker/docker-credential-helpers); None when it knows none."""
    name = f"docker-credential-{helper}"
    if os.sep in helper:
        raise _broken(name, "is no name of a credential helper")
    try:
        done = subprocess.run(  # noqa: S603 (docker's configuration names it)
            [_program(name, variables), "get"],
            input=key.encode(),
            env=dict(variables),
            capture_output=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _broken(name, f"gave no answer in {patience:.0f} seconds; run it by hand") from None
    except OSError as error:
        raise _broken(name, f"cannot be run: {error.strerror}; install it, or take it out of config.json") from None
    if done.returncode != 0:
        if b"not found" in done.stdout + done.stderr:  # as docker itself tells it
            return None
        raise _broken(name, f"ended with {done.returncode}; run it by hand to see why")
    return _helped(done.stdout, name)


def _program(name: str, variables: Mapping[str, str]) -> str:
    folders = variables.get("PATH", os.defpath).split(os.pathsep)
    return next((path for folder in folders if os.access(path := os.path.join(folder, name), os.X_OK)), name)  # noqa: PTH118


def _helped(said: bytes, name: str) -> Credentials:
    try:
        found = msgspec.json.decode(said, type=_Helped)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _broken(name, "answered what is no user name and secret") from None
    if found.username == REFRESHES:
        return RefreshToken(token=found.secret, source=name)
    return Password(username=found.username, password=found.secret, source=name)


def _broken(where: str, why: str) -> FaultError:
    return FaultError(Unavailable(where=where, why=why))
