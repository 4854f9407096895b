"""Pictures of people on WhatsApp: where the gateways that are linked like a phone say they are."""

from __future__ import annotations

from urllib.parse import urlsplit

from roms.channels.base import Download
from roms.channels.failures import Permanent

WHATSAPP = (".whatsapp.net",)  # where WhatsApp itself keeps them, for anybody who has the address


def at(url: str, base_url: str, stores: tuple[str, ...] = ()) -> Download:
    """At WhatsApp's hosts, the provider's stores or the provider itself; nobody is told a secret. Raises Permanent."""
    try:
        parts, base = urlsplit(url), urlsplit(base_url)
        there = parts.scheme == "https" and (parts.hostname or "").endswith(WHATSAPP + stores)
        here = (parts.scheme, parts.netloc.lower()) == (base.scheme, base.netloc.lower())
    except ValueError:
        there = here = False
    if not (there or here) or "@" in parts.netloc:
        raise Permanent("The picture is not where this provider keeps pictures.", "foreign_host")
    return Download(url, {}, (f"{parts.scheme}://{parts.netloc.lower()}",))
