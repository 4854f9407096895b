"""How large a file each provider is handed, kind by kind, and what becomes of one that is larger."""

from __future__ import annotations

import pytest

from roms.channels import ADAPTERS
from roms.channels.base import Parcel
from roms.channels.failures import Permanent
from roms.channels.meta import files
from roms.channels.twilio.bodies import FILES as TWILIO
from roms.channels.whapi import bodies
from roms.channels.whatsapp import FILES, fitting

MB, KB = 1 << 20, 1 << 10
LIMITS = {"image": 5 * MB, "video": 16 * MB, "audio": 16 * MB, "document": 100 * MB}
TYPES = {"image": "image/png", "video": "video/mp4", "audio": "audio/ogg", "document": "application/pdf"}
STILL, MOVING = b"RIFF\0\0\0\0WEBPVP8L" + bytes(5), b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02"


@pytest.mark.parametrize("kind", LIMITS)
@pytest.mark.parametrize("provider", ["meta", "twilio", "whapi", "waha"])
def test_s17_what_the_composer_offers_is_what_whatsapp_takes(provider: str, kind: str) -> None:
    most = ADAPTERS[provider].abilities.files[kind][1]
    assert most == (16 * MB if (provider, kind) == ("twilio", "document") else LIMITS[kind])


@pytest.mark.parametrize("kind", LIMITS)
def test_what_is_too_large_for_its_kind_goes_as_a_document_as_long_as_that_fits(kind: str) -> None:
    assert fitting(kind, TYPES[kind], LIMITS[kind]) == kind
    assert fitting(kind, TYPES[kind], 100 * MB) == "document"
    with pytest.raises(Permanent) as refused:
        fitting(kind, TYPES[kind], 100 * MB + 1)
    assert refused.value.code == "file_size"
    with pytest.raises(Permanent):
        fitting(kind, TYPES[kind], 16 * MB + 1, TWILIO)


@pytest.mark.parametrize(
    ("head", "size", "kind"),
    [
        (STILL, 100 * KB, "sticker"),
        (STILL, 100 * KB + 1, "document"),
        (MOVING, 100 * KB + 1, "sticker"),
        (MOVING, 500 * KB, "sticker"),
        (MOVING, 500 * KB + 1, "document"),
    ],
)
def test_a_sticker_that_whatsapp_would_not_take_goes_as_a_document(head: bytes, size: int, kind: str) -> None:
    content = {"content": {"mime": "image/webp", "name": "s.webp"}}
    parcel = Parcel(1, "6280000001001", "", "sticker", payload=content, data=head + bytes(size - len(head)))
    assert files.file_of(parcel, lambda *_: "7") == (kind, {"id": "7"})
    assert bodies.path_and_body(parcel)[0] == f"/messages/{kind}"


def test_the_table_here_is_the_one_that_is_used() -> None:
    assert {kind: most for kind, (_, most) in FILES.items()} == {**LIMITS, "sticker": 500 * KB}
