"""The main job: a visitor talks with the bot, asks for a person, and the next agent in turn answers."""

from __future__ import annotations

import re

import pytest
import yaml
from playwright.sync_api import expect

from roms.config import ROOT
from tests.browser.conftest import Tabs
from tests.browser.stage import Stage, until

pytestmark = pytest.mark.browser

VERBS = {
    "agent_claimed": "claim",
    "assigned": "assign",
    "transferred": "transfer",
    "snoozed": "snooze",
    "released": "release",
    "paused": "pause",
    "resumed": "resume",
    "closed": "close",
}


def test_a_visitor_is_led_through_the_menu_and_handed_over_in_the_middle_of_a_question(tab: Tabs) -> None:
    shop = tab.shop()
    shop.say("halo")
    shop.hears("Ada yang bisa kami bantu?")
    shop.tap("Info harga")
    shop.hears("Kopi Gayo 250 g Rp78.000")
    shop.say("2")
    shop.hears("Jl. Melati No. 10")
    shop.say("bla bla bla")
    shop.hears("Maaf, belum paham")
    shop.say("xyzzy")
    shop.hears("Begini caranya")
    shop.tap("Status pesanan")
    shop.hears("Boleh minta nomor pesanannya?")
    shop.say("cs")
    shop.hears("Baik, saya sambungkan dengan CS kami")
    expect(shop.frame.get_by_text("Menunggu balasan tim kami")).to_be_visible()


def test_the_agent_in_turn_sees_it_live_answers_and_gets_the_ticks(tab: Tabs, stage: Stage) -> None:
    agents = [tab.inbox(person) for person in stage.agents()]
    number = stage.number()
    person, conversation = stage.handed_over(number, "Wati Handoff")
    inbox = agents[stage.agents().index(person)]
    expect(inbox.row("Wati Handoff").get_by_label("2 belum dibaca")).to_be_visible()
    expect(inbox.row("Wati Handoff")).to_contain_text("Agen")
    inbox.open("Wati Handoff")
    inbox.mode("Agen")
    expect(inbox.bubble("selamat datang di Toko Kita")).to_be_visible()
    expect(inbox.contact.get_by_text(re.compile("^Giliran Anda: .*dari 2 yang bertugas"))).to_be_visible()
    expect(inbox.log.get_by_text("Bot meneruskan ke orang")).to_be_visible()
    expect(inbox.row("Wati Handoff").get_by_label("belum dibaca")).to_have_count(0)
    inbox.say("Halo Kak Wati, saya bantu ya.")
    tick = inbox.bubble("saya bantu ya").locator(".tick")
    expect(tick).to_have_attribute("data-status", "delivered")
    stage.look(number)
    expect(tick).to_have_text("Sudah dibaca")
    stage.whatsapp(number, "1", name="Wati Handoff")
    expect(inbox.bubble("1").last).to_be_visible()
    assert stage.sent_to(number)[-1] == "Halo Kak Wati, saya bantu ya."  # the bot stayed silent
    assert stage.assignee(conversation) is person


def test_a_visitor_sees_the_answer_at_once_and_the_agent_sees_it_read(tab: Tabs, stage: Stage) -> None:
    shop = tab.shop()
    known = {item["id"] for item in stage.admin.get("/api/conversations?view=all&limit=100")["items"]}
    shop.say("cs")
    shop.hears("sambungkan dengan CS kami")
    items = stage.admin.get("/api/conversations?view=all&limit=100")["items"]
    [conversation] = [item["id"] for item in items if item["id"] not in known]
    inbox = tab.inbox(stage.assignee(conversation), conversation)
    inbox.say("Selamat siang, ada yang bisa dibantu?")
    shop.hears("Selamat siang, ada yang bisa dibantu?")
    first_name = stage.assignee(conversation).name.split()[0]
    expect(shop.frame.locator("header")).to_contain_text(f"Anda berbicara dengan {first_name}")  # and until when
    expect(inbox.bubble("Selamat siang").locator(".tick")).to_have_text("Sudah dibaca")
    inbox.act("Kembalikan ke bot")
    inbox.page.get_by_role("dialog").get_by_role("button", name="Diam dulu").click()
    inbox.mode("Bot")
    shop.say("menu")
    shop.hears("Ada yang bisa kami bantu?")


def test_agents_take_turns(tab: Tabs, stage: Stage) -> None:
    first, _ = stage.handed_over(stage.number(), "Giliran Satu")
    second, _ = stage.handed_over(stage.number(), "Giliran Dua")
    assert {first.login, second.login} == {"ani", "budi"}
    for person, name, other in ((first, "Giliran Satu", "Giliran Dua"), (second, "Giliran Dua", "Giliran Satu")):
        inbox = tab.inbox(person)
        expect(inbox.row(name)).to_be_visible()
        expect(inbox.row(other)).to_have_count(0)  # the tab "Saya" shows one's own


def buttons(mode: str, is_mine: bool) -> list[str]:
    """What flows/lifecycle.yaml lets a person do in a mode, in the order of the page; he gives away what is his."""
    table = yaml.load((ROOT / "flows" / "lifecycle.yaml").read_text(), yaml.BaseLoader)  # "on" stays a word
    names = [verb for event, verb in VERBS.items() if event in table["modes"][mode]["on"]]
    names = [name for name in names if is_mine or name not in ("assign", "transfer")]
    return ["reopen" if mode == "CLOSED" and name == "claim" else name for name in names]


def test_the_buttons_are_those_of_the_lifecycle_table_and_each_does_its_work(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    conversation = stage.whatsapp(number, "halo", name="Tombol")
    inbox = tab.inbox(stage.people["ani"], conversation)
    walk = [
        ("", "", "BOT", "Bot", False),
        ("Ambil alih", "", "AGENT", "Agen", True),
        ("Jeda", "Tanpa waktu", "PAUSED", "Dijeda", True),
        ("Lanjutkan", "", "AGENT", "Agen", True),
        ("Kembalikan ke bot", "Diam dulu", "BOT", "Bot", False),
        ("Jeda", "Tanpa waktu", "PAUSED", "Dijeda", False),
        ("Lanjutkan", "", "BOT", "Bot", False),
        ("Selesai", "", "CLOSED", "Selesai", False),
        ("Buka lagi", "", "AGENT", "Agen", True),
    ]
    for button, choice, mode, name, is_mine in walk:
        if button:
            inbox.act(button)
        if choice:
            inbox.page.get_by_role("dialog").get_by_role("button", name=choice).click()
        inbox.mode(name)
        expect(inbox.acts()).to_have_count(len(buttons(mode, is_mine)))
        assert [act.get_attribute("data-verb") for act in inbox.acts().all()] == buttons(mode, is_mine)
    expect(inbox.log.get_by_text("Anda membuka lagi percakapan")).to_be_visible()
    until(lambda: stage.summary(number)["mode"] == "AGENT", "the server agrees")
    expect(inbox.contact.get_by_role("button", name="Sudah pada Anda")).to_be_disabled()


def test_a_conversation_is_given_to_a_colleague(tab: Tabs, stage: Stage) -> None:
    conversation = stage.whatsapp(stage.number(), "halo", name="Dioper")
    ani, budi = (tab.inbox(person) for person in stage.agents())
    ani.view("Semua")
    ani.open("Dioper")
    ani.act("Ambil alih")
    ani.act("Tugaskan ke…")
    ani.contact.get_by_role("button", name="Budi Hartono").click()
    ani.mode("Agen")
    expect(budi.row("Dioper")).to_be_visible()
    budi.open("Dioper")
    expect(budi.contact.get_by_text("Ani Lestari menugaskan Anda")).to_be_visible()
    assert stage.assignee(conversation).login == "budi"
