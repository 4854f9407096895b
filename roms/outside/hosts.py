"""Whom flows may ask: the entries of ROMS_HTTP_HOSTS, and nobody else."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_ENTRY = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>\[[0-9a-f:.]+\]|(?:\*\.)?[a-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?"
)
PORTS = {"https": 443, "http": 80}
IP = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Host:
    """One place: `name` may begin with `*.` in an entry, never in an address."""

    scheme: str
    name: str
    port: int

    @property
    def literal(self) -> IP | None:
        """The address, where the name is one."""
        try:
            return ipaddress.ip_address(self.name.strip("[]"))
        except ValueError:
            return None

    @property
    def is_local(self) -> bool:
        return self.name == "localhost" or self.name.endswith(".localhost")


def entry(text: str) -> Host:
    """`host`, `host:port`, `http://host:port` or `*.host`. Raises ValueError."""
    match = _ENTRY.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is no host like api.example.com, api.example.com:8443 or http://10.0.0.5:8080")
    scheme = match["scheme"] or "https"
    return Host(scheme, match["host"], _port(match["port"], scheme))


def host_of(url: str) -> Host | None:
    """Whom this address leads to; None where it is none that we would follow."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not name or "@" in parts.netloc or not url.isascii() or not url.isprintable():
        return None
    return Host(parts.scheme, f"[{name}]" if ":" in name else name.lower(), port or PORTS[parts.scheme])


def listed(host: Host, entries: Iterable[str]) -> bool:
    """Scheme, name and port must all be those of one entry."""
    return any(_same(host, entry(each)) for each in entries)


def _same(host: Host, known: Host) -> bool:
    if (host.scheme, host.port) != (known.scheme, known.port):
        return False
    if known.name.startswith("*."):
        return host.name.endswith(known.name[1:]) and host.literal is None
    return host.name == known.name


def _port(text: str | None, scheme: str) -> int:
    port = int(text) if text else PORTS[scheme]
    if not 0 < port < 65536:
        raise ValueError(f"{text} is no port")
    return port
