"""A chat that holds every kind of message, taken from its first line to its last, on a desk and on a phone."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tools.pictures.camera import PHONE, Shot, sheet, shot, sign_in
from tools.pictures.instance import accepted, box, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NUMBER, NAME = "6281322334455", "Rina Wulandari"
DESK = {"width": 1120, "height": 900}
CALL = "async ([path, body]) => (await import('/static/inbox/api.js')).post(path, body)"
ENTRIES = "async (path) => (await (await fetch(path)).json()).entries.filter((one) => one.type === 'message')"
TEMPLATES = "async (path) => (await (await fetch(`${path}/templates`)).json()).templates"
UPLOAD = """async ([path, name, type, data, voice]) => {
  const { boot } = await import('/static/inbox/boot.js');
  const form = new FormData();
  form.append('file', new File([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))], name, { type }));
  if (voice) form.append('voice', '1');
  const answer = await fetch(`${path}/files`, { method: 'POST', body: form, headers: { 'X-CSRFToken': boot.csrf } });
  return (await answer.json()).file.file;
}"""
SCROLL = "(log, by) => { const before = log.scrollTop; log.scrollTop += by; return log.scrollTop > before; }"


class Talk:
    """Rina on her phone, and the agent who has taken the conversation."""

    def __init__(self, inbox: Page) -> None:
        self.inbox = inbox
        self.send("text", text="halo")
        inbox.get_by_role("tab", name="Semua").click()
        inbox.get_by_role("option").filter(has_text=NAME).click()
        inbox.locator(".bubble").filter(has_text="Ada yang bisa kami bantu?").wait_for()
        inbox.locator("#takeover").click()
        inbox.get_by_label("Balasan untuk kontak").wait_for()
        self.path = f"/api/conversations/{inbox.url.rsplit('/', 1)[1]}"
        self.said = 0

    def entries(self) -> list[dict[str, Any]]:
        """Every message, as the browser is given it."""
        found: list[dict[str, Any]] = self.inbox.evaluate(ENTRIES, self.path)
        return found

    def send(self, kind: str, **details: Any) -> str:
        """Rina does this."""
        return str(box("/_send", person=NUMBER, name=NAME, account="meta", kind=kind, **details)["id"])

    def came(self, *kinds: str) -> None:
        """Rina sends these, each after the one before is there."""
        for kind in kinds:
            self.comes(kind)

    def comes(self, kind: str, **details: Any) -> str:
        """Rina sends this, and it is there."""
        before = len(self.entries())
        sent = self.send(kind, **details)
        until(lambda: len(self.entries()) > before, f"no {kind}")
        return sent

    def post(self, what: str, **body: Any) -> None:
        """The agent's page asks for this."""
        self.said += 1
        self.inbox.evaluate(CALL, [f"{self.path}/{what}", {"client_id": f"picture-{self.said:04}", **body}])

    def says(self, status: str = "delivered", **body: Any) -> int:
        """The agent sends this; its number once it is there."""
        self.post("messages", seen=0, force=True, **{"text": "", **body})
        last = until(lambda: [one for one in self.entries()[-1:] if one.get("status") == status], f"no {body}")
        return int(last[0]["seq"])

    def upload(self, kind: str, name: str) -> str:
        """A file of the box's, in the agent's hands."""
        from roms.channels.fake import samples

        file = samples.sample(kind)
        data = base64.b64encode(file.data).decode()
        return str(self.inbox.evaluate(UPLOAD, [self.path, name, file.type, data, kind == "voice"]))


def every_kind(browser: Browser, agent: tuple[str, str]) -> None:
    """Play it, then take both sheets."""
    talk = Talk(sign_in(browser, *agent, window=DESK))  # type: ignore[arg-type]
    they_send(talk)
    we_send(talk)
    in_two_rows(browser, scrolled(talk.inbox, "main"), "kinds.png")
    phone = sign_in(browser, *agent, window=PHONE)
    phone.goto(talk.inbox.url)
    in_two_rows(browser, scrolled(phone, ""), "kinds-phone.png")


def in_two_rows(browser: Browser, shots: list[Shot], name: str) -> None:
    """Side by side; to be read down each column."""
    numbered = [Shot(one.png, str(number)) for number, one in enumerate(shots, 1)]
    sheet(browser, numbered, (len(shots) + 1) // 2, name)


def they_send(talk: Talk) -> None:
    """Everything that a person can send, and what they do with it afterwards."""
    menu = accepted()[-1]["id"]
    talk.comes("tap", target=menu, id="1", title="Info harga", how="list")
    first = talk.comes("text", text="Ini semua berkasnya, Kak")
    talk.comes("image", caption="Paketnya sudah sampai")
    talk.came("video", "voice", "audio", "document", "sticker", "location", "contact", "order")
    talk.comes("text", text="Kopi Gayo diskon minggu ini", forwarded="often")
    talk.comes("text", text="Sudah dibuka semua?", quotes=first)
    edited = talk.comes("text", text="Saya pesan dua")
    talk.send("edit", target=edited, text="Saya pesan tiga")
    talk.send("delete", target=talk.comes("text", text="salah kirim"))
    talk.came("unsupported")
    talk.comes("text", text="Ini dari ponsel toko", by_business=True)


def we_send(talk: Talk) -> None:
    """Everything that an agent can send."""
    photo = next(one["seq"] for one in talk.entries() if one["kind"] == "image")
    asked = next(one["seq"] for one in talk.entries() if one["text"] == "Sudah dibuka semua?")
    talk.post("reactions", seq=photo, emoji="🙏")
    talk.says(text="Sudah, terima kasih Kak Rina!", quote=asked)
    talk.send("reaction", target=accepted()[-1]["id"], emoji="👍")
    talk.says(file=talk.upload("image", "resi.jpg"), text="Resinya")
    talk.says(file=talk.upload("voice", "suara.ogg"))
    talk.says(file=talk.upload("document", "Nota.pdf"))
    talk.says(location={"latitude": -6.2, "longitude": 106.8, "name": "Toko Kita"})
    talk.says(contact={"name": "Gudang", "phone": "+6281234567890"})
    offers = talk.inbox.evaluate(TEMPLATES, talk.path)
    promo = next(one for one in offers if one["name"] == "promo_akhir_tahun")
    header = {"type": "image", "file": talk.upload("image", "promo.jpg")}
    filled = {"body": ["Rina"], "header": header, "buttons": [{"index": 1, "value": "a7"}]}
    talk.says(template={"id": promo["id"], "parameters": filled})
    talk.post("notes", text="Pelanggan lama, kirim gratis ongkir")
    box("/_faults", account="meta", to=NUMBER, failed=131026)
    talk.says(status="failed", text="Paket kedua berangkat besok")


def scrolled(opened: Page, part: str) -> list[Shot]:
    """The thread from its top to its end, a window after the other."""
    log = opened.get_by_role("log")
    log.locator(".bubble img").first.wait_for()
    opened.wait_for_timeout(3000)  # files that are on their way arrive, notices go
    log.evaluate("(log) => { log.scrollTop = 0; }")
    opened.wait_for_timeout(500)
    shots = [shot(opened, part)]
    step = log.evaluate("(log) => log.clientHeight - 40")
    while log.evaluate(SCROLL, step):
        opened.wait_for_timeout(300)
        shots.append(shot(opened, part))
    return shots
