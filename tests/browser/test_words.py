"""Labels, notes that call, saved replies and macros, as agents use them with mouse and keyboard."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Tabs
from tests.browser.stage import Person, Stage, until
from tests.browser.test_layout import spills
from tests.engine import pictures

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def shot(page: Page, name: str) -> None:
    """For eyes, where somebody asked for it."""
    if folder := os.environ.get("ROMS_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"words-{name}.png"))


def own(stage: Stage, name: str, person: Person) -> tuple[str, str]:
    number = stage.known(name)
    conversation, _ = stage.agents_own("meta", number, person)
    return number, conversation


def reply(stage: Stage, shortcut: str, **texts: str) -> Any:
    return stage.admin.post("/api/saved", {"shortcut": shortcut, "title": shortcut.title(), "texts": texts})


def test_a_colleague_is_called_by_keyboard_and_hears_of_it_on_every_page(tab: Tabs, stage: Stage) -> None:
    ani, budi = stage.people["ani"], stage.people["budi"]
    _, conversation = own(stage, "Disebut", ani)
    other = tab("/inbox/contacts", budi)
    inbox, his = tab.inbox(ani, conversation), tab.inbox(budi)
    page = inbox.page
    page.keyboard.press("Alt+p")
    box = page.get_by_label("Catatan internal", exact=False).and_(page.locator("textarea"))
    box.press_sequentially("Tolong @bu")
    offered = page.get_by_role("listbox", name=re.compile("orang bisa disebut"))
    expect(offered.get_by_role("option", selected=True)).to_contain_text(budi.name)
    shot(page, "calling")
    box.press("Enter")
    box.press_sequentially("cek stoknya")
    box.press("Enter")
    expect(page.locator(".note .called")).to_have_text(f"@{budi.name}")
    bell = his.page.get_by_role("button", name="1 sebutan belum dilihat")
    expect(bell).to_be_visible()
    bell.click()
    expect(his.page.locator(".bell-list")).to_contain_text("cek stoknya")
    shot(his.page, "bell")
    his.page.keyboard.press("Escape")
    expect(his.page.locator(".bell-list")).to_have_count(0)
    his.page.get_by_role("tab", name=re.compile("Disebut")).click()
    his.row("Disebut").click()
    expect(his.page.locator(".note .called[data-me=true]")).to_be_visible()
    expect(his.page.get_by_role("button", name="Sebutan", exact=True)).to_be_visible()
    shot(his.page, "called")
    other.reload()
    expect(other.get_by_role("button", name="Sebutan", exact=True)).to_be_visible()


def test_a_saved_reply_is_found_filled_in_and_cannot_go_with_a_hole(tab: Tabs, stage: Stage) -> None:
    ani = stage.people["ani"]
    number, conversation = own(stage, "Balasan", ani)
    reply(stage, "salam", id="Halo {{contact.first_name}}, saya {{agent.first_name}}.")
    reply(stage, "bahasa", id="Salam dari {{team.name}}! Bahasa: {{contact.language}}.")  # nobody has said
    inbox = tab.inbox(ani, conversation)
    page, box = inbox.page, inbox.box
    box.press_sequentially("/slm")
    expect(page.locator("#offers").get_by_role("option", selected=True)).to_contain_text("Halo Balasan, saya Ani.")
    shot(page, "saved")
    box.press("Enter")
    expect(box).to_have_value("Halo Balasan, saya Ani.")
    box.press("Enter")
    until(lambda: stage.sent_to(number)[-1:] == ["Halo Balasan, saya Ani."], "it was sent")
    box.press_sequentially("/bahasa")
    box.press("Tab")
    expect(box).to_have_value("Salam dari Penjualan! Bahasa: {{contact.language}}.")
    send = page.get_by_role("button", name="Kirim", exact=True)
    expect(send).to_be_disabled()
    shot(page, "hole")
    page.get_by_role("button", name="{{contact.language}}").click()
    page.keyboard.type("Indonesia")
    expect(send).to_be_enabled()
    box.press("Enter")
    until(lambda: stage.sent_to(number)[-1:] == ["Salam dari Penjualan! Bahasa: Indonesia."], "it was sent")


def test_the_file_of_a_saved_reply_goes_with_it(tab: Tabs, stage: Stage) -> None:
    ani = stage.people["ani"]
    number, conversation = own(stage, "Gambar", ani)
    made = reply(stage, "katalog", id="Ini katalog kami.")
    files = {"file": ("katalog.png", pictures.png(64, 40), "image/png")}
    stage.admin.http.post(f"/api/saved/{made['id']}/file", files=files, headers=stage.admin.csrf).raise_for_status()
    inbox = tab.inbox(ani, conversation)
    inbox.box.press_sequentially("/kat")
    inbox.page.get_by_role("option").filter(has_text="katalog.png").click()
    expect(inbox.page.get_by_role("list", name="File yang akan dikirim")).to_contain_text("katalog.png")
    inbox.box.press("Enter")
    until(lambda: len(stage.taken(number, "image")) == 1, "the picture was sent")


def test_labels_are_put_on_shown_filtered_by_and_taken_back(tab: Tabs, stage: Stage) -> None:
    ani = stage.people["ani"]
    _, conversation = own(stage, "Berlabel", ani)
    stage.admin.post("/api/labels", {"key": "Grosir", "colour": "teal"})
    stage.admin.post("/api/labels", {"key": "Pelanggan VIP", "colour": "purple", "is_vip": True})
    inbox = tab.inbox(ani, conversation)
    page = inbox.page
    cards = inbox.contact.locator(".card").filter(has=page.get_by_role("heading", name="Label percakapan"))
    cards.get_by_role("button", name="Tambah label").click()
    page.get_by_role("combobox", name=re.compile("Tambah:")).press_sequentially("gro")
    page.keyboard.press("Enter")
    expect(page.locator(".chat-who .label")).to_have_text("Grosir")
    people = inbox.contact.locator(".card").filter(has=page.get_by_role("heading", name="Label kontak"))
    people.get_by_role("button", name="Tambah label").click()
    page.get_by_role("combobox", name=re.compile("Tambah:")).fill("pelanggan")
    people.get_by_role("option").filter(has_text="Pelanggan VIP").click()
    expect(inbox.row("Berlabel").locator(".label")).to_have_text([re.compile("Pelanggan VIP"), "Grosir"])
    expect(inbox.log).to_contain_text("memasang label “Grosir”")
    shot(page, "labels")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    shot(page, "labels-dark")
    page.get_by_label("Saring menurut label").select_option("Grosir")
    expect(page.get_by_role("option").filter(has=page.locator(".label"))).to_have_count(1)
    cards.get_by_role("button", name="Lepas label Grosir").click()
    expect(inbox.row("Berlabel")).to_have_count(0)
    page.get_by_role("button", name="Urungkan").click()
    expect(inbox.row("Berlabel")).to_have_count(1)


def test_a_macro_runs_by_keyboard_and_is_held_back_by_a_colleagues_answer(tab: Tabs, stage: Stage) -> None:
    ani, budi = stage.people["ani"], stage.people["budi"]
    number, conversation = own(stage, "Makro", ani)
    steps = [{"do": "label", "label": "beres"}, {"do": "reply", "text": "Terima kasih!"}, {"do": "close"}]
    stage.admin.post("/api/macros", {"name": "Beres", "steps": steps})
    inbox = tab.inbox(ani, conversation)
    page = inbox.page
    expect(inbox.box).to_be_visible()
    page.keyboard.press("Alt+m")
    macro = page.get_by_role("dialog").get_by_role("button", name=re.compile("^Beres"))
    expect(macro).to_be_visible()
    shot(page, "macros")

    answers = iter(["Sudah saya bantu"])

    def overtaken(route: Route) -> None:
        for text in answers:
            budi.reply(conversation, text)
        route.continue_()

    tab.expect("409")
    page.route("**/macros/*", overtaken)
    macro.click()
    expect(page.get_by_role("dialog")).to_contain_text("Sudah saya bantu")
    shot(page, "macro-stale")
    page.get_by_role("button", name="Jalankan juga").click()
    expect(inbox.bubble("Bagaimana bantuan kami tadi?")).to_be_visible()  # closed, so the bot asks
    inbox.mode("Bot")
    until(lambda: stage.sent_to(number)[-2:-1] == ["Terima kasih!"], "it was sent")
    expect(page.locator(".chat-who .label")).to_have_text("beres")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_the_pages_where_they_are_looked_after(tab: Tabs, stage: Stage, options: dict[str, Any]) -> None:
    kind = "phone" if options else "desktop"
    page = tab("/inbox/labels", stage.admin, **options)
    page.get_by_role("button", name="Label baru").click()
    page.get_by_label("Nama").fill(f"Retur {kind}")
    page.get_by_text("jingga").click()
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.locator(".word-row .label").filter(has_text=f"Retur {kind}")).to_have_attribute("data-colour", "orange")
    assert spills(page) == [0]
    shot(page, f"page-labels-{kind}")
    page.get_by_role("link", name="Balasan tersimpan").click()
    page.get_by_role("button", name="Balasan baru").click()
    page.get_by_label("Singkatan").fill(f"jam-{kind}")
    page.get_by_label("Judul").fill("Jam buka")
    words = page.get_by_label("Isi (Bahasa Indonesia)")
    words.fill("Halo {{contact.nama}}")
    tab.expect("422")
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="contact.nama")).to_be_visible()
    words.fill("Kami buka lagi ")
    page.get_by_role("button", name="{{hours.opens_at}}").click()
    expect(words).to_have_value("Kami buka lagi {{hours.opens_at}}")
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_text("Tanpa file")).to_be_visible()
    assert spills(page) == [0]
    shot(page, f"page-saved-{kind}")
    page.get_by_role("link", name="Makro").click()
    page.get_by_role("button", name="Makro baru").click()
    page.get_by_label("Nama", exact=True).fill(f"Retur {kind}")
    page.get_by_label("Langkah 1: Pasang label").fill("retur")
    page.get_by_role("button", name="Tambah langkah").click()
    page.get_by_label("Langkah 2: tindakan").select_option("close")
    shot(page, f"page-macros-{kind}")
    assert spills(page) == [0]
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.locator(".word-row").filter(has_text=f"Retur {kind}")).to_be_visible()


def test_agents_read_these_pages_and_change_nothing(tab: Tabs, stage: Stage) -> None:
    page = tab("/inbox/macros", stage.people["ani"])
    expect(page.get_by_role("heading", name="Label, balasan, makro")).to_be_visible()
    expect(page.get_by_role("button", name="Makro baru")).to_have_count(0)
