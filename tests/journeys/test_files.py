"""What contacts send: fetched in the background, once, from the provider alone, and shown where the message stands."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import update

from roms import process
from roms.db import db, table, writing
from roms.models import Attachment, FileState
from roms.services import discarding, fetching, files, inbox, preparing
from roms.services.files import NotStored, Stored
from roms.services.stored import storage_here
from roms.storage import NoSpace
from tests.attachments import arrives, content, fetch, provides, row
from tests.cast import Cast, conversation, messages
from tests.conftest import Clock
from tests.elsewhere import Elsewhere, elsewhere
from tests.engine import pictures as samples
from tests.services.test_pictures import GPS, photo


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    with elsewhere() as server:
        provides(monkeypatch, server)
        yield server


@pytest.fixture
def picture(there: Elsewhere) -> str:
    there.script["photo"] = [(200, photo())]
    return there.url("/scripted/photo")


def stored(app: Flask) -> list[Path]:
    return [each for each in Path(app.extensions["roms.config"].storage).rglob("*") if each.is_file()]


def test_a_picture_comes_after_its_message_and_the_browser_is_told(cast: Cast, picture: str) -> None:
    file = arrives(cast, picture, name="IMG 1.jpeg", text="ini bukti transfer")
    waiting = content(cast.ani, file)
    assert (waiting["state"], waiting["url"], waiting["caption"]) == ("waiting", None, "ini bukti transfer")
    cid = conversation().public_id
    seen = conversation().seq
    fetch()
    (entry,) = inbox.changes(cast.ani, cid, seen)["entries"]
    told = entry["content"]
    assert (told["state"], told["kind"], told["mime"], told["width"], told["height"]) == (
        "ready", "image", "image/jpeg", 40, 60,
    )  # fmt: skip
    assert told["url"] == f"/files/{file}/IMG%201.jpeg"
    assert told["thumb"] == f"/files/{file}/thumb"
    with storage_here().open(row(file).hash) as kept:
        data = kept.read()
    assert GPS.encode() not in data
    assert Image.open(io.BytesIO(data)).size == (40, 60)


@pytest.mark.parametrize(
    ("path", "state", "code"),
    [
        ("/none", FileState.WAITING, "gone"),
        ("/forbidden", FileState.WAITING, "no_access"),
        ("/error", FileState.WAITING, "provider"),
        ("/dies", FileState.WAITING, "broken"),
        ("/round", FileState.REFUSED, "redirects"),
    ],
)
def test_what_does_not_come_says_why(cast: Cast, there: Elsewhere, path: str, state: FileState, code: str) -> None:
    file = arrives(cast, there.url(path), text="halo")
    fetch()
    assert (row(file).state, row(file).error_code) == (state, code)
    told = content(cast.ani, file)
    assert told["state"] == ("refused" if state is FileState.REFUSED else "failed")
    assert all(len(told["error"]["say"][lang]) > 20 for lang in ("id", "en"))
    assert messages()[0].text == "halo"


def test_a_provider_that_stumbles_is_asked_again_and_a_person_can_ask_too(
    cast: Cast, there: Elsewhere, clock: Clock
) -> None:
    there.script["late"] = [(500, b"")] * 5 + [(200, photo())]
    file = arrives(cast, there.url("/scripted/late"))
    for _ in range(4):
        fetch()
        assert row(file).state is FileState.WAITING
        assert row(file).due_at is not None
        clock.forward(hours=1)
    fetch()
    assert (row(file).state, len(there.asked)) == (FileState.FAILED, 5)
    clock.forward(hours=9)
    fetch()
    assert len(there.asked) == 5
    files.retry(cast.ani, file)
    assert content(cast.ani, file)["state"] == "waiting"
    fetch()
    assert content(cast.ani, file)["state"] == "ready"


def test_r32_what_is_not_there_yet_comes_later(cast: Cast, there: Elsewhere, clock: Clock) -> None:
    there.script["soon"] = [(404, b"not yet"), (200, photo())]
    file = arrives(cast, there.url("/scripted/soon"), text="ini fotonya")
    fetch()
    assert (content(cast.ani, file)["state"], messages()[0].text) == ("failed", "ini fotonya")
    clock.forward(minutes=2)
    fetch()
    assert content(cast.ani, file)["state"] == "ready"


def test_s17_an_archive_is_never_opened(cast: Cast, there: Elsewhere) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.txt", "../../b.txt"):
            archive.writestr(name, bytes(20 << 20))
    there.script["bomb"] = [(200, bomb.getvalue())]
    file = arrives(cast, there.url("/scripted/bomb"), "document", "../../harga.zip")
    fetch()
    told = content(cast.ani, file)
    assert (told["state"], told["kind"], told["mime"]) == ("ready", "document", "application/zip")
    assert (told["size"], told["name"]) == (len(bomb.getvalue()), "harga.zip")
    assert row(file).thumb == ""


def test_five_tries_are_made_within_an_hour() -> None:
    assert len(files.PAUSES) == 4
    assert 1800 < sum(files.PAUSES) <= 3600


def test_s12_a_forged_address_is_not_asked_and_nobody_hears_the_token(cast: Cast, there: Elsewhere) -> None:
    with elsewhere() as sink:
        forged = arrives(cast, sink.url("/file"))
        led_away = arrives(cast, there.url(f"/to/{sink.origin}/file"))
        fetch()
        assert sink.asked == []
    assert [row(each).error_code for each in (forged, led_away)] == ["host", "host"]
    assert [each[2]["Authorization"] for each in there.asked] == ["Bearer canary"]


def test_s06_a_page_that_calls_itself_a_picture_is_only_handed_over(cast: Cast, there: Elsewhere) -> None:
    there.script["page"] = [(200, b"<html><script>alert(1)</script>")]
    file = arrives(cast, there.url("/scripted/page"), name="foto.jpg")
    fetch()
    told = content(cast.ani, file)
    assert (told["state"], told["kind"], told["mime"]) == ("ready", "document", "application/octet-stream")


def test_s17_a_bomb_and_a_giant_are_refused(cast: Cast, there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    there.script["bomb"] = [(200, samples.bomb())]
    monkeypatch.setattr(fetching, "MOST", {"image": 1_000_000})
    bomb, giant = arrives(cast, there.url("/scripted/bomb")), arrives(cast, there.url("/endless"))
    fetch()
    assert [row(each).error_code for each in (bomb, giant)] == ["too_many_pixels", "too_large"]


def test_r11_a_full_disk_costs_the_file_for_a_while_and_never_the_message(
    app: Flask, cast: Cast, picture: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = arrives(cast, picture, text="halo")

    def full(*_: object) -> None:
        raise NoSpace("the folder of the files: No space left on device")

    with monkeypatch.context() as there_is_no_space:
        there_is_no_space.setattr(type(storage_here()), "put", full)
        fetch()
    assert content(cast.ani, file)["error"]["code"] == "no_space"
    assert messages()[0].text == "halo"
    clock.forward(minutes=1)
    fetch()
    assert content(cast.ani, file)["state"] == "ready"


def test_what_is_older_than_the_provider_keeps_it_is_not_asked_for(
    cast: Cast, picture: str, there: Elsewhere, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "KEPT_BY_PROVIDER", {"whapi": timedelta(days=7)})
    file = arrives(cast, picture)
    clock.forward(days=8)
    fetch()
    assert (row(file).error_code, there.asked) == ("expired", [])


def test_one_sender_does_not_fill_the_disk(app: Flask, cast: Cast, picture: str) -> None:
    object.__setattr__(app.extensions["roms.config"], "files_a_day", 2)
    sent = [arrives(cast, picture) for _ in range(3)]
    fetch()
    assert [row(each).error_code for each in sent] == ["", "", "too_much"]
    told = content(cast.ani, sent[2])
    assert told["state"] == "refused"
    assert "besok" in told["error"]["say"]["id"]


MB = 1 << 20


@pytest.mark.parametrize(
    ("kind", "most"),
    [("image", 5 * MB), ("sticker", MB), ("audio", 16 * MB), ("voice", 16 * MB), ("video", 16 * MB),
     ("document", 100 * MB)],
)  # fmt: skip
def test_s17_every_kind_has_its_limit_and_only_the_file_is_lost(
    cast: Cast, there: Elsewhere, kind: str, most: int
) -> None:
    over = arrives(cast, there.url(f"/sized/{most + 1}"), kind, text="lihat ini")
    fits = arrives(cast, there.url(f"/sized/{most}"), kind) if most < 100 * MB else ""
    fetch()
    assert (row(over).state, row(over).error_code) == (FileState.REFUSED, "too_large")
    told = content(cast.ani, over)
    assert (told["state"], told["caption"], "16 MB" in told["error"]["say"]["en"]) == ("refused", "lihat ini", True)
    assert not fits or row(fits).state is FileState.READY
    assert next(message.text for message in messages() if message.kind == kind) == "lihat ini"


def test_a_file_is_claimed_once_and_again_when_its_fetcher_vanished(cast: Cast, picture: str, clock: Clock) -> None:
    file = arrives(cast, picture)
    (first,) = files.claim(8)
    assert files.claim(8) == []
    clock.forward(seconds=61)
    assert files.waiting()
    (second,) = files.claim(8)
    outcome = Stored("a" * 64, "image/png", 1)
    assert files.record(first, outcome) is False
    assert files.record(second, outcome) is True
    assert files.record(second, outcome) is False
    assert (row(file).state, row(file).attempts) == (FileState.READY, 2)


def test_a_file_whose_fetcher_dies_every_time_is_given_up(cast: Cast, picture: str, clock: Clock) -> None:
    file = arrives(cast, picture)
    for _ in range(5):
        assert len(files.claim(8)) == 1
        clock.forward(seconds=61)
    fetch()
    assert (row(file).state, row(file).error_code) == (FileState.FAILED, "broke_us")


def test_who_is_asked_to_end_leaves_the_file_to_others(cast: Cast, picture: str) -> None:
    file = arrives(cast, picture)
    (claimed,) = files.claim(8)
    with pytest.raises(fetching.Lost):
        fetching.fetched(claimed, process.client(), lambda: True)
    files.let_go(claimed)
    assert (row(file).state, row(file).attempts) == (FileState.WAITING, 0)
    fetch()
    assert row(file).state is FileState.READY


def take_back(file: str) -> None:
    with writing():
        known = files.by_id(file)
        files.drop(known["conversation_id"], known["seq"])


def test_the_same_picture_twice_goes_with_the_last_message_that_has_it(app: Flask, cast: Cast, picture: str) -> None:
    first, second = arrives(cast, picture), arrives(cast, picture)
    fetch()
    assert row(first).hash == row(second).hash
    assert len(stored(app)) == 2, "the picture and its small one"
    take_back(first)
    discarding.discard()
    assert len(stored(app)) == 2
    take_back(second)
    assert discarding.waiting()
    discarding.discard()
    assert (stored(app), discarding.waiting()) == ([], False)
    assert row(first).error_code == "deleted"


def test_a_message_taken_back_while_its_file_comes_leaves_nothing(app: Flask, cast: Cast, picture: str) -> None:
    file = arrives(cast, picture)
    (claimed,) = files.claim(8)
    outcome = fetching.fetched(claimed, process.client(), lambda: False)
    assert isinstance(outcome, Stored)
    take_back(file)
    assert files.record(claimed, outcome) is False
    discarding.discard()
    assert stored(app) == []


def test_nobody_stores_what_is_just_being_thrown_away(cast: Cast, picture: str, clock: Clock) -> None:
    gone, coming = arrives(cast, picture), arrives(cast, picture)
    fetch()
    hash_ = row(gone).hash
    for each in (gone, coming):
        take_back(each)
    assert discarding._begin(hash_)
    later = arrives(cast, picture)
    (claimed,) = files.claim(8)
    assert files.announce(claimed, hash_) is False
    discarding._end(hash_)
    assert files.announce(claimed, hash_) is True
    with writing():
        db.session.execute(update(table(Attachment)).where(Attachment.public_id == gone).values(hash=hash_))
    assert discarding._begin(hash_) is False, "somebody is about to have it"
    assert files.record(claimed, NotStored("broken")) is True
    assert row(later).state is FileState.WAITING


def test_a_name_never_leads_anywhere(cast: Cast, picture: str) -> None:
    file = arrives(cast, picture, name="../../../tmp/x\u202egpj.exe")
    fetch()
    assert row(file).name == "xgpj.exe.jpg"
    assert preparing.thumb_of(row(file).hash) == row(file).thumb
