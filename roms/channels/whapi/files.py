"""Files: what may be sent, and where those of theirs are fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from roms.channels.base import Account, Download
from roms.channels.failures import ChannelBroken, Permanent
from roms.channels.reading import text_of
from roms.channels.whapi.calls import headers

MB = 1024 * 1024
ACCEPTED: Mapping[str, tuple[tuple[str, ...], int]] = {
    "image": (("image/jpeg", "image/png"), 5 * MB),
    "video": (("video/mp4", "video/3gpp"), 16 * MB),
    "audio": (("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
    "document": (("*/*",), 100 * MB),
    "sticker": (("image/webp",), 500 * 1024),
}
STORES = (".whapi.cloud", ".wasabisys.com")  # where Whapi puts files that it gives a link to


def download(account: Account, client: httpx.Client, media: Mapping[str, Any]) -> Download:
    """By its id from the very address we send to, with our token; a bare link only from Whapi's stores, without."""
    base = urlsplit(account["base_url"])
    if not base.hostname:
        raise ChannelBroken("The channel has no address of Whapi configured.")
    known, link = text_of(media.get("id"), 300), text_of(media.get("url"), 2000)
    if known:
        url = f"{account['base_url'].rstrip('/')}/media/{quote(known, safe='')}"
        return Download(url, headers(account), (origin_of(url),))
    if _is_stored(link):
        return Download(link, {}, (origin_of(link),))
    raise Permanent("Whapi gave neither an id nor a link of its own for this file.")


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_stored(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme == "https" and "@" not in parts.netloc and (parts.hostname or "").endswith(STORES)
    except ValueError:
        return False
