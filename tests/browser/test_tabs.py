"""Several tabs of one agent, a tab nobody looks at, and a server that says goodbye."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Tabs
from tests.browser.pages import Chat, Inbox
from tests.browser.stage import Stage, until

pytestmark = pytest.mark.browser


def beside(inbox: Inbox, path: str = "") -> Inbox:
    """Another tab of the same browser."""
    page = inbox.page.context.new_page()
    page.goto(path or inbox.page.url)
    other = Inbox(page)
    expect(other.live).to_be_attached()
    return other


def test_r39_three_tabs_have_one_draft_and_one_mark_of_what_was_read(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    person, _ = stage.handed_over(number, "Tiga Tab")
    first = tab.inbox(person)
    tabs = [first, beside(first), beside(first)]
    for inbox in tabs:
        expect(inbox.row("Tiga Tab").get_by_label("2 belum dibaca")).to_be_visible()
    first.open("Tiga Tab")
    for inbox in tabs:
        expect(inbox.row("Tiga Tab").get_by_label("belum dibaca")).to_have_count(0)
    first.box.fill("belum selesai")
    for inbox in tabs[1:]:
        expect(inbox.row("Tiga Tab")).to_contain_text("belum selesai")
        inbox.open("Tiga Tab")
        expect(inbox.box).to_have_value("belum selesai")
    tabs[2].box.press("Enter")
    for inbox in tabs:
        expect(inbox.box).to_have_value("")
        expect(inbox.bubble("belum selesai")).to_have_attribute("data-status", "delivered")
        expect(inbox.bubble("belum selesai")).to_have_count(1)
    assert stage.sent_to(number).count("belum selesai") == 1


def test_r39_what_two_tabs_could_not_send_is_sent_once_even_if_one_is_closed(tab: Tabs, stage: Stage) -> None:
    tab.expect(r"net::ERR_\w+", r"WebSocket connection to .* failed", r"WebSocket is closed before")
    number = stage.number()
    person, conversation = stage.handed_over(number, "Dua Tab")
    first = tab.inbox(person, conversation)
    second = beside(first)
    context = first.page.context
    context.set_offline(True)
    for inbox, words in ((first, "dari yang pertama"), (second, "dari yang kedua"), (second, "lagi")):
        inbox.say(words)
        expect(inbox.bubble(words).locator(".tick")).to_have_text("Menunggu sambungan")
    first.page.close()
    context.set_offline(False)
    third = beside(second)
    for words in ("dari yang pertama", "dari yang kedua", "lagi"):
        expect(third.bubble(words)).to_have_attribute("data-status", "delivered")
        assert stage.sent_to(number).count(words) == 1
    expect(second.page.locator(".tick[data-status=queued]")).to_have_count(0)


def test_what_came_while_nobody_looked_is_read_by_coming_back(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    person, conversation = stage.handed_over(number, "Kembali Lagi")
    inbox = tab.inbox(person, conversation)
    row = inbox.row("Kembali Lagi")
    expect(row.get_by_label("belum dibaca")).to_have_count(0)
    inbox.log.evaluate("(log) => log.scrollTo(0, log.scrollHeight)")
    inbox.page.evaluate("document.hasFocus = () => false")
    inbox.page.wait_for_timeout(100)  # the scrolling is heard of
    stage.whatsapp(number, "ada orang?", name="Kembali Lagi")
    expect(row.get_by_label("1 belum dibaca")).to_be_visible()
    inbox.page.evaluate("() => { delete document.hasFocus; dispatchEvent(new Event('focus')); }")
    expect(row.get_by_label("belum dibaca")).to_have_count(0)
    until(lambda: stage.summary(number)["unread"] == 0, "the server knows")


class Goodbye:
    """Between a page and the server: it can say what a server says that is about to end."""

    def __init__(self, page: Page, path: str) -> None:
        self.lines: list[tuple[float, WebSocketRoute]] = []
        page.route_web_socket(path, self.join)

    def join(self, line: WebSocketRoute) -> None:
        line.connect_to_server()
        self.lines.append((time.monotonic(), line))

    def say(self, within: int) -> None:
        line = self.lines[-1][1]
        line.send(f'{{"t":"bye","within":{within}}}')
        line.close(code=1012, reason="restart")


def test_a_server_that_says_goodbye_is_asked_again_in_time_and_nobody_is_alarmed(tab: Tabs, stage: Stage) -> None:
    page = tab("", stage.people["ani"])
    goodbye = Goodbye(page, "**/ws/inbox**")
    page.goto("/inbox")
    inbox = Inbox(page)
    expect(inbox.live).to_be_attached()
    page.evaluate("Math.random = () => 0.9")
    goodbye.say(4)
    said = time.monotonic()
    expect(inbox.live).not_to_be_attached()
    while len(goodbye.lines) < 2:
        assert page.locator(".notice[data-kind=offline], .notice[data-kind=polling]").count() == 0
        assert time.monotonic() < said + 12
        page.wait_for_timeout(100)
    assert goodbye.lines[1][0] - said > 3  # 0.9 × 4 s, where half a second is usual
    expect(inbox.live).to_be_attached()


def test_a_visitors_page_does_the_same(tab: Tabs, stage: Stage) -> None:
    page = tab("")
    goodbye = Goodbye(page, "**/ws/widget**")
    page.goto("/shop")
    shop = Chat(page).open()
    shop.say("halo")
    shop.hears("Ada yang bisa kami bantu?")
    while not goodbye.lines:
        page.wait_for_timeout(50)
    shop.log.evaluate("() => { Math.random = () => 0.9; }")
    goodbye.say(4)
    said = time.monotonic()
    while len(goodbye.lines) < 2:
        assert shop.frame.locator(".notice.warn").count() == 0
        assert time.monotonic() < said + 12
        page.wait_for_timeout(100)
    assert goodbye.lines[1][0] - said > 3
