"""Somebody who sees only their own conversations: what is given away leaves the page, and what is given comes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Tabs
from tests.browser.pages import Inbox
from tests.browser.stage import LONGEST, Person, Stage
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser

CUT = (r"net::ERR_\w+", r"WebSocket connection to .* failed", r"WebSocket is closed before")
GONE = r"status of 404"  # the browser's own word when a thread is asked for that went away
WENT = "Percakapan ini sekarang ditangani orang lain."


def sees(stage: Stage, what: str, numbers: int = 1) -> None:
    """Ani may see this from now on; no browser is told."""
    with sqlite3.connect(stage.data / "roms.db", timeout=LONGEST) as database:
        values = "UPDATE user_account SET sees = ?, sees_numbers = ? WHERE login = 'ani'"
        database.execute(values, (what, numbers))
    database.close()


@pytest.fixture
def ani(stage: Stage) -> Iterator[Person]:
    """Sees her own, and no numbers."""
    sees(stage, "own", 0)
    yield stage.people["ani"]
    sees(stage, "all")


def given(stage: Stage, person: Person, name: str) -> str:
    conversation = stage.whatsapp(stage.number(), "halo", name=name)
    give(stage, conversation, person)
    return conversation


def give(stage: Stage, conversation: str, person: Person) -> None:
    stage.admin.act(conversation, "assign", agent=person.id)


def everything(inbox: Inbox) -> Inbox:
    inbox.view("Semua")
    expect(inbox.page.get_by_role("tab", name="Semua")).to_have_attribute("aria-selected", "true")
    return inbox


def test_a_row_leaves_when_it_is_given_away_and_comes_when_it_is_given(tab: Tabs, stage: Stage, ani: Person) -> None:
    budi = stage.people["budi"]
    mine, other = given(stage, ani, "Punya Ani"), given(stage, budi, "Punya Budi")
    inbox = everything(tab.inbox(ani, mine))
    expect(inbox.row("Punya Ani")).to_be_visible()
    expect(inbox.row("Punya Budi")).to_have_count(0)
    expect(inbox.bubble("halo").first).to_be_visible()
    give(stage, other, ani)
    expect(inbox.row("Punya Budi")).to_be_visible()
    give(stage, mine, budi)
    expect(inbox.row("Punya Ani")).to_have_count(0)
    expect(inbox.page.get_by_text(WENT)).to_be_visible()
    expect(inbox.log).to_have_count(0)
    give(stage, mine, ani)
    expect(inbox.row("Punya Ani")).to_be_visible()


def test_after_a_break_the_list_holds_what_is_hers_now(tab: Tabs, stage: Stage, wire: Wire, ani: Person) -> None:
    tab.expect(*CUT, GONE)
    budi = stage.people["budi"]
    mine, other = given(stage, ani, "Sebelum putus"), given(stage, budi, "Sesudah putus")
    inbox = everything(tab.inbox(ani, mine, url=wire.url))
    expect(inbox.bubble("halo").first).to_be_visible()
    wire.cut()
    expect(inbox.offline).to_be_visible()
    give(stage, mine, budi)
    give(stage, other, ani)
    wire.mend()
    expect(inbox.row("Sesudah putus")).to_be_visible(timeout=30_000)
    expect(inbox.row("Sebelum putus")).to_have_count(0)
    expect(inbox.log).to_have_count(0)


@pytest.mark.parametrize("told", ["by asking", "to look"])
def test_what_nobody_announced_leaves_as_well(told: str, tab: Tabs, stage: Stage, ani: Person) -> None:
    """Without a socket the page asks; with one the hub says that something moved, and not what."""
    tab.expect(GONE, "WebSocket connection to .* failed")
    budi, mine = stage.people["budi"], given(stage, ani, f"Diam-diam {told}")
    page = tab("", ani)
    if told == "by asking":
        page.route_web_socket("**/ws/inbox**", lambda line: line.close(code=1012))
    else:
        page.route_web_socket("**/ws/inbox**", deaf)
    page.goto(f"/inbox/{mine}")
    inbox = everything(Inbox(page))
    expect(inbox.bubble("halo").first).to_be_visible()
    give(stage, mine, budi)
    if told == "to look":
        expect(inbox.row(f"Diam-diam {told}")).to_be_visible()
        page.evaluate("import('/static/inbox/sync.js').then(({enter}) => enter({t: 'moved'}))")
    expect(inbox.row(f"Diam-diam {told}")).to_have_count(0)
    expect(inbox.log).to_have_count(0)


def deaf(line: object) -> None:
    """A line on which nothing comes but the answer to a ping."""
    server = line.connect_to_server()  # type: ignore[attr-defined]
    server.on_message(lambda frame: '"pong"' in str(frame) and line.send(frame))  # type: ignore[attr-defined]


def test_numbers_are_hidden_in_list_chat_and_contact_and_what_comes_live(tab: Tabs, stage: Stage, ani: Person) -> None:
    number = stage.number()
    conversation = stage.whatsapp(number, "halo", name=f"+{number}")
    give(stage, conversation, ani)
    inbox = everything(tab.inbox(ani, conversation))
    hidden = f"•••• {number[-3:]}"
    expect(inbox.row(hidden)).to_be_visible()
    expect(inbox.bubble("halo").first).to_be_visible()
    stage.whatsapp(number, "masih di sana", name=f"+{number}")
    expect(inbox.bubble("masih di sana")).to_be_visible()
    inbox.page.get_by_role("link", name="Kontak").first.click()
    for text in (inbox.page.content(), inbox.page.inner_text("body")):
        assert number[4:] not in text.replace("-", "").replace(" ", "")


def test_a_page_begins_anew_when_its_owner_may_see_something_else(tab: Tabs, stage: Stage, ani: Person) -> None:
    given(stage, stage.people["budi"], "Baru terlihat")
    inbox = everything(tab.inbox(ani))
    expect(inbox.row("Baru terlihat")).to_have_count(0)
    sees(stage, "all")
    expect(inbox.row("Baru terlihat")).to_be_visible()
