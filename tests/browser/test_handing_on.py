"""Handing on, as people do it: with a note, at a step, out of sight, many at once, and back again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Tabs
from tests.browser.pages import Inbox
from tests.browser.stage import Stage, until

pytestmark = pytest.mark.browser

WAITS = """() => {
  const start = window.setTimeout;
  window.waits = [];
  window.setTimeout = (then, ms, ...more) => (window.waits.push(ms), start(then, ms, ...more));
}"""
PHONE = {"width": 390, "height": 780}


def dialog(inbox: Inbox) -> Locator:
    return inbox.page.get_by_role("dialog")


def toast(inbox: Inbox, text: str | re.Pattern[str]) -> Locator:
    return inbox.page.locator(".toast").filter(has_text=text)


def undo(inbox: Inbox) -> None:
    inbox.page.locator(".toast").get_by_role("button", name="Urungkan").click()


def mine(stage: Stage, name: str, login: str = "ani") -> str:
    """A conversation that this agent has."""
    found = stage.whatsapp(stage.number(), "halo", name=name)
    stage.people[login].act(found, "claim")
    return found


def choose(inbox: Inbox, *names: str) -> None:
    """By the box that shows on the row."""
    for name in names:
        inbox.row(name).hover()
        inbox.row(name).locator(".row-tick").click()


def test_it_is_handed_to_a_colleague_with_a_note(tab: Tabs, stage: Stage) -> None:
    conversation = mine(stage, "Diteruskan")
    ani, budi = (tab.inbox(person, conversation) for person in stage.agents())
    ani.act("Teruskan…")
    dialog(ani).get_by_label("Kepada").select_option(label="Budi Hartono")
    dialog(ani).get_by_label("Catatan (boleh kosong)").fill("Minta diskon 10%")
    dialog(ani).get_by_role("button", name="Teruskan").click()
    expect(toast(ani, "Diteruskan ke Budi Hartono")).to_be_visible()
    expect(budi.log.get_by_text("Minta diskon 10%")).to_be_visible()
    expect(budi.log.get_by_text("Ani Lestari meneruskannya kepada Anda")).to_be_visible()
    expect(ani.contact.get_by_role("button", name="Teruskan…")).to_have_count(0)  # it is his no more
    undo(ani)
    expect(toast(ani, "Sudah diurungkan")).to_be_visible()
    until(lambda: stage.assignee(conversation).login == "ani", "it is hers again")


def test_a_team_that_it_is_handed_to_is_called_by_its_name(tab: Tabs, stage: Stage) -> None:
    ani = tab.inbox(stage.agents()[0], mine(stage, "Ke layanan"))
    ani.act("Teruskan…")
    dialog(ani).get_by_label("Kepada").select_option(label="Layanan pelanggan")
    dialog(ani).get_by_role("button", name="Teruskan").click()
    expect(ani.log.get_by_text("Anda meneruskan ke tim Layanan pelanggan")).to_be_visible()


def test_the_bot_goes_on_at_the_chosen_step_by_the_keyboard(tab: Tabs, stage: Stage) -> None:
    conversation = mine(stage, "Langkah")
    inbox = tab.inbox(stage.people["ani"], conversation)
    inbox.act("Kembalikan ke bot")
    offered = dialog(inbox).get_by_role("button", name=re.compile("Dari awal: Menu utama"))
    expect(offered).to_be_focused()
    for _ in range(20):
        if "Status pesanan" in (inbox.page.evaluate("document.activeElement.textContent") or ""):
            break
        inbox.page.keyboard.press("ArrowDown")
    inbox.page.keyboard.press("Enter")
    inbox.mode("Bot")
    expect(inbox.bubble("Boleh minta nomor pesanannya?")).to_be_visible()
    expect(inbox.log.get_by_text("(langkah order.number)")).to_be_visible()


def test_what_is_snoozed_leaves_the_open_ones_and_comes_back_with_a_message(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    conversation = stage.whatsapp(number, "halo", name="Ditunda Dulu")
    stage.people["ani"].act(conversation, "claim")
    inbox = tab.inbox(stage.people["ani"], conversation)
    inbox.view("Saya")
    expect(inbox.row("Ditunda Dulu")).to_be_visible()
    inbox.page.keyboard.press("Alt+t")
    dialog(inbox).get_by_role("button", name=re.compile("^Besok")).click()
    expect(inbox.page.locator(".sleeping")).to_contain_text("Ditunda sampai")
    expect(inbox.row("Ditunda Dulu")).to_have_count(0)
    inbox.view("Ditunda")
    expect(inbox.row("Ditunda Dulu")).to_be_visible()
    stage.whatsapp(number, "jadi bagaimana?", name="Ditunda Dulu")
    expect(inbox.row("Ditunda Dulu")).to_have_count(0)
    inbox.view("Saya")
    expect(inbox.row("Ditunda Dulu")).to_be_visible()
    expect(inbox.log.get_by_text("percakapan tidak ditunda lagi")).to_be_visible()


def test_a_pause_is_given_an_end(tab: Tabs, stage: Stage) -> None:
    inbox = tab.inbox(stage.people["ani"], mine(stage, "Dijeda Sebentar"))
    inbox.act("Jeda")
    dialog(inbox).get_by_role("button", name=re.compile("^15 menit")).click()
    inbox.mode("Dijeda")
    expect(inbox.page.locator(".sleeping")).to_contain_text("Dijeda sampai")
    inbox.page.locator(".sleeping").get_by_role("button", name="Lanjutkan").click()
    inbox.mode("Agen")
    expect(inbox.page.locator(".sleeping")).to_have_count(0)


def test_several_are_closed_at_once_and_put_back(tab: Tabs, stage: Stage) -> None:
    names = ["Banyak Satu", "Banyak Dua", "Banyak Tiga"]
    for name in names:
        mine(stage, name)
    inbox = tab.inbox(stage.people["ani"])
    choose(inbox, names[0])
    bar = inbox.page.get_by_role("toolbar", name="Untuk yang dipilih")
    expect(bar).to_contain_text("1 dipilih")
    inbox.row(names[2]).click(modifiers=["Shift"])  # and everything between
    inbox.row(names[1]).focus()
    expect(bar.get_by_role("status")).to_have_text(re.compile(r"^\d+ dipilih$"))
    chosen = int((bar.get_by_role("status").text_content() or "0").split()[0])
    assert chosen >= 3
    inbox.page.evaluate(WAITS)
    bar.get_by_role("button", name="Selesaikan").click()
    expect(toast(inbox, f"{chosen} percakapan selesai")).to_be_visible()
    assert 10_000 in inbox.page.evaluate("waits")  # so long the way back stands there
    expect(bar).to_have_count(0)
    expect(inbox.row(names[0])).to_have_count(0)
    undo(inbox)
    expect(toast(inbox, "Sudah diurungkan")).to_be_visible()
    for name in names:
        expect(inbox.row(name)).to_be_visible()


def test_one_is_chosen_by_the_keyboard_and_labelled(tab: Tabs, stage: Stage) -> None:
    mine(stage, "Dengan Label")
    inbox = tab.inbox(stage.people["ani"])
    inbox.row("Dengan Label").focus()
    inbox.page.keyboard.press("x")
    expect(inbox.row("Dengan Label")).to_have_attribute("aria-checked", "true")
    inbox.page.get_by_role("toolbar").get_by_role("button", name="Beri label…").click()
    dialog(inbox).get_by_label("Label").last.fill("penting")
    inbox.page.keyboard.press("Enter")
    expect(toast(inbox, "1 percakapan diberi label")).to_be_visible()
    inbox.page.keyboard.press("Escape")
    expect(inbox.row("Dengan Label")).to_have_attribute("aria-checked", "false")


def test_on_a_phone_a_long_press_chooses(tab: Tabs, stage: Stage) -> None:
    mine(stage, "Di Ponsel")
    inbox = tab.inbox(stage.people["ani"], viewport=PHONE, has_touch=True)
    row = inbox.row("Di Ponsel")
    box = row.bounding_box()
    assert box
    at = {"clientX": box["x"] + 150, "clientY": box["y"] + 30, "pointerType": "touch", "pointerId": 1}
    row.dispatch_event("pointerdown", at)
    expect(row).to_have_attribute("aria-checked", "true")
    row.dispatch_event("pointerup", at)
    bar = inbox.page.get_by_role("toolbar", name="Untuk yang dipilih")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Tunda").click()
    expect(dialog(inbox)).to_be_visible()
    dialog(inbox).get_by_role("button", name=re.compile("Sampai kontak menulis")).click()
    expect(inbox.row("Di Ponsel")).to_have_count(0)
