"""A reply's life on the sender's screen: at once with a clock, then ticks; or in red, with the reason and a way on."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Tabs
from tests.browser.pages import Inbox
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser


def ready(tab: Tabs, stage: Stage, number: str, name: str) -> Inbox:
    """A tab of the agent who has this contact."""
    person, conversation = stage.handed_over(number, name)
    inbox = tab.inbox(person, conversation)
    expect(inbox.box).to_be_visible()
    return inbox


def test_a_reply_stands_there_at_once_and_only_once(tab: Tabs, stage: Stage) -> None:
    inbox = ready(tab, stage, stage.number(), "Langsung")
    held: list[Route] = []
    inbox.page.route("**/messages", lambda route: held.append(route))
    inbox.say("Segera kami proses")
    bubble = inbox.bubble("Segera kami proses")
    expect(bubble.locator(".tick")).to_have_text("Sedang dikirim")
    expect(inbox.box).to_have_value("")
    begun = time.monotonic()
    bubble.evaluate("(node) => { node.dataset.mark = 'same'; }")
    held[0].continue_()
    expect(bubble).to_have_attribute("data-status", "delivered")
    assert time.monotonic() - begun < 10
    expect(bubble).to_have_count(1)
    expect(bubble).to_have_attribute("data-mark", "same")  # the same element: nothing flickered


def test_an_answer_that_got_lost_on_the_way_back_makes_no_second_message(tab: Tabs, stage: Stage) -> None:
    tab.expect(r"net::ERR_FAILED")
    number = stage.number()
    inbox = ready(tab, stage, number, "Jawaban hilang")
    times = 0

    def lose_the_first(route: Route) -> None:
        nonlocal times
        times += 1
        if times == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    inbox.page.route("**/messages", lose_the_first)
    inbox.say("Hanya sekali")
    expect(inbox.bubble("Hanya sekali")).to_have_attribute("data-status", "delivered")
    expect(inbox.bubble("Hanya sekali")).to_have_count(1)
    assert stage.sent_to(number).count("Hanya sekali") == 1


def test_a_refused_message_says_why_and_goes_out_when_tried_again(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    inbox = ready(tab, stage, number, "Ditolak")
    stage.dial(number, status=400)
    inbox.say("Pesan yang ditolak")
    bubble = inbox.bubble("Pesan yang ditolak")
    expect(bubble).to_have_attribute("data-status", "failed")
    expect(bubble.locator(".tick")).to_have_text("Gagal dikirim")
    trouble = bubble.get_by_role("group")
    expect(trouble).not_to_have_text("Coba lagi")  # there is a reason before the button
    trouble.get_by_role("button", name="Coba lagi").click()
    expect(bubble).to_have_attribute("data-status", "delivered")
    assert stage.sent_to(number).count("Pesan yang ditolak") == 1


def test_an_uncertain_message_shows_a_question_mark_and_is_not_repeated_by_itself(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    inbox = ready(tab, stage, number, "Tidak pasti")
    stage.dial(number, cut=True, before_accept=False, statuses=[])
    inbox.say("Sampai, tanpa jawaban")
    expect(inbox.bubble("Sampai, tanpa jawaban")).to_have_attribute("data-status", "accepted")  # the provider shows it
    stage.dial(number, cut=True)
    inbox.say("Entah sampai entah tidak")
    bubble = inbox.bubble("Entah sampai entah tidak")
    expect(bubble).to_have_attribute("data-status", "unknown")
    expect(bubble.locator(".tick")).to_have_text("Tidak pasti terkirim")
    expect(bubble.get_by_role("group")).to_contain_text("penyedia sedang ditanya")
    expect(bubble.get_by_role("button", name="Kirim ulang")).to_have_count(0)  # in two minutes, if nothing is found
    assert stage.sent_to(number).count("Sampai, tanpa jawaban") == 1
    assert stage.sent_to(number).count("Entah sampai entah tidak") == 0


def test_a_colleagues_answer_that_one_has_not_seen_holds_the_reply_back(tab: Tabs, stage: Stage) -> None:
    tab.expect(r"status of 409")
    number = stage.number()
    inbox = ready(tab, stage, number, "Dua penjawab")
    conversation = inbox.page.url.rsplit("/", 1)[1]
    colleague = next(person for person in stage.agents() if person is not stage.assignee(conversation))
    held: list[Route] = []
    inbox.page.route("**/messages", lambda route: held.append(route))
    inbox.say("Jawaban saya")
    expect(inbox.bubble("Jawaban saya")).to_be_visible()
    colleague.reply(conversation, "Jawaban rekan")
    held[0].continue_()
    alert = inbox.log.get_by_role("alert")
    expect(alert).to_contain_text(f"{colleague.name.split()[0]} sudah membalas")
    expect(alert).to_contain_text("Jawaban rekan")
    assert "Jawaban saya" not in stage.sent_to(number)
    inbox.page.unroute_all()
    alert.get_by_role("button", name="Tetap kirim").click()
    expect(inbox.bubble("Jawaban saya").last).to_have_attribute("data-status", "delivered")
    assert stage.sent_to(number)[-2:] == ["Jawaban rekan", "Jawaban saya"]
