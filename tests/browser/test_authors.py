"""For those who write flows: why and why not on every bubble, what was not understood, a conversation as a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from roms.config import ROOT
from roms.engine.flowfile import compile_release
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from roms.services.publishing import files_in
from tests.browser.conftest import Tabs
from tests.browser.pages import Inbox
from tests.browser.stage import Stage
from tests.browser.test_layout import at, spills

pytestmark = pytest.mark.browser

SHOWN = "node => Number(getComputedStyle(node).opacity)"
TOUCH = {"has_touch": True, "is_mobile": True}


def why(bubble: Locator) -> Locator:
    return bubble.get_by_role("button", name=re.compile("^Kenapa\\? Pesan"))


def pane(inbox: Inbox) -> Locator:
    return inbox.page.get_by_role("complementary", name="Kenapa?")


@pytest.fixture
def talk(stage: Stage) -> str:
    """A question that did not understand, and then did."""
    number = stage.number()
    return stage.whatsapp(number, "halo, mau lacak resi", "ongkir ke bandung brp", "ord-12345", name="Tanya Kenapa")


def test_one_click_on_a_bots_bubble_tells_why(tab: Tabs, stage: Stage, talk: str) -> None:
    inbox = tab.inbox(stage.people["ani"], talk)
    bubble = inbox.bubble("betul?")
    before = bubble.bounding_box()
    assert why(bubble).evaluate(SHOWN) == 0
    bubble.hover()
    assert why(bubble).evaluate(SHOWN) == 1
    why(bubble).click()
    told = pane(inbox)
    expect(told).to_contain_text("Pertanyaan yang menunggu menerima pesan ini sebagai jawabannya.")
    line = (ROOT / "flows" / "order.yaml").read_text().splitlines().index("  confirm:") + 1
    for text in ("Rilis1", f"order.yaml:{line}", "order.confirm", "jawaban diterima", "orderord-12345", "+62 811"):
        expect(told).to_contain_text(text)
    assert bubble.bounding_box() == before  # nothing moved
    expect(told.get_by_role("button", name="Tutup penjelasan")).to_be_focused()
    inbox.page.keyboard.press("Escape")
    expect(told).to_have_count(0)
    expect(why(bubble)).to_be_focused()
    expect(inbox.contact).to_be_visible()


def test_rules_that_lost_are_told_in_the_agents_language(tab: Tabs, stage: Stage, talk: str) -> None:
    inbox = tab.inbox(stage.people["budi"], talk)
    bubble = inbox.bubble("Boleh minta nomor pesanannya?")
    why(bubble).focus()
    inbox.page.keyboard.press("Enter")
    expect(pane(inbox)).to_contain_text("Pesan ini memulai alur “order”.")
    expect(pane(inbox)).to_contain_text("“otherwise” kalah peringkat dari kata kunci di dalam kalimat")
    inbox.page.get_by_role("button", name="Menu", exact=True).click()
    inbox.page.get_by_role("button", name="English").click()
    inbox.page.keyboard.press("Escape")
    told = inbox.page.get_by_role("complementary", name="Why?")
    expect(told).to_contain_text("“otherwise” ranks below a keyword inside a sentence")
    inbox.page.get_by_role("button", name="Menu", exact=True).click()
    with inbox.page.expect_response("**/api/me"):  # kept, before the tab closes
        inbox.page.get_by_role("button", name="Bahasa Indonesia").click()


def test_one_click_on_a_contacts_bubble_tells_why_not(tab: Tabs, stage: Stage, talk: str) -> None:
    inbox = tab.inbox(stage.people["ani"], talk)
    why(inbox.bubble("ongkir ke bandung brp")).click()
    told = pane(inbox)
    expect(told).to_contain_text("Tidak dipahami: bukan jawaban untuk pertanyaan yang menunggu.")
    expect(told).to_contain_text("order.number")
    why(inbox.bubble("halo, mau lacak resi")).click()  # the next one takes its place
    expect(told).to_contain_text("Pesan ini memulai alur “order”.")
    inbox.page.route("**/why/*", lambda route: route.abort())
    tab.expect("Failed to load resource")
    why(inbox.log.locator("[data-sender=contact]").last).click()
    expect(told).to_contain_text("Penjelasan belum bisa dimuat")
    inbox.page.unroute("**/why/*")
    told.get_by_role("button", name="Coba lagi").click()
    expect(told).to_contain_text("ord-12345")


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_the_button_stands_there_and_the_answer_fills_the_screen(
    tab: Tabs, stage: Stage, talk: str, width: int
) -> None:
    inbox = Inbox(tab(f"/inbox/{talk}", stage.people["ani"], **at(width), **TOUCH))
    button = why(inbox.bubble("betul?"))
    assert button.evaluate(SHOWN) == 1
    assert spills(inbox.page) == [0]
    button.tap()
    expect(pane(inbox)).to_be_in_viewport(ratio=0.9)
    expect(pane(inbox)).to_contain_text("order.confirm")
    assert inbox.page.evaluate("document.documentElement.scrollWidth") == width
    pane(inbox).get_by_role("button", name="Tutup penjelasan").tap()
    expect(inbox.log).to_be_in_viewport()


def test_admins_find_what_was_not_understood_in_the_menu(tab: Tabs, stage: Stage, talk: str) -> None:
    for text in ("ada diskon nggak", "nggak ada diskon?", "Ada diskon nggak"):
        stage.whatsapp(stage.number(), text, name="Pencari diskon")
    inbox = tab.inbox(stage.admin)
    page = inbox.page
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("button", name="Tidak dipahami").click()
    expect(page).to_have_url(re.compile("/inbox/unmatched$"))
    group = page.locator(".group").filter(has_text="diskon")
    expect(group).to_contain_text("3×")
    expect(group).to_contain_text("3 kontak")
    expect(group).to_contain_text("Tidak ada pertanyaan yang menunggu")
    expect(page.locator(".group").filter(has_text="ongkir ke bandung brp").first).to_contain_text("order.number")
    page.get_by_role("button", name="24 jam").click()
    group.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(group.get_by_role("link")).to_have_count(3)
    group.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=2, name="Pencari diskon")).to_be_visible()
    page.go_back()
    expect(group.get_by_role("link")).to_have_count(3)  # as it was left


def test_the_page_of_what_was_not_understood_fits_the_smallest_phone(tab: Tabs, stage: Stage, talk: str) -> None:
    page = tab("/inbox/unmatched", stage.admin, **at(320), **TOUCH)
    page.locator(".group summary").first.tap()
    expect(page.locator(".group a").first).to_be_visible()
    assert spills(page) == [0]
    page.get_by_role("button", name="Kembali ke daftar").tap()
    expect(page.get_by_role("region", name="Daftar percakapan")).to_be_in_viewport()


def test_nothing_and_a_broken_line_have_words_of_their_own(tab: Tabs, stage: Stage) -> None:
    page = tab("", stage.admin)
    tab.expect("Failed to load resource")
    empty = {"since": "7d", "messages": 0, "groups": 0, "most": 1, "items": []}
    page.route("**/api/unmatched*", lambda route: route.fulfill(json=empty))
    page.goto("/inbox/unmatched")
    expect(page.get_by_text("Semua dipahami")).to_be_visible()
    page.route("**/api/unmatched*", lambda route: route.abort())
    page.get_by_role("button", name="Muat ulang").click()
    expect(page.get_by_text("Daftar ini belum bisa dimuat")).to_be_visible()
    page.unroute("**/api/unmatched*")
    page.get_by_role("button", name="Coba lagi").click()
    expect(page.get_by_text(re.compile("pesan dalam .* kelompok|Semua dipahami"))).to_be_visible()


def test_an_agent_is_refused_what_is_for_admins(tab: Tabs, stage: Stage, talk: str) -> None:
    tab.expect("403")
    page = tab("/inbox/unmatched", stage.people["ani"])
    expect(page.get_by_text("403")).to_be_visible()
    inbox = tab.inbox(stage.people["ani"], talk)
    expect(inbox.contact.get_by_text("Rincian")).to_be_visible()
    expect(inbox.page.get_by_role("button", name="Simpan sebagai uji")).to_have_count(0)
    inbox.page.get_by_role("button", name="Menu", exact=True).click()
    expect(inbox.page.get_by_role("button", name="Keluar")).to_be_visible()
    expect(inbox.page.get_by_role("button", name="Tidak dipahami")).to_have_count(0)


def test_a_conversation_is_saved_as_a_test_that_passes(tab: Tabs, stage: Stage, talk: str, tmp_path: Path) -> None:
    inbox = tab.inbox(stage.admin, talk, permissions=["clipboard-read", "clipboard-write"])
    inbox.contact.get_by_role("button", name="Simpan sebagai uji").click()
    dialog = inbox.page.get_by_role("dialog", name="Simpan sebagai uji")
    expect(dialog).to_contain_text(f"flows/tests/recorded-{talk}.yaml")
    text = dialog.get_by_label("Uji alur sebagai YAML")
    expect(text).to_have_value(re.compile("customer: ongkir ke bandung brp"))
    dialog.get_by_role("button", name="Salin").click()
    expect(dialog.get_by_role("status")).to_have_text("Uji disalin")
    assert inbox.page.evaluate("navigator.clipboard.readText()") == text.input_value()
    with inbox.page.expect_download() as downloading:
        dialog.get_by_role("button", name="Unduh").click()
    assert downloading.value.suggested_filename == f"recorded-{talk}.yaml"
    downloading.value.save_as(tmp_path / "one.yaml")
    (test,) = scripts({"tests/one.yaml": (tmp_path / "one.yaml").read_text()})
    assert run(compile_release(files_in(ROOT / "flows")), test).mismatches == []
