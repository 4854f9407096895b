"""The way out: a name is resolved once, every address is judged, and only what was judged is connected to.

Addresses of private networks, of this machine and of its cloud's metadata are refused, unless the settings list that
very address (or `localhost`).
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Iterable, Sequence
from socket import SOCK_STREAM, getaddrinfo
from typing import Any

import httpcore

from roms.outside.hosts import IP, Host

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")  # what the IPv6 internet is made of; the rest is local, old or nobody's
_TUNNELLED = (0x0000_5EFE, 0x0200_5EFE)  # ISATAP: the last four bytes are an IPv4 address
# What Python calls global, though it is a cloud's own metadata, a relay into a tunnel, or for examples only.
_NOBODYS = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20", "2001:db8::/32"))
)
_OURS = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))


class Forbidden(Exception):
    """The name leads where no flow may go."""


class Unknown(Exception):
    """The name leads nowhere."""


def addresses(host: Host, may_be_inside: bool = False) -> list[str]:
    """What the name resolves to, each judged; one that is forbidden forbids all. Raises Forbidden, Unknown.

    may_be_inside: a name that an admin wrote down may lead into our own networks.
    """
    try:
        found = getaddrinfo(host.name.strip("[]"), host.port, type=SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unknown(str(error)) from error
    resolved = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    for text in resolved:
        address = ipaddress.ip_address(text)
        listed = address == host.literal or (host.is_local and address.is_loopback)
        if not (listed or is_public(address) or (may_be_inside and is_inside(text))):
            raise Forbidden(f"{host.name} leads to {text}")
    return resolved


def is_public(address: IP) -> bool:
    """Also of the IPv4 address that an IPv6 one carries inside."""
    if any(address in network for network in _NOBODYS):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inside = _inside(address)
        if (inside is not None and not is_public(inside)) or not (address in _UNICAST or address in _NAT64):
            return False
    return address.is_global and not address.is_multicast


def is_inside(text: str) -> bool:
    """An address of this machine or of a private network; no link-local one, where clouds keep their secrets."""
    address = ipaddress.ip_address(text)
    return address.is_loopback or (address.is_private and any(address in network for network in _OURS))


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64 or int(address) >> 32 & 0xFFFFFFFF in _TUNNELLED:
        return last
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


class Stream(httpcore.NetworkStream):
    """A connection on which nothing takes longer than until the deadline, however slowly it drips."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the call's time is over")
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._left()
        return self._inner.read(max_bytes, left if timeout is None else min(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return Stream(self._inner.start_tls(ssl_context, server_hostname, self._left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Pinned(httpcore.NetworkBackend):
    """Connects to the addresses that were judged, whatever the name resolves to by now."""

    def __init__(self, addresses: Sequence[str], deadline: float) -> None:
        self._addresses, self._deadline = addresses, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """The first that takes us; the last one's failure when none does."""
        *others, last = self._addresses
        for address in others:
            try:
                return self._connected(address, port)
            except httpcore.ConnectError:
                if time.monotonic() >= self._deadline:
                    raise
        return self._connected(last, port)

    def _connected(self, address: str, port: int) -> Stream:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ConnectTimeout("the call's time is over")
        return Stream(httpcore.SyncBackend().connect_tcp(address, port, left), self._deadline)
