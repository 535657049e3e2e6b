"""Where messages may go: a name is resolved once, all it stands for is judged, and only that is connected to."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, TypeAlias

from floe.effects.webhook.undelivered import UndeliveredError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]

# Where clouds tell machines their credentials, besides 169.254.0.0/16.
METADATA: Final = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"))
)
PROTOCOLS: Final = ipaddress.IPv4Network("192.0.0.0/24")  # RFC 6890; not every Python knows that it is private
NAT64: Final = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48")))  # RFC 6052, RFC 8215
LOW: Final = 2**32 - 1  # the part of an IPv6 address that holds one of IPv4


def system(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def vetted(host: str, port: int, resolve: Resolve, seconds: float, *, allow_private: bool) -> tuple[str, ...]:
    """The addresses behind a name; one among them that may not be reached, and none of them is."""
    try:
        found = _in_time(lambda: resolve(host, port), seconds)
    except TimeoutError:
        raise UndeliveredError("its name was not resolved in time (DNS)", again=True) from None
    except (OSError, UnicodeError):
        raise UndeliveredError("no address is known for its name (DNS)", again=True) from None
    for address in found:
        check(ipaddress.ip_address(address), allow_private=allow_private)
    return tuple(found)


def check(address: Address, *, allow_private: bool) -> None:
    """Nothing, where a message may go to this address."""
    meant = _meant(address)
    if meant in METADATA or meant.is_link_local or meant.is_multicast or meant.is_unspecified:
        raise UndeliveredError("it leads to an address of the machine's own network; nothing was sent")
    if not allow_private and not _is_public(meant):
        raise UndeliveredError("it leads to a private address; nothing was sent; allow_private: true would let it")


def _meant(address: Address) -> Address:
    """The address of IPv4 that one of IPv6 stands for, if it does (RFC 4291, 6052)."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if any(address in network for network in NAT64):
        return ipaddress.IPv4Address(int(address) & LOW)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        is_tunnel = address.sixtofour is not None or address.teredo is not None
        return address.is_global and not (address.is_reserved or address.is_site_local or is_tunnel)
    return address.is_global and not address.is_reserved and address not in PROTOCOLS


def _in_time(call: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """What a resolver says within some seconds; one that takes longer is left to itself."""
    answers: SimpleQueue[Sequence[str] | OSError | UnicodeError] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(call())
        except (OSError, UnicodeError) as error:
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.001, seconds))
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer
