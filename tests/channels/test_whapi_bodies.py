"""What Whapi is sent for every kind of saying, by its published contract; and what the pretended one makes of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from roms.channels import whapi
from roms.channels.base import Account, Parcel
from roms.channels.failures import Permanent
from roms.channels.fake import Box

TO = "6280000001001@s.whatsapp.net"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
DATA = base64.b64encode(PNG).decode()
OWN = {"source": "media/a b.png", "name": "a b.png", "mime": "image/png", "hash": "0" * 64}
PDF = {"source": "media/list.pdf", "name": "Katalog; A.pdf", "mime": "application/pdf", "hash": "0" * 64}
FAR = {"source": "https://img.example.com/a.png", "name": "a.png"}
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:{}\nTEL;type=CELL{}\nEND:VCARD"


def sent(
    kind: str, content: dict[str, Any], data: bytes | None = None, text: str = "words"
) -> tuple[str, dict[str, Any]]:
    seen: list[httpx.Request] = []

    def provider(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"sent": True, "message": {"id": "p.1-g2"}})

    parcel = Parcel(1, TO, text, kind, {"content": content}, data)
    with httpx.Client(transport=httpx.MockTransport(provider)) as client:
        whapi.send(Account(1, "whapi", {"base_url": "http://127.0.0.1:9", "token": "token"}), client, parcel)
    body = json.loads(seen[0].content)
    assert body.pop("to") == TO
    return seen[0].url.path, body


@pytest.mark.parametrize(
    ("kind", "content", "data", "path", "body"),
    [
        ("image", OWN | {"caption": "Harga"}, PNG, "image",
         {"media": f"data:image/png;name=a_b.png;base64,{DATA}", "mime_type": "image/png", "caption": "Harga"}),
        ("image", FAR, None, "image", {"media": "https://img.example.com/a.png"}),
        ("video", FAR | {"caption": "x\0"}, None, "video", {"media": "https://img.example.com/a.png", "caption": "x"}),
        ("audio", OWN | {"caption": "never"}, PNG, "audio",
         {"media": f"data:image/png;name=a_b.png;base64,{DATA}", "mime_type": "image/png"}),
        ("sticker", FAR, None, "sticker", {"media": "https://img.example.com/a.png"}),
        ("document", PDF, PNG, "document",
         {"media": f"data:application/pdf;name=Katalog_A.pdf;base64,{DATA}", "mime_type": "application/pdf",
          "filename": "Katalog; A.pdf"}),
        ("location", {"latitude": -6.2, "longitude": 106.8, "name": "Toko", "address": ""}, None, "location",
         {"latitude": -6.2, "longitude": 106.8, "name": "Toko"}),
        ("contact", {"name": "Ani", "phone": "+62 812-345"}, None, "contact",
         {"name": "Ani", "vcard": CARD.format("Ani", ";waid=62812345:+62812345")}),
        ("contact", {"name": "Ani; CS,\nBuka", "phone": "0812 345\nTEL:1"}, None, "contact",
         {"name": "Ani; CS, Buka", "vcard": CARD.format("Ani\\; CS\\, Buka", ":08123451")}),
        ("template", {"name": "reminder", "language": "id", "parameters": []}, None, "text", {"body": "words"}),
        ("buttons", {}, None, "text", {"body": "words"}),
    ],
)  # fmt: skip
def test_every_saying_has_its_body(
    kind: str, content: dict[str, Any], data: bytes | None, path: str, body: dict[str, Any]
) -> None:
    assert sent(kind, content, data) == (f"/messages/{path}", body)


@pytest.mark.parametrize(
    ("kind", "content"),
    [("image", OWN), ("image", {}), ("document", FAR | {"source": "http://example.com/a"}), ("poll", {})],
)
def test_what_cannot_be_sent_is_not_tried_again(kind: str, content: dict[str, Any]) -> None:
    with pytest.raises(Permanent):
        sent(kind, content)


def test_the_pretended_provider_shows_pictures_and_refuses_what_the_real_one_would() -> None:
    with Box() as fake, httpx.Client(trust_env=False, base_url=fake.base_url) as client:
        account = Account(1, "whapi", {"base_url": fake.base_url, "token": "token"})
        taken = whapi.send(account, client, Parcel(1, TO, "x", "image", {"content": OWN | {"caption": "Harga"}}, PNG))
        (line,) = fake.phones.shown()["phones"][0]["chats"]["whapi"]["lines"]
        assert (line["kind"], line["text"], line["shown"]["type"]) == ("image", "Harga", "image/png")
        picture = client.get(f"/_media/{taken}")
        assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
        hostile = {"media": f"data:image/svg+xml;name=x.svg;base64,{DATA}", "to": TO}
        bearer = {"Authorization": "Bearer token"}
        svg = client.post("/messages/image", json=hostile, headers=bearer).json()["message"]["id"]
        assert client.get(f"/_media/{svg}").status_code == 404
        for path, body in (("image", {"media": "a.png"}), ("location", {"latitude": "x"}), ("contact", {"name": "x"})):
            assert client.post(f"/messages/{path}", json={"to": TO} | body, headers=bearer).status_code == 400
        assert client.post("/messages/hologram", json={"to": TO}, headers=bearer).status_code == 404
