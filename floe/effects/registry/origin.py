"""Who is who on the network: origins, and to which of them anything of ours may go."""

import ipaddress
import socket
from typing import Final
from urllib.parse import SplitResult, urlsplit

from floe.core.value import Value

PORTS: Final = {"http": 80, "https": 443}
LONGEST: Final = 8192  # characters of an address that a server sends us to

# A registry whose token service has another name, and that name.
PAIRS: Final = {
    "registry-1.docker.io": "auth.docker.io",
    "registry.gitlab.com": "gitlab.com",
}
# Below these names every customer has a neighbour who is a stranger.
SHARED: Final = (
    *("amazonaws.com", "amazonaws.com.cn", "azurecr.io", "azurecr.cn", "azurecr.us", "pkg.dev", "gcr.io", "ghcr.io"),
    *("azurewebsites.net", "cloudapp.net", "azurecontainer.io", "run.app", "appspot.com", "cloudfront.net"),
    *("github.io", "gitlab.io", "herokuapp.com", "fly.dev", "onrender.com", "ngrok.io", "ngrok.app", "ts.net"),
    *("digitaloceanspaces.com", "icr.io", "aliyuncs.com", "oraclecloud.com", "ocir.io", "jfrog.io", "cloudsmith.io"),
)
COUNTRY: Final = 2  # letters of a country's domain, below which `co`, `com`, `gov` … belong to nobody
SHORT: Final = 4


class Origin(Value, frozen=True, kw_only=True):
    """Scheme, host and port: whoever differs in one of them is somebody else."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def is_loopback(self) -> bool:
        address = literal(self.host)
        return self.host == "localhost" if address is None else address.is_loopback


def origin_of(url: str) -> Origin | None:
    """Whom an absolute address leads to; None when it is none that we follow, as with a user name in it."""
    parts = _split(url)
    if parts is None or parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        return None
    return Origin(scheme=parts.scheme, host=parts.hostname, port=port)


def _split(url: str) -> SplitResult | None:
    if len(url) > LONGEST or not all("!" <= letter <= "~" for letter in url) or "\\" in url:
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None


def literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host's name spells out, also as the C library reads it: `0x7f.1`, `2130706433`."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.ip_address(socket.inet_aton(host))
    except (OSError, ValueError, UnicodeEncodeError):
        return None


def why_no_token_service(registry: Origin, realm: Origin) -> str | None:
    """Why credentials for a registry do not go to the token service that it names; None when they may."""
    if realm.scheme != "https" and not (realm.is_loopback and registry.is_loopback and registry.scheme == "http"):
        return "it is not reached over https"
    if realm.host == registry.host or PAIRS.get(registry.host) == realm.host:
        return None
    if literal(realm.host) is not None or literal(registry.host) is not None:
        return "it is a bare address, and not the registry's own"
    return None if _are_siblings(registry.host, realm.host) else "it is somebody else's"


def _are_siblings(host: str, other: str) -> bool:
    """Whether two names surely belong to one owner: both below, or at, a domain that only one can have bought."""
    domain = _domain(host)
    return domain is not None and (other == domain or other.endswith(f".{domain}"))


def _domain(host: str) -> str | None:
    """The domain that a host's owner bought; None where that cannot be told without a list of all suffixes."""
    if any(host == suffix or host.endswith(f".{suffix}") for suffix in SHARED):
        return None
    labels = host.split(".")
    is_national = len(labels[-1]) <= COUNTRY and len(labels) > 1 and len(labels[-2]) <= SHORT
    bought = 3 if is_national else 2
    return ".".join(labels[-bought:]) if len(labels) >= bought else None


def why_no_redirect(registry: Origin, here: Origin, there: Origin) -> str | None:
    """Why a blob is not fetched from where a server sends us, even with nothing of ours; None when it may be."""
    if here.scheme == "https" and there.scheme != "https":
        return "it leads from https to http"
    address = literal(there.host)
    if address is not None and address.is_link_local:
        return "it leads to an address of the machine's own network"
    if there.is_loopback and not registry.is_loopback:
        return "it leads to this machine"
    return None
