"""Whatever a stranger writes is text: no dialog, no element, no link but http(s), no complaint of the page's policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Tabs
from tests.browser.payloads import HOSTILE
from tests.browser.stage import Stage, until

pytestmark = pytest.mark.browser

HALF = len(HOSTILE) // 2 + 1
ELEMENTS = """(nodes) => nodes.flatMap((node) => [...node.querySelectorAll("*")])
  .filter((one) => !(one.matches("a[rel='noopener noreferrer nofollow']") && /^https?:/.test(one.protocol)))
  .map((one) => one.outerHTML)"""
TEXTS = "(nodes) => nodes.map((node) => node.textContent)"


def assert_literal(places: Locator, payloads: tuple[str, ...], made: int = 0) -> None:
    """Every payload stands there letter by letter, and nothing was built from it."""
    texts = [plain(text) for text in places.evaluate_all(TEXTS)]
    assert [payload for payload in payloads if plain(payload) not in texts] == []
    assert len(places.evaluate_all(ELEMENTS)) == made


def plain(text: str) -> str:
    """Without the space at both ends, which receiving takes away."""
    return text.strip()


@pytest.mark.parametrize("payloads", [HOSTILE[:HALF], HOSTILE[HALF:]], ids=["first half", "second half"])
def test_messages_and_notes_are_letters_in_the_inbox(tab: Tabs, stage: Stage, payloads: tuple[str, ...]) -> None:
    number = stage.number()
    conversation = stage.whatsapp(number, "cs", name="Penyerang")
    stage.whatsapp(number, *payloads, name="Penyerang")
    inbox = tab.inbox(stage.people["ani"], conversation)
    expect(inbox.log.locator("[data-sender=contact]")).to_have_count(len(payloads) + 1)
    assert_literal(inbox.log.locator(".bubble .words"), payloads)
    for payload in payloads[::-1]:
        stage.people["budi"].act(conversation, "notes", text=payload)
    expect(inbox.log.locator(".note")).to_have_count(len(payloads))
    assert_literal(inbox.log.locator(".note .words"), payloads)


def test_names_are_letters_in_the_list_the_head_and_the_pane(tab: Tabs, stage: Stage) -> None:
    made = {stage.whatsapp(stage.number(), "halo", name=payload): payload for payload in HOSTILE}
    inbox = tab.inbox(stage.people["ani"])
    inbox.view("Semua")
    rows = inbox.page.get_by_role("option").locator(".row-name")
    names = {visible(payload) for payload in made.values()}
    until(lambda: names & set(rows.all_inner_texts()), "the newest of all, in the place of Ani's own")
    assert rows.evaluate_all(ELEMENTS) == []
    for conversation, payload in list(made.items())[::3]:
        inbox.page.goto(f"{stage.url}/inbox/{conversation}")
        places = inbox.page.locator(".chat-who h2, .contact-who h3")
        expect(places).to_have_text([visible(payload)] * 2)
        expect(inbox.log.get_by_role("article").first).to_be_visible()
        assert places.evaluate_all(ELEMENTS) == []


def visible(name: str) -> str:
    """As it is shown: signs that turn or hide letters can be seen, or one name could pass for another."""
    hidden = "[\u200b\u202a-\u202e\u2066-\u2069\ufeff]"
    return re.sub(hidden, lambda found: f"[U+{ord(found[0]):04X}]", name)


def test_messages_are_letters_in_the_widget_and_from_there_in_the_inbox(tab: Tabs, stage: Stage) -> None:
    shop = tab.shop()
    some = HOSTILE[:8]
    shop.say("cs")
    shop.hears("sambungkan dengan CS kami")
    newest = stage.newest()
    for payload in some:
        shop.say(payload)
    expect(shop.log.locator(".bubble.me .tick.sending, .bubble.me .tick.waiting")).to_have_count(0)
    assert_literal(shop.log.locator(".bubble.me > p:not(.meta)"), some)
    inbox = tab.inbox(stage.assignee(newest), newest)
    assert_literal(inbox.log.locator(".bubble .words"), some)


def test_what_an_agent_writes_is_letters_in_the_widget(tab: Tabs, stage: Stage) -> None:
    shop = tab.shop()
    shop.say("cs")
    shop.hears("sambungkan dengan CS kami")
    newest = stage.newest()
    some = HOSTILE[8:]
    for payload in some:
        stage.assignee(newest).reply(newest, payload)
    expect(shop.log.locator(".bubble.them.agent")).to_have_count(len(some))
    assert_literal(shop.log.locator(".bubble.them.agent > p:not(.meta)"), some)


def test_what_is_searched_for_is_letters(tab: Tabs, stage: Stage) -> None:
    inbox = tab.inbox(stage.people["ani"])
    inbox.page.get_by_role("searchbox").fill("<img src=x onerror=alert(1)> tak ada")
    expect(inbox.page.get_by_text("“<img src=x onerror=alert(1)> tak ada”")).to_be_visible()
    assert inbox.page.locator("#rows img").count() == 0
