"""Where a repository is: `oci://HOST[:PORT]/PATH`, or `oci-layout://FOLDER` on this disk."""

import ipaddress
from pathlib import Path
from typing import Final, TypeAlias

import re2
from returns.result import Failure, Result, Success

from floe.core.names import Malformed
from floe.core.value import Value

REGISTRY: Final = "oci://"
FOLDER: Final = "oci-layout://"
LABEL: Final = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST: Final = rf"(?P<host>{LABEL}(\.{LABEL})*|\[[0-9A-Fa-f:.]{{2,45}}\])(:(?P<port>[0-9]{{1,5}}))?"
# OCI distribution-spec 1.1, "Pulling manifests"
COMPONENT: Final = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
REPOSITORY: Final = rf"{COMPONENT}(/{COMPONENT})*"
LONGEST_REPOSITORY: Final = 255


class Remote(Value, frozen=True, kw_only=True, tag="registry"):
    """A repository on a registry."""

    host: str
    port: int | None = None
    repository: str

    @property
    def authority(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def uri(self) -> str:
        return f"{REGISTRY}{self.authority}/{self.repository}"

    @property
    def is_loopback(self) -> bool:
        """Whether nothing leaves this machine, so that plain http is no risk."""
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"


class Folder(Value, frozen=True, kw_only=True, tag="folder"):
    """An OCI Image Layout folder. `written` is the path as people wrote it, `path` where that is."""

    written: str
    path: Path

    @property
    def uri(self) -> str:
        return f"{FOLDER}{self.written}"


Location: TypeAlias = Remote | Folder


def parse_location(text: str, *, base: Path) -> Result[Location, Malformed]:
    """The repository meant; a folder is relative to `base`."""
    if text.startswith(FOLDER):
        return _folder(text.removeprefix(FOLDER), text, base)
    return _remote(text.removeprefix(REGISTRY), text) if text.startswith(REGISTRY) else Failure(_malformed(text))


def _folder(written: str, text: str, base: Path) -> Result[Location, Malformed]:
    if not written or not written.isprintable():
        return Failure(_malformed(text))
    return Success(Folder(written=written, path=base / written))


def _remote(rest: str, text: str) -> Result[Location, Malformed]:
    authority, _, repository = rest.partition("/")
    found = re2.fullmatch(HOST, authority)
    port = int(found["port"]) if found and found["port"] else None
    fits = len(repository) <= LONGEST_REPOSITORY and re2.fullmatch(REPOSITORY, repository)
    if not found or not fits or port not in (None, *range(1, 65536)):
        return Failure(_malformed(text))
    return Success(Remote(host=found["host"].lower(), port=port, repository=repository))


def _malformed(text: str) -> Malformed:
    return Malformed(
        what="repository",
        found=text,
        expected="oci://HOST[:PORT]/PATH in lower case, without a tag, or oci-layout://FOLDER",
    )
