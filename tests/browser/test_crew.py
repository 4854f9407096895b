"""The page for people and teams in a real browser: somebody comes, changes, moves between teams, and goes."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update
from werkzeug.serving import make_server

from roms import clock
from roms.app import create_app
from roms.config import ROOT
from roms.db import db, writing
from roms.models import LoginSession, Role, Team, User
from roms.services import crew, crew_list, publishing, setup
from tests.browser.conftest import Tabs
from tests.browser.stage import Person
from tests.browser.test_layout import at, spills
from tests.conftest import config_for
from tests.web.conftest import free_port

pytestmark = pytest.mark.browser

TOUCH = {"has_touch": True, "is_mobile": True}


class House:
    """A server in this process with the crew of a trial."""

    def __init__(self, url: str, passwords: dict[str, str]) -> None:
        self.url, self.passwords = url, passwords
        self.admin = Person(url, "Admin", "admin", passwords["admin"])

    def id_of(self, login: str) -> int:
        return next(each["id"] for each in crew_list.people() if each["login"] == login)

    def person(self, login: str) -> dict[str, Any]:
        db.session.rollback()
        return crew_list.person(self.id_of(login))

    def team(self, key: str) -> dict[str, Any]:
        db.session.rollback()
        return next(each for each in crew_list.all_teams() if each["key"] == key)

    def speaks(self, language: str) -> None:
        with writing():
            db.session.execute(update(User).where(User.login == "admin").values(language=language))

    def forgets_password(self) -> None:
        with writing():
            earlier = clock.now() - timedelta(minutes=11)
            db.session.execute(update(LoginSession).values(confirmed_at=earlier))


@pytest.fixture
def house(sqlite_template: Path, redis: str, tmp_path: Path, chromium: Browser) -> Iterator[House]:
    path, port = tmp_path / "roms.db", free_port()
    shutil.copy(sqlite_template, path)
    url = f"http://127.0.0.1:{port}"
    app = create_app(config_for(f"sqlite:///{path}", redis, ROMS_PUBLIC_URL=url, ROMS_FAKE_URL="http://127.0.0.1:9"))
    with app.app_context():
        made = setup.prepare()
        publishing.first(publishing.files_in(ROOT / "flows"))
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield House(url, {each.login: each.password for each in made})
        server.shutdown()
        thread.join()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def tabs(chromium: Browser, house: House) -> Iterator[Tabs]:
    tabs = Tabs(chromium, house)  # type: ignore[arg-type]
    yield tabs
    tabs.close()


def test_somebody_is_added_and_told_a_password_once(tabs: Tabs, house: House) -> None:
    page = tabs("/inbox/crew", house.admin)
    house.forgets_password()
    tabs.expect("status of 403", "status of 422")
    page.get_by_role("button", name="Tambah orang").click()
    page.get_by_label("Nama", exact=True).fill("Eka Putri")
    page.get_by_label("Nama masuk").fill("ani")
    page.get_by_role("button", name="Tambah orang").click()
    page.get_by_label("Kata sandi", exact=True).fill(house.passwords["admin"])
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_role("alert").filter(has_text="Nama masuk ini sudah dipakai")).to_be_visible()
    page.get_by_label("Nama masuk").fill("eka")
    page.get_by_role("button", name="Tambah orang").click()
    box = page.get_by_label("Kata sandi untuk eka")
    expect(box).to_have_value(re.compile(r"^\w{4}-\w{4}-\w{4}$"))
    Person(house.url, "Eka Putri", "eka", box.input_value())
    page.reload()
    expect(page.get_by_role("heading", level=1, name="Eka Putri")).to_be_visible()
    expect(box).to_have_count(0)


def test_admins_see_who_changed_what(tabs: Tabs, house: House) -> None:
    crew.change(None, house.id_of("budi"), {"role": Role.SUPERVISOR, "capacity": 7})
    page = tabs("/inbox/crew", house.admin)
    line = page.locator(".trail li").first
    expect(line).to_contain_text("Baris perintah mengubah Budi")
    expect(line).to_contain_text("Peran: Agen → ")
    expect(line).to_contain_text(re.compile(r"Percakapan sekaligus: .+ → 7"))


def test_skills_room_and_what_somebody_sees_are_saved(tabs: Tabs, house: House) -> None:
    page = tabs(f"/inbox/crew#p{house.id_of('budi')}", house.admin)
    page.get_by_label("Percakapan sekaligus").fill("5")
    page.get_by_label("Keahlian").fill("EN,")
    page.get_by_label("Keahlian").press_sequentially("Garansi")
    page.get_by_label("Keahlian").press("Enter")
    expect(page.get_by_role("button", name="Hapus Inggris")).to_be_visible()
    page.get_by_role("button", name="Hapus Indonesia").click()
    page.get_by_role("radio", name=re.compile("^Timnya")).check()
    page.get_by_label("Nomor telepon terlihat lengkap").uncheck()
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".toast").filter(has_text="Tersimpan")).to_be_visible()
    found = house.person("budi")
    assert (found["capacity"], found["skills"]) == (5, ["en", "garansi"])
    assert (found["sees"], found["sees_numbers"]) == ("team", False)
    expect(page.get_by_role("button", name="Simpan")).to_be_disabled()
    page.get_by_label("Percakapan sekaligus").fill("")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("0 percakapan, tanpa batas")).to_be_visible()


def test_what_one_is_changing_stays_while_a_colleague_changes_it_too(tabs: Tabs, house: House) -> None:
    page = tabs(f"/inbox/crew#p{house.id_of('budi')}", house.admin)
    page.get_by_label("Percakapan sekaligus").fill("7")
    crew.change(None, house.id_of("budi"), {"name": "Budi Baru"})
    expect(page.get_by_role("heading", level=1, name="Budi Baru")).to_be_visible()
    expect(page.get_by_label("Percakapan sekaligus")).to_have_value("7")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_label("Nama", exact=True)).to_have_value("Budi Baru")
    assert (house.person("budi")["name"], house.person("budi")["capacity"]) == ("Budi Baru", 7)


def test_the_table_is_ticked_with_the_keyboard(tabs: Tabs, house: House) -> None:
    page = tabs("/inbox/crew#members", house.admin)
    cell = page.get_by_role("checkbox", name="Ani Lestari di tim Layanan pelanggan")
    expect(cell).not_to_be_checked()
    cell.focus()
    page.keyboard.press("Space")
    expect(page.locator(".toast").filter(has_text="Ani Lestari sekarang di tim Layanan pelanggan")).to_be_visible()
    assert house.id_of("ani") in house.team("care")["members"]
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("checkbox", name="Ani Lestari di tim Penjualan")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("checkbox", name="Budi Hartono di tim Penjualan")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(".toast").filter(has_text="Budi Hartono tidak lagi di tim Penjualan")).to_be_visible()
    assert house.id_of("budi") not in house.team("sales")["members"]


def test_a_tick_that_is_not_confirmed_goes_back(tabs: Tabs, house: House) -> None:
    page = tabs("/inbox/crew#members", house.admin)
    house.forgets_password()
    tabs.expect("status of 403")
    cell = page.get_by_role("checkbox", name="Ani Lestari di tim Layanan pelanggan")
    cell.click()
    page.get_by_role("dialog").get_by_role("button", name="Batal").click()
    expect(cell).not_to_be_checked()
    assert house.id_of("ani") not in house.team("care")["members"]


def test_a_phone_has_chips(tabs: Tabs, house: House) -> None:
    page = tabs("/inbox/crew#members", house.admin, **at(360), **TOUCH)
    expect(page.get_by_role("table")).to_be_hidden()
    chips = page.get_by_role("group", name="Tim Ani Lestari")
    expect(chips.get_by_role("button", name="Penjualan")).to_have_attribute("aria-pressed", "true")
    chips.get_by_role("button", name="Layanan pelanggan").tap()
    expect(chips.get_by_role("button", name="Layanan pelanggan")).to_have_attribute("aria-pressed", "true")
    assert house.id_of("ani") in house.team("care")["members"]


def test_the_last_admin_is_told_why_not(tabs: Tabs, house: House) -> None:
    page = tabs(f"/inbox/crew#p{house.admin.id}", house.admin)
    tabs.expect("status of 409")
    page.get_by_role("button", name="Nonaktifkan").click()
    page.get_by_role("button", name="Nonaktifkan").click()
    expect(page.locator(".toast").filter(has_text="Ini admin terakhir")).to_be_visible()
    assert house.person("admin")["is_active"]


def test_somebody_leaves_and_comes_back(tabs: Tabs, house: House) -> None:
    dimas = Person(house.url, "Dimas Prakoso", "dimas", house.passwords["dimas"])
    page = tabs(f"/inbox/crew#p{house.id_of('dimas')}", house.admin)
    expect(page.get_by_text("Masuk di 1 peramban")).to_be_visible()
    page.get_by_role("button", name="Nonaktifkan").click()
    expect(page.get_by_text("Nonaktifkan Dimas Prakoso?")).to_be_visible()
    page.get_by_role("button", name="Nonaktifkan").click()
    expect(page.get_by_text("tidak bisa masuk")).to_be_visible()
    assert dimas.http.get("/api/agents").status_code == 401
    page.get_by_role("button", name="Aktifkan lagi").click()
    expect(page.locator(".toast").filter(has_text="bisa masuk lagi")).to_be_visible()
    Person(house.url, "Dimas Prakoso", "dimas", house.passwords["dimas"])
    dimas.http.close()


def test_a_team_is_made_and_one_that_flows_name_is_not_put_out_of_use_by_mistake(tabs: Tabs, house: House) -> None:
    page = tabs("/inbox/crew#teams", house.admin)
    tabs.expect("status of 409", "status of 422")
    page.get_by_role("button", name="Tambah tim").click()
    page.get_by_label("Nama", exact=True).fill("Meja Depan & Garansi")
    expect(page.get_by_label("Kunci")).to_have_value("meja-depan-garansi")
    page.get_by_label("Kunci").fill("meja depan")
    page.get_by_role("button", name="Tambah tim").click()
    expect(page.get_by_role("alert").filter(has_text="tanda hubung saja")).to_be_visible()
    page.get_by_label("Kunci").fill("meja-depan")
    page.get_by_role("button", name="Tambah tim").click()
    expect(page.get_by_role("heading", level=1, name="Meja Depan & Garansi")).to_be_visible()
    page.get_by_label("Yang paling longgar").check()
    page.get_by_label("Jawab dalam (menit)").fill("5")
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".toast").filter(has_text="Tersimpan")).to_be_visible()
    assert (house.team("meja-depan")["policy"], house.team("meja-depan")["answer_within"]) == ("least_loaded", 300)
    page.goto(f"{house.url}/inbox/crew#t{house.team('sales')['id']}")
    page.get_by_role("button", name="Berhenti memakai tim ini").click()
    expect(page.get_by_role("alert").filter(has_text="Masih disebut di sini")).to_be_visible()
    expect(page.locator(".uses").last).to_contain_text(re.compile(r"order\.yaml:\d+"))
    assert house.team("sales")["is_active"]
    page.get_by_role("button", name="Tetap berhenti memakai").click()
    expect(page.get_by_text("Tim ini tidak dipakai")).to_be_visible()
    assert not house.team("sales")["is_active"]


def test_a_team_that_only_flows_know_is_made_with_one_click(tabs: Tabs, house: House) -> None:
    with writing():
        db.session.execute(update(Team).where(Team.key == "sales").values(key="elsewhere"))
    page = tabs("/inbox/crew#teams", house.admin)
    page.get_by_role("button", name="Buat tim sales").click()
    expect(page.get_by_text("yang belum dibuat")).to_have_count(0)
    assert house.team("sales")["members"] == []


def test_a_channel_is_given_to_a_team(tabs: Tabs, house: House) -> None:
    page = tabs("/inbox/crew#teams", house.admin)
    name = crew_list.lines()[0]["name"]
    page.get_by_label(name).select_option(label="Layanan pelanggan")
    expect(page.locator(".toast").filter(has_text="Tersimpan")).to_be_visible()
    db.session.rollback()
    assert crew_list.lines()[0]["team"] == house.team("care")["id"]


PLACES = ["", "add", "teams", "add-team", "members", "p1", "p3", "t1"]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_sticks_out_and_every_word_is_there(tabs: Tabs, house: House, width: int, language: str) -> None:
    house.speaks(language)
    crew.change(None, house.id_of("ani"), {"name": "Ani " + "Panjang" * 14, "skills": ["en", "x" * 60]})
    page = tabs("/inbox/crew", house.admin, **at(width))
    for place in PLACES:
        page.evaluate("place => { location.hash = place; }", place)
        expect(page.locator("main[aria-busy=false]")).to_be_visible()
        assert spills(page) == [0], place
        unsaid = re.findall(r"\b[a-z]+_[a-z_]+\b", page.locator("body").inner_text())
        assert set(unsaid) <= {"person_now", "person_later", "checked_now", "checked_later"} | STEPS, unsaid


STEPS = {"searched_now", "searched_later", "no_number", "not_told"}


def test_the_menu_leads_here_for_admins(tabs: Tabs, house: House) -> None:
    page = tabs("/inbox", house.admin)
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("link", name="Tim", exact=True)).to_have_attribute("href", "/inbox/crew")
    agent = Person(house.url, "Ani Lestari", "ani", house.passwords["ani"])
    page = tabs("/inbox", agent)
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("link", name="Kontak", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Tim", exact=True)).to_have_count(0)


def test_whoever_was_told_a_password_makes_one_of_their_own(tabs: Tabs, house: House) -> None:
    citra = Person(house.url, "Citra Maharani", "citra", house.passwords["citra"])
    page = tabs("/inbox", citra)
    tabs.expect("status of 401")
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("button", name="Ganti kata sandi").click()
    page.get_by_label("Kata sandi sekarang").fill("bukan yang ini")
    page.get_by_label("Kata sandi baru").fill("hanya saya yang tahu")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_role("alert").filter(has_text="tidak cocok")).to_be_visible()
    page.get_by_label("Kata sandi sekarang").fill(house.passwords["citra"])
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".toast").filter(has_text="Kata sandi diganti")).to_be_visible()
    Person(house.url, "Citra Maharani", "citra", "hanya saya yang tahu")
