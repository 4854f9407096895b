"""Pictures by code: PNG, JPEG with the place it was taken at, and WebP. Small encoders, each of one case only."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable

Colour = tuple[int, int, int]
Paint = Callable[[int, int], Colour]


def png(width: int, height: int, paint: Paint) -> bytes:
    """Any picture, without loss."""
    rows = b"".join(b"\0" + bytes(part for x in range(width) for part in paint(x, y)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def jpeg(columns: int, rows: int, paint: Paint, exif: bytes = b"") -> bytes:
    """A mosaic: squares of 8 by 8 in one colour each, which needs of all the coefficients only the first."""
    width, height = columns * 8, rows * 8
    parts = [(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")]
    parts += [(0xE1, b"Exif\0\0" + exif)] if exif else []
    parts += [(0xDB, b"\0" + bytes([8] * 64))]
    parts += [(0xC0, struct.pack(">BHHB", 8, height, width, 3) + bytes((1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0)))]
    parts += [(0xC4, b"\0" + bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12)))]  # 12 lengths, each 4 bits
    parts += [(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0")]  # one sign: end of the square
    parts += [(0xDA, bytes((3, 1, 0, 2, 0, 3, 0, 0, 63, 0)))]
    heads = b"".join(struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data for mark, data in parts)
    colours = (paint(x, y) for y in range(rows) for x in range(columns))
    return b"\xff\xd8" + heads + _squares(colours).replace(b"\xff", b"\xff\0") + b"\xff\xd9"


def _squares(colours: Iterable[Colour]) -> bytes:
    before, bits = [0, 0, 0], []
    for colour in colours:
        for part, value in enumerate(_luminance(colour)):
            step, before[part] = value - before[part], value
            size = abs(step).bit_length()
            low = step if step > 0 else step + (1 << size) - 1
            bits.append(f"{size:04b}" + (f"{low:0{size}b}" if size else "") + "0")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def _luminance(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = colour
    bright = 0.299 * red + 0.587 * green + 0.114 * blue
    # A coefficient of 8 times the value, quantised by 8: one step is one shade.
    return round(bright - 128), round((blue - bright) * 0.564), round((red - bright) * 0.713)


def taken_at(latitude: float, longitude: float) -> bytes:
    """EXIF that tells where a picture was taken, as cameras write it."""

    def degrees(value: float) -> bytes:
        seconds = round(abs(value) * 360000)
        return struct.pack(">6I", seconds // 360000, 1, seconds % 360000 // 6000, 1, seconds % 6000, 100)

    north, east = (b"N" if latitude >= 0 else b"S"), (b"E" if longitude >= 0 else b"W")
    head = b"MM\0\x2a" + struct.pack(">IH", 8, 1) + struct.pack(">HHII", 0x8825, 4, 1, 26) + bytes(4)
    first = 26 + 2 + 4 * 12 + 4
    entries = struct.pack(">HHI4s", 1, 2, 2, north) + struct.pack(">HHII", 2, 5, 3, first)
    entries += struct.pack(">HHI4s", 3, 2, 2, east) + struct.pack(">HHII", 4, 5, 3, first + 24)
    return head + struct.pack(">H", 4) + entries + bytes(4) + degrees(latitude) + degrees(longitude)


def webp(size: int, inside: Callable[[int, int], bool], colour: Colour, ground: int) -> bytes:
    """A square in two shades of green on nothing: of every point one bit of green and one of transparency."""
    red, green, blue = colour
    codes = _pair(ground, green) + _single(red) + _single(blue) + _pair(0, 255) + _single(0)
    bits = [_low(size - 1, 14), _low(size - 1, 14), "1", "000", "0", "0", "0", codes]
    middle = size / 2
    for y in range(size):
        for x in range(size):
            round_ = (x - middle) ** 2 + (y - middle) ** 2 < (middle - 2) ** 2
            bits.append(("0" if inside(x, y) else "1") + ("1" if round_ else "0"))
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    data = b"\x2f" + int(text[::-1], 2).to_bytes(len(text) // 8, "little")
    chunk = b"VP8L" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def _low(value: int, bits: int) -> str:
    return f"{value:0{bits}b}"[::-1]


def _single(symbol: int) -> str:
    return "1" + "0" + "1" + _low(symbol, 8)


def _pair(lower: int, higher: int) -> str:
    """Two symbols; the smaller one is the bit 0."""
    return "1" + "1" + "1" + _low(lower, 8) + _low(higher, 8)
