"""Writing with more than words: files, quotations, signs, places, cards, templates; and the window that closes.

Nothing stands between the browser and the server, and what is sent is looked for at the provider.
"""

from __future__ import annotations

import base64
import re
import struct
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Locator, expect

from roms.channels.fake import samples
from tests.browser.conftest import Tabs
from tests.browser.pages import Inbox
from tests.browser.stage import Stage, until
from tests.browser.test_layout import spills
from tests.browser.wire import Wire
from tests.engine import pictures

pytestmark = pytest.mark.browser

PNG = {"name": "depan.png", "mimeType": "image/png", "buffer": pictures.png(64, 40)}
M4A = struct.pack(">I", 24) + b"ftypmp42" + bytes(4) + b"mp42isom" + struct.pack(">I", 1008) + b"mdat" + bytes(1000)
GIVE = """([files, how]) => {
  const held = new DataTransfer();
  for (const [name, type, bytes, size] of files) {
    const content = bytes === null ? new Uint8Array(size) : Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0));
    held.items.add(new File([content], name, { type }));
  }
  const options = { bubbles: true, cancelable: true };
  const box = document.getElementById("composer"), chat = document.getElementById("chat");
  if (how === "paste") box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, ...options }));
  else for (const kind of ["dragover", "drop"])
    chat.dispatchEvent(new DragEvent(kind, { dataTransfer: held, ...options }));
}"""


class Talk(NamedTuple):
    """A tab of Ani's with a conversation that is hers, and the customer at the other end."""

    stage: Stage
    inbox: Inbox
    number: str
    conversation: str
    said: str  # the provider's id of what the customer wrote

    def taken(self, times: int, *kinds: str) -> list[dict[str, Any]]:
        """What the provider took of these kinds since the agent is there, once it is so many."""
        until(lambda: len(self.stage.taken(self.number, *kinds)) == times, f"{times} of {kinds}")
        return self.stage.taken(self.number, *kinds)

    def words(self, *texts: str) -> None:
        """These are the last that the provider took, in this order."""
        until(lambda: tuple(self.stage.sent_to(self.number)[-len(texts) :]) == texts, f"{texts} were sent")

    def button(self, name: str) -> Locator:
        return self.inbox.page.get_by_role("button", name=name, exact=True)

    def give(self, *files: tuple[str, str, bytes | int], how: str = "paste") -> None:
        """Paste or drop files: name, type and bytes (or how many, all zero)."""
        given = [
            [name, type_, None, held] if isinstance(held, int) else [name, type_, base64.b64encode(held).decode()]
            for name, type_, held in files
        ]
        self.inbox.page.evaluate(GIVE, [given, how])

    def item(self, name: str) -> Locator:
        tray = self.inbox.page.get_by_role("list", name="File yang akan dikirim")
        return tray.get_by_role("listitem").filter(has_text=name)

    def arrived(self, name: str) -> None:
        """The server has this file."""
        expect(self.item(name)).to_have_attribute("data-state", "ready")


def ready(
    tab: Tabs, stage: Stage, text: str = "cs", left: float | None = None, account: str = "meta", **options: Any
) -> Talk:
    """left: so many hours are left of the window."""
    number, ani = stage.known("Penulis"), stage.people["ani"]
    conversation, said = stage.agents_own(account, number, ani, text)
    if left is not None:
        stage.leave_window(conversation, left)
    talk = Talk(stage, tab.inbox(ani, conversation, **options), number, conversation, said)
    expect(talk.inbox.box).to_be_visible()
    return talk


def test_a_file_is_chosen_captioned_and_sent(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage)
    talk.inbox.page.locator("input[type=file]").set_input_files([PNG])
    expect(talk.item("depan.png").locator("img")).to_have_attribute("src", re.compile("^/files/.*/thumb$"))
    talk.inbox.page.get_by_label("Keterangan untuk depan.png").fill("Bagian depan")
    talk.inbox.box.press("Enter")
    [taken] = talk.taken(1, "image")
    assert taken["text"] == "Bagian depan"
    expect(talk.item("depan.png")).to_have_count(0)
    expect(talk.inbox.bubble("Bagian depan")).to_have_attribute("data-status", "delivered")


def test_files_are_pasted_and_dropped_several_at_once(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage)
    talk.give(("tempel.png", "image/png", pictures.png(64, 40)))
    talk.give(("satu.pdf", "application/pdf", pictures.PDF), ("dua.pdf", "application/pdf", pictures.PDF), how="drop")
    for name in ("tempel.png", "satu.pdf", "dua.pdf"):
        talk.arrived(name)
    talk.inbox.say("Ini semuanya")
    talk.words("Ini semuanya")
    assert [one["kind"] for one in stage.taken(talk.number)[-4:]] == ["image", "document", "document", "text"]


BESIDE = """() => {
  const held = new DataTransfer();
  held.items.add(new File(["x"], "salah.pdf", { type: "application/pdf" }));
  return ["dragover", "drop"].every((kind) => {
    const dropped = new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true });
    return !document.querySelector("[role=tablist]").dispatchEvent(dropped);
  });
}"""


def test_a_file_that_cannot_be_taken_is_refused_in_words_and_the_page_stays(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    inbox = tab.inbox(stage.people["ani"], stage.whatsapp(number, "halo", name="Bot saja"))
    expect(inbox.page.get_by_role("button", name="Ambil alih").first).to_be_visible()
    inbox.page.evaluate(GIVE, [[["foto.png", "image/png", None, 10]], "drop"])
    expect(inbox.page.locator(".toast")).to_have_text("Bot sedang membalas. Ambil alih dulu, lalu kirim filenya.")
    assert stage.taken(number, "image") == []
    assert inbox.page.evaluate(BESIDE), "the browser would leave the inbox and open the file"


def test_limits_are_told_before_anything_is_sent(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage)
    asked: list[str] = []
    talk.inbox.page.on("request", lambda request: asked.append(request.url))
    talk.give(("besar.png", "image/png", 6_000_000))
    talk.give(("makro.exe", "application/x-msdownload", 3))
    expect(talk.item("besar.png").get_by_role("alert")).to_have_text("Terlalu besar: paling banyak 5,2 MB.")
    expect(talk.item("makro.exe").get_by_role("alert")).to_contain_text("tidak menerima jenis file ini")
    talk.button("Buang besar.png").click()
    talk.button("Buang makro.exe").click()
    assert not [url for url in asked if url.endswith("/files")]
    talk.inbox.box.fill("x" * 4097)
    expect(talk.button("Kirim")).to_be_disabled()
    expect(talk.inbox.page.get_by_text("4.097 / 4.096")).to_be_visible()


def test_an_upload_shows_how_far_it_is_and_can_be_stopped(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage)
    line = talk.inbox.page.context.new_cdp_session(talk.inbox.page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    line.send("Network.emulateNetworkConditions", slow)
    talk.give(("lama.pdf", "application/pdf", 4_000_000))
    bar = talk.item("lama.pdf").get_by_role("progressbar")
    until(lambda: bar.evaluate("(one) => one.position > 0"), "it is told how far the upload is")
    talk.inbox.box.fill("sebentar")
    expect(talk.button("Kirim")).to_be_disabled()
    talk.button("Batalkan unggahan lama.pdf").click()
    expect(talk.item("lama.pdf")).to_have_count(0)
    expect(talk.button("Kirim")).to_be_enabled()


def test_a_file_that_is_not_what_it_is_called_is_refused_with_the_reason(tab: Tabs, stage: Stage) -> None:
    tab.expect("status of 422")
    talk = ready(tab, stage)
    talk.give(("rusak.png", "image/png", b"bukan gambar \0\1"))
    expect(talk.item("rusak.png").get_by_role("alert")).to_contain_text(re.compile("JPG|JPEG|PDF|jpeg"))
    expect(talk.button("Kirim")).to_be_disabled()


def test_an_upload_whose_connection_broke_is_tried_again(tab: Tabs, stage: Stage, wire: Wire) -> None:
    tab.expect(r"net::ERR_\w+", "WebSocket")
    talk = ready(tab, stage, url=wire.url)
    talk.inbox.page.route("**/files", lambda route: (wire.cut(), route.continue_()))
    talk.give(("putus.pdf", "application/pdf", pictures.PDF))
    expect(talk.item("putus.pdf").get_by_role("alert")).to_contain_text("Server tidak terjangkau")
    talk.inbox.page.unroute_all()
    wire.mend()
    talk.item("putus.pdf").get_by_role("button", name="Coba lagi").click()
    talk.arrived("putus.pdf")
    talk.inbox.box.press("Enter")
    talk.taken(1, "document")


def test_recordings_go_out_as_sound_and_whatsapps_own_kind_as_voice_messages(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage)
    talk.give(("iPhone.m4a", "audio/x-m4a", M4A), how="drop")
    talk.arrived("iPhone.m4a")
    talk.give(("PTT.ogg", "audio/ogg", samples.sample("voice").data), how="drop")
    talk.arrived("PTT.ogg")
    talk.inbox.box.press("Enter")
    sound, voice = talk.taken(2, "audio")
    assert (sound["content"]["mime"], sound["content"]["voice"]) == ("audio/mp4", False)
    assert voice["content"]["voice"] is True
    expect(talk.inbox.log.get_by_role("group", name="PTT.ogg")).to_contain_text("Pesan suara")


def test_a_quotation_is_kept_with_the_draft_and_sent_once(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage, "Berapa harganya?")
    talk.inbox.bubble("Berapa harganya?").hover()
    talk.inbox.bubble("Berapa harganya?").get_by_role("button", name="Menu pesan").click()
    talk.inbox.page.get_by_role("button", name="Balas pesan ini").click()
    talk.inbox.box.fill("Lima ribu")
    talk.inbox.page.reload()
    expect(talk.inbox.page.locator(".answering")).to_contain_text("Berapa harganya?")
    expect(talk.inbox.box).to_have_value("Lima ribu")
    talk.inbox.box.press("Enter")
    expect(talk.inbox.page.locator(".answering")).to_have_count(0)
    talk.inbox.say("Murah")
    talk.words("Lima ribu", "Murah")
    assert [one["quotes"] for one in stage.taken(talk.number)[-2:]] == [talk.said, ""]


def test_keys_quote_and_react(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage, "Terima kasih ya")
    inbox = talk.inbox
    inbox.box.press("Alt+q")
    expect(inbox.page.locator(".answering")).to_contain_text("Terima kasih ya")
    inbox.box.press("Escape")
    expect(inbox.page.locator(".answering")).to_have_count(0)
    bubble = inbox.bubble("Terima kasih ya")
    menu = bubble.get_by_role("button", name="Menu pesan")
    menu.focus()
    menu.press("e")
    inbox.page.get_by_role("button", name="Reaksi 🙏").click()
    expect(bubble.get_by_role("button", name="🙏")).to_be_visible()
    menu.press("e")
    inbox.page.get_by_label("Emoji lain").fill("🥳")
    inbox.page.get_by_label("Emoji lain").press("Enter")
    expect(bubble.get_by_role("button", name="🥳")).to_be_visible()
    menu.press("e")
    inbox.page.get_by_role("button", name="Hapus 🥳").click()
    expect(bubble.get_by_role("button", name="🥳")).to_have_count(0)
    signs = [(one["body"]["reaction"]["emoji"]) for one in talk.taken(3, "reaction")]
    assert signs == ["🙏", "🥳", ""]


def test_a_place_and_a_card_are_sent_from_small_forms(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage)
    page = talk.inbox.page
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
    place, person = talk.taken(2, "location", "contact", "contacts")
    told = place["body"]["location"]
    assert (float(told["latitude"]), float(told["longitude"]), told["name"]) == (-6.2, 106.8, "Toko Kita")
    assert "Ani" in str(person["body"]["contacts"])
    assert "6281234567890" in str(person["body"]["contacts"])


def templates(talk: Talk) -> Locator:
    """The choice of templates, once the provider's are known here."""
    path = f"/api/conversations/{talk.conversation}/templates"
    until(lambda: talk.stage.admin.get(path)["templates"], "the templates are known")
    talk.button("Pilih templat").click()
    return talk.inbox.page.get_by_role("dialog", name="Templat")


def test_a_template_is_found_filled_in_and_sent(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage)
    dialog = templates(talk)
    offer = dialog.get_by_role("button", name=re.compile("^promo_lama"))
    expect(offer).to_contain_text("Dijeda WhatsApp")
    offer.click(force=True)
    expect(dialog.get_by_role("button", name="Templat lain")).to_have_count(0)
    dialog.get_by_label("Cari templat").fill("kirim")
    dialog.get_by_label("Kategori").select_option("utility")
    expect(offer).to_have_count(0)
    dialog.get_by_role("button", name=re.compile("^konfirmasi_pengiriman")).click()
    dialog.get_by_role("button", name="Kirim", exact=True).click()
    expect(dialog.get_by_text("Isi bagian ini.")).to_have_count(2)
    dialog.get_by_label("Isian 1").fill("Siti")
    expect(dialog.get_by_role("region", name="Pratinjau")).to_contain_text("Halo Siti, pesanan {{2}} sudah kami kirim.")
    dialog.get_by_label("Isian 2").fill("A    1")
    expect(dialog).to_contain_text("empat spasi")
    dialog.get_by_label("Isian 2").fill("A-1")
    dialog.get_by_role("button", name="Kirim", exact=True).click()
    [taken] = talk.taken(1, "template")
    assert taken["text"] == "Halo Siti, pesanan A-1 sudah kami kirim."


def test_a_template_with_a_picture_is_previewed_sent_and_shown_with_it(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage)
    dialog = templates(talk)
    dialog.get_by_role("button", name=re.compile("^promo_akhir_tahun")).click()
    dialog.locator("input[type=file]").set_input_files([PNG])
    expect(dialog.get_by_role("region", name="Pratinjau").get_by_alt_text("depan.png")).to_be_visible()
    dialog.get_by_label("Isian 1").fill("Siti")
    dialog.get_by_label("Tombol 2").fill("promo-9")
    dialog.get_by_role("button", name="Kirim", exact=True).click()
    talk.taken(1, "template")
    bubble = talk.inbox.bubble("Halo Siti, ada promo akhir tahun!")
    expect(bubble).to_have_attribute("data-status", "delivered")
    expect(bubble.get_by_alt_text("depan.png")).to_have_js_property("naturalWidth", 64)
    expect(bubble.get_by_role("list", name="Pilihan")).to_contain_text("Lihat promo")
    expect(bubble).not_to_contain_text("[image]")


@pytest.mark.parametrize(
    ("hours", "level", "words"),
    [(20.03, "fine", "20 j 1 mnt"), (1.21, "soon", "1 j 12 mnt"), (0.51, "late", "30 mnt")],
)
def test_the_window_says_when_it_closes(tab: Tabs, stage: Stage, hours: float, level: str, words: str) -> None:
    talk = ready(tab, stage, left=hours)
    clock = talk.inbox.page.locator(".window")
    expect(clock).to_have_attribute("data-level", level)
    expect(clock).to_have_text(f"Jendela 24 jam tutup dalam {words}")


def test_the_box_gives_way_when_the_window_closes_and_comes_back_when_the_contact_writes(
    tab: Tabs, stage: Stage
) -> None:
    talk = ready(tab, stage)
    stage.dial(talk.number, code=131047, account="meta")
    talk.inbox.say("Terlambat")
    closed = talk.inbox.page.get_by_role("region", name="Tulis pesan")
    expect(closed).to_contain_text("Jendela 24 jam sudah tutup")
    expect(talk.inbox.box).to_have_count(0)
    expect(talk.inbox.bubble("Terlambat").get_by_role("button", name="Pilih templat")).to_be_visible()
    closed.get_by_role("button", name="Pilih templat").click()
    expect(talk.inbox.page.get_by_role("dialog", name="Templat")).to_contain_text("sapaan_ulang")
    talk.inbox.page.keyboard.press("Escape")
    stage.does("meta", "text", talk.number, text="Masih di sini")
    expect(talk.inbox.box).to_be_visible()


def test_the_window_is_the_servers_not_this_computers(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage, left=1.51)
    talk.inbox.page.clock.install(time=datetime.now() + timedelta(hours=5))
    talk.inbox.page.reload()
    expect(talk.inbox.page.locator(".window")).to_contain_text("1 j 30 mnt")


def test_a_message_that_came_too_late_offers_a_template(tab: Tabs, stage: Stage) -> None:
    tab.expect("status of 409")
    talk = ready(tab, stage)
    talk.inbox.say("Sebelumnya")
    expect(talk.inbox.bubble("Sebelumnya")).to_have_attribute("data-status", "delivered")
    under_way = talk.inbox.log.locator(
        ":is([data-status=queued], [data-status=sending], [data-status=accepted], [data-status=sent])"
    )
    expect(under_way).to_have_count(0)  # whatever is told of a message tells the page of the window too
    stage.leave_window(talk.conversation, -1)
    talk.inbox.say("Terlambat")
    bubble = talk.inbox.bubble("Terlambat")
    expect(bubble.get_by_role("button", name="Pilih templat")).to_be_visible()
    expect(talk.inbox.box).to_have_count(0)
    assert "Terlambat" not in stage.sent_to(talk.number)


def test_a_message_that_waits_says_what_for(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage)
    stage.dial(talk.number, code=131056, account="meta", times=0)
    talk.inbox.say("Sabar ya")
    expect(talk.inbox.bubble("Sabar ya").get_by_role("note")).to_contain_text("menunggu sebentar")
    stage.http.post(f"{stage.fake}/_calm", json={}).raise_for_status()


def test_typing_is_told_to_the_provider_now_and_then(tab: Tabs, stage: Stage) -> None:
    talk = ready(tab, stage, account="waha")

    def told() -> bool:
        talk.inbox.box.press_sequentially("ya ", delay=100)  # a signal may be lost, the next one is not
        return any("typing" in str(one).lower() for one in stage.signals(talk.number))

    until(told, "typing is shown")


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_has_room_for_the_box_with_everything_in_it(tab: Tabs, stage: Stage, width: int) -> None:
    phone = {"viewport": {"width": width, "height": 780}, "has_touch": True, "is_mobile": True}
    number, ani = stage.known("Penulis"), stage.people["ani"]
    conversation, said = stage.agents_own("meta", number, ani)
    talk = Talk(stage, Inbox(tab(f"/inbox/{conversation}", ani, **phone)), number, conversation, said)
    expect(talk.inbox.page.locator(".link-dot[data-link=live]")).to_be_attached()  # behind the conversation on a phone
    name = "nama-file-yang-sangat-panjang-sekali-tanpa-spasi.png"
    talk.give((name, "image/png", pictures.png(64, 40)))
    talk.arrived(name)
    assert spills(talk.inbox.page) == [0]
    templates(talk).get_by_role("button", name=re.compile("^promo_akhir_tahun")).click()
    assert spills(talk.inbox.page) == [0]
