"""Contacts are taken out by whoever knows the password, and gave it a short while ago."""

from __future__ import annotations

import sqlite3

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Tabs
from tests.browser.stage import LONGEST, Stage

pytestmark = pytest.mark.browser


def long_ago(stage: Stage) -> None:
    """Nobody has given a password lately."""
    with sqlite3.connect(stage.data / "roms.db", timeout=LONGEST) as database:
        database.execute("UPDATE login_session SET confirmed_at = '2026-01-01 00:00:00.000000'")
    database.close()


def test_s10_an_export_asks_for_the_password_and_then_downloads(tab: Tabs, stage: Stage) -> None:
    tab.expect("status of 40[13]")
    stage.whatsapp(stage.number(), "halo", name="Dibawa keluar")
    long_ago(stage)
    page = tab("/inbox/contacts", stage.admin)
    page.get_by_text("Ekspor").click()
    page.get_by_role("link", name="CSV").click()
    asked = page.get_by_role("dialog", name="Kata sandi Anda sekali lagi")
    asked.get_by_label("Kata sandi").fill("bukan ini")
    asked.get_by_role("button", name="Lanjutkan").click()
    expect(asked.get_by_role("alert")).to_be_visible()
    asked.get_by_label("Kata sandi").fill(stage.admin.password)
    with page.expect_download() as download:
        asked.get_by_role("button", name="Lanjutkan").click()
    assert download.value.suggested_filename == "contacts.csv"
    assert "Dibawa keluar" in download.value.path().read_text()
    stage.forget_tries()
