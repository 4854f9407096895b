"""Files: what may be sent, and where those of theirs are fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from roms.channels.base import Account, Download
from roms.channels.failures import ChannelBroken, Permanent
from roms.channels.reading import text_of

MB = 1024 * 1024
ACCEPTED: Mapping[str, tuple[tuple[str, ...], int]] = {
    "image": (("image/jpeg", "image/png"), 5 * MB),
    "video": (("video/mp4", "video/3gpp"), 16 * MB),
    "audio": (("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
    "document": (("*/*",), 100 * MB),
    "sticker": (("image/webp",), 500 * 1024),
}
ITSELF = ("localhost", "127.0.0.1", "0.0.0.0", "::1")  # as WAHA calls itself where nobody told it its name
PORTS = {"http": 80, "https": 443}


def download(account: Account, client: httpx.Client, media: Mapping[str, Any]) -> Download:
    """From the configured WAHA and nobody else, with its key; what it says of localhost is meant of that."""
    base, told = _split(account["base_url"]), _split(text_of(media.get("url"), 2000))
    if base is None:
        raise ChannelBroken("The channel has no address of WAHA configured.")
    if told is None:
        raise Permanent("WAHA gave no address for this file.")
    origin, folder = f"{base.scheme}://{base.netloc.lower()}", base.path.rstrip("/")
    if _place(told) != _place(base):
        if told.hostname not in ITSELF:
            raise Permanent("The address of this file is not the one of the configured WAHA.")
        folder = "" if told.path.startswith(folder + "/") else folder
    else:
        folder = ""
    url = origin + folder + told.path + (f"?{told.query}" if told.query else "")
    return Download(url, {"X-Api-Key": account["api_key"]}, (origin,))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        told = parts.scheme in PORTS and parts.hostname and _place(parts) and not set("@\\ ") & set(parts.netloc)
    except ValueError:
        return None
    return parts if told else None


def _place(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme]
