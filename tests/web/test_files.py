"""Files of messages as browsers, visitors and providers get them, and as agents put them in."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from roms.channels.base import Parcel
from roms.channels.failures import Permanent
from roms.db import db, writing
from roms.models import Attachment, FileState
from roms.services import channels, discarding, enclosures, files, frames, links
from roms.web import problems
from tests.attachments import arrives, fetch, provides, row
from tests.cast import Cast, conversation, say
from tests.conftest import Clock
from tests.elsewhere import Elsewhere, elsewhere
from tests.engine import pictures as samples
from tests.services.test_pictures import GPS, photo
from tests.web.conftest import Browser


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    with elsewhere() as server:
        provides(monkeypatch, server)
        yield server


def came(people: Cast, there: Elsewhere, data: bytes, kind: str = "image", name: str = "") -> str:
    there.script["file"] = [(200, data)]
    file = arrives(people, there.url("/scripted/file"), kind, name)
    fetch()
    return file


def put(browser: Browser, data: bytes, name: str = "a.jpg", **form: Any) -> TestResponse:
    content = FileStorage(io.BytesIO(data), name)
    boundary, body = encode_multipart({"file": content, **form})
    path = f"/api/conversations/{conversation().public_id}/files"
    return browser.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_s06_a_picture_is_shown_as_what_it_is_and_nothing_runs_in_it(
    ani: Browser, people: Cast, there: Elsewhere
) -> None:
    file = came(people, there, photo())
    answer = ani.get(f"/files/{file}/x.jpg")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert GPS.encode() not in answer.data
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert answer.headers["Content-Disposition"] == 'inline; filename="image.jpg"'
    small = ani.get(f"/files/{file}/thumb")
    assert (small.status_code, small.mimetype) == (200, "image/webp")
    assert ani.get(f"/files/{file}/x", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>1</script>",
        b"<?xml version='1.0'?>",
    ],
)
def test_s06_pages_are_handed_over_and_never_shown(ani: Browser, people: Cast, there: Elsewhere, data: bytes) -> None:
    file = came(people, there, data, name="foto.png")
    answer = ani.get(f"/files/{file}/foto.png")
    assert (answer.mimetype, answer.data) == ("application/octet-stream", data)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="foto.png"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert ani.get(f"/files/{file}/thumb").status_code == 404


CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Gudang Surabaya\r\nTEL;TYPE=CELL:+62 800-0000-1999\r\nEND:VCARD\r\n"


@pytest.mark.parametrize(("data", "names"), [(CARD + CARD, ["Gudang Surabaya"] * 2), (b"no card", [])])
def test_contact_cards_that_came_as_a_file_are_read(
    ani: Browser, people: Cast, there: Elsewhere, data: bytes, names: list[str]
) -> None:
    came(people, there, data, "contact")
    entry = ani.get(f"/api/conversations/{conversation().public_id}").get_json()["entries"][0]
    told = (entry["details"] or {}).get("contacts", [])
    assert [each["name"] for each in told] == names
    assert all(each["phones"] == ["+6280000001999"] for each in told)


def test_s17_a_name_of_many_letters_stays_in_its_header(ani: Browser, people: Cast, there: Elsewhere) -> None:
    file = came(people, there, samples.PDF, "document", 'Daftar "é"\r\nX: y.pdf')
    answer = ani.get(f"/files/{file}/x")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "X" not in answer.headers
    assert answer.mimetype == "application/pdf"


def test_a_part_of_a_film_can_be_asked_for(ani: Browser, people: Cast, there: Elsewhere) -> None:
    file = came(people, there, samples.MP4, "video")
    part = ani.get(f"/files/{file}/x.mp4", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.data, part.headers["Content-Length"]) == (206, b"ftyp", "4")
    assert part.headers["Content-Range"] == f"bytes 4-7/{len(samples.MP4)}"
    last = ani.get(f"/files/{file}/x.mp4", headers={"Range": "bytes=-2"})
    assert (last.status_code, last.data) == (206, samples.MP4[-2:])
    assert ani.get(f"/files/{file}/x.mp4", headers={"Range": "bytes=900-"}).status_code == 416


def test_s09_who_is_not_signed_in_is_told_that_there_is_no_such_file(
    app: Flask, ani: Browser, people: Cast, there: Elsewhere
) -> None:
    file = came(people, there, photo())
    stranger = Browser(app)
    assert len(file) == 32
    for path in (f"/files/{file}/x.jpg", f"/files/{file}/thumb", "/files/out/x/y"):
        assert stranger.get(path).status_code == 404
    for path in (f"/files/{'0' * 32}/x", "/files/%00/x", f"/files/{file[:-1]}%00/x", f"/files/{file}x/x"):
        assert ani.get(path).status_code == 404


def test_s09_a_signed_address_opens_one_file_for_an_hour_at_most(
    app: Flask, people: Cast, there: Elsewhere, clock: Clock
) -> None:
    file, other = came(people, there, photo()), came(people, there, photo("PNG"))
    stranger, place = Browser(app), row(file).conversation_id
    path = links.signed(links.Pass(file, place), "a.jpg")
    assert stranger.get(path).mimetype == "image/jpeg"
    assert stranger.get(links.signed(links.Pass(file, place, True), "t")).mimetype == "image/webp"
    assert stranger.get(links.signed(links.Pass(other, place + 1), "a")).status_code == 404
    assert stranger.get(path.replace("/out/", "/out/x")).status_code == 404
    clock.forward(minutes=29)
    assert stranger.get(path).status_code == 200
    clock.forward(minutes=32)
    assert stranger.get(path).status_code == 404


def test_s09_a_visitor_sees_an_agents_picture_without_a_sign_in(app: Flask, ani: Browser, people: Cast) -> None:
    say(ani.client, "halo")
    told = put(ani, photo()).json["file"]
    message = {"direction": "out", "kind": "image", "payload": {"content": told}, "status": "sent", "seq": 1}
    message |= {"conversation_id": conversation().id, "revision": 1, "created_at": None, "agent_id": None}
    seen = frames.visitor_entry(message | {"sender": "agent", "text": "", "client_id": None}, {})
    assert seen is not None
    assert Browser(app).get(seen["content"]["url"]).mimetype == "image/jpeg"
    assert Browser(app).get(seen["content"]["thumb"]).mimetype == "image/webp"


def test_an_agent_puts_a_picture_in_takes_it_back_and_nobody_else_can(app: Flask, ani: Browser, people: Cast) -> None:
    say(ani.client, "halo")
    answer = put(ani, photo("PNG"), "../bukti.exe")
    assert answer.status_code == 201, answer.text
    told = answer.json["file"]
    assert (told["kind"], told["mime"], told["name"], told["state"]) == ("image", "image/png", "bukti.exe.png", "ready")
    assert (told["width"], told["height"]) == (40, 60)
    assert ani.get(told["thumb"]).status_code == 200
    assert GPS.encode() not in ani.get(told["url"]).data
    budi = Browser(app)
    budi.sign_in("budi")
    path = f"/api/files/{told['file']}"
    assert budi.ask("DELETE", path, headers={"X-CSRFToken": budi.csrf}).status_code == 404
    assert ani.ask("DELETE", path, headers={"X-CSRFToken": ani.csrf}).status_code == 204
    assert ani.get(told["url"]).status_code == 404
    discarding.discard()
    assert db.session.query(Attachment).count() == 0


def test_s17_what_the_channel_does_not_take_is_told_with_the_limit(
    ani: Browser, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(ani.client, "halo")
    takes = {"image": (("image/jpeg",), 5 << 20), "document": (("application/pdf",), 20)}
    monkeypatch.setattr("roms.services.uploads.kinds_of", lambda abilities: takes)
    for data, name, reason in (
        (b"<html>", "x.pdf", "upload_type"),
        (samples.PDF + b"x" * 50, "x.pdf", "upload_too_large"),
        (samples.bomb(), "x.png", "upload_too_many_pixels"),
        (b"", "x.png", "upload_empty"),
    ):
        answer = put(ani, data, name)
        assert (answer.status_code, answer.json["error"]["data"]["reason"]) == (422, reason)
        assert all(answer.json["error"]["data"]["say"].values())
    assert put(ani, photo("WEBP"), "x.webp").json["file"]["mime"] == "image/jpeg"
    nothing = ani.post(f"/api/conversations/{conversation().public_id}/files", data={})
    assert nothing.status_code == 422
    assert ani.post("/api/conversations/nobody/files", data={"file": (io.BytesIO(b"x"), "x")}).status_code == 404


def test_s17_what_is_too_large_for_its_kind_goes_as_a_document_where_the_channel_takes_it(
    ani: Browser, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(ani.client, "halo")
    document = {"document": (("*/*",), 5 << 20)}
    for more, kind in (({}, "upload_too_large"), (document, "document")):
        takes = {"audio": (("audio/ogg",), 20), **more}
        monkeypatch.setattr("roms.services.uploads.kinds_of", lambda abilities, takes=takes: takes)
        told = put(ani, samples.OGG + b"x" * 50, "lagu.ogg").json
        assert (told["error"]["data"]["reason"] if "error" in told else told["file"]["kind"]) == kind


def test_only_this_address_takes_much_and_only_from_people_we_know(
    app: Flask, ani: Browser, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(ani.client, "halo")
    much = samples.PDF + b"x" * (6 << 20)
    assert put(ani, much, "x.pdf").json["file"]["size"] == len(much)
    assert put(Browser(app), much, "x.pdf").status_code == 413
    assert ani.post("/webhook/whapi", data=much).status_code == 413
    monkeypatch.setitem(problems.LARGER, "files.upload", 1 << 20)
    refused = put(ani, much, "x.pdf")
    assert (refused.status_code, refused.json["error"]["code"]) == (413, "too_large")


def test_one_person_puts_in_only_so_many_and_what_is_never_sent_goes_after_a_day(
    ani: Browser, people: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roms.services.uploads.MOST", 2)
    say(ani.client, "halo")
    assert [put(ani, photo()).status_code for _ in range(3)] == [201, 201, 429]
    clock.forward(hours=25)
    assert discarding.waiting()
    discarding.discard()
    assert db.session.query(Attachment).count() == 0


def test_r11_a_full_disk_is_told_and_nothing_is_half_kept(
    ani: Browser, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    say(ani.client, "halo")
    monkeypatch.setattr("roms.services.preparing.put", full)
    assert put(ani, photo()).status_code == 503
    db.session.rollback()
    assert db.session.query(Attachment).count() == 0


def test_retry_is_for_what_failed_only(ani: Browser, people: Cast, there: Elsewhere) -> None:
    failed = arrives(people, there.url("/error"))
    gone = arrives(people, there.url("/gone"))
    fetch()
    assert ani.post(f"/api/files/{failed}/retry").status_code == 200
    assert ani.post(f"/api/files/{gone}/retry").status_code == 409
    assert ani.post(f"/api/files/{'0' * 32}/retry").status_code == 404
    assert row(failed).state is FileState.WAITING


def parcel(file: str) -> Parcel:
    return Parcel(1, "x", "", "image", {"content": {"file": file, "name": "a.jpg"}})


def test_a_file_goes_out_with_its_bytes_or_with_an_address_for_an_hour(
    app: Flask, ani: Browser, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(ani.client, "halo")
    file = put(ani, photo()).json["file"]["file"]
    line = channels.line(people.whapi)
    loaded = enclosures.loaded(line, parcel(file))
    assert loaded.data == ani.get(f"/files/{file}/x").data
    assert loaded.link == ""
    fetches = type("Line", (), {"abilities": type("Abilities", (), {"needs_links": True})})
    led: Any = enclosures.loaded(fetches, parcel(file))  # type: ignore[arg-type]
    assert led.data is None
    assert led.link.startswith(channels.config().public_url + "/files/out/")
    answer = Browser(app).get(led.link.removeprefix(channels.config().public_url))
    assert answer.data == loaded.data
    with pytest.raises(Permanent):
        enclosures.loaded(line, parcel("0" * 32))
    assert not enclosures.carries(Parcel(1, "x", "halo"))


def test_a_deleted_file_is_there_for_nobody(ani: Browser, people: Cast, there: Elsewhere) -> None:
    file = came(people, there, photo())
    with writing():
        files.drop(row(file).conversation_id, row(file).seq or 0)
    assert ani.get(f"/files/{file}/x").status_code == 404
