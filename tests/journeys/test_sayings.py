"""Media and places from the flow to the provider and back, on both databases, and played again from the record."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from roms.channels.fake import Box
from roms.channels.items import Incoming
from roms.config import ROOT
from roms.db import db
from roms.engine.flowfile import release_hash
from roms.engine.media import Media, looked_at
from roms.models import Conversation, MediaFile, Message, Sender
from roms.services import frames, intake, publishing, recalling, releases, replaying, webchat
from tests.cast import Cast
from tests.conftest import Clock
from tests.engine import pictures
from tests.engine.chat import flow_files
from tests.journeys.test_replay import WEEK

SHOW = """
a:
  say:
    - {image: media/a.png, caption: Harga}
    - {document: media/list.pdf, name: Katalog.pdf}
    - {image: "https://img.example.com/b.png"}
    - {location: {latitude: -6.2, longitude: 106.8, name: Toko}}
    - {contact: {name: Ani, phone: "+628123456789"}}
    - {template: {name: reminder}, text: Besok ya}
  ask: {prompt: Fotonya?, save: proof, as: image, invalid: {then: p}}
b: {ask: {prompt: Di mana?, save: home, as: location, where: home.latitude < 0, invalid: {then: p}}}
c: {say: "{{proof.name}} {{proof.id}} {{home.name}}", end: true}
p: {handoff: true}
"""
FILES = {**flow_files(SHOW), **pictures.named_in(SHOW)}
ADDRESS = "6281100000001@s.whatsapp.net"
IMAGE = {"media": {"id": "m-1", "mime_type": "image/jpeg", "name": "bukti.jpg"}, "caption": "Lunas"}
HOME = {"location": {"latitude": -6.175392, "longitude": 106.827153, "name": "Rumah"}}


@pytest.fixture
def published(app: Flask, cast: Cast) -> Cast:
    publishing.publish(FILES)
    return cast


def came(cast: Cast, number: int, text: str, kind: str = "text", **extra: object) -> None:
    message = Incoming(ADDRESS, text, kind=kind, provider_id=f"wa-{number}", name="Siti", extra=extra)
    assert intake.receive(cast.whapi, message)


def talked(cast: Cast, clock: Clock) -> None:
    for number, (text, kind, extra) in enumerate(
        [("halo", "text", {}), ("apa?", "text", {}), ("[image] bukti.jpg Lunas", "image", IMAGE),
         ("[location] Rumah", "location", HOME)]
    ):  # fmt: skip
        clock.forward(seconds=7)
        came(cast, number, text, kind, **extra)


def test_every_saying_reaches_the_provider_in_its_own_form(
    published: Cast, provider: Box, work: Callable[[], None]
) -> None:
    came(published, 1, "halo")
    work()
    taken = [(each["path"], {k: v for k, v in each["body"].items() if k != "to"}) for each in provider.accepted]
    data = base64.b64encode(pictures.png()).decode()
    pdf = base64.b64encode(pictures.PDF).decode()
    assert taken[:2] == [
        ("/messages/image",
         {"media": f"data:image/png;name=a.png;base64,{data}", "mime_type": "image/png", "caption": "Harga"}),
        ("/messages/document",
         {"media": f"data:application/pdf;name=Katalog.pdf;base64,{pdf}", "mime_type": "application/pdf",
          "filename": "Katalog.pdf"}),
    ]  # fmt: skip
    assert taken[2:4] == [
        ("/messages/image", {"media": "https://img.example.com/b.png"}),
        ("/messages/location", {"latitude": -6.2, "longitude": 106.8, "name": "Toko"}),
    ]
    assert taken[4][1]["vcard"].splitlines()[3] == "TEL;type=CELL;waid=628123456789:+628123456789"
    assert taken[5:] == [("/messages/text", {"body": "Besok ya"}), ("/messages/text", {"body": "Fotonya?"})]


def test_a_picture_and_a_place_are_answers_and_the_record_of_them_is_complete(published: Cast, clock: Clock) -> None:
    talked(published, clock)
    said = db.session.scalars(select(Message.text).filter_by(sender=Sender.BOT).order_by(Message.seq)).all()
    assert said[-2:] == ["Di mana?", "bukti.jpg m-1 Rumah"]
    ids = replaying.since(WEEK)
    assert [each for each in replaying.differences(publishing.newest(), ids, WEEK) if each] == []
    record = recalling.one(db.session.scalars(select(Conversation.id)).one())
    assert [getattr(past.event, "content", None) for past in record.past] == [
        None, None,
        {"kind": "image", "name": "bukti.jpg", "caption": "Lunas", "id": "m-1", "mime": "image/jpeg"},
        {"kind": "location", **HOME["location"]},
    ]  # fmt: skip


def test_what_was_recorded_becomes_a_flow_test_that_passes(
    app: Flask, published: Cast, clock: Clock, tmp_path: Path
) -> None:
    talked(published, clock)
    releases.write(releases.files_of()[1], tmp_path / "flows")
    cid = db.session.scalars(select(Conversation.public_id)).one()
    run = app.test_cli_runner().invoke
    output = tmp_path / "flows" / "tests" / "one.yaml"
    assert run(args=["flows", "record", "--output", str(output), "--", cid]).exit_code == 0
    assert "image: bukti.jpg" in output.read_text()
    assert "1 of 1 tests passed" in run(args=["flows", "test", str(tmp_path / "flows")]).output


def test_browsers_are_told_what_to_show_and_nothing_of_where_it_is_kept(published: Cast) -> None:
    webchat.say("v" * 40, "c-1", "halo", None, "id")
    shown = webchat.history("v" * 40)["entries"][1:]
    file = looked_at(pictures.png())
    assert shown[0]["kind"] == "image"
    assert shown[0]["content"]["url"] == f"/media/{file.hash}/a.png"
    assert shown[1]["content"]["url"].endswith("/Katalog.pdf")
    assert "url" not in shown[2]["content"]
    row = db.session.execute(select(Message).filter_by(kind="image").limit(1)).scalar_one()
    columns = {column.name: getattr(row, column.name) for column in Message.__table__.columns}
    assert frames.message_entry(columns)["content"] == shown[0]["content"]


def test_folder_database_and_folder_again_have_the_same_hash(published: Cast, tmp_path: Path) -> None:
    number, files = releases.files_of()
    assert isinstance(files["media/a.png"], Media)
    assert release_hash(files) == release_hash(FILES) == publishing.newest().hash
    releases.write(files, tmp_path / "taken")
    assert publishing.files_in(tmp_path / "taken") == FILES
    assert publishing.publish(publishing.files_in(tmp_path / "taken")) == (number, False)


def test_a_file_is_kept_once_and_an_older_release_still_has_its_own(published: Cast) -> None:
    newer = {**FILES, "media/a.png": pictures.png(9)}
    number, is_new = publishing.publish(newer)
    assert is_new
    kept = select(func.count()).select_from(MediaFile)
    assert db.session.scalar(kept) == len(["price-list.png", "a.png", "another a.png", "list.pdf"])
    back, _ = publishing.publish(releases.files_of(number - 1)[1], "back")
    assert publishing.usable(back).media["media/a.png"] == looked_at(pictures.png())  # type: ignore[union-attr]


def test_what_an_instance_begins_with_has_its_pictures(cast: Cast) -> None:
    flows = publishing.files_in(ROOT / "flows")
    assert publishing.newest().hash == release_hash(flows)
    assert "media/price-list.png" in publishing.newest().media


def test_nothing_is_written_outside_of_the_folder(published: Cast, tmp_path: Path) -> None:
    from roms.errors import Conflict

    for name in ("media/../../x.png", "media/a/b.png", "../x.yaml", "media/.x.png"):
        with pytest.raises(Conflict):
            releases.write({name: pictures.png()}, tmp_path / "taken")
    assert not (tmp_path / "taken").exists()
