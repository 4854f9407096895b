"""What flows say besides text, as visitors and agents see it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect

from roms.config import ROOT
from roms.services import publishing
from tests.browser.conftest import Tabs
from tests.browser.stage import Stage
from tests.engine import pictures

pytestmark = pytest.mark.browser

SHOW = """flow: show
triggers: [{keywords: [pameran]}]
steps:
  a:
    say:
      - {document: media/list.pdf, name: Katalog.pdf, caption: Katalog lengkap}
      - {image: "https://img.example.com/a.png", caption: Di tempat lain}
      - {location: {latitude: -6.2, longitude: 106.8, name: Toko Kita, address: Jl. Melati 10}}
      - {contact: {name: Ani, phone: "+62 812-3456-7890"}}
      - {audio: media/song.mp3}
      - {buttons: [{payload: again, label: Sekali lagi}], text: Mau lihat lagi?}
    end: true
"""
AGAIN = """flow: again
triggers: [{payload: again, keywords: [Sekali lagi], interrupt: true, return: true}]
steps: {a: {say: Baiklah, end: true}}
"""


@pytest.fixture(scope="module", autouse=True)
def published(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One more flow beside those of the shop, in the instance that runs."""
    folder = tmp_path_factory.mktemp("flows")
    (folder / "media").mkdir()
    files = publishing.files_in(ROOT / "flows") | {"show.yaml": SHOW, "again.yaml": AGAIN} | pictures.named_in(SHOW)
    for name, value in files.items():
        (folder / name).write_bytes(value.encode() if isinstance(value, str) else value)
    push(stage.data, folder)


def push(data: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "flows", "push", str(folder)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ROMS_", "DATABASE_", "REDIS_"))}
    done = subprocess.run(command, env=clean | {"ROMS_DATA": str(data)}, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def is_loaded(picture: Locator) -> bool:
    return bool(picture.evaluate("async (img) => (await img.decode(), img.naturalWidth > 0)"))


def at_end(log: Locator) -> bool:
    return bool(log.evaluate("(box) => box.scrollHeight - box.scrollTop - box.clientHeight < 4"))


def test_a_picture_is_seen_with_its_words_and_no_line_moves_when_it_comes(tab: Tabs) -> None:
    shop = tab.shop()
    held: list[Route] = []
    let_go: list[bool] = []
    shop.page.route("**/media/**", lambda route: route.continue_() if let_go else held.append(route))
    shop.say("halo")
    shop.hears("Ada yang bisa kami bantu?")
    shop.tap("Info harga")
    shop.hears("Harga bulan ini")
    picture = shop.log.get_by_alt_text("Harga bulan ini:")
    expect(shop.log.get_by_text("Ada yang bisa kami bantu?")).to_have_count(2)
    before = picture.bounding_box()
    assert before is not None
    assert before["height"] > 200
    assert at_end(shop.log)
    let_go.append(True)  # a picture may be asked for only now
    for route in held:
        route.continue_()
    assert is_loaded(picture)
    assert picture.bounding_box() == before
    assert at_end(shop.log)
    expect(shop.log.locator(".bubble.them").filter(has_text="Keripik Tempe Rp24.000")).to_have_count(1)
    expect(shop.log.get_by_text("[price-list.png]")).to_have_count(0)


def test_documents_places_cards_and_far_pictures_are_links_and_sounds_can_be_played(tab: Tabs) -> None:
    shop = tab.shop()
    shop.say("pameran")
    shop.hears("Mau lihat lagi?")
    link = shop.log.get_by_role("link")
    document = link.filter(has_text="Katalog.pdf")
    expect(document).to_have_attribute("download", "Katalog.pdf")
    with shop.page.expect_download() as download:
        document.click()
    assert download.value.suggested_filename == "Katalog.pdf"
    assert Path(download.value.path()).read_bytes() == pictures.PDF
    expect(link.filter(has_text="Jl. Melati 10")).to_have_attribute("href", "https://maps.google.com/?q=-6.2,106.8")
    expect(link.filter(has_text="Ani")).to_have_attribute("href", "tel:+6281234567890")
    expect(link.filter(has_text="a.png")).to_have_attribute("href", "https://img.example.com/a.png")
    expect(shop.log.locator("audio")).to_have_count(1)
    expect(shop.log.get_by_text("Di tempat lain")).to_be_visible()


def test_buttons_can_be_tapped_long_after(tab: Tabs) -> None:
    shop = tab.shop()
    shop.say("pameran")
    shop.say("halo")
    shop.hears("Ada yang bisa kami bantu?")
    shop.log.get_by_role("button", name="Sekali lagi").click()
    expect(shop.log.locator(".bubble.me").filter(has_text="Sekali lagi")).to_have_count(1)
    shop.hears("Baiklah")
    shop.hears("Ada yang bisa kami bantu?", 2)


def test_an_agent_sees_what_the_contact_was_shown(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    conversation = stage.whatsapp(number, "halo", "1", "pameran", name="Sari Gambar")
    inbox = tab.inbox(stage.admin, conversation)
    assert is_loaded(inbox.log.get_by_alt_text("Harga bulan ini:"))
    expect(inbox.bubble("Keripik Tempe Rp24.000")).to_have_count(1)
    page = tab(stage.fake + "/")
    page.get_by_text(number[-6:]).first.click()
    assert is_loaded(page.get_by_alt_text("Harga bulan ini:"))
