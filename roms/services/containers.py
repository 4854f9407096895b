"""Moving GIF and WebP pictures taken apart and put together again without what does not draw: places, names, scripts.

Facts: GIF89a specification (blocks and extensions); "WebP Container Specification" (RIFF chunks, flags of VP8X).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

DRAWN = (b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L", b"ICCP")
WITHIN_FRAME = (b"ALPH", b"VP8 ", b"VP8L")
HIDING = 0b0000_1100  # the flags for EXIF and XMP in VP8X
TRAILER, EXTENSION, IMAGE = 0x3B, 0x21, 0x2C
CONTROL, APPLICATION = 0xF9, 0xFF
LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def stripped(source: Path, into: Path, type_: str) -> None:
    """Write what draws the picture. Raises ValueError or IndexError for a file that is not what it says."""
    data = source.read_bytes()
    into.write_bytes(_webp(data) if type_ == "image/webp" else b"".join(_gif(data)))


def _webp(data: bytes) -> bytes:
    chunks = b"".join(_chunk(name, _without_flags(name, body)) for name, body in _chunks(data[12:], DRAWN))
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _chunks(data: bytes, kept: tuple[bytes, ...]) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if len(body) < size:
            return  # cut off, or what was hung on behind the picture
        if name in kept:
            yield name, body
        at += 8 + size + size % 2


def _without_flags(name: bytes, body: bytes) -> bytes:
    if name == b"VP8X":
        return bytes([body[0] & ~HIDING]) + body[1:]
    if name == b"ANMF":
        return body[:16] + b"".join(_chunk(*each) for each in _chunks(body[16:], WITHIN_FRAME))
    return body


def _gif(data: bytes) -> Iterator[bytes]:
    """Header, then block after block to the trailer; only frames, their timing and the loop are passed on."""
    at = 13 + _colours(data[10])
    yield data[:at]
    while data[at] != TRAILER:
        if data[at] == EXTENSION:
            end = _behind_blocks(data, at + 2)
            if data[at + 1] == CONTROL or (data[at + 1] == APPLICATION and data[at + 3 : at + 14] in LOOPS):
                yield data[at:end]
        elif data[at] == IMAGE:
            end = _behind_blocks(data, at + 11 + _colours(data[at + 9]))
            yield data[at:end]
        else:
            raise ValueError("that is no block of a GIF")
        at = end
    yield bytes([TRAILER])


def _colours(flags: int) -> int:
    """Bytes of the table of colours."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _behind_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += 1 + data[at]
    return at + 1
