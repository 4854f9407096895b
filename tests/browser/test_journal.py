"""The journal in a real browser: trouble that was really made, every button pressed, and what came of it."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import delete, func, select, update
from werkzeug.serving import make_server

from roms import clock
from roms.app import create_app
from roms.channels.failures import Ambiguous
from roms.channels.fake import Box
from roms.db import db, writing
from roms.models import Message, Role, Timer, User
from roms.services import accounts, arrivals, channels, heartbeats, intake, outbox, pacing, tallies
from roms.services.pulse import Pulse
from tests.browser.conftest import Tabs
from tests.browser.stage import Person
from tests.browser.test_layout import at, spills
from tests.cast import PASSWORD, Cast, conversation, whapi_body
from tests.conftest import config_for
from tests.dead import dead
from tests.web.conftest import free_port

pytestmark = pytest.mark.browser


class House:
    """A server in this process whose parts have fallen silent, and an admin who is signed in there."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app, self.url = app, url
        self.admin = Person(url, "Ani", "ani", PASSWORD)

    def knock(self, text: str, sender: str = "6281234567890") -> dict[str, int]:
        answer = httpx.post(f"{self.url}/webhook/whapi", json=whapi_body(text, sender), timeout=20)
        return dict(answer.raise_for_status().json())


@pytest.fixture
def house(sqlite_template: Path, redis: str, tmp_path: Path, provider: Box) -> Iterator[House]:
    path, port = tmp_path / "roms.db", free_port()
    shutil.copy(sqlite_template, path)
    url = f"http://127.0.0.1:{port}"
    usual = {"ROMS_SPOOL": str(tmp_path / "spool"), "ROMS_FAKE_URL": provider.base_url}
    app = create_app(config_for(f"sqlite:///{path}", redis, ROMS_PUBLIC_URL=url, **usual))
    app.extensions[heartbeats.BEGAN] -= 1000
    with app.app_context():
        cast = Cast.enters()
        accounts.set_password(cast.ani.id, PASSWORD)
        with writing():
            db.session.execute(update(User).filter_by(id=cast.ani.id).values(role=Role.ADMIN))
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        pulse = Pulse(app)
        pulse.start()
        yield House(app, url)
        pulse.stop()
        server.shutdown()
        thread.join()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def tabs(chromium: Browser, house: House) -> Iterator[Tabs]:
    tabs = Tabs(chromium, house)  # type: ignore[arg-type]
    yield tabs
    tabs.close()


@pytest.fixture
def trouble(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of each: a message of unknown fate, a provider left alone, one set aside, a timer, a row that is gone, a
    webhook in the spool."""
    house.knock("halo")
    channel = channels.find("whapi").channel_id
    (first, *_rest) = outbox.claim(channel, 1)
    outbox.record(channel, [(first, Ambiguous("nobody knows"))])
    for _ in range(12):
        pacing.learn(channel, [Ambiguous("it does not answer")])  # minutes
    house.knock("dua", "6281200000002")
    with writing():
        theirs = db.session.scalars(select(func.max(Message.id)).where(Message.direction == "in")).one()
        db.session.execute(delete(Message).where(Message.id == theirs))
        timer = db.session.scalars(select(Timer).limit(1)).one()
        timer.due_at = clock.now() - timedelta(minutes=3)
    with monkeypatch.context() as patch:
        patch.setattr(intake, "_store", _stumbles)
        assert house.knock("tiga", "6281200000003")["aside"] == 1
    with dead(house.app):
        assert house.knock("empat", "6281200000004") == {"spooled": 1}
    tallies.write()
    db.session.remove()
    assert arrivals.spool().depth() == 1


def _stumbles(*_given: object) -> bool:
    raise LookupError("it is not understood")


def card(page: Page, title: str) -> Locator:
    return page.locator(".card").filter(has=page.get_by_role("heading", name=re.compile(f"^{title}")))


def pressed(page: Page, where: Locator, button: str, says: str) -> None:
    where.get_by_role("button", name=button).first.click()
    expect(page.locator(".toast").filter(has_text=re.compile(says))).to_be_visible()


def test_every_button_does_what_it_says(tabs: Tabs, house: House, trouble: None) -> None:
    page = tabs("/inbox/journal", house.admin)
    expect(card(page, "Bagian")).to_contain_text("Pengirim pesan belum pernah dijalankan")
    spool = card(page, "Spool")
    pressed(page, spool, "Proses sekarang", "1 webhook sudah diproses")
    expect(spool).to_contain_text("Tidak ada yang menunggu basis data")
    outbox_ = card(page, "Kotak keluar")
    expect(outbox_).to_contain_text("Penyedianya dibiarkan sampai")
    pressed(page, outbox_, "Tanya sekarang", r"\d pesan dicoba sekarang")
    expect(outbox_.get_by_role("button", name="Coba sekarang")).to_be_visible()
    unknown = card(page, "Tidak diketahui")
    thread = conversation("6281234567890").public_id
    expect(unknown.get_by_role("link").first).to_have_attribute("href", f"/inbox/{thread}")
    pressed(page, unknown, "Periksa", "Penyedianya ditanya")
    expect(unknown).to_contain_text("penyedianya sedang ditanya")
    pressed(page, unknown, "Kirim ulang", "Masuk antrean lagi")
    expect(unknown).to_contain_text("Nasib setiap pesan diketahui")
    aside = card(page, "Disisihkan")
    expect(aside).to_contain_text("LookupError")
    pressed(page, aside, "Coba lagi", "Berhasil")
    expect(aside).to_contain_text("Semua yang datang bisa diproses")
    timers = card(page, "Pengatur waktu")
    pressed(page, timers, "Jalankan sekarang", "1 pengatur waktu dijalankan")
    expect(timers).to_contain_text("Tidak ada yang terlambat")
    day = page.locator(".day[data-bad=true]")
    expect(day).to_contain_text("1 pesan yang tersimpan sudah tidak ada")
    pressed(page, day, "Sudah diketahui", "1 dicatat")
    expect(page.locator(".day[data-bad=true]")).to_have_count(0)
    expect(page.locator(".days .note")).to_contain_text("Semua yang datang tersimpan")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_sticks_out_and_every_word_is_there(
    tabs: Tabs, house: House, trouble: None, width: int, language: str
) -> None:
    with writing():
        db.session.execute(update(User).filter_by(id=house.admin.id).values(language=language))
    page = tabs("/inbox/journal", house.admin, **at(width))
    page.locator(".day-head").first.click()
    assert spills(page) == [0]
    unsaid = re.findall(r"\b[a-z]+_[a-z_]+\b", page.locator("body").inner_text())
    assert set(unsaid) <= {"_stumbles", "test_journal"}, unsaid  # the error, and where


def test_the_inbox_names_what_is_dead_and_what_comes_late(tabs: Tabs, house: House, trouble: None) -> None:
    page = tabs("/inbox", house.admin)
    expect(page.locator(".notice").filter(has_text="ticker tidak bekerja")).to_be_visible()
    late = page.locator(".notice").filter(has_text="1 webhook menunggu dan sedang masuk")
    expect(late).to_be_visible()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("link", name="Jurnal")).to_have_attribute("href", "/inbox/journal")
