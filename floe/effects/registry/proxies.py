"""Through whom requests go: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as curl reads them."""

import base64
import ipaddress
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from floe.core.fault import Unavailable
from floe.effects.blocking import FaultError
from floe.effects.registry.origin import Origin, literal

DEFAULT_PORT: Final = 1080  # as curl has it


class Proxy:
    """Where a proxy listens, and what it is told of us."""

    def __init__(self, host: str, port: int, authorization: str | None) -> None:
        self.host = host
        self.port = port
        self.headers = {} if authorization is None else {"Proxy-Authorization": authorization}


def proxy_for(origin: Origin, variables: Mapping[str, str]) -> Proxy | None:
    """The proxy between us and an origin; None when there is none, as always on this machine."""
    name = f"{origin.scheme}_proxy"
    written = _said(variables, name) or _said(variables, "all_proxy")
    if not written or origin.is_loopback or _is_spared(origin, _said(variables, "no_proxy")):
        return None
    return _parsed(written, name.upper())


def _said(variables: Mapping[str, str], name: str) -> str:
    return variables.get(name) or variables.get(name.upper()) or ""


def _parsed(written: str, name: str) -> Proxy:
    try:
        parts = urlsplit(written if "://" in written else f"http://{written}")
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:
        raise FaultError(Unavailable(where=name, why="is no address of a proxy")) from None
    if parts.scheme != "http" or not host:
        raise FaultError(Unavailable(where=name, why="names no http:// proxy, and floe speaks to no other kind"))
    if parts.username is None:
        return Proxy(host, port, None)
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(host, port, "Basic " + base64.b64encode(pair.encode()).decode())


def _is_spared(origin: Origin, written: str) -> bool:
    return any(_fits(origin, entry.strip().lower()) for entry in written.split(",") if entry.strip())


def _fits(origin: Origin, entry: str) -> bool:
    if entry == "*":
        return True
    address = literal(origin.host)
    if address is not None:
        try:
            return address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            pass
    host, colon, port = entry.rpartition(":")
    if colon and port.isdecimal() and not host.endswith(":"):
        if int(port) != origin.port:
            return False
        entry = host.strip("[]")
    name = entry.removeprefix("*").removeprefix(".")
    return origin.host == name or origin.host.endswith(f".{name}")
