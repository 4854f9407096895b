"""The chat on our own pages: writing a message down delivers it, and its visitors come in through roms.web.widget."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from roms.channels.base import Abilities, Account, Adapter, Knock, Parcel
from roms.channels.failures import Forbidden, Permanent
from roms.channels.items import Item
from roms.channels.whatsapp import DOCUMENTS

MEGABYTE = 1024 * 1024
FILES = {  # what browsers show by themselves; all else is a document, which they save
    "image": (("image/jpeg", "image/png", "image/webp"), 16 * MEGABYTE),
    "video": (("video/mp4",), 64 * MEGABYTE),
    "audio": (("audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MEGABYTE),
    "document": (DOCUMENTS, 64 * MEGABYTE),
}


def verify(account: Account, knock: Knock) -> None:
    """No provider stands behind this channel, so nobody may call a webhook in its name."""
    raise Forbidden("The web chat has no webhook.")


def parse(account: Account, body: bytes) -> Iterator[Item]:
    """Nothing ever comes this way."""
    return iter(())


def send(account: Account, client: httpx.Client, parcel: Parcel) -> str:
    """Never called for a direct channel; a parcel that comes here all the same must not be sent again and again."""
    raise Permanent("A message of the web chat is delivered by being written down, there is nobody to send it to.")


ADAPTER = Adapter(
    kind="webchat",
    title="Web chat",
    verify=verify,
    parse=parse,
    send=send,
    abilities=Abilities(buttons=10, button_title=80, list_rows=100, row_title=80, files=FILES),
    direct=True,
)
