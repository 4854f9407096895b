"""The files of a release, as browsers get them: shown only as what they are."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roms.engine.media import looked_at
from roms.services import publishing
from tests.cast import Cast
from tests.engine import pictures
from tests.engine.chat import flow_files

NAMES = [name for name, data in pictures.MEDIA.items() if len(data) < 1000 and "wide" not in name]
SAYS = "a: {say: [" + ", ".join(f"{{document: {name}}}" for name in NAMES) + "]}"


@pytest.fixture
def published(app: Flask, cast: Cast) -> None:
    publishing.publish({**flow_files(SAYS), **pictures.named_in(SAYS)})


def address(name: str, called: str = "") -> str:
    return f"/media/{looked_at(pictures.MEDIA[f'media/{name}']).hash}/{called or name}"


@pytest.mark.parametrize(
    ("name", "type_"),
    [("a.png", "image/png"), ("b.jpg", "image/jpeg"), ("c.webp", "image/webp"), ("d.gif", "image/gif"),
     ("clip.mp4", "video/mp4"), ("song.mp3", "audio/mpeg"), ("voice.ogg", "audio/ogg")],
)  # fmt: skip
def test_s06_pictures_and_sounds_are_shown_as_what_they_are(
    client: FlaskClient, published: None, name: str, type_: str
) -> None:
    answer = client.get(address(name))
    assert (answer.status_code, answer.mimetype) == (200, type_)
    assert answer.data == pictures.MEDIA[f"media/{name}"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not answer.headers.get("Content-Disposition", "").startswith("attachment")


def test_s06_a_document_is_downloaded_under_the_name_it_was_given(client: FlaskClient, published: None) -> None:
    answer = client.get(address("list.pdf", "Katalog%20A.pdf"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Katalog A.pdf"'
    assert answer.mimetype == "application/pdf"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "called",
    ["a.html", "a.svg", "a.png.exe", "a", "a.jpg", "..%2Fa.png%00.html", "a%0D%0AX:1.png", "a%00.png", "%07.png"],
)
def test_s17_a_name_that_promises_something_else_is_not_there(
    client: FlaskClient, published: None, called: str
) -> None:
    assert client.get(address("a.png", called)).status_code == 404


def test_what_nobody_published_is_not_there(client: FlaskClient, published: None) -> None:
    for path in (
        f"/media/{'0' * 64}/a.png",
        "/media/x/a.png",
        f"/media/{'%00' * 64}/a.png",
        address("a.png").upper().replace("/MEDIA", "/media"),
    ):
        assert client.get(path).status_code == 404


def test_a_part_of_a_video_can_be_asked_for_and_what_is_known_is_not_sent_again(
    client: FlaskClient, published: None
) -> None:
    part = client.get(address("clip.mp4"), headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.data) == (206, b"ftyp")
    tag = client.get(address("a.png")).headers["ETag"]
    assert client.get(address("a.png"), headers={"If-None-Match": tag}).status_code == 304
