"""Customers of all providers in the inbox, with nothing between the browser and the server."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Tabs
from tests.browser.stage import Stage, until
from tests.engine import pictures

pytestmark = pytest.mark.browser


def opened(tab: Tabs, stage: Stage, q: str) -> Any:
    until(lambda: stage._found(q), "the conversation is there")
    return tab.inbox(stage.admin, str(stage.summary(q)["id"]))


def test_the_pane_tells_by_what_names_a_person_is_known(tab: Tabs, stage: Stage) -> None:
    number = stage.known()
    stage.does("meta", "text", number, text="halo")
    inbox = opened(tab, stage, number)
    names = inbox.contact.get_by_role("list", name="Dikenal sebagai")
    expect(names).to_contain_text("ID.")
    expect(inbox.contact.get_by_role("heading", name="Catatan tentang orang ini")).to_be_visible()


@pytest.mark.parametrize("account", ["whapi", "meta", "waha"])
def test_a_group_is_called_one(tab: Tabs, stage: Stage, account: str) -> None:
    said = f"Rapat {account}"
    stage.does(account, "text", stage.known(), text=said, group=True)
    inbox = tab.inbox(stage.admin)
    inbox.view("Semua")
    row = inbox.row(said)
    expect(row).to_contain_text("Grup")
    row.click()
    expect(inbox.log).to_contain_text(said)
    expect(inbox.contact.get_by_role("heading", name="Grup", exact=True)).to_be_visible()
    expect(inbox.contact.get_by_text("Tanpa nomor")).to_have_count(0)


def test_a_card_that_came_as_a_file_and_an_order_without_its_things_are_shown(tab: Tabs, stage: Stage) -> None:
    number = stage.known()
    stage.does("twilio", "contact", number)
    inbox = opened(tab, stage, number)
    expect(inbox.log.locator(".card-shown")).to_contain_text("Gudang Surabaya")
    other = stage.known("Tini")
    stage.does("whapi", "order", other)
    inbox = opened(tab, stage, other)
    expect(inbox.log.locator(".order")).to_contain_text("Rp 251.000")


def test_a_visitor_of_the_shop_gets_the_files_of_an_agent(tab: Tabs, stage: Stage) -> None:
    chat = tab.shop()
    chat.say("cs")
    chat.hears("CS kami")
    inbox = tab.inbox(stage.admin, stage.newest())
    inbox.page.get_by_role("button", name="Ambil", exact=False).first.click()
    files = inbox.page.locator("input[type=file]").first
    files.set_input_files([{"name": "toko.png", "mimeType": "image/png", "buffer": pictures.png(64, 40)}])
    inbox.page.get_by_role("button", name="Kirim", exact=True).click()
    expect(chat.log.locator("img")).to_have_count(1)
    expect(inbox.contact.get_by_text("Pengunjung situs").last).to_be_visible()


def test_the_list_says_what_came_in_the_agents_language(tab: Tabs, stage: Stage) -> None:
    number = stage.known("Wati")
    stage.does("waha", "image", number, caption="Lunas", group=True)
    inbox = tab.inbox(stage.admin)
    inbox.view("Semua")
    expect(inbox.row("Gambar: Lunas")).to_be_visible()
