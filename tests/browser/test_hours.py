"""Opening hours and the countdown in a real browser: hours edited by hand, and clocks that go by themselves."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from roms import clock
from roms.db import db, writing
from roms.models import Conversation, HoursVersion, Role, Team, User
from roms.services import hours, hours_editing
from roms.services.actors import Actor
from tests.browser.conftest import Tabs
from tests.browser.test_journal import House, house, tabs  # noqa: F401
from tests.browser.test_layout import at, spills

pytestmark = pytest.mark.browser
MINUTE = 60_000
BEGAN = 1_750_000_000_000
SAYS = """async ([clock, at]) => {
    const { standing, words, changesIn } = await import("/static/inbox/countdown.js");
    const now = standing(clock, at);
    return [words(now, at), now.level, changesIn(now, at)];
}"""


def moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def said(page: Page, at_: int, *rests: tuple[int, int], minutes: int = 10) -> list[Any]:
    """What a clock of ten minutes says so many ms after it began."""
    told = {"answer_from": moment(BEGAN), "answer_by": moment(BEGAN + minutes * MINUTE)}
    told["answer_rests"] = [[moment(BEGAN + begin), moment(BEGAN + end)] for begin, end in rests]  # type: ignore[assignment]
    found: list[Any] = page.evaluate(SAYS, [told, BEGAN + at_])
    return found


def test_a_clock_says_what_is_left_in_words_and_colour(tabs: Tabs, house: House) -> None:  # noqa: F811
    page = tabs("/inbox", house.admin)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    assert said(page, 0) == ["10 mnt lagi", "fine", MINUTE]
    assert said(page, 7 * MINUTE + 1) == ["3 mnt lagi", "soon", 59_999]
    assert said(page, 8 * MINUTE + 30_000) == ["2 mnt lagi", "late", 30_000]
    assert said(page, 9 * MINUTE + 15_500) == ["45 dtk lagi", "late", 500]
    assert said(page, 10 * MINUTE) == ["terlambat", "late", MINUTE]
    assert said(page, 12 * MINUTE + 20_000) == ["terlambat 2 mnt", "late", 40_000]
    rest = (4 * MINUTE, 124 * MINUTE)
    assert said(page, 0, rest, minutes=130)[:2] == ["10 mnt lagi", "fine"]
    text, level, change = said(page, 5 * MINUTE, rest, minutes=130)
    assert (re.sub(r"\d\d\.\d\d", "08.00", text), level, change) == ("mulai lagi 08.00", "paused", 119 * MINUTE)
    assert said(page, 125 * MINUTE, rest, minutes=130)[:2] == ["5 mnt lagi", "soon"]


def test_the_countdown_goes_by_itself_in_list_and_chat_and_asks_nobody(
    tabs: Tabs,  # noqa: F811
    house: House,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hours, "rests", lambda *_: [])  # whatever the time is now
    house.knock("cs")
    now = clock.now()
    with writing():
        values = {"answer_from": now - timedelta(minutes=9), "answer_by": now + timedelta(seconds=63)}
        db.session.execute(update(Conversation).values(assignee_id=house.admin.id, **values))
        cid = db.session.scalar(select(Conversation.public_id))
    page = tabs(f"/inbox/{cid}", house.admin)
    clocks = page.locator(".countdown")
    expect(clocks).to_have_count(2)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(clocks.first).to_contain_text(re.compile(r"\d\d dtk lagi"))
    first = clocks.first.inner_text()
    page.wait_for_function("text => document.querySelector('.countdown').innerText !== text", arg=first)
    assert clocks.nth(1).inner_text() == clocks.first.inner_text()
    assert [url for url in asked if not re.search(r"/api/(conversations\?|counts|ticket|warnings)|entries", url)] == []
    assert page.locator("[aria-live] .countdown, [role=status] .countdown, [role=log] .countdown").count() == 0


def test_hours_are_made_filled_and_given_by_hand(tabs: Tabs, house: House) -> None:  # noqa: F811
    with writing():
        db.session.add(Team(key="sales", name="Penjualan", created_at=clock.now()))
    page = tabs("/inbox/hours", house.admin)
    page.get_by_label("Nama jam buka baru").fill("Toko Makassar")
    page.get_by_role("button", name="Buat").click()
    expect(page.get_by_role("heading", level=1, name="Toko Makassar")).to_be_visible()
    page.get_by_label("Zona waktu").select_option("WITA")
    page.get_by_label("Senin: mulai").fill("09:30")
    page.get_by_role("button", name="Salin Senin ke Jumat").click()
    page.get_by_role("button", name="Buka Minggu").click()
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".toast")).to_contain_text("Tersimpan")
    page.get_by_label("Tahun").select_option("2027")
    page.get_by_role("button", name="Tambah libur nasional 2027").click()
    expect(page.locator(".toast")).to_contain_text("17 hari dari 17 ditambahkan")
    expect(page.locator(".moves").first).to_contain_text("Perkiraan")
    text = "2027-07-01,Ulang tahun toko"
    page.locator("input[type=file]").set_input_files({"name": "x.csv", "mimeType": "text/csv", "buffer": text.encode()})
    expect(page.locator(".date", has_text="Ulang tahun toko")).to_be_visible()
    page.get_by_role("link", name="Kembali ke semua jam buka").click()
    page.get_by_role("combobox", name="Jam buka").select_option(label="Toko Makassar")
    expect(page.locator(".toast")).to_contain_text("Penjualan")
    newest = db.session.scalars(select(HoursVersion).order_by(HoursVersion.id.desc()).limit(1)).one()
    assert (newest.spec["zone"], newest.spec["open"]["thu"]) == ("WITA", ["09:30-17:00"])
    assert (newest.spec["open"]["sun"], len(newest.spec["holidays"])) == (["08:00-17:00"], 18)
    assert db.session.scalar(select(Team.hours_id)) == newest.hours_id


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_sticks_out_and_every_word_is_there(
    tabs: Tabs,  # noqa: F811
    house: House,  # noqa: F811
    width: int,
    language: str,
) -> None:
    with writing():
        db.session.execute(update(User).filter_by(id=house.admin.id).values(language=language))
        db.session.add(Team(key="sales", name="Penjualan", created_at=clock.now()))
    actor = Actor(house.admin.id, "", "", Role.ADMIN, "id")
    made = hours_editing.create(actor, "Toko")
    spans = {"mon": ["08:00-12:00", "13:00-17:00", "18:00-24:00"], "tue": ["22:00-02:00"]}
    holidays = {"2026-12-25": {"name": "Natal", "open": ["08:00-12:00"]}}
    days = {"2026-11-30": ["10:00-11:00"]}
    spec = {"zone": "WIB", "open": spans, "holidays": holidays, "days": days}
    hours_editing.change(actor, made, "Toko", spec)
    for path in ("", f"#{made}"):
        page = tabs(f"/inbox/hours{path}", house.admin, **at(width))
        expect(page.locator(".card").first).to_be_visible()
        assert spills(page) == [0]
        unsaid = re.findall(r"\b[a-z]+_[a-z_]+\b", page.locator("body").inner_text())
        assert unsaid == [], json.dumps(unsaid)
