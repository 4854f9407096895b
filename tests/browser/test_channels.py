"""The channels page in a real browser: setting an account up, linking a number, and what an admin sees later."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update
from werkzeug.serving import make_server

from roms import clock
from roms.app import create_app
from roms.channels import ADAPTERS
from roms.channels.failures import ChannelBroken
from roms.channels.items import AccountState
from roms.db import db, writing
from roms.models import LoginSession, MessageTemplate, Role, User
from roms.services import account_setup, account_states, accounts
from roms.services.actors import Actor
from tests.browser.conftest import Tabs
from tests.browser.stage import Person
from tests.browser.test_layout import at, spills
from tests.cast import PASSWORD, Cast
from tests.conftest import config_for
from tests.toy import TOKEN, Toy
from tests.web.conftest import free_port

pytestmark = pytest.mark.browser


class House:
    """A server in this process, with the toy among its providers, and an admin who is signed in there."""

    def __init__(self, app: Flask, url: str, toy: Toy) -> None:
        self.app, self.url, self.toy = app, url, toy
        self.admin = Person(url, "Ani", "ani", PASSWORD)
        self.actor = Actor(self.admin.id, "Ani", "ani", Role.ADMIN, "id")

    def told(self, channel: int, state: str, **more: object) -> None:
        self.toy.state = AccountState(state, **more)  # type: ignore[arg-type]
        account_states.told(channel, self.toy.state)

    def add(self, name: str, kind: str = "toy", **values: str) -> int:
        return account_setup.add(None, kind, name, {"token": TOKEN, **values})[0]

    def forget_password(self) -> None:
        with writing():
            for session in db.session.query(LoginSession):
                session.confirmed_at = clock.now() - timedelta(minutes=11)


@pytest.fixture
def house(
    sqlite_template: Path, redis: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chromium: Browser
) -> Iterator[House]:
    toy, path, port = Toy(), tmp_path / "roms.db", free_port()
    monkeypatch.setitem(ADAPTERS, "toy", toy.adapter())
    monkeypatch.setitem(ADAPTERS, "toy2", toy.adapter("toy2", "Toy official", unofficial=False))
    shutil.copy(sqlite_template, path)
    url = f"http://127.0.0.1:{port}"
    app = create_app(config_for(f"sqlite:///{path}", redis, ROMS_PUBLIC_URL=url, ROMS_FAKE_URL="http://127.0.0.1:9"))
    with app.app_context():
        cast = Cast.enters()
        accounts.set_password(cast.ani.id, PASSWORD)
        with writing():
            db.session.execute(update(User).filter_by(id=cast.ani.id).values(role=Role.ADMIN))
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield House(app, url, toy)
        server.shutdown()
        thread.join()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def tabs(chromium: Browser, house: House) -> Iterator[Tabs]:
    tabs = Tabs(chromium, house)  # type: ignore[arg-type]
    yield tabs
    tabs.close()


def test_a_channel_is_added_step_by_step(tabs: Tabs, house: House) -> None:
    page = tabs("/inbox/channels", house.admin)
    house.forget_password()
    tabs.expect("status of 403")
    page.get_by_role("button", name="Tambah saluran").click()
    expect(page.get_by_text("WhatsApp dapat memblokir nomor ini")).to_be_visible()
    page.get_by_role("button", name="Toy gateway").click()
    page.get_by_label("Nama", exact=False).first.fill("Pesanan")
    page.get_by_label("Token akses").fill(TOKEN)
    page.get_by_role("button", name="Lanjut").click()
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_label("Alamat webhook")).to_have_value(re.compile(f"^{house.url}/webhook/toy/"))
    assert len(page.get_by_label("Kunci tanda tangan").input_value()) > 20
    page.get_by_role("button", name="Lanjut").click()
    house.toy.state = AccountState("needs_scan")
    page.get_by_role("button", name="Sambungkan").click()
    expect(page.get_by_alt_text("Kode QR untuk menautkan ponsel")).to_be_visible()
    house.told(page_channel(page, house), "connected")
    expect(page.get_by_text("Nomor sudah tertaut.")).to_be_visible()
    page.get_by_role("button", name="Lanjut").click()
    page.get_by_label("Ke nomor").fill("0812 3456 7890")
    page.get_by_role("button", name="Kirim tes").click()
    expect(page.get_by_text("Diterima penyedia")).to_be_visible()
    assert house.toy.sent[0].address == "6281234567890"
    page.get_by_role("button", name="Selesai").click()
    expect(page.get_by_role("heading", level=1, name="Pesanan")).to_be_visible()
    assert TOKEN not in page.content()


def page_channel(page: Page, house: House) -> int:
    listed = house.admin.get("/api/channels")["channels"]
    return int(listed[-1]["id"])


def test_the_linking_page_moves_on_by_itself(tabs: Tabs, house: House) -> None:
    channel = house.add("Toko")
    house.told(channel, "starting")
    page = tabs(f"/inbox/channels#{channel}", house.admin)
    expect(page.get_by_text("Akun sedang memulai.")).to_be_visible()
    house.told(channel, "needs_scan")
    picture = page.get_by_alt_text("Kode QR untuk menautkan ponsel")
    expect(picture).to_be_visible()
    expect(page.get_by_text("nomornya keluar")).to_have_count(0)  # it was never linked
    first = picture.get_attribute("src")
    house.told(channel, "needs_scan")  # the provider made a new code
    expect(picture).not_to_have_attribute("src", str(first))
    page.get_by_text("Tautkan dengan kode saja").click()
    page.get_by_label("Nomor ponsel ini").fill("0812-3456-7890")
    page.get_by_role("button", name="Minta kode").click()
    expect(page.get_by_text("ABCD-1234")).to_be_visible()
    assert "pairing +6281234567890" in house.toy.calls
    house.told(channel, "needs_person", data={"passkey": {"code": "K7-42"}})
    expect(page.get_by_text("K7-42")).to_be_visible()
    house.told(channel, "failed", text="Browser died")
    expect(page.get_by_text("Sekali akan dimulai ulang otomatis")).to_be_visible()
    expect(page.get_by_role("button", name="Mulai ulang")).to_be_visible()
    house.told(channel, "connected")
    expect(page.get_by_text("Nomor sudah tertaut.")).to_be_visible()
    house.told(channel, "needs_scan")
    expect(page.get_by_text("nomornya keluar. Tautkan lagi")).to_be_visible()
    timeline = page.locator(".timeline")
    for text in ("Tersambung", "Tidak berfungsi", "Perlu konfirmasi", "Kode baru untuk dipindai", "Sedang memulai"):
        expect(timeline.get_by_text(text, exact=True).first).to_be_visible()


def test_a_code_that_expires_is_fetched_anew(tabs: Tabs, house: House) -> None:
    house.toy.expires = 2.0
    channel = house.add("Toko")
    house.told(channel, "needs_scan")
    page = tabs(f"/inbox/channels#{channel}", house.admin)
    picture = page.get_by_alt_text("Kode QR untuk menautkan ponsel")
    first = picture.get_attribute("src")
    expect(picture).not_to_have_attribute("src", str(first))
    house.toy.fails = {"qr": ChannelBroken("not now")}
    expect(page.get_by_text("Belum ada kode; dicoba lagi.")).to_be_visible()


def test_secrets_are_written_and_never_read(tabs: Tabs, house: House) -> None:
    channel = house.add("Toko")
    page = tabs(f"/inbox/channels#{channel}", house.admin)
    tabs.expect("status of 422")
    token = page.get_by_label("Token akses")
    expect(token).to_have_value("")
    expect(token).to_have_attribute("placeholder", re.compile("diisi pada"))
    assert TOKEN not in page.content()
    token.fill("with space")
    page.get_by_role("button", name="Simpan").first.click()
    expect(page.get_by_text("Bentuknya belum benar.")).to_be_visible()
    token.fill("another-token")
    page.get_by_role("button", name="Simpan").first.click()
    expect(page.get_by_text("Kredensial diubah")).to_be_visible()
    expect(token).to_have_value("")


def test_a_channel_is_switched_off_and_an_unused_one_removed(tabs: Tabs, house: House) -> None:
    channel = house.add("Toko")
    page = tabs(f"/inbox/channels#{channel}", house.admin)
    page.get_by_role("button", name="Matikan").click()
    expect(page.get_by_text("Saluran ini dimatikan")).to_be_visible()
    page.get_by_role("button", name="Hidupkan").click()
    page.get_by_role("button", name="Hapus").click()
    page.get_by_text("Hapus saluran ini selamanya?").locator("..").get_by_role("button", name="Hapus").click()
    expect(page.get_by_role("heading", level=1, name="Saluran")).to_be_visible()
    expect(page.get_by_role("link", name="Toko")).to_have_count(0)


def test_r31_a_banner_says_what_is_wrong(tabs: Tabs, house: House) -> None:
    channel = house.add("Toko")
    house.told(channel, "connected")
    house.told(channel, "needs_scan")
    page = tabs("/inbox/channels", house.admin)
    banner = page.get_by_role("alert").filter(has_text="nomornya keluar")
    expect(banner).to_be_visible()
    house.told(channel, "connected")
    expect(banner).to_have_count(0)


def fill(house: House) -> int:
    channel = house.add("Pesanan Jakarta")
    house.told(channel, "connected")
    house.told(channel, "needs_scan")
    official = house.add("Layanan", "toy2")
    with writing():
        for name, status, quality in (("promo", "paused", "red"), ("order_update", "approved", "green")):
            row = MessageTemplate(channel_id=official, name=name, language="id", status=status, quality=quality)
            row.changed_at, row.category = clock.now(), "marketing"
            db.session.add(row)
    return channel


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_sticks_out_and_every_word_is_there(tabs: Tabs, house: House, width: int, language: str) -> None:
    channel = fill(house)
    accounts.set_language(house.actor, language)
    page = tabs("", house.admin, **at(width))
    for place in ("", f"#{channel}", f"#{channel + 1}", "#add"):
        page.goto(f"/inbox/channels{place}")
        page.reload()
        expect(page.locator(".page > *").first).to_be_visible()
        expect(page.locator(".waiting-text")).to_have_count(0)
        assert spills(page) == [0]
        unsaid = re.findall(r"\b[a-z]+_[a-z_]+\b", page.locator("body").inner_text())
        assert set(unsaid) <= {"order_update", "hmac_key", "base_url"}, unsaid
