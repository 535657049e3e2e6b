"""Registries on the network as floe reaches them, for tests."""

from pathlib import Path

from floe.core.fault import Fault
from floe.effects.ports import Clock
from floe.effects.registry.credentials import Credentials, Finder, Nothing, Password
from floe.effects.registry.oci import Access, OciRegistry
from floe.effects.registry.origin import Origin
from floe.shell.clock import SystemClock, SystemEntropy
from tests.servers.docker_registry import PASSWORD, USER, DockerRegistry

ANN = Password(username=USER, password=PASSWORD, source="a test")
NOBODY = Nothing(source="a test")


def always(credentials: Credentials) -> Finder:
    return lambda _: credentials


def origin(authority: str, scheme: str = "http") -> Origin:
    host, _, port = authority.rpartition(":")
    return Origin(scheme=scheme, host=host, port=int(port))


def remote(
    authority: str,
    repository: str = "team/app",
    credentials: Credentials = NOBODY,
    *,
    scheme: str = "http",
    ca_file: Path | None = None,
    clock: Clock | None = None,
    variables: dict[str, str] | None = None,
) -> OciRegistry:
    return OciRegistry(
        origin(authority, scheme),
        repository,
        Access(find=always(credentials), variables=variables or {}, ca_file=ca_file),
        clock=clock or SystemClock(),
        entropy=SystemEntropy(),
    )


def of(server: DockerRegistry, repository: str | None = None) -> OciRegistry:
    """A repository of a running registry; without a name, one that nobody else uses."""
    credentials = ANN if server.kind == "htpasswd" else NOBODY
    return remote(
        server.authority,
        repository or server.repository(),
        credentials,
        scheme=server.scheme,
        ca_file=server.ca_file,
    )


def why(fault: Fault) -> str:
    """What a fault says happened."""
    found = getattr(fault, "why", "")
    assert isinstance(found, str)
    return found
