"""A real file of every kind, made by code: what a pretended person sends."""

from __future__ import annotations

import functools
import struct

from roms.channels.fake.drawing import jpeg, taken_at, webp
from roms.channels.fake.filming import mp4
from roms.channels.fake.model import File

KINDS = ("image", "video", "voice", "audio", "document", "sticker")
MONAS = (-6.175392, 106.827153)
SECONDS = 3  # of voice and sound


@functools.cache
def sample(kind: str) -> File:
    """The file of this kind. Raises ValueError for a kind that has none."""
    if kind not in KINDS:
        raise ValueError(f"{kind} has no file, only {', '.join(KINDS)}")
    return {
        "image": lambda: File("image/jpeg", _photo()),
        "video": lambda: File("video/mp4", mp4()),
        "voice": lambda: File("audio/ogg; codecs=opus", _voice()),
        "audio": lambda: File("audio/mpeg", _sound()),
        "document": lambda: File("application/pdf", _paper(), "Bukti Transfer.pdf"),
        "sticker": lambda: File("image/webp", _face()),
    }[kind]()


def _photo() -> bytes:
    """A parcel at dusk, with the place in its EXIF that nobody else should see."""

    def paint(x: int, y: int) -> tuple[int, int, int]:
        if 14 <= x < 34 and 14 <= y < 30:
            return (214, 178, 120) if 22 <= x < 26 else (168, 112, 58)
        if y >= 28:
            return (58, 66, 84)
        return (min(255, 120 + y * 4), 90 + y * 3, min(255, 150 + x))

    return jpeg(48, 36, paint, taken_at(*MONAS))


def _face() -> bytes:
    def inside(x: int, y: int) -> bool:
        eyes = abs(y - 100) < 16 and (abs(x - 88) < 12 or abs(x - 168) < 12)
        far = (x - 128) ** 2 + (y - 128) ** 2
        return eyes or (3600 < far < 5200 and y > 140)

    return webp(256, inside, (250, 196, 40), 40)


def _sound() -> bytes:
    """Silence in MPEG layer 3: frames of 417 bytes at 128 kbit/s and 44.1 kHz."""
    return (b"\xff\xfb\x90\xc4" + bytes(413)) * (SECONDS * 38)


def _voice() -> bytes:
    """Silence in Opus: packets of 20 ms, fifty to a page of Ogg."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"roms" + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, 2), _page([tags], 1, 0, 0)]
    for second in range(1, SECONDS + 1):
        packets = [b"\xf8\xff\xfe"] * 50
        pages.append(_page(packets, second + 1, second * 48000, 4 if second == SECONDS else 0))
    return b"".join(pages)


def _page(packets: list[bytes], number: int, at: int, flags: int) -> bytes:
    lengths, body = bytes(len(packet) for packet in packets), b"".join(packets)
    start = b"OggS" + struct.pack("<BBqII", 0, flags, at, 1, number)
    end = bytes([len(packets)]) + lengths + body
    return start + struct.pack("<I", _ogg_check(start + bytes(4) + end)) + end


def _ogg_check(data: bytes) -> int:
    check = 0
    for byte in data:
        check ^= byte << 24
        for _ in range(8):
            check = (check << 1 ^ (0x04C11DB7 if check & 0x80000000 else 0)) & 0xFFFFFFFF
    return check


def _paper() -> bytes:
    """One page that says what it is."""
    words = b"BT /F1 24 Tf 72 720 Td (Bukti Transfer - Toko Kita) Tj 0 -40 Td /F1 16 Tf (Rp 156.000) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(words), words),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    paper, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(paper))
        paper += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return paper + end % (table, len(paper))
