"""The board in a real browser: what it shows is what a fresh one shows, whatever happened meanwhile; cards are moved by
mouse, keyboard and finger; presence is seen at once on every page."""

from __future__ import annotations

import itertools
import json
import random
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, Route, expect
from sqlalchemy import insert, select, update
from werkzeug.serving import make_server

from roms import clock
from roms.app import create_app
from roms.channels.fake import Box
from roms.db import db, table, writing
from roms.models import Conversation, Label, Role, Team, TeamMember, User
from roms.services import accounts, board
from tests.browser.conftest import Tabs
from tests.browser.stage import Person
from tests.browser.standin import until
from tests.browser.test_layout import at, spills
from tests.cast import PASSWORD, Cast, whapi_body
from tests.cast import person as somebody
from tests.conftest import config_for
from tests.web.conftest import free_port

pytestmark = pytest.mark.browser

SHOWN = """() => {
  const texts = (from, what) => [...from.querySelectorAll(what)].map((node) => node.textContent);
  const talk = (node) => [node.id, ...texts(node, ".tag")];
  const column = (node) => [...texts(node, "h2"), ...texts(node, ".column-counts b"), ...texts(node, ".load-text"),
    node.querySelector(".presence")?.dataset.presence, [...node.querySelectorAll(".talk")].map(talk)];
  return { sums: texts(document, "[data-sum]"), late: texts(document, ".late-filter"),
    longest: texts(document, ".longest b"), columns: [...document.querySelectorAll(".column")].map(column) };
}"""


class House:
    """A server in this process: a supervisor, three agents, two teams."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app, self.url = app, url
        self.sari, self.ani, self.budi, self.citra = (
            Person(url, name.title(), name, PASSWORD) for name in ("sari", "ani", "budi", "citra")
        )
        self.agents = [self.ani, self.budi, self.citra]
        self.numbers = (str(number) for number in itertools.count(6281300000001))

    def knock(self, text: str, sender: str, name: str = "Siti Aminah") -> None:
        body = whapi_body(text, sender, from_name=name)
        httpx.post(f"{self.url}/webhook/whapi", json=body, timeout=20).raise_for_status()

    def handed_over(self, to: Person | None = None, name: str = "Siti Aminah") -> str:
        """A contact who asked for a person: the conversation's id."""
        number = next(self.numbers)
        self.knock("cs", number, name)
        found = str(self.sari.get(f"/api/conversations?view=all&q={number}")["items"][0]["id"])
        if to:
            self.sari.act(found, "assign", agent=to.id)
        return found

    def set(self, cid: str, **columns: Any) -> None:
        """As it is to be, and no browser is told."""
        with writing():
            db.session.execute(update(Conversation).where(Conversation.public_id == cid).values(**columns))

    def presence(self, person: Person, presence: str, give_back: bool = False) -> None:
        body = {"presence": presence, "give_back": give_back}
        person.http.put("/api/me/presence", json=body, headers=person.csrf).raise_for_status()


@pytest.fixture
def house(sqlite_template: Path, redis: str, tmp_path: Path, provider: Box) -> Iterator[House]:
    path, port = tmp_path / "roms.db", free_port()
    shutil.copy(sqlite_template, path)
    url = f"http://127.0.0.1:{port}"
    usual = {"ROMS_SPOOL": str(tmp_path / "spool"), "ROMS_FAKE_URL": provider.base_url}
    app = create_app(config_for(f"sqlite:///{path}", redis, ROMS_PUBLIC_URL=url, **usual))
    with app.app_context():
        people()
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield House(app, url)
        app.extensions["roms.hub"].stop()
        server.shutdown()
        thread.join()
        db.session.remove()
        db.engine.dispose()


def people() -> None:
    cast = Cast.enters()
    with writing():
        more = [somebody("citra", Role.AGENT), somebody("sari", Role.SUPERVISOR)]
        db.session.add_all(more)
        teams = [Team(key=key, name=key.title(), created_at=clock.now()) for key in ("sales", "care")]
        db.session.add_all(teams)
        db.session.add(Label(key="rush", colour="red", created_at=clock.now()))
        db.session.flush()
        members = [(teams[0], cast.ani.id), (teams[0], cast.budi.id), (teams[1], more[0].id)]
        db.session.execute(insert(table(TeamMember)), [{"team_id": team.id, "user_id": who} for team, who in members])
        db.session.execute(update(User).values(connected_at=clock.now(), presence_since=clock.now()))
        db.session.execute(update(User).where(User.id == cast.budi.id).values(capacity=2))
    for login in ("ani", "budi", "citra", "sari"):
        accounts.set_password(accounts.id_of(login), PASSWORD)


@pytest.fixture
def tabs(chromium: Browser, house: House) -> Iterator[Tabs]:
    tabs = Tabs(chromium, house)  # type: ignore[arg-type]
    yield tabs
    tabs.close()


def opened(tabs: Tabs, person: Person, **options: Any) -> Page:
    return live(tabs("", person, **options))


def live(page: Page) -> Page:
    """The board, in a page that was not anywhere."""
    page.goto("/board")
    expect(page.get_by_role("img", name="Tersambung langsung")).to_be_attached()
    expect(page.locator(".column").first).to_be_attached()
    return page


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def card(page: Page, cid: str) -> Locator:
    return page.locator(f"#talk-{cid}")


class Happenings:
    """What happens in a house, by chance."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.chance = house, random.Random(seed)
        self.held: dict[str, str] = {}  # id -> number

    def go(self, times: int) -> None:
        for _ in range(times):
            acts = (self.handoff, self.assign, self.act, self.give_back, self.word, self.presence, self.transfer)
            self.chance.choices(acts, (4, 4, 3, 2, 2, 2, 2))[0]()

    def handoff(self) -> None:
        number = next(self.house.numbers)
        self.house.knock(self.chance.choice(["cs", "halo"]), number)
        found = self.house.sari.get(f"/api/conversations?view=all&q={number}")["items"][0]
        self.held[str(found["id"])] = number

    def some(self) -> str:
        if not self.held:
            self.handoff()
        return self.chance.choice(list(self.held))

    def assign(self) -> None:
        self._try(self.some(), "assign", agent=self.chance.choice(self.house.agents).id)

    def act(self) -> None:
        self._try(self.some(), self.chance.choice(["close", "release", "pause", "resume", "claim"]))

    def transfer(self) -> None:
        self._try(self.some(), "transfer", team=self.chance.choice(["sales", "care"]))

    def give_back(self) -> None:
        self._try(self.some(), "give-back")

    def word(self) -> None:
        self.house.knock(self.chance.choice(["halo", "cs", "1"]), self.held[self.some()])

    def presence(self) -> None:
        how, gives = self.chance.choice([("available", False), ("away", False), ("away", True)])
        self.house.presence(self.chance.choice(self.house.agents), how, gives)

    def _try(self, cid: str, verb: str, **more: Any) -> None:
        """What the lifecycle refuses does not happen."""
        sari = self.house.sari
        answer = sari.http.post(f"/api/conversations/{cid}/{verb}", json=more, headers=sari.csrf)
        assert answer.status_code in (200, 409), answer.text


def alike(page: Page, fresh: Page) -> None:
    """Wait until both show the same, or tell in what they differ."""
    for _ in range(150):
        live, looked = page.evaluate(SHOWN), fresh.evaluate(SHOWN)
        if live == looked:
            return
        page.wait_for_timeout(100)
    columns = [(one, other) for one, other in itertools.zip_longest(live["columns"], looked["columns"]) if one != other]
    assert live | {"columns": []} == looked | {"columns": []}, columns
    assert not columns, "columns differ: live, fresh"


def noted(page: Page) -> tuple[Counter[str], Counter[str]]:
    """What the page asks for, and the kinds of frames that it hears."""
    asked: Counter[str] = Counter()
    heard: Counter[str] = Counter()
    page.on("request", lambda request: asked.update([urlsplit(request.url).path]))
    page.on(
        "websocket",
        lambda line: line.on("framereceived", lambda text: heard.update([json.loads(text)["t"]])),
    )
    return asked, heard


@pytest.mark.parametrize("most", [1000, 4])
@pytest.mark.parametrize("seed", [1, 2])
def test_after_anything_the_board_shows_what_a_fresh_one_shows(
    tabs: Tabs, house: House, monkeypatch: pytest.MonkeyPatch, most: int, seed: int
) -> None:
    for name in ("ALL", "HEAD", "LONGEST_WAITING", "MOST_OVERDUE"):
        monkeypatch.setattr(board, name, most)
    for _ in range(4):
        house.handed_over()
    page, fresh = tabs("", house.sari), tabs("", house.sari)
    asked, heard = noted(page)
    live(page)
    happenings = Happenings(house, seed)
    for _ in range(6):
        happenings.go(6)
        fresh.goto("/board")
        expect(fresh.locator(".column").first).to_be_attached()
        alike(page, fresh)
    assert len(page.locator(".talk").all()) > 0
    # A page that opens, and one that had no line, asks for both: nothing more is asked for where the line tells it all.
    if most == 4:
        assert asked["/api/board"] > asked["/api/me"], (asked, heard)
    else:
        assert asked["/api/board"] <= asked["/api/me"] + heard["moved"], (asked, heard)


WHEN_NAMED = """([agent, cid]) => new Promise((done) => {
  const look = () => {
    const column = document.querySelector(`[data-agent="${agent}"]`);
    const names = [...document.querySelectorAll("h2")].map((name) => name.textContent);
    if (!names.includes("Citra Dewi")) requestAnimationFrame(look);
    else done([column.querySelector(".presence").dataset.presence, Boolean(column.querySelector(`#talk-${cid}`))]);
  };
  dispatchEvent(new Event("visibilitychange"));
  look();
})"""


def test_what_comes_while_the_server_is_asked_is_not_lost(tabs: Tabs, house: House) -> None:
    cid = house.handed_over(house.budi)
    page = opened(tabs, house.sari)

    def late(route: Route) -> None:
        """The answer of before arrives after what happened since: it is known by a name that only it tells."""
        answer = route.fetch()
        told = answer.json()
        next(one for one in told["agents"] if one["id"] == house.citra.id)["name"] = "Citra Dewi"
        house.presence(house.ani, "away")
        house.sari.act(cid, "assign", agent=house.ani.id)
        expect(column(page, "Ani").locator(".presence")).to_have_attribute("data-presence", "away")
        expect(column(page, "Ani").locator(f"#talk-{cid}")).to_be_visible()
        route.fulfill(response=answer, json=told)

    page.route("**/api/board", late, times=1)
    assert page.evaluate(WHEN_NAMED, [house.ani.id, cid]) == ["away", True]  # at once: another look would heal it


def test_a_card_is_dragged_to_somebody_else_and_the_move_can_be_undone(tabs: Tabs, house: House) -> None:
    cid = house.handed_over(house.ani)
    page = opened(tabs, house.sari)
    card(page, cid).drag_to(column(page, "Citra"))
    expect(column(page, "Citra").locator(f"#talk-{cid}")).to_be_visible()
    expect(page.locator(".toast")).to_contain_text("Siti Aminah → Citra")
    assert house.sari.get(f"/api/conversations/{cid}")["conversation"]["assignee"] == house.citra.id
    page.get_by_role("button", name="Urungkan").click()
    expect(column(page, "Ani").locator(f"#talk-{cid}")).to_be_visible()
    until(lambda: house.sari.get(f"/api/conversations/{cid}")["conversation"]["assignee"] == house.ani.id, "back", page)


def test_a_card_is_moved_by_keyboard_alone(tabs: Tabs, house: House) -> None:
    cid = house.handed_over(house.ani)
    page = opened(tabs, house.sari)
    card(page, cid).get_by_role("button", name="Pindahkan Siti Aminah ke …").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Pindahkan Siti Aminah ke")
    expect(dialog.get_by_role("button", name="Ani")).to_be_disabled()
    dialog.get_by_role("button", name="Citra").focus()
    page.keyboard.press("Enter")
    expect(column(page, "Citra").locator(f"#talk-{cid}")).to_be_visible()
    expect(dialog).to_have_count(0)


def test_a_card_is_moved_by_finger_on_a_telephone(tabs: Tabs, house: House) -> None:
    cid = house.handed_over(house.ani)
    page = opened(tabs, house.sari, **at(360), has_touch=True, is_mobile=True)
    expect(card(page, cid)).to_be_hidden()
    page.get_by_role("button", name="Buka Ani").tap()
    card(page, cid).get_by_role("button", name="Pindahkan Siti Aminah ke …").tap()
    page.get_by_role("dialog").get_by_role("button", name="Citra").tap()
    expect(page.locator(".toast")).to_contain_text("Siti Aminah → Citra")
    page.get_by_role("button", name="Buka Citra").tap()
    expect(column(page, "Citra").locator(f"#talk-{cid}")).to_be_visible()


def test_what_is_refused_goes_back_and_says_why(tabs: Tabs, house: House) -> None:
    cid = house.handed_over(house.ani)
    page = opened(tabs, house.sari)
    tabs.expect("409")
    refusal = {"error": {"code": "conflict", "message": "Sudah selesai.", "data": {}}}
    page.route(re.compile("/assign$"), lambda route: route.fulfill(status=409, json=refusal))
    card(page, cid).drag_to(column(page, "Citra"))
    expect(page.locator(".toast")).to_contain_text("Siti Aminah tidak dipindahkan: Sudah selesai.")
    expect(column(page, "Ani").locator(f"#talk-{cid}")).to_be_visible()
    expect(column(page, "Citra").locator(".talk")).to_have_count(0)


def test_more_than_somebody_can_take_is_given_only_after_a_warning(tabs: Tabs, house: House) -> None:
    for _ in range(2):
        house.handed_over(house.budi)
    cid = house.handed_over(house.ani, "Joko")
    page = opened(tabs, house.sari)
    expect(column(page, "Budi")).to_contain_text("2 dari 2 · penuh")
    card(page, cid).drag_to(column(page, "Budi"))
    dialog = page.get_by_role("dialog", name="Berikan Joko ke Budi?")
    expect(dialog).to_contain_text("Budi memegang 2 dari 2 percakapan")
    dialog.get_by_role("button", name="Batal").click()
    expect(column(page, "Ani").locator(f"#talk-{cid}")).to_be_visible()
    card(page, cid).drag_to(column(page, "Budi"))
    dialog.get_by_role("button", name="Tetap berikan").click()
    expect(column(page, "Budi").locator(f"#talk-{cid}")).to_be_visible()
    expect(column(page, "Budi")).to_contain_text("3 dari 2 · melebihi batas")


def test_what_is_overdue_is_counted_and_filtered_and_falls_due_by_itself(tabs: Tabs, house: House) -> None:
    now = clock.now()
    late, soon, never = (house.handed_over(house.ani, name) for name in ("Terlambat", "Sebentar", "Nanti"))
    for cid, seconds in ((late, -125), (soon, 8), (never, 3600)):
        house.set(cid, answer_from=now - timedelta(minutes=10), answer_by=now + timedelta(seconds=seconds))
    page = opened(tabs, house.sari)
    expect(card(page, late).locator(".due")).to_have_text(re.compile(r"lewat 2:\d\d"))
    expect(card(page, late).locator(".due")).to_have_attribute("data-level", "late")
    expect(card(page, never).locator(".due")).to_have_attribute("data-level", re.compile("fine|paused"))
    button = page.locator(".late-filter")
    expect(button).to_have_text("2 terlambat")  # eight seconds are soon over
    button.click()
    expect(page.locator(".talk")).to_have_count(2)
    button.click()
    expect(page.locator(".talk")).to_have_count(3)


def test_who_waits_longest_stands_on_top_and_is_found_with_a_tap(tabs: Tabs, house: House) -> None:
    first, second = house.handed_over(house.ani, "Lama"), house.handed_over(house.citra, "Baru")
    house.set(first, waiting_since=clock.now() - timedelta(minutes=42))
    house.set(second, waiting_since=clock.now() - timedelta(minutes=3))
    page = opened(tabs, house.sari)
    expect(page.locator(".longest li")).to_have_count(2)
    expect(page.locator(".longest li").first).to_contain_text(re.compile("Lama.*42 mnt.*Ani", re.DOTALL))
    page.locator(".longest button").first.click()
    expect(card(page, first).get_by_role("link")).to_be_focused()


def test_a_team_shows_its_people_and_what_is_theirs(tabs: Tabs, house: House) -> None:
    theirs, other = house.handed_over(house.ani, "Beli"), house.handed_over(house.ani, "Lain")
    house.set(theirs, team="sales")
    page = opened(tabs, house.sari)
    page.get_by_label("Tim", exact=True).select_option("sales")
    expect(column(page, "Citra")).to_have_count(0)
    expect(card(page, other)).to_have_count(0)
    expect(card(page, theirs)).to_be_visible()
    expect(column(page, "Ani").locator(".load-text")).to_have_text("2 terbuka, tanpa batas")


def test_presence_is_set_in_the_head_of_every_page_and_seen_at_once(tabs: Tabs, house: House) -> None:
    page, inbox = opened(tabs, house.sari), tabs.inbox(house.ani)
    contacts = tabs("/inbox/contacts", house.ani)
    inbox.page.get_by_role("button", name="Kehadiran Anda: Tersedia").click()
    inbox.page.get_by_role("button", name=re.compile("^Pergi Tidak ada chat baru")).click()
    expect(column(page, "Ani").locator(".presence")).to_have_attribute("data-presence", "away")
    for one in (inbox.page, contacts):
        expect(one.locator(".presence-own")).to_have_attribute("data-presence", "away")
    contacts.locator(".presence-own").click()
    contacts.get_by_role("button", name=re.compile("^Tersedia")).click()
    expect(column(page, "Ani").locator(".presence")).to_have_attribute("data-presence", "available")
    expect(inbox.page.locator(".presence-own")).to_have_attribute("data-presence", "available")


def test_whoever_gives_back_is_asked_with_the_number_and_a_supervisor_does_it_for_others(
    tabs: Tabs, house: House
) -> None:
    mine = [house.handed_over(house.ani) for _ in range(2)]
    page = opened(tabs, house.sari)
    column(page, "Ani").get_by_role("button", name="Ani: Tersedia. Ubah").click()
    dialog = page.get_by_role("dialog", name="Kehadiran Ani")
    dialog.get_by_role("button", name="Pergi dan kembalikan").click()
    expect(dialog).to_contain_text("Kembalikan 2 chat milik Ani?")
    dialog.get_by_role("button", name="Kembalikan 2 chat").click()
    expect(column(page, "Ani").locator(".presence")).to_have_attribute("data-presence", "away")
    expect(column(page, "Ani").locator(".talk")).to_have_count(0)
    for cid in mine:
        assert house.sari.get(f"/api/conversations/{cid}")["conversation"]["assignee"] != house.ani.id


def test_whoever_is_away_is_reminded_in_his_own_conversation(tabs: Tabs, house: House) -> None:
    cid = house.handed_over(house.ani)
    house.presence(house.ani, "away")
    inbox = tabs.inbox(house.ani, cid)
    hint = inbox.page.locator(".away-hint")
    expect(hint).to_contain_text("Anda sedang pergi, dan chat ini masih milik Anda.")
    expect(inbox.page.locator(".presence-open")).to_have_text("1")
    hint.get_by_role("button", name="Saya tersedia").click()
    expect(hint).to_have_count(0)


def test_who_says_he_is_there_and_has_no_page_open_is_named(tabs: Tabs, house: House) -> None:
    with writing():
        gone = clock.now() - timedelta(hours=3)
        db.session.execute(update(User).where(User.id == house.budi.id).values(connected_at=gone))
    page = opened(tabs, house.sari)
    expect(column(page, "Budi").locator(".missing")).to_contain_text("tidak terhubung sejak")
    expect(column(page, "Ani").locator(".missing")).to_have_count(0)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("width", [1280, 768, 360])
def test_nothing_sticks_out_and_every_word_is_there(tabs: Tabs, house: House, width: int, language: str) -> None:
    with writing():
        db.session.execute(update(User).where(User.id == house.sari.id).values(language=language))
    for who in house.agents:
        house.handed_over(who, "Lebar" + "Nama" * 20)
    page = tabs("/board", house.sari, **at(width))
    expect(page.locator(".column")).to_have_count(len(db.session.scalars(select(User.id)).all()) - 1)
    for fold in page.locator(".fold[aria-expanded=false]").all():
        if fold.is_visible():
            fold.click()
    assert spills(page)[0] == 0
    unsaid = re.findall(r"\b[a-z]+_[a-z_]+\b", page.locator("body").inner_text())
    assert unsaid == []
