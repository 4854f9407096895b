"""What a file is by its first bytes, beyond what flows may show; its name only tells its documents apart.

Facts: ISO base media brands (mp4ra.org), ADTS header (ISO 13818-7), AMR storage format (RFC 4867, section 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from roms.engine.media import looked_at

HEAD = 64 * 1024  # bytes that are enough
OPUS = b"OpusHead"  # begins the first page of such a file (RFC 7845, section 5.1)
UNKNOWN = "application/octet-stream"
CARDS = "text/vcard"
STARTS = ((b"#!AMR", "audio/amr"), (b"\xff\xf1", "audio/aac"), (b"\xff\xf9", "audio/aac"))
BRANDS = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"3gp4": "video/3gpp",
    b"3gp5": "video/3gpp",
    b"3gp6": "video/3gpp",
}
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCUMENTS: Mapping[str, tuple[bytes, str]] = {  # ending -> how it must begin, its type
    "docx": (ZIP, f"{OFFICE}wordprocessingml.document"),
    "xlsx": (ZIP, f"{OFFICE}spreadsheetml.sheet"),
    "pptx": (ZIP, f"{OFFICE}presentationml.presentation"),
    "zip": (ZIP, "application/zip"),
    "doc": (OLE, "application/msword"),
    "xls": (OLE, "application/vnd.ms-excel"),
    "ppt": (OLE, "application/vnd.ms-powerpoint"),
    "txt": (b"", "text/plain"),
    "csv": (b"", "text/csv"),
}


def type_of(head: bytes, name: str = "") -> str:
    """The type of a file that begins so; UNKNOWN for whatever nobody should open by itself."""
    if known := looked_at(head).type:
        return known
    for start, type_ in STARTS:
        if head.startswith(start):
            return type_
    if head[4:8] == b"ftyp" and head[8:12] in BRANDS:
        return BRANDS[head[8:12]]
    if head[:11].upper() == b"BEGIN:VCARD" and _is_text(head):
        return CARDS
    start, type_ = DOCUMENTS.get(name.rpartition(".")[2].lower(), (b"\0none", UNKNOWN))
    fits = head.startswith(start) if start else _is_text(head)
    return type_ if fits else UNKNOWN


def is_voice(path: Path) -> bool:
    """Opus in Ogg, which is what WhatsApp's own recorder makes and the only thing Meta takes as a voice message."""
    with path.open("rb") as file:
        head = file.read(64)
    return head.startswith(b"OggS") and OPUS in head


def _is_text(head: bytes) -> bool:
    """UTF-8, its last letter perhaps cut through, and no control characters."""
    try:
        text = head[: len(head) - 3].decode() if len(head) >= HEAD else head.decode()
    except UnicodeDecodeError:
        return False
    return all(each.isprintable() or each in "\t\r\n" for each in text)
