"""Debian's docker-registry on this machine: plain, behind a password, or over TLS; its log tells what it was asked."""

import http.client
import itertools
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bcrypt
import pytest

from floe.core.names import Digest
from tests.servers import debian
from tests.servers.authority import Authority

KINDS: Final = ("plain", "htpasswd", "tls")
USER: Final = "ann"
PASSWORD: Final = "p:ass wörd"
HTPASSWD: Final = f"{USER}:$2b$04$enpOo0HoIK5OUJDBbTYgwOT7./1gAXpk0brz3UvaTu/HOJHL95tu2\n"  # of that password
LOOPBACK: Final = "127.0.0.1"
START_SECONDS: Final = 20.0
CONFIG: Final = """
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: {authority}, {tls}}}
{auth}
"""


@dataclass(frozen=True)
class Asked:
    """One request that the registry answered."""

    method: str
    target: str
    status: int


class DockerRegistry:
    """A running registry; it ends with its block, or when it is closed."""

    def __init__(self, kind: str, folder: Path) -> None:
        program = debian.find("docker-registry")
        if program is None:
            pytest.skip(debian.why_missing("docker-registry"))
        self.kind = kind
        self.folder = folder
        self.ca_file: Path | None = None
        self.authority = free()
        self._numbers = itertools.count()
        self._log = folder / "access.log"
        config = folder / "config.yml"
        config.write_text(self._config())
        self._command = [program, "serve", str(config)]
        self.start()

    def start(self) -> None:
        """Run, also again after it was closed: what it holds is in its folder."""
        with self._log.open("ab") as log, (self.folder / "error.log").open("ab") as errors:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=errors)
        self._wait()

    @property
    def scheme(self) -> str:
        return "http" if self.ca_file is None else "https"

    def repository(self) -> str:
        """A repository that nobody else uses."""
        return f"team/app{next(self._numbers)}"

    def asked(self) -> tuple[Asked, ...]:
        """Every request that was answered before this call, in order."""
        marker = f"/v2/?marker={next(self._numbers)}"
        self._get(marker)
        until = time.monotonic() + START_SECONDS
        while f'"GET {marker} ' not in (log := self._log.read_text()):
            assert time.monotonic() < until, "the registry logs nothing"
            time.sleep(0.005)
        return tuple(_asked(line) for line in log.splitlines() if '"' in line and "marker=" not in line)

    def spoil(self, digest: Digest, content: bytes) -> None:
        """Give a blob other content behind the registry's back."""
        name = digest.removeprefix("sha256:")
        (self.folder / f"data/docker/registry/v2/blobs/sha256/{name[:2]}/{name}/data").write_bytes(content)

    def admit(self, username: str, password: str) -> None:
        """Let in this one from now on, and nobody else."""
        assert self.kind == "htpasswd"
        hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
        (self.folder / "htpasswd").write_text(f"{username}:{hashed}\n")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(START_SECONDS)

    def _config(self) -> str:
        tls = auth = ""
        if self.kind == "tls":
            authority = Authority(self.folder)
            certificate, key = authority.certify(LOOPBACK)
            self.ca_file = authority.file
            tls = f"tls: {{certificate: {certificate}, key: {key}}}"
        if self.kind == "htpasswd":
            (self.folder / "htpasswd").write_text(HTPASSWD)
            auth = f"auth: {{htpasswd: {{realm: registry, path: {self.folder}/htpasswd}}}}"
        return CONFIG.format(folder=self.folder, authority=self.authority, tls=tls, auth=auth)

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._get("/v2/?marker=start")
            except OSError:
                assert time.monotonic() < until, (self.folder / "error.log").read_text()
                assert self._process.poll() is None, (self.folder / "error.log").read_text()
                time.sleep(0.02)

    def _get(self, target: str) -> None:
        if self.ca_file is None:
            line = http.client.HTTPConnection(self.authority, timeout=5)
        else:
            context = ssl.create_default_context(cafile=self.ca_file)
            line = http.client.HTTPSConnection(self.authority, timeout=5, context=context)
        try:
            line.request("GET", target)
            line.getresponse().read()
        finally:
            line.close()


class DockerRegistries:
    """One of each kind, started when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, DockerRegistry] = {}

    def __getitem__(self, kind: str) -> DockerRegistry:
        if kind not in self._running:
            folder = self._folder / kind
            folder.mkdir()
            self._running[kind] = DockerRegistry(kind, folder)
        return self._running[kind]

    def close(self) -> None:
        for registry in self._running.values():
            registry.close()


def free() -> str:
    """An address on this machine where nobody listens."""
    with socket.create_server((LOOPBACK, 0)) as free:
        return f"{LOOPBACK}:{free.getsockname()[1]}"


def _asked(line: str) -> Asked:
    """From the combined log format of web servers."""
    _, request, rest = line.split('"', 2)
    method, target, _ = request.split(" ")
    return Asked(method, target, int(rest.split()[0]))
