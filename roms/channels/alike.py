"""Does a message that a provider shows say what a parcel of ours says? Asked only where nobody knows its id."""

from __future__ import annotations

from roms.channels.base import Parcel
from roms.channels.reading import object_of, printable, text_of

WORDS = ("text", "buttons", "template")
SOME_FILE = "file"  # of a kind that the provider does not tell
FILES = ("image", "video", "audio", "document", "sticker")


def alike(parcel: Parcel, kind: str, text: str, caption: str = "") -> bool:
    """kind, text: as the adapter reads what the provider shows. Of places and cards the kind is all that is compared;
    a sign on a message is never found, for it is no message of its own."""
    if parcel.kind in WORDS:
        return kind == "text" and _plain(text) == _plain(parcel.text)
    if parcel.kind in FILES:
        ours = text_of(object_of(parcel.payload.get("content")).get("caption"))
        return kind in (SOME_FILE, *_sent_as(parcel.kind)) and _plain(caption) == _plain(ours)
    return parcel.kind == kind and kind in ("location", "contact")


def _plain(text: str) -> str:
    return " ".join(printable(text).split())


def _sent_as(kind: str) -> tuple[str, ...]:
    """Some gateways send a sticker as a picture, and what fits nowhere as a document."""
    return (kind, "document", "image") if kind == "sticker" else (kind, "document")
