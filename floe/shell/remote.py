"""Registries on the network: where each is really found, and as whom floe goes there."""

from typing import Final

from floe.effects.ports import Registry
from floe.effects.registry import credentials
from floe.effects.registry.cloud import lender
from floe.effects.registry.cloud.errand import Errand
from floe.effects.registry.cloud.hosts import Kind
from floe.effects.registry.credentials import Finder, Nothing, Password, Token
from floe.effects.registry.origin import PORTS, Origin
from floe.shell.clock import SystemClock, SystemEntropy
from floe.shell.location import Location, Remote
from floe.shell.secret import Secret
from floe.shell.settings import RegistrySettings, Settings, Surroundings

HOSTS: Final = {"docker.io": "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}


def registry(location: Remote, settings: RegistrySettings, around: Surroundings) -> Registry:
    """A repository on a registry; nothing is asked of it yet."""
    from floe.effects.registry.oci import Access, OciRegistry  # noqa: PLC0415 (a folder needs no network)

    scheme = "http" if settings.plain_http else "https"
    host = HOSTS.get(location.host, location.host).strip("[]")
    origin = Origin(scheme=scheme, host=host, port=location.port or PORTS[scheme])
    return OciRegistry(
        origin,
        location.repository,
        Access(find=_finder(origin, settings, around), variables=around.variables, ca_file=settings.ca_file),
        clock=SystemClock(),
        entropy=SystemEntropy(),
        shown=f"{location.authority}/{location.repository}",
    )


def settings_for(location: Location, settings: Settings | None) -> RegistrySettings:
    """How to go to a repository that was named: as the manifest says of it, or of its host, else as docker does."""
    known = (settings.registry, *settings.secondaries) if settings else ()
    plain = isinstance(location, Remote) and location.is_loopback
    unknown = RegistrySettings(name="", location=location, plain_http=plain)
    itself = next((each for each in known if each.location == location), None)
    if itself or not isinstance(location, Remote):
        return itself or unknown
    beside = next((each for each in known if _is_at(each.location, location.authority)), unknown)
    return RegistrySettings(
        name="", location=location, auth=beside.auth, plain_http=beside.plain_http, ca_file=beside.ca_file
    )


def _is_at(location: Location, authority: str) -> bool:
    return isinstance(location, Remote) and location.authority == authority


def _finder(origin: Origin, settings: RegistrySettings, around: Surroundings) -> Finder:
    auth, place = settings.auth, _place(settings.name)
    match auth.type:
        case "docker":
            return credentials.docker(around.variables, around.home)
        case "anonymous":
            return lambda _: Nothing(source=f"{place} says anonymous")
        case "basic":
            username, password = _said(auth.username), _said(auth.password)
            return lambda _: Password(username=username, password=password, source=place)
        case "token":
            token = _said(auth.token)
            return lambda _: Token(token=token, source=place)
        case "aws-irsa" | "azure-managed-identity" | "gcp-workload-identity" as kind:
            return _cloud(kind, origin, settings, around)


def _place(name: str) -> str:
    """Where in the manifest it is said who floe is there."""
    return "artifacts.registry.auth" if name in {"", "primary"} else f"artifacts.registries.{name}.auth"


def _cloud(kind: Kind, origin: Origin, settings: RegistrySettings, around: Surroundings) -> Finder:
    return lender.finder(
        Errand(registry=origin, kind=kind, clock=SystemClock(), variables=around.variables, ca_file=settings.ca_file)
    )


def _said(secret: Secret | None) -> str:
    assert secret is not None, "the manifest was checked for it"
    return secret.reveal()
