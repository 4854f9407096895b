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


@dataclass(frozen=True, slots=True)
class Entry:
    """Whom flows may ask, and at which address they are really found, where that is another one."""

    host: Host
    base: str = ""


def entry(text: str) -> Entry:
    """`host`, `host:port`, `http://host:port` or `*.host`; and `host=address`, an alias. Raises ValueError."""
    name, sign, base = (each.strip() for each in text.partition("="))
    match = _ENTRY.fullmatch(name.lower())
    if match is None:
        raise ValueError(f"{text!r} is no host like api.example.com, api.example.com:8443 or http://10.0.0.5:8080")
    scheme = match["scheme"] or "https"
    host = Host(scheme, match["host"], _port(match["port"], scheme))
    if not sign:
        return Entry(host)
    if host.name.startswith("*") or not _is_base(base):
        raise ValueError(f"{text!r} is no alias like api.example.com=http://10.0.0.5:8080/staging")
    return Entry(host, base.rstrip("/"))


def _is_base(text: str) -> bool:
    """An address that a path can be hung on."""
    found = host_of(text)
    return found is not None and urlsplit(text).port != 0 and not set("?#*%\\ ") & set(text)


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
    return _fitting(host, entries) is not None


def is_plainly(host: Host, entries: Iterable[str]) -> bool:
    """Whether an entry names this very place with http://, as only a neighbour in our own network is named."""
    return host.scheme == "http" and any(entry(text).host == host for text in entries)


def really(url: str, entries: Iterable[str]) -> str | None:
    """The address to call for this one: itself, or the same path below an alias's base; None where it is not listed.

    The first entry that fits decides. A base is whom the operator wrote down, so it is judged like any entry.
    """
    host = host_of(url)
    found = _fitting(host, entries) if host else None
    if found is None or not found.base:
        return url if found else None
    parts = urlsplit(url)
    return found.base + parts.path + (f"?{parts.query}" if parts.query else "")


def _fitting(host: Host, entries: Iterable[str]) -> Entry | None:
    return next((known for known in map(entry, entries) if _same(host, known.host)), None)


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
