"""A tab that was cut off ends up as one that never was: nothing missing, nothing twice, nothing asked of the agent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Tabs
from tests.browser.pages import Inbox
from tests.browser.stage import Stage
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser

CUT = (r"net::ERR_\w+", r"WebSocket connection to .* failed", r"WebSocket is closed before")


def all_open(tab: Tabs, stage: Stage, conversation: str, **options: str) -> Inbox:
    """Ani's tab with this conversation open, which is hers, and every other in the list."""
    stage.people["ani"].act(conversation, "claim")
    inbox = tab.inbox(stage.people["ani"], conversation, **options)
    inbox.view("Semua")
    expect(inbox.page.get_by_role("tab", name="Semua")).to_have_attribute("aria-selected", "true")
    return inbox


def test_the_agent_is_told_within_five_seconds_and_the_reply_goes_out_once_on_return(
    tab: Tabs, stage: Stage, wire: Wire
) -> None:
    tab.expect(*CUT)
    number = stage.number()
    conversation = stage.whatsapp(number, "cs", name="Putus sebentar")
    inbox = all_open(tab, stage, conversation, url=wire.url)
    expect(inbox.box).to_be_visible()
    wire.cut()
    expect(inbox.offline).to_be_visible(timeout=5_000)
    inbox.say("Ditulis saat terputus")
    expect(inbox.bubble("Ditulis saat terputus").locator(".tick")).to_have_text("Menunggu sambungan")
    expect(inbox.page.get_by_text("1 pesan menunggu.")).to_be_visible()
    wire.mend()
    expect(inbox.offline).to_be_hidden(timeout=30_000)
    expect(inbox.bubble("Ditulis saat terputus")).to_have_attribute("data-status", "delivered")
    expect(inbox.bubble("Ditulis saat terputus")).to_have_count(1)
    assert stage.sent_to(number).count("Ditulis saat terputus") == 1


def test_a_browser_that_goes_offline_says_so_and_comes_back_by_itself(tab: Tabs, stage: Stage) -> None:
    tab.expect(*CUT)
    number = stage.number()
    inbox = all_open(tab, stage, stage.whatsapp(number, "cs", name="Laptop tidur"))
    inbox.page.context.set_offline(True)
    expect(inbox.offline).to_be_visible(timeout=5_000)
    stage.whatsapp(number, "masih di sana?", name="Laptop tidur")
    inbox.page.context.set_offline(False)
    expect(inbox.offline).to_be_hidden()
    expect(inbox.bubble("masih di sana?")).to_have_count(1)


def test_without_sockets_the_page_goes_on_by_asking(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    conversation = stage.whatsapp(number, "cs", name="Tanpa soket")
    stage.people["ani"].act(conversation, "claim")
    page = tab("", stage.people["ani"])
    tab.expect("WebSocket connection to .* failed")
    page.route_web_socket("**/ws/inbox**", lambda line: line.close(code=1012))
    page.goto(f"/inbox/{conversation}")
    inbox = Inbox(page)
    stage.whatsapp(number, "sampai juga", name="Tanpa soket")
    expect(inbox.bubble("sampai juga")).to_be_visible()
    inbox.say("Dijawab tanpa soket")
    expect(inbox.bubble("Dijawab tanpa soket")).to_have_attribute("data-status", "delivered")


def test_a_row_names_our_number_whatever_else_happens_to_be_loaded(tab: Tabs, stage: Stage) -> None:
    """A list read anew holds less than one that grew; both say the same of what they share."""
    inbox = all_open(tab, stage, stage.whatsapp(stage.number(), "halo", name="Satu saja"))
    alone = """async () => {
      const {listKey, lists, openId, rows, world} = await import("/static/inbox/store.js");
      lists.value = {...lists.value, [listKey()]: {state: "ready", next: null}}; // too short, it would ask on
      const open = world.value.summaries.get(openId.value);
      world.value = {...world.value, summaries: new Map([[open.id, open]])};
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const names = [...document.querySelectorAll("#rows .row-channel")];
      return [rows.value.length, ...names.map((name) => name.textContent)];
    }"""
    expect(inbox.row("Satu saja")).to_be_visible()
    assert inbox.page.evaluate(alone) == [1, "WhatsApp (Whapi)"]
