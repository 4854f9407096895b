"""Small files of every kind that a release may hold; the first bytes are what they are told by."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 2, height: int = 1, filling: bytes = b"") -> bytes:
    """A white picture; with a filling as large as one likes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\xff" * width for _ in range(height)))
    parts = [(b"IHDR", head), (b"tEXt", filling), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb() -> bytes:
    """50,000 × 50,000 points in a few bytes."""
    return png()[:16] + struct.pack(">II", 50_000, 50_000) + png()[24:]


JPG = b"\xff\xd8\xff\xe0\x00\x04JF\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 480, 640) + b"\x01\x01\x11\x00\xff\xd9"
GIF = b"GIF89a" + struct.pack("<HH", 7, 5) + b"\0\0\0;"
WEBP = b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (511).to_bytes(3, "little") + (255).to_bytes(3, "little")
LOSSLESS = b"RIFF\x1e\0\0\0WEBPVP8L\x0a\0\0\0\x2f" + struct.pack("<I", 99 | 49 << 14) + b"\0" * 8
LOSSY = b"RIFF\x1e\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 320, 240) + b"\0" * 4
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 8
MP3 = b"ID3\x04\0\0\0\0\0\0" + b"\0" * 8
OGG = b"OggS\0\x02" + b"\0" * 20
PDF = b"%PDF-1.4\n%%EOF\n"

MEDIA: dict[str, bytes] = {
    "media/a.png": png(),
    "media/b.jpg": JPG,
    "media/c.webp": WEBP,
    "media/d.gif": GIF,
    "media/clip.mp4": MP4,
    "media/song.mp3": MP3,
    "media/voice.ogg": OGG,
    "media/list.pdf": PDF,
    "media/huge.png": png(filling=b"x" * (5 << 20)),
    "media/wide.png": bomb(),
    "media/sticker.webp": WEBP + b"x" * (500 << 10),
}


def named_in(text: str) -> dict[str, bytes]:
    """Those of these files that the text names."""
    return {name: data for name, data in MEDIA.items() if name in text}
