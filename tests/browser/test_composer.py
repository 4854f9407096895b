"""Writing with more than words: files, quotations, signs, places, cards, templates; and the window that closes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Request, Route, expect

from tests.browser.conftest import Tabs
from tests.browser.pages import Inbox
from tests.browser.stage import Stage
from tests.browser.standin import Standin, Told, opened, until
from tests.browser.test_layout import spills
from tests.engine import pictures

pytestmark = pytest.mark.browser

PNG = {"name": "depan.png", "mimeType": "image/png", "buffer": pictures.png(64, 40)}
UPLOADED = {"kind": "image", "name": "depan.png", "mime": "image/png", "size": 105, "state": "ready", "file": "u1"}
UPLOADED |= {"url": "/files/u1/depan.png", "thumb": "/files/u1/thumb", "width": 64, "height": 40}
PASTE = """([name, type, size]) => {
  const held = new DataTransfer();
  held.items.add(new File([new Uint8Array(size)], name, { type }));
  const box = document.getElementById("composer");
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""
DROP = """([name, type]) => {
  const held = new DataTransfer();
  held.items.add(new File(["x"], name, { type }));
  held.items.add(new File(["y"], `2-${name}`, { type }));
  const chat = document.getElementById("chat");
  for (const kind of ["dragover", "drop"])
    chat.dispatchEvent(new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true }));
}"""
READY: dict[str, Any] = {
    "id": 7,
    "name": "order_ready",
    "language": "id",
    "category": "utility",
    "status": "approved",
    "quality": "green",
    "components": [
        {"type": "BODY", "text": "Halo {{1}}, pesanan {{2}} siap."},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Lacak", "url": "https://toko.example/{{1}}"}]},
    ],
    "parameters": [
        {"where": "body", "key": "1", "example": "Siti"},
        {"where": "body", "key": "2", "example": "A-1"},
        {"where": "button", "key": "0", "example": "A1"},
    ],
    "is_sendable": True,
    "why_not": None,
}
WHY = {"id": "Dijeda WhatsApp karena banyak orang tidak menyukainya.", "en": "WhatsApp paused it."}
PAUSED = READY | {"id": 8, "name": "promo", "category": "marketing", "status": "paused", "quality": "red"}
PAUSED |= {"is_sendable": False, "why_not": WHY, "parameters": []}
TEMPLATES = {"templates": [READY, PAUSED], "fetched_at": "2026-11-21T02:00:00Z"}


def moment(**ahead: float) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


def ready(tab: Tabs, stage: Stage, entries: Told | None = None, **more: Any) -> tuple[Inbox, Standin]:
    """A tab of Ani's with a conversation that is hers; what is sent goes no further than here."""
    conversation = stage.whatsapp(stage.number(), "cs", name="Penulis")
    stage.people["ani"].act(conversation, "claim")
    told = entries.entries if entries else None
    made: tuple[Inbox, Standin] = opened(tab, stage.people["ani"], conversation, told, **more)
    made[1].answer("POST", "/messages", taken)
    made[1].answer("POST", "/files", {"file": UPLOADED}, 201)
    return made


def taken(request: Request) -> dict[str, Any]:
    """The server's answer to a message, as far as the page reads it."""
    said = request.post_data_json
    return {"entry": Told(900).say(said["text"], "agent", client_id=said["client_id"]), "conversation": None}


def item(inbox: Inbox, name: str) -> Locator:
    return inbox.page.get_by_role("list", name="File yang akan dikirim").get_by_role("listitem").filter(has_text=name)


def sent(standin: Standin, times: int = 1) -> list[Any]:
    until(lambda: len(standin.bodies("/messages")) == times, "not sent", standin.page)
    return standin.bodies("/messages")


def test_a_file_is_chosen_captioned_and_sent(tab: Tabs, stage: Stage) -> None:
    inbox, standin = ready(tab, stage)
    inbox.page.locator("input[type=file]").set_input_files([PNG])
    expect(item(inbox, "depan.png").locator("img")).to_have_attribute("src", "/files/u1/thumb")
    inbox.page.get_by_label("Keterangan untuk depan.png").fill("Bagian depan")
    inbox.box.press("Enter")
    [body] = sent(standin)
    assert (body["file"], body["text"]) == ("u1", "Bagian depan")
    expect(item(inbox, "depan.png")).to_have_count(0)


def test_files_are_pasted_and_dropped_several_at_once(tab: Tabs, stage: Stage) -> None:
    inbox, standin = ready(tab, stage)
    inbox.page.evaluate(PASTE, ["tempel.png", "image/png", 10])
    inbox.page.evaluate(DROP, ["jatuh.pdf", "application/pdf"])
    tray = inbox.page.get_by_role("list", name="File yang akan dikirim").get_by_role("listitem")
    expect(tray).to_have_count(3)
    inbox.say("Ini semuanya")
    bodies = sent(standin, 4)
    assert [body["text"] for body in bodies] == ["", "", "", "Ini semuanya"]
    assert all("file" in body for body in bodies[:3])


BESIDE = """() => {
  const held = new DataTransfer();
  held.items.add(new File(["x"], "salah.pdf", { type: "application/pdf" }));
  return ["dragover", "drop"].every((kind) => {
    const dropped = new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true });
    return !document.querySelector("[role=tablist]").dispatchEvent(dropped);
  });
}"""


def test_a_file_that_cannot_be_taken_is_refused_in_words_and_the_page_stays(tab: Tabs, stage: Stage) -> None:
    conversation = stage.whatsapp(stage.number(), "halo", name="Bot saja")
    inbox, standin = opened(tab, stage.people["ani"], conversation)
    expect(inbox.page.get_by_role("button", name="Ambil alih").first).to_be_visible()
    inbox.page.evaluate(DROP, ["foto.png", "image/png"])
    expect(inbox.page.locator(".toast")).to_have_text("Bot sedang membalas. Ambil alih dulu, lalu kirim filenya.")
    assert standin.bodies("/files") == []
    assert inbox.page.evaluate(BESIDE), "the browser would leave the inbox and open the file"


def test_limits_are_told_before_anything_is_sent(tab: Tabs, stage: Stage) -> None:
    files = {"image": {"types": ["image/png"], "most": 2000}}
    can = {"files": files, "text": 20, "caption": 5, "quotes": True, "reactions": True, "templates": False}
    inbox, standin = ready(tab, stage, can=can)
    inbox.page.evaluate(PASTE, ["besar.png", "image/png", 3000])
    inbox.page.evaluate(PASTE, ["makro.exe", "application/x-msdownload", 3])
    expect(item(inbox, "besar.png").get_by_role("alert")).to_have_text("Terlalu besar: paling banyak 2 kB.")
    expect(item(inbox, "makro.exe").get_by_role("alert")).to_contain_text("tidak menerima jenis file ini")
    assert standin.bodies("/files") == []
    inbox.page.get_by_role("button", name="Buang besar.png").click()
    inbox.page.get_by_role("button", name="Buang makro.exe").click()
    inbox.box.fill("x" * 21)
    expect(inbox.page.get_by_role("button", name="Kirim", exact=True)).to_be_disabled()
    expect(inbox.page.get_by_text("21 / 20")).to_be_visible()


def test_an_upload_shows_how_far_it_is_and_can_be_stopped(tab: Tabs, stage: Stage) -> None:
    inbox, _standin = ready(tab, stage)
    held: list[Route] = []
    inbox.page.route("**/files", lambda route: held.append(route))
    inbox.page.evaluate(PASTE, ["lama.png", "image/png", 10])
    expect(item(inbox, "lama.png").get_by_role("progressbar")).to_be_visible()
    inbox.box.fill("sebentar")
    expect(inbox.page.get_by_role("button", name="Kirim", exact=True)).to_be_disabled()
    inbox.page.get_by_role("button", name="Batalkan unggahan lama.png").click()
    expect(item(inbox, "lama.png")).to_have_count(0)
    expect(inbox.page.get_by_role("button", name="Kirim", exact=True)).to_be_enabled()


def test_an_upload_that_is_refused_says_why_and_can_be_tried_again(tab: Tabs, stage: Stage) -> None:
    tab.expect("status of 422")
    inbox, standin = ready(tab, stage)
    wrong = {"error": {"code": "invalid", "message": "Bukan gambar yang utuh.", "data": {}}}
    standin.answer("POST", "/files", wrong, 422)
    inbox.page.evaluate(PASTE, ["rusak.png", "image/png", 10])
    expect(item(inbox, "rusak.png").get_by_role("alert")).to_contain_text("Bukan gambar yang utuh.")
    standin.answer("POST", "/files", {"file": UPLOADED}, 201)
    item(inbox, "rusak.png").get_by_role("button", name="Coba lagi").click()
    expect(item(inbox, "rusak.png").get_by_role("alert")).to_have_count(0)


def test_a_quotation_is_kept_with_the_draft_and_sent_once(tab: Tabs, stage: Stage) -> None:
    told = Told()
    told.say("Berapa harganya?")
    inbox, standin = ready(tab, stage, told)
    inbox.bubble("Berapa harganya?").hover()
    inbox.bubble("Berapa harganya?").get_by_role("button", name="Menu pesan").click()
    inbox.page.get_by_role("button", name="Balas pesan ini").click()
    inbox.box.fill("Lima ribu")
    inbox.page.reload()
    expect(inbox.page.locator(".answering")).to_contain_text("Berapa harganya?")
    expect(inbox.box).to_have_value("Lima ribu")
    inbox.box.press("Enter")
    assert sent(standin)[0]["quote"] == 1
    expect(inbox.page.locator(".answering")).to_have_count(0)
    inbox.say("Murah")
    assert "quote" not in sent(standin, 2)[1]


def test_keys_quote_and_react(tab: Tabs, stage: Stage) -> None:
    told = Told()
    told.say("Terima kasih ya")
    inbox, standin = ready(tab, stage, told)
    standin.answer("POST", "/reactions", {})
    inbox.box.press("Alt+q")
    expect(inbox.page.locator(".answering")).to_contain_text("Terima kasih ya")
    inbox.box.press("Escape")
    expect(inbox.page.locator(".answering")).to_have_count(0)
    menu = inbox.bubble("Terima kasih ya").get_by_role("button", name="Menu pesan")
    menu.focus()
    menu.press("e")
    inbox.page.get_by_role("button", name="Reaksi 🙏").click()
    until(lambda: standin.bodies("/reactions"), "no reaction", inbox.page)
    menu.press("e")
    inbox.page.get_by_label("Emoji lain").fill("🥳")
    inbox.page.get_by_label("Emoji lain").press("Enter")
    until(lambda: len(standin.bodies("/reactions")) == 2, "no reaction", inbox.page)
    assert [(body["seq"], body["emoji"]) for body in standin.bodies("/reactions")] == [(1, "🙏"), (1, "🥳")]


def test_a_place_and_a_card_are_sent_from_small_forms(tab: Tabs, stage: Stage) -> None:
    inbox, standin = ready(tab, stage)
    page = inbox.page
    page.get_by_role("button", name="Kirim lokasi").click()
    form = page.get_by_role("dialog", name="Kirim lokasi")
    form.get_by_label("Koordinat atau tautan peta").fill("di sini")
    form.get_by_role("button", name="Kirim", exact=True).click()
    expect(form).to_contain_text("Tulis lintang dan bujur")
    form.get_by_label("Koordinat atau tautan peta").fill("https://maps.google.com/?q=-6.2,106.8")
    form.get_by_label("Nama tempat").fill("Toko Kita")
    form.get_by_role("button", name="Kirim", exact=True).click()
    page.get_by_role("button", name="Kirim kartu kontak").click()
    card = page.get_by_role("dialog", name="Kirim kartu kontak")
    card.get_by_label("Nama", exact=True).fill("Ani")
    card.get_by_label("Nomor telepon").fill("+62 812-3456-7890")
    card.get_by_role("button", name="Kirim", exact=True).click()
    place, person = sent(standin, 2)
    assert place["location"] == {"latitude": -6.2, "longitude": 106.8, "name": "Toko Kita"}
    assert person["contact"] == {"name": "Ani", "phone": "+62 812-3456-7890"}
    assert place["text"] == person["text"] == ""


def test_a_template_is_found_filled_in_and_sent(tab: Tabs, stage: Stage) -> None:
    inbox, standin = ready(tab, stage, answers={("GET", "/templates"): TEMPLATES})
    page = inbox.page
    page.get_by_role("button", name="Pilih templat").click()
    dialog = page.get_by_role("dialog", name="Templat")
    offer = dialog.get_by_role("button", name=re.compile("^promo"))
    expect(offer).to_contain_text("Dijeda WhatsApp karena banyak orang")
    offer.click(force=True)
    expect(dialog.get_by_role("button", name="Templat lain")).to_have_count(0)
    dialog.get_by_label("Cari templat").fill("siap")
    dialog.get_by_label("Kategori").select_option("utility")
    expect(offer).to_have_count(0)
    dialog.get_by_role("button", name=re.compile("^order_ready")).click()
    dialog.get_by_role("button", name="Kirim", exact=True).click()
    expect(dialog.get_by_text("Isi bagian ini.")).to_have_count(3)
    dialog.get_by_label("Isian 1").fill("Siti")
    expect(dialog.get_by_role("region", name="Pratinjau")).to_contain_text("Halo Siti, pesanan {{2}} siap.")
    dialog.get_by_label("Isian 2").fill("A    1")
    expect(dialog).to_contain_text("empat spasi")
    dialog.get_by_label("Isian 2").fill("A-1")
    dialog.get_by_label("Tombol 1").fill("A1")
    dialog.get_by_role("button", name="Kirim", exact=True).click()
    [body] = sent(standin)
    filled = {"body": ["Siti", "A-1"], "buttons": [{"index": 0, "value": "A1"}]}
    assert body["template"] == {"id": 7, "parameters": filled}
    assert body["text"] == ""


@pytest.mark.parametrize(
    ("hours", "level", "words"),
    [(20.03, "fine", "20 j 1 mnt"), (1.21, "soon", "1 j 12 mnt"), (0.51, "late", "30 mnt")],
)
def test_the_window_says_when_it_closes(tab: Tabs, stage: Stage, hours: float, level: str, words: str) -> None:
    inbox, _standin = ready(tab, stage, window_until=moment(hours=hours))
    clock = inbox.page.locator(".window")
    expect(clock).to_have_attribute("data-level", level)
    expect(clock).to_have_text(f"Jendela 24 jam tutup dalam {words}")


def test_the_box_gives_way_when_the_window_closes_and_comes_back_when_the_contact_writes(
    tab: Tabs, stage: Stage
) -> None:
    number = stage.number()
    conversation = stage.whatsapp(number, "cs", name="Jendela")
    stage.people["ani"].act(conversation, "claim")
    answers = {("GET", "/templates"): TEMPLATES}
    inbox, standin = opened(tab, stage.people["ani"], conversation, window_until=moment(seconds=4), answers=answers)
    expect(inbox.box).to_be_visible()
    closed = inbox.page.get_by_role("region", name="Tulis pesan")
    expect(closed).to_contain_text("Jendela 24 jam sudah tutup")
    expect(inbox.box).to_have_count(0)
    closed.get_by_role("button", name="Pilih templat").click()
    expect(inbox.page.get_by_role("dialog", name="Templat")).to_contain_text("order_ready")
    inbox.page.keyboard.press("Escape")
    standin.summary["window_until"] = moment(hours=24)
    stage.whatsapp(number, "Masih di sini", name="Jendela")
    expect(inbox.box).to_be_visible()


def test_the_window_is_the_servers_not_this_computers(tab: Tabs, stage: Stage) -> None:
    inbox, _standin = ready(tab, stage, window_until=moment(hours=1.51))
    inbox.page.clock.install(time=datetime.now() + timedelta(hours=5))
    inbox.page.reload()
    expect(inbox.page.locator(".window")).to_contain_text("1 j 30 mnt")


def test_a_message_that_came_too_late_offers_a_template(tab: Tabs, stage: Stage) -> None:
    tab.expect("status of 409")
    inbox, standin = ready(tab, stage, window_until=moment(hours=2))
    until_ = moment(hours=-1)
    refused = {"error": {"code": "window_closed", "message": "Jendela sudah tutup.", "data": {"until": until_}}}
    standin.answer("POST", "/messages", refused, 409)
    inbox.say("Terlambat")
    bubble = inbox.bubble("Terlambat")
    expect(bubble).to_contain_text("Jendela sudah tutup.")
    expect(bubble.get_by_role("button", name="Pilih templat")).to_be_visible()
    expect(inbox.box).to_have_count(0)


def test_typing_is_told_to_the_provider_now_and_then(tab: Tabs, stage: Stage) -> None:
    inbox, standin = ready(tab, stage)
    standin.answer("POST", "/typing", None)
    inbox.box.press_sequentially("sebentar ya", delay=30)
    until(lambda: standin.bodies("/typing"), "nothing was told", inbox.page)
    assert standin.bodies("/typing") == [{"on": True}]


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_has_room_for_the_box_with_everything_in_it(tab: Tabs, stage: Stage, width: int) -> None:
    phone = {"viewport": {"width": width, "height": 780}, "has_touch": True, "is_mobile": True}
    answers = {("GET", "/templates"): TEMPLATES}
    inbox, _standin = ready(tab, stage, window_until=moment(hours=1.2), options=phone, answers=answers)
    inbox.page.evaluate(PASTE, ["nama-file-yang-sangat-panjang-sekali-tanpa-spasi.png", "image/png", 10])
    assert spills(inbox.page) == [0]
    inbox.page.get_by_role("button", name="Pilih templat").click()
    inbox.page.get_by_role("button", name=re.compile("^order_ready")).click()
    assert spills(inbox.page) == [0]
