"""Every kind of message in the agent's thread: seen, opened, heard, and what became of it since."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Tabs
from tests.browser.pages import Chat, Inbox
from tests.browser.payloads import HOSTILE
from tests.browser.stage import Stage
from tests.browser.standin import Standin, Told, opened, until
from tests.browser.test_layout import spills

pytestmark = pytest.mark.browser

SAY = {"id": "Nomor ini tidak ada di WhatsApp. Periksa nomornya.", "en": "This number is not on WhatsApp."}
TEMPLATE = {"name": "order_ready", "language": "id", "buttons": [{"text": "Lacak"}]}
ORDER = {"items": [{"id": "KOPI-1", "quantity": 2, "price": 78000, "currency": "IDR"}], "text": "Tanpa gula"}
CARD = {"name": "Rina", "phones": ["+62 812-3456-7890"], "emails": ["rina@example.com"], "org": "Toko Rina"}
AD = {"source": "ad", "headline": "Kopi Gayo diskon", "body": "Hanya minggu ini", "url": "https://fb.example/1"}


def everything() -> Told:
    told = Told()
    told.say("Halo, masih ada?", details={"referral": AD})
    told.file("image", "depan.png", caption="Bagian depan", reactions=[sign("👍", "agent", "agent:2")])
    told.file("image", "belakang.png")
    told.file("video", "film.mp4", mime="video/mp4")
    told.file("audio", "lagu.wav", mime="audio/wav", seconds=2)
    told.file("audio", "suara.wav", mime="audio/wav", seconds=2, voice=True)
    told.file("document", "Katalog.pdf", mime="application/pdf")
    told.file("sticker", "stiker.png")
    told.say(
        "Toko", kind="location", content={"kind": "location", "latitude": -6.2, "longitude": 106.8, "name": "Toko"}
    )
    told.say("Rina", kind="contact", details={"contacts": [CARD]})
    told.say("Pesanan", kind="order", details={"order": ORDER})
    told.say("Kopi", quoted={"seq": 1, "text": "Halo, masih ada?", "sender": "contact"}, forwarded="often")
    told.say("Dua ya", edited={"at": "2026-11-21T02:00:00Z", "before": [{"text": "Tiga ya", "at": None}]})
    told.say("", deleted={"at": "2026-11-21T02:00:00Z"})
    told.say("[poll]", kind="unsupported", details={"type": "poll"})
    told.say("Saya dari grup", author={"name": "Dewi", "phone": "+62 811-1"})
    told.say("Pesanan Kak Siti siap.", "agent", kind="template", content=TEMPLATE)
    told.say("Dari ponsel", "agent")
    told.say("Mau yang mana?", "bot", prompt="Mau yang mana?", options=[{"key": "1", "label": "Kopi"}])
    told.say("Gagal", "agent", agent=1, status="failed", error=failure("permanent"))
    return told


def sign(emoji: str, by: str, key: str, name: str = "") -> dict[str, Any]:
    return {"emoji": emoji, "by": by, "key": key, "name": name, "at": "2026-11-21T03:00:00Z"}


def failure(kind: str) -> dict[str, Any]:
    return {"code": "131026", "class": kind, "text": "Message undeliverable", "say": SAY}


def show(tab: Tabs, stage: Stage, told: Told, **more: Any) -> tuple[Inbox, Standin]:
    conversation = stage.whatsapp(stage.number(), "cs", name="Semua jenis")
    stage.people["ani"].act(conversation, "claim")
    made: tuple[Inbox, Standin] = opened(tab, stage.people["ani"], conversation, told.entries, **more)
    return made


def test_every_kind_of_message_is_shown_as_what_it_is(tab: Tabs, stage: Stage) -> None:
    inbox, _standin = show(tab, stage, everything())
    log = inbox.log
    expect(log.get_by_role("article")).to_have_count(20)
    expect(log.get_by_alt_text("Bagian depan")).to_have_attribute("src", "/files/f2/thumb")
    expect(log.locator("video")).to_have_attribute("src", "/files/f4/film.mp4")
    expect(log.get_by_role("group", name="suara.wav")).to_contain_text("Pesan suara")
    expect(log.get_by_role("link", name="Katalog.pdf PDF · 123 kB")).to_have_attribute("download", "Katalog.pdf")
    expect(log.get_by_alt_text("stiker.png")).to_be_attached()
    place = log.get_by_role("link", name=re.compile("^Toko -6.2, 106.8"))
    expect(place).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(inbox.bubble("Rina")).to_contain_text("Toko Rina")
    expect(log.get_by_role("link", name="rina@example.com")).to_have_attribute("href", "mailto:rina@example.com")
    expect(inbox.bubble("KOPI-1")).to_contain_text(re.compile("Total.*156.000"))
    expect(log).to_contain_text("Datang lewat iklan")
    expect(log).to_contain_text("Sering diteruskan")
    expect(log).to_contain_text("Jenis pesan ini belum bisa ditampilkan (poll)")
    expect(log).to_contain_text("Pesan ini dihapus")
    expect(inbox.bubble("Saya dari grup")).to_contain_text("Dewi")
    expect(inbox.bubble("Pesanan Kak Siti siap.")).to_contain_text("Lacak")
    expect(inbox.bubble("Dari ponsel").last.locator("header")).to_have_text("Dari ponsel toko")
    assert spills(inbox.page) == [0]


def test_choices_are_told_as_an_offer_and_cannot_be_pressed(tab: Tabs, stage: Stage) -> None:
    inbox, _standin = show(tab, stage, everything())
    bubble = inbox.bubble("Mau yang mana?")
    expect(bubble).to_contain_text("Ditawarkan ke kontak:")
    expect(bubble.get_by_role("button", name="Kopi")).to_have_count(0)


def test_pictures_open_in_a_viewer_that_keeps_the_focus(tab: Tabs, stage: Stage) -> None:
    inbox, _standin = show(tab, stage, everything())
    page = inbox.page
    link = inbox.log.get_by_role("link", name="Bagian depan")
    link.click()
    viewer = page.get_by_role("dialog", name="Gambar")
    expect(viewer.get_by_role("img", name="Bagian depan")).to_have_attribute("src", "/files/f2/depan.png")
    expect(viewer.get_by_role("link", name="Unduh")).to_have_attribute("download", "depan.png")
    page.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("img", name="belakang.png")).to_be_visible()
    expect(viewer.get_by_role("button", name="Gambar berikutnya")).to_have_count(0)
    before = viewer.get_by_role("img").bounding_box()
    page.keyboard.press("+")
    expect(viewer).to_contain_text("150%")
    after = viewer.get_by_role("img").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"] * 1.4
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('.viewer')")
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(link).to_be_focused()


def test_a_voice_note_is_played_sought_and_sped_up(tab: Tabs, stage: Stage) -> None:
    inbox, _standin = show(tab, stage, everything())
    player = inbox.log.get_by_role("group", name="suara.wav")
    sound = player.locator("audio")
    speed = player.get_by_role("button", name=re.compile("^Kecepatan"))
    speed.click()
    expect(speed).to_have_text("1,5×")
    speed.click()
    player.get_by_role("button", name="Putar").click()
    expect(player.get_by_role("button", name="Jeda")).to_be_visible()
    assert sound.evaluate("(one) => one.playbackRate") == 2
    player.get_by_role("button", name="Jeda").click()
    player.get_by_role("slider").fill("1.5")
    assert sound.evaluate("(one) => one.currentTime") == 1.5
    expect(player).to_contain_text("0:02 / 0:02")


def test_a_quotation_leads_to_its_message_also_in_a_page_that_was_not_loaded(tab: Tabs, stage: Stage) -> None:
    told = Told()
    told.say("Yang paling awal")
    for number in range(118):
        told.say(f"Pesan {number}")
    told.say("Jawaban", quoted={"seq": 1, "text": "Yang paling awal", "sender": "contact"})
    inbox, _standin = show(tab, stage, told)
    expect(inbox.bubble("Jawaban")).to_be_visible()
    expect(inbox.log.locator('[data-seq="1"]')).to_have_count(0)
    inbox.log.get_by_role("button", name=re.compile("^Ke pesan yang dibalas")).click()
    first = inbox.log.locator('[data-seq="1"]')
    expect(first).to_be_in_viewport()
    expect(first).to_be_focused()
    expect(first).to_have_class(re.compile("flash"))


def test_who_reacted_is_told_to_the_keyboard(tab: Tabs, stage: Stage) -> None:
    told = Told()
    told.say(
        "Terima kasih", "agent", agent=1, reactions=[sign("🙏", "contact", "628", "Siti"), sign("🙏", "business", "x")]
    )
    inbox, _standin = show(tab, stage, told)
    reaction = inbox.log.get_by_role("button", name="🙏 2")
    expect(reaction.get_by_role("tooltip")).to_be_hidden()
    inbox.log.focus()
    while not reaction.evaluate("(one) => one === document.activeElement"):
        inbox.page.keyboard.press("Tab")
    expect(reaction.get_by_role("tooltip")).to_be_visible()
    expect(reaction.get_by_role("tooltip")).to_contain_text("Siti, 21 Nov")
    expect(reaction.get_by_role("tooltip")).to_contain_text("Dari ponsel toko")


def test_earlier_words_are_shown_when_asked_for(tab: Tabs, stage: Stage) -> None:
    inbox, _standin = show(tab, stage, everything())
    bubble = inbox.bubble("Dua ya")
    expect(bubble).not_to_contain_text("Tiga ya")
    bubble.get_by_role("button", name="diubah").click()
    expect(bubble).to_contain_text("Tiga ya")


def test_a_file_that_is_not_there_says_why_and_can_be_fetched_again(tab: Tabs, stage: Stage) -> None:
    told = Told()
    say = {"id": "File sudah tidak ada di penyedia.", "en": "The provider no longer has it."}
    told.file("image", "datang.png", state="waiting", url=None, thumb=None)
    told.file("video", "gagal.mp4", state="failed", url=None, error={"code": "gone", "say": say})
    told.file("document", "besar.zip", state="refused", url=None, error={"code": "too_large", "say": say})
    inbox, standin = show(tab, stage, told)
    standin.answer("POST", "/api/files/f2/retry", {})
    expect(inbox.bubble("datang.png")).to_contain_text("Sedang diambil… · 123 kB")
    expect(inbox.bubble("besar.zip").get_by_role("button", name="Ambil lagi")).to_have_count(0)
    failed = inbox.bubble("gagal.mp4")
    expect(failed).to_contain_text("File sudah tidak ada di penyedia.")
    failed.get_by_role("button", name="Ambil lagi").click()
    until(lambda: standin.bodies("/retry"), "the file was not asked for again", inbox.page)
    assert standin.bodies("/retry") == [{}]


def test_a_failure_is_a_sentence_with_the_code_on_demand(tab: Tabs, stage: Stage) -> None:
    told = Told()
    told.say("Ditolak", "agent", agent=1, status="failed", error=failure("permanent"))
    told.say("Terlambat", "agent", agent=1, status="failed", error=failure("needs_template"))
    told.say("Berhenti", "agent", agent=1, status="failed", error=failure("opted_out"))
    inbox, standin = show(tab, stage, told)
    standin.answer("GET", "/templates", {"templates": [], "fetched_at": None})
    first = inbox.bubble("Ditolak")
    expect(first).to_contain_text("Nomor ini tidak ada di WhatsApp.")
    expect(first).not_to_contain_text("131026")
    first.get_by_role("button", name="Rincian kesalahan").click()
    expect(first).to_contain_text("131026 Message undeliverable")
    expect(first.get_by_role("button", name="Coba lagi")).to_be_visible()
    expect(inbox.bubble("Berhenti").get_by_role("button", name="Coba lagi")).to_have_count(0)
    expect(inbox.bubble("Terlambat").get_by_role("button", name="Coba lagi")).to_have_count(0)
    inbox.bubble("Terlambat").get_by_role("button", name="Pilih templat").click()
    expect(inbox.page.get_by_role("dialog", name="Templat")).to_be_visible()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_every_kind_without_scrolling_sideways(
    tab: Tabs, stage: Stage, width: int, language: str
) -> None:
    phone = {"viewport": {"width": width, "height": 780}, "has_touch": True, "is_mobile": True}
    person = stage.people["ani"]
    person.http.post("/api/me", json={"language": language}, headers=person.csrf)
    conversation = stage.whatsapp(stage.number(), "cs", name="Semua jenis")
    person.act(conversation, "claim")
    page = tab("", person, **phone)
    standin = Standin(page, conversation)
    standin.entries = everything().entries
    page.goto(f"/inbox/{conversation}")
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(20)
    try:
        assert spills(page) == [0]
    finally:
        person.http.post("/api/me", json={"language": "id"}, headers=person.csrf)


ELEMENTS = (
    "(log) => log.querySelectorAll('script, iframe, object, embed, form, svg script, [onerror], [onload]').length"
)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_whatever_a_stranger_calls_things_stays_letters(tab: Tabs, stage: Stage, part: int) -> None:
    told = Told()
    some = HOSTILE[part::3]
    for text in some:
        told.file("document", "x.pdf", caption=text, mime=text)
        told.entries[-1]["content"]["name"] = text
        told.say(
            "", kind="contact", details={"contacts": [{"name": text, "phones": [text], "emails": [text], "org": text}]}
        )
        told.say(
            "",
            kind="order",
            details={"order": {"text": text, "items": [{"id": text, "quantity": text, "price": text}]}},
        )
        told.say("", kind="location", content={"latitude": 1, "longitude": 2, "name": text, "address": text})
        told.say(text, quoted={"seq": 1, "text": text, "sender": "contact"}, author={"name": text, "phone": text})
        told.say(text, details={"referral": {"headline": text, "body": text, "url": text}, "product": {"id": text}})
        told.say("[x]", kind="unsupported", details={"type": text}, reactions=[sign(text, "contact", text, text)])
        told.say(text, edited={"at": "2026-11-21T02:00:00Z", "before": [{"text": text, "at": None}]})
    inbox, _standin = show(tab, stage, told)
    expect(inbox.log.get_by_role("article")).to_have_count(40)
    assert inbox.log.evaluate(ELEMENTS) == 0
    links = inbox.log.locator("a").evaluate_all("(all) => all.map((one) => one.protocol)")
    assert set(links) <= {"http:", "https:", "tel:", "mailto:"}


def test_a_visitor_sees_files_quotations_signs_and_what_was_taken_back(tab: Tabs) -> None:
    page = tab("")
    Standin(page, "none")  # for the files
    told = [visible(1, "you", "Ada fotonya?")]
    told.append(visible(2, "agent", "[image]", kind="image", content=picture("depan.png")))
    told.append(visible(3, "agent", "[audio]", kind="audio", content=picture("suara.wav", kind="audio", voice=True)))
    told.append(visible(4, "agent", "[document]", kind="document", content=picture("Katalog.pdf", kind="document")))
    told.append(visible(5, "agent", "Ini ya", quoted={"seq": 1, "text": "Ada fotonya?", "sender": "contact"}))
    told.append(visible(6, "agent", "Dua", edited={"at": "2026-11-21T02:00:00Z", "before": []}))
    told.append(visible(7, "agent", "", deleted={"at": "2026-11-21T02:00:00Z"}))
    told[0]["reactions"] = [sign("👍", "agent", "agent:2", "Ani Lestari")]
    page.route("**/widget/api/messages**", lambda route: route.fulfill(json=history(told)))
    page.route("**/widget/api/seen", lambda route: route.fulfill(status=204))
    page.goto("/shop")
    shop = Chat(page).open()
    shop.say("halo")
    log = shop.log
    expect(log.get_by_alt_text("depan.png")).to_have_attribute("src", "/files/depan.png")
    expect(log.get_by_role("group", name="suara.wav")).to_contain_text("Pesan suara")
    expect(log.get_by_role("link", name=re.compile("^Katalog.pdf"))).to_have_attribute("download", "Katalog.pdf")
    expect(log.locator("button.quoted")).to_contain_text("Ada fotonya?")
    expect(log.get_by_role("button", name="👍")).to_be_visible()
    expect(log.get_by_text("diubah")).to_be_visible()
    expect(log.get_by_text("Pesan ini dihapus")).to_be_visible()


def picture(name: str, **more: Any) -> dict[str, Any]:
    facts = {"kind": "image", "name": name, "size": 123_456, "mime": "", "state": "ready", "url": f"/files/{name}"}
    return facts | {"thumb": None, "width": 64, "height": 40} | more


def visible(seq: int, sender: str, text: str, **more: Any) -> dict[str, Any]:
    """An entry as the visitor's frame tells it."""
    told = {"seq": seq, "rev": seq, "at": "2026-11-21T01:00:00Z", "from": sender, "name": "Ani", "kind": "text"}
    told |= {"text": text, "prompt": "", "options": [], "content": None, "status": "read", "client_id": None}
    return told | more


def history(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"seq": 7, "mode": "AGENT", "staffed": True, "entries": entries, "entry": entries[0]}
