"""A short film by code: H.264 with every point as it is (no compression at all), in an MP4 box."""

from __future__ import annotations

import struct

WIDTH, HEIGHT, FRAMES, A_SECOND = 128, 96, 12, 4
# Baseline, level 1, 8 by 6 squares of 16 points; one slice a picture, no deblocking to speak of.
SETTINGS = bytes.fromhex("6742000af841a2")
PICTURE_SETTINGS = bytes.fromhex("68ce3880")
SLICE = bytes.fromhex("05888421a0")
SQUARE = bytes.fromhex("0d00")


def mp4() -> bytes:
    """A bar that walks from left to right in three seconds."""
    frames = [_frame(number) for number in range(FRAMES)]
    kind = _box(b"ftyp", b"isom" + struct.pack(">I", 512) + b"isomiso2avc1mp41")
    where = len(kind) + len(_movie(frames, 0)) + 8
    return kind + _movie(frames, where) + _box(b"mdat", b"".join(frames))


def _frame(number: int) -> bytes:
    squares = []
    for row in range(HEIGHT // 16):
        for column in range(WIDTH // 16):
            lit = column * FRAMES // (WIDTH // 16) <= number < (column + 2) * FRAMES // (WIDTH // 16)
            bright, blue, red = (200, 100, 170) if lit else (60 + 10 * row, 140, 110)
            squares.append(bytes([bright] * 256 + [blue] * 64 + [red] * 64))
    data = SLICE + squares[0] + b"".join(SQUARE + square for square in squares[1:]) + b"\x80"
    return struct.pack(">I", len(data)) + data


def _box(name: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I", len(data) + 8) + name + data


def _full(name: bytes, *parts: bytes, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", flags), *parts)


def _movie(frames: list[bytes], where: int) -> bytes:
    unity = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    length = FRAMES * 1000 // A_SECOND
    movie = _full(b"mvhd", struct.pack(">IIIIIH", 0, 0, 1000, length, 0x10000, 0x100), bytes(10), unity, bytes(24),
                  struct.pack(">I", 2))  # fmt: skip
    track = _full(b"tkhd", struct.pack(">IIIII", 0, 0, 1, 0, length), bytes(16), unity,
                  struct.pack(">II", WIDTH << 16, HEIGHT << 16), flags=7)  # fmt: skip
    media = _full(b"mdhd", struct.pack(">IIIIHH", 0, 0, 1000, length, 0x55C4, 0))
    handler = _full(b"hdlr", bytes(4) + b"vide" + bytes(12) + b"film\0")
    source = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))
    inner = _box(b"minf", _full(b"vmhd", bytes(8), flags=1), source, _tables(frames, where))
    return _box(b"moov", movie, _box(b"trak", track, _box(b"mdia", media, handler, inner)))


def _tables(frames: list[bytes], where: int) -> bytes:
    known = struct.pack(">BBBBBBH", 1, 0x42, 0, 10, 0xFF, 0xE1, len(SETTINGS)) + SETTINGS
    known += struct.pack(">BH", 1, len(PICTURE_SETTINGS)) + PICTURE_SETTINGS
    entry = (
        bytes(6) + struct.pack(">H", 1) + bytes(16) + struct.pack(">HHIIIH", WIDTH, HEIGHT, 72 << 16, 72 << 16, 0, 1)
    )
    entry += bytes(32) + struct.pack(">HH", 24, 0xFFFF) + _box(b"avcC", known)
    sizes = struct.pack(f">II{len(frames)}I", 0, len(frames), *(len(frame) for frame in frames))
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _box(b"avc1", entry)),
        _full(b"stts", struct.pack(">III", 1, len(frames), 1000 // A_SECOND)),
        _full(b"stsc", struct.pack(">IIII", 1, 1, len(frames), 1)),
        _full(b"stsz", sizes),
        _full(b"stco", struct.pack(">II", 1, where)),
    )
