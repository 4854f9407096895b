"""What a flow learned of a contact stands in the timeline, in the agent's language, as soon as it happens."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Tabs
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser


def test_an_agent_sees_the_language_that_the_contact_chose(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    stage.whatsapp(number, "halo", name="Wati Bahasa")
    inbox = tab.inbox(stage.admin)
    inbox.view("Bot")
    inbox.open("Wati Bahasa")
    stage.whatsapp(number, "english", name="Wati Bahasa")
    expect(inbox.log.get_by_text("Mulai di sini kontak dijawab dalam bahasa Inggris")).to_be_visible()
    expect(inbox.bubble("How can we help you?")).to_be_visible()
