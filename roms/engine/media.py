"""Media files of a release: what a file is, told by its first bytes and never by its name, and how large it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

FOLDER = "media/"
NAME = re.compile(r"media/[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}")
MEGABYTE = 1 << 20
MOST_PIXELS = 50_000_000  # a picture beyond that is a small file that no phone can open


@dataclass(frozen=True, slots=True)
class Media:
    """What is known of a media file without its bytes. `type` is empty for what no channel shows."""

    hash: str
    type: str
    size: int
    width: int = 0
    height: int = 0


Files = Mapping[str, str | bytes | Media]  # a release: texts, and `media/*` with their bytes or what is known of them

EXTENSIONS = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "mp4": "video/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
}
KINDS: dict[str, tuple[tuple[str, ...], int]] = {  # kind -> the extensions it takes, and at most how many bytes
    "image": (("png", "jpg", "jpeg", "webp", "gif"), 5 * MEGABYTE),
    "video": (("mp4",), 16 * MEGABYTE),
    "audio": (("mp3", "ogg"), 16 * MEGABYTE),
    "document": (tuple(EXTENSIONS), 16 * MEGABYTE),
    "sticker": (("webp",), 500 * 1024),
}
_MP4 = frozenset((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"MSNV"))


def split(files: Files) -> tuple[dict[str, str], dict[str, Media]]:
    """The texts of a release and its media files."""
    texts = {name: value for name, value in files.items() if isinstance(value, str)}
    return texts, {name: looked_at(value) for name, value in files.items() if not isinstance(value, str)}


def looked_at(data: bytes | Media) -> Media:
    """What these bytes are."""
    if isinstance(data, Media):
        return data
    type_ = _type(data)
    width, height = _SIZES[type_](data) if type_ in _SIZES else (0, 0)
    return Media(sha256(data).hexdigest(), type_, len(data), width, height)


def of_name(name: str) -> str:
    """The type that a file's name promises, "" for none that is known."""
    return EXTENSIONS.get(name.rpartition(".")[2].lower(), "")


def _type(data: bytes) -> str:
    for start, type_ in (
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"OggS", "audio/ogg"),
        (b"ID3", "audio/mpeg"),
        (b"%PDF-", "application/pdf"),
    ):
        if data.startswith(start):
            return type_
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in _MP4:
        return "video/mp4"
    return "audio/mpeg" if data[:1] == b"\xff" and data[1:2] in (b"\xfb", b"\xfa", b"\xf3", b"\xf2") else ""


def _png(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _gif(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")


def _jpeg(data: bytes) -> tuple[int, int]:
    """Marker after marker to the frame header; a file that breaks off has no size."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in (0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + (0 if marker in (0xFF, 0x01) else int.from_bytes(data[at + 2 : at + 4], "big"))
    return 0, 0


def _webp(data: bytes) -> tuple[int, int]:
    """Three forms: extended, lossless, lossy."""
    form = data[12:16]
    if form == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF


_SIZES = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif, "image/webp": _webp}
