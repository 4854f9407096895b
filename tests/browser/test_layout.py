"""The panes at every width, nothing cut off sideways, and the mode that cannot be overlooked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Tabs
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser

SPILLS = """() => {
  const width = document.documentElement.clientWidth;
  const over = [...document.querySelectorAll("body *")].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width && box.height && box.right > width + 1 && getComputedStyle(node).visibility === "visible"
      && !node.closest(".contact, .sr, .skip");
  });
  return [document.documentElement.scrollWidth - width, ...over.slice(0, 3).map((node) => node.outerHTML.slice(0, 99))];
}"""
LONG = "Panjang" * 40


def spills(page: Page) -> list[object]:
    """What sticks out at the right, and by how much the page can be scrolled there, once nothing moves any more."""
    for _ in range(30):
        found: list[object] = page.evaluate(SPILLS)
        if found == [0]:
            break
        page.wait_for_timeout(100)
    return found


def at(width: int) -> dict[str, dict[str, int]]:
    return {"viewport": {"width": width, "height": 800}}


@pytest.fixture(scope="module")
def conversation(stage: Stage) -> str:
    """One with long words in it, assigned to Ani."""
    made = stage.whatsapp(stage.number(), "cs", f"https://example.com/{LONG}", LONG, name="Lebar " + "Nama" * 20)
    stage.people["ani"].act(made, "claim")
    return made


def test_a_wide_window_has_three_panes_whose_width_is_remembered(tab: Tabs, stage: Stage, conversation: str) -> None:
    inbox = tab.inbox(stage.people["ani"], conversation, **at(1440))
    page = inbox.page
    expect(inbox.contact).to_be_in_viewport()
    expect(inbox.log).to_be_in_viewport()
    listed = page.get_by_role("region", name="Daftar percakapan")
    expect(listed).to_be_in_viewport()
    assert spills(page) == [0]
    before = listed.bounding_box()
    handle = page.get_by_role("separator", name="Lebar daftar")
    handle.press("ArrowRight")
    page.reload()
    expect(inbox.live).to_be_attached()
    after = listed.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] == before["width"] + 16


def test_a_middle_window_has_two_panes_and_a_drawer(tab: Tabs, stage: Stage, conversation: str) -> None:
    inbox = tab.inbox(stage.people["ani"], conversation, **at(1024))
    expect(inbox.page.get_by_role("region", name="Daftar percakapan")).to_be_in_viewport()
    expect(inbox.log).to_be_in_viewport()
    expect(inbox.contact).not_to_be_in_viewport()
    inbox.page.get_by_role("button", name="Tampilkan kontak").click()
    expect(inbox.contact).to_be_in_viewport(ratio=0.9)
    inbox.contact.get_by_role("button", name="Tutup panel kontak").click()
    expect(inbox.contact).not_to_be_in_viewport()
    assert spills(inbox.page) == [0]


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_has_one_pane_and_a_way_back(tab: Tabs, stage: Stage, conversation: str, width: int) -> None:
    inbox = tab.inbox(stage.people["ani"], "", **at(width), has_touch=True, is_mobile=True)
    listed = inbox.page.get_by_role("region", name="Daftar percakapan")
    expect(listed).to_be_in_viewport()
    assert spills(inbox.page) == [0]
    inbox.row("Lebar").click()
    expect(inbox.log).to_be_in_viewport()
    expect(listed).not_to_be_in_viewport()
    expect(inbox.box).to_be_in_viewport()
    assert spills(inbox.page) == [0]
    inbox.page.get_by_role("button", name="Tampilkan kontak").click()
    expect(inbox.contact).to_be_in_viewport(ratio=0.9)
    inbox.contact.get_by_role("button", name="Tutup panel kontak").click()
    inbox.page.get_by_role("button", name="Kembali ke daftar").click()
    expect(listed).to_be_in_viewport()


@pytest.mark.parametrize("path", ["/", "/login", "/docs", "/shop", "/inbox"])
def test_no_page_scrolls_sideways_on_the_smallest_phone(tab: Tabs, stage: Stage, path: str) -> None:
    page = tab(path, stage.people["budi"] if path == "/inbox" else None, **at(320))
    expect(page.get_by_role("heading").first).to_be_attached()
    assert spills(page)[0] == 0, spills(page)


def test_where_the_bot_answers_a_banner_stands_in_the_place_of_the_box(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    inbox = tab.inbox(stage.people["budi"], stage.whatsapp(number, "halo", name="Dijawab bot"))
    banner = inbox.page.get_by_role("region", name="Tulis pesan")
    expect(banner).to_contain_text("Bot sedang membalas")
    expect(inbox.box).to_have_count(0)
    banner.get_by_role("button", name="Ambil alih").click()
    expect(inbox.box).to_be_focused()
    inbox.mode("Agen")
    answers = len(stage.sent_to(number))
    stage.whatsapp(number, "menu", name="Dijawab bot")
    expect(inbox.bubble("menu").last).to_be_visible()
    inbox.say("Sekarang dengan saya")
    expect(inbox.bubble("Sekarang dengan saya")).to_have_attribute("data-status", "delivered")
    assert stage.sent_to(number)[answers:] == ["Sekarang dengan saya"]  # takeover silenced the bot


def test_a_note_can_be_written_while_the_bot_answers_and_reaches_nobody(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    inbox = tab.inbox(stage.people["budi"], stage.whatsapp(number, "halo", name="Dengan catatan"))
    inbox.page.get_by_role("button", name="Tulis catatan").click()
    inbox.page.get_by_label("Catatan internal").fill("Pelanggan lama")
    inbox.page.get_by_role("button", name="Simpan catatan").click()
    expect(inbox.bubble("Pelanggan lama")).to_contain_text("tidak pernah dikirim")
    inbox.mode("Bot")
    assert "Pelanggan lama" not in stage.sent_to(number)
