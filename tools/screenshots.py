"""Take the pictures of the README and of docs anew: a trial instance with temporary data, and Chromium's camera.

.venv/bin/python -m tools.screenshots [inbox] [board] [kinds] [linking]
(all of them unless some are named; ROMS_CHROMIUM or CHROMIUM name the browser, else Debian's)
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tools.chromium import find_or_install
from tools.pictures.board import board
from tools.pictures.camera import PICTURES, page, sign_in, take
from tools.pictures.instance import box, instance, whatsapp
from tools.pictures.kinds import every_kind
from tools.pictures.linking import linking, secure

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PARTS = ("inbox", "board", "kinds", "linking")
OTHERS = (  # number, name, what they write
    ("6281298765432", "Dewi Lestari", ("halo", "1")),
    ("6285711223344", "Agus Prasetyo", ("status pesanan", "ORD-12345", "cs", "Paketnya belum sampai juga, Kak")),
)


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
    inbox.locator(".event").filter(has_text="Bot meneruskan ke orang").wait_for()
    inbox.locator(".bubble[data-sender=bot]:not([data-status=delivered])").first.wait_for(state="detached")
    takeover = inbox.get_by_role("complementary").locator("[data-verb=claim]")
    takeover.wait_for()
    if takeover.is_enabled():
        takeover.click()
    answer = "Halo Kak Siti! Bisa, 20 bungkus siap hari Jumat. Mau diantar atau diambil sendiri?"
    inbox.get_by_label("Balasan untuk kontak").fill(answer)
    inbox.get_by_label("Balasan untuk kontak").press("Enter")
    inbox.locator(".bubble[data-status=delivered]").filter(has_text="20 bungkus siap").wait_for()
    box("/_look", open=f"{number}@s.whatsapp.net")
    inbox.locator(".bubble[data-status=read]").filter(has_text="20 bungkus siap").wait_for()
    whatsapp(number, name, "Diantar ya Kak, ke Jl. Dago 12")
    inbox.locator(".bubble").filter(has_text="Jl. Dago 12").wait_for()
    inbox.locator(".toast").last.wait_for(state="hidden")
    inbox.get_by_role("option").filter(has_text=name).get_by_label("belum dibaca").wait_for(state="detached")


def first_sight(browser: Browser, agent: tuple[str, str]) -> None:
    """The sample shop, and the inbox in the middle of a handoff."""
    for number, name, texts in OTHERS:
        whatsapp(number, name, *texts)
    shop_page = shop(browser)
    inbox = sign_in(browser, *agent)
    handoff(inbox)
    take(inbox, "inbox.png")
    take(shop_page, "shop.png")


def main() -> int:
    """Play it and take the pictures."""
    from playwright.sync_api import sync_playwright

    wanted = sys.argv[1:] or PARTS
    if wrong := set(wanted) - set(PARTS):
        raise SystemExit(f"{', '.join(sorted(wrong))}: there are {', '.join(PARTS)}")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with instance() as logins, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=["--no-sandbox", "--disable-gpu"])
        admin, agent, *_ = logins.items()
        desk = sign_in(browser, *admin)
        secure(desk)
        if "inbox" in wanted:
            first_sight(browser, agent)
        if "board" in wanted:
            board(desk)
        if "kinds" in wanted:
            every_kind(browser, agent)
        if "linking" in wanted:
            linking(browser, desk)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
