"""Take the README's pictures anew: a trial instance with temporary data, a handoff played on it, and Chromium's camera.

.venv/bin/python -m tools.screenshots      (ROMS_CHROMIUM or CHROMIUM name the browser, else Debian's)
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tools.chromium import find_or_install
from tools.places import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PORT = 18640
URL, FAKE = f"http://127.0.0.1:{PORT}", f"http://127.0.0.1:{PORT + 1}"
PICTURES = ROOT / "docs" / "images"
LARGEST = 200_000  # bytes; a README should open at once
if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

WINDOW: ViewportSize = {"width": 1440, "height": 860}
PHONE: ViewportSize = {"width": 360, "height": 740}
LOGIN = re.compile(r"^\s+(?:agent|admin)\s+\S.*\s(\S+)\s+(\S+)$")
OTHERS = (  # number, name, what they write
    ("6281298765432", "Dewi Lestari", ("halo", "1")),
    ("6285711223344", "Agus Prasetyo", ("status pesanan", "ORD-12345", "cs", "Paketnya belum sampai juga, Kak")),
)


@contextmanager
def instance() -> Iterator[dict[str, str]]:
    """`./dev run` with empty data; everybody's passwords by login."""
    with tempfile.TemporaryDirectory(prefix="roms-pictures-") as data:
        command = [sys.executable, str(ROOT / "dev"), "run", "--port", str(PORT), "--data", data]
        ours = {
            name: value for name, value in os.environ.items() if name != "ROMS_CHROMIUM"
        }  # no setting of an instance
        with subprocess.Popen(command, env=ours, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield passwords(process)
            finally:
                process.terminate()
                process.communicate()  # it has something to say as it ends


def passwords(process: subprocess.Popen[str]) -> dict[str, str]:
    """Read what it says until it is ready."""
    found: dict[str, str] = {}
    for line in process.stdout or ():
        if login := LOGIN.match(line.rstrip()):
            found[login[1]] = login[2]
        if line.startswith("ready"):
            return found
    raise SystemExit("the instance did not start; try ./dev run")


def whatsapp(number: str, name: str, *texts: str) -> None:
    """A contact writes, one message after the other."""
    for at, text in enumerate(texts):
        message = {
            "id": f"{number}-{at}-{text}",
            "from": number,
            "from_name": name,
            "type": "text",
            "text": {"body": text},
        }
        ask(f"{URL}/webhook/whapi", {"messages": [message]})


def ask(url: str, body: object) -> None:
    """POST JSON."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


def page(browser: Browser, path: str, window: ViewportSize = WINDOW) -> Page:
    """A page in a window and a profile of its own."""
    opened = browser.new_context(viewport=window, locale="id-ID", color_scheme="light", base_url=URL).new_page()
    opened.goto(path)
    return opened


def sign_in(browser: Browser, login: str, password: str, window: ViewportSize = WINDOW) -> Page:
    """An agent's inbox."""
    opened = page(browser, "/login", window)
    opened.get_by_label("Nama masuk").fill(login)
    opened.get_by_label("Kata sandi").fill(password)
    opened.get_by_role("button", name="Masuk").click()
    opened.get_by_role("img", name="Tersambung langsung").wait_for()
    return opened


def shop(browser: Browser) -> Page:
    """A visitor asks the bot, then for a person."""
    opened = page(browser, "/shop")
    opened.get_by_role("button", name="Buka obrolan").click()
    frame = opened.frame_locator("roms-chat iframe")
    for text, answer in (("halo", "Ada yang bisa kami bantu?"), ("1", "Harga bulan ini"), ("cs", "CS kami")):
        frame.get_by_label("Tulis pesan").fill(text)
        frame.get_by_label("Tulis pesan").press("Enter")
        frame.locator(".bubble.them").filter(has_text=answer).last.wait_for()
    return opened


def handoff(inbox: Page) -> None:
    """Siti asks for a person and gets an answer."""
    number, name = "6281234567890", "Siti Aminah"
    whatsapp(number, name, "halo", "2", "Saya mau pesan 20 bungkus Kopi Gayo", "cs")
    inbox.get_by_role("tab", name="Semua").click()
    inbox.get_by_role("option").filter(has_text=name).click()
    takeover = inbox.get_by_role("complementary").locator("[data-verb=claim]")
    takeover.wait_for()
    if takeover.is_enabled():
        takeover.click()
    answer = "Halo Kak Siti! Bisa, 20 bungkus siap hari Jumat. Mau diantar atau diambil sendiri?"
    inbox.get_by_label("Balasan untuk kontak").fill(answer)
    inbox.get_by_label("Balasan untuk kontak").press("Enter")
    inbox.locator(".bubble[data-status=delivered]").filter(has_text="20 bungkus siap").wait_for()
    ask(f"{FAKE}/_look", {"open": f"{number}@s.whatsapp.net"})
    inbox.locator(".bubble[data-status=read]").filter(has_text="20 bungkus siap").wait_for()
    whatsapp(number, name, "Diantar ya Kak, ke Jl. Dago 12")
    inbox.locator(".bubble").filter(has_text="Jl. Dago 12").wait_for()
    inbox.locator(".toast").last.wait_for(state="hidden")
    inbox.get_by_role("option").filter(has_text=name).get_by_label("belum dibaca").wait_for(state="detached")


def every_kind(inbox: Page, phone: Page) -> None:
    """Rina sends everything that a person can send; the same chat on a desk and on a phone."""
    number, name = "6281322334455", "Rina Wulandari"
    for kind in ("text", "image", "document", "voice", "location", "contact", "order", "sticker", "unsupported"):
        details = {"text": "Ini semua berkasnya, Kak"} if kind == "text" else {}
        ask(f"{FAKE}/_send", {"person": number, "name": name, "account": "meta", "kind": kind, **details})
    for opened in (inbox, phone):
        opened.get_by_role("tab", name="Semua").click()
        opened.get_by_role("option").filter(has_text=name).click()
        opened.locator(".bubble img").first.wait_for()
        opened.wait_for_timeout(3000)  # files that are on their way arrive


def channels(admin: Page) -> None:
    """All accounts, and one whose code waits to be scanned."""
    admin.goto("/inbox/channels")
    admin.locator("a.channel").first.wait_for()
    take(admin, "channels.png")
    ask(f"{FAKE}/_gateway", {"account": "waha", "state": "scan"})
    admin.locator("a.channel").filter(has_text="WAHA").click()
    admin.locator(".qr img").wait_for()
    take(admin, "link.png")


def take(opened: Page, name: str) -> None:
    """One picture, small enough."""
    target = PICTURES / name
    opened.screenshot(path=target, animations="disabled")
    size = target.stat().st_size
    print(f"{target.relative_to(ROOT)}  {size:,} bytes")
    if size > LARGEST:
        raise SystemExit(f"{name} is larger than {LARGEST:,} bytes")


def main() -> int:
    """Play it and take the pictures."""
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    with instance() as logins, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=["--no-sandbox", "--disable-gpu"])
        for number, name, texts in OTHERS:
            whatsapp(number, name, *texts)
        shop_page = shop(browser)
        admin, agent, *_ = logins.items()
        inbox = sign_in(browser, *agent)
        handoff(inbox)
        take(inbox, "inbox.png")
        take(shop_page, "shop.png")
        phone = sign_in(browser, *agent, window=PHONE)
        every_kind(inbox, phone)
        take(inbox, "kinds.png")
        take(phone, "kinds-phone.png")
        channels(sign_in(browser, *admin))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
