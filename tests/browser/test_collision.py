"""Two agents in one chat: each sees the other, nobody answers over the other unaware, and one of them has it."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Tabs
from tests.browser.stage import Stage
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def faces(page: Page) -> list[str]:
    """What the head of the chat says of each who is there."""
    return [str(each.get_attribute("title")) for each in page.locator(".lookers .faces li").all()]


def test_u10_who_looks_is_shown_dimmed_when_hidden_and_gone_when_the_browser_dies(
    tab: Tabs, stage: Stage, wire: Wire
) -> None:
    tab.expect("WebSocket", "ERR_")
    ani, budi = stage.people["ani"], stage.people["budi"]
    name = "Wati Tamu"
    chat = stage.whatsapp(stage.number(), "halo", name=name)
    ani.act(chat, "claim")
    mine = tab.inbox(ani, chat)
    theirs = tab.inbox(budi, chat, url=wire.url)
    face = mine.page.locator(".lookers .faces li")
    expect(face).to_have_attribute("title", "Budi Hartono sedang melihat percakapan ini")
    expect(mine.row(name).locator(".row-lookers")).to_contain_text("Budi Hartono")
    theirs.page.evaluate(HIDE, True)
    expect(face).to_have_attribute("data-hidden", "true")
    theirs.page.evaluate(HIDE, False)
    expect(face).to_have_attribute("data-hidden", "false")
    wire.cut()
    began = time.monotonic()
    expect(face).to_have_count(0, timeout=20_000)
    assert time.monotonic() - began < 15.5
    expect(mine.row(name).locator(".row-lookers")).to_have_count(0)


def test_u10_who_writes_is_named_in_the_head_and_in_the_list_until_they_stop(tab: Tabs, stage: Stage) -> None:
    ani, budi = stage.people["ani"], stage.people["budi"]
    name = "Yanti Pelanggan"
    chat = stage.whatsapp(stage.number(), "halo", name=name)
    ani.act(chat, "claim")
    mine, theirs = tab.inbox(ani, chat), tab.inbox(budi, chat)
    theirs.page.get_by_role("button", name="Tetap balas").click()
    theirs.box.press_sequentially("Halo", delay=30)
    expect(mine.page.locator(".lookers .writing")).to_have_text("Budi sedang mengetik…")
    expect(mine.row(name).locator(".row-lookers[data-writing=true]")).to_be_visible()
    expect(mine.page.locator(".lookers .writing")).to_have_count(0, timeout=14_000)
    assert faces(mine.page) == ["Budi Hartono sedang melihat percakapan ini"]


def test_r17_a_reply_begun_before_a_colleague_answered_is_held_back_by_name(tab: Tabs, stage: Stage) -> None:
    ani, budi = stage.people["ani"], stage.people["budi"]
    number = stage.number()
    chat = stage.whatsapp(number, "halo")
    budi.act(chat, "claim")
    tab.expect("409")
    inbox = tab.inbox(budi, chat)
    inbox.box.fill("Barangnya ada, Kak")
    ani.reply(chat, "Barangnya habis")
    expect(inbox.bubble("Barangnya habis")).to_be_visible()
    inbox.box.press("Enter")
    held = inbox.page.get_by_role("alert").filter(has_text="sudah membalas")
    expect(held).to_contain_text(re.compile(r"Ani sudah membalas \d+ detik yang lalu"))
    expect(held.locator("blockquote")).to_contain_text("Barangnya habis")
    held.get_by_role("button", name="Ubah").click()
    expect(inbox.box).to_have_value("Barangnya ada, Kak")
    inbox.box.fill("Barangnya ada di cabang lain")
    ani.act(chat, "notes", text="Jangan dijanjikan dulu")
    inbox.box.press("Enter")
    noted = inbox.page.get_by_role("alert").filter(has_text="menulis catatan")
    expect(noted.locator("blockquote")).to_contain_text("Jangan dijanjikan dulu")
    noted.get_by_role("button", name="Tetap kirim").click()
    expect(inbox.bubble("Barangnya ada di cabang lain")).to_have_attribute(
        "data-status", re.compile("sent|accepted|delivered|read")
    )
    assert "Barangnya ada, Kak" not in stage.sent_to(number)


def test_r17_whoever_is_slower_is_told_who_has_it(tab: Tabs, stage: Stage) -> None:
    ani, budi = stage.people["ani"], stage.people["budi"]
    chat = stage.whatsapp(stage.number(), "halo")
    tab.expect("409")
    inbox = tab.inbox(budi, chat)

    def overtaken(route: Route) -> None:
        ani.act(chat, "claim")
        route.continue_()

    expect(inbox.page.locator(".banner[data-mode=BOT]")).to_contain_text("Bot sedang membalas")
    inbox.page.route("**/claim", overtaken, times=1)
    inbox.page.locator("#takeover").click()
    expect(inbox.page.locator(".toast")).to_contain_text("Ani Lestari lebih cepat")
    banner = inbox.page.locator(".banner[data-mode=AGENT]")
    expect(banner).to_contain_text("Ani menangani ini")
    expect(inbox.box).to_have_count(0)
    banner.get_by_role("button", name="Ambil alih").click()  # one act, and the page knew whose it was
    expect(inbox.box).to_be_visible()
    assert stage.assignee(chat) is budi


def test_u04_where_the_bot_replies_there_is_no_box_and_one_click_silences_it(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    chat = stage.whatsapp(number, "halo")
    inbox = tab.inbox(stage.people["ani"], chat)
    banner = inbox.page.locator(".banner[data-mode=BOT]")
    expect(banner).to_contain_text("Bot sedang membalas")
    expect(banner.get_by_role("button", name="Tulis catatan")).to_be_visible()
    expect(inbox.box).to_have_count(0)
    banner.get_by_role("button", name="Ambil alih").click()
    expect(inbox.box).to_be_visible()
    expect(inbox.page.locator(".banner")).to_have_count(0)
    inbox.mode("Agen")
    said = stage.sent_to(number)
    stage.whatsapp(number, "halo, masih di sana?")
    expect(inbox.bubble("masih di sana?")).to_be_visible()
    assert stage.sent_to(number) == said


def test_u04_in_a_colleagues_chat_one_takes_over_or_leaves_a_note(tab: Tabs, stage: Stage) -> None:
    ani, budi = stage.people["ani"], stage.people["budi"]
    chat = stage.whatsapp(stage.number(), "halo")
    ani.act(chat, "claim")
    inbox = tab.inbox(budi, chat)
    inbox.page.locator(".banner").get_by_role("button", name="Tulis catatan").click()
    inbox.page.get_by_label(re.compile("Catatan")).fill("Ini pelanggan lama")
    inbox.page.keyboard.press("Enter")
    expect(inbox.log.locator(".note").filter(has_text="Ini pelanggan lama")).to_be_visible()
    assert stage.assignee(chat) is ani


def test_the_visitor_rates_with_stars_and_the_timeline_says_so(tab: Tabs, stage: Stage) -> None:
    ani = stage.people["ani"]
    shop = tab.shop()
    shop.say("halo")
    shop.hears("selamat datang")
    chat = stage.newest()
    ani.act(chat, "claim")
    ani.reply(chat, "Sudah beres ya Kak")
    inbox = tab.inbox(ani, chat)
    ani.act(chat, "close")
    stars = shop.log.locator(".stars button")
    expect(stars).to_have_count(5)
    expect(stars.nth(3)).to_have_attribute("aria-label", "4: Puas")
    stars.nth(3).click()
    shop.hears("Terima kasih atas penilaiannya")
    expect(shop.log.locator(".stars.past button[data-on=true]")).to_have_count(4)
    expect(inbox.log.locator("[data-event=rated]")).to_contain_text("Kontak memberi nilai 4 dari 5")
    inbox.mode("Selesai")
