"""A tab that was cut off ends up as one that never was: nothing missing, nothing twice, nothing asked of the agent."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Tabs
from tests.browser.pages import Inbox
from tests.browser.stage import Stage, until
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser

CUT = (r"net::ERR_\w+", r"WebSocket connection to .* failed", r"WebSocket is closed before")
# Lines of the list and the thread without what depends on when and where one looks: relative times, the reader's mark.
SNAPSHOT = """() => ["#rows [role=option]", ".log-lines > :not(.unread-divider, .typing)", ".chat-head"].map((which) =>
  [...document.querySelectorAll(which)].map((node) => {
    const copy = node.cloneNode(true);
    for (const time of copy.querySelectorAll(".row-time, .waiting")) time.remove();
    const tick = copy.querySelector(".tick")?.dataset.status ?? "";
    return [(node.style.transform ?? "") + copy.textContent.replace(/\\s+/g, " ").trim() + tick].join();
  }).sort((a, b) => which.startsWith("#") ? a.localeCompare(b) : 0))"""


def shown(inbox: Inbox) -> list[list[str]]:
    """What the list, the thread and the head say."""
    found: list[list[str]] = inbox.page.evaluate(SNAPSHOT)
    return found


def all_open(tab: Tabs, stage: Stage, conversation: str, **options: str) -> Inbox:
    """Ani's tab with this conversation open and every other in the list."""
    inbox = tab.inbox(stage.people["ani"], conversation, **options)
    inbox.view("Semua")
    expect(inbox.page.get_by_role("tab", name="Semua")).to_have_attribute("aria-selected", "true")
    return inbox


class Happenings:
    """Things that happen to one conversation and around it, in an order that chance chooses but a seed repeats."""

    def __init__(self, stage: Stage, number: str, conversation: str, seed: int) -> None:
        self.stage, self.number, self.conversation = stage, number, conversation
        self.chance = random.Random(seed)
        self.count = 0

    def go(self, times: int) -> None:
        """So many of them."""
        for _ in range(times):
            self.count += 1
            self.chance.choices((self.word, self.answer, self.note, self.stranger, self.pause), (8, 6, 3, 2, 1))[0]()

    def word(self) -> None:
        self.stage.whatsapp(self.number, f"kata ke-{self.count}", name="Terputus")

    def answer(self) -> None:
        self.stage.people["budi"].reply(self.conversation, f"jawaban ke-{self.count}")

    def note(self) -> None:
        self.stage.people["budi"].act(self.conversation, "notes", text=f"catatan ke-{self.count}")

    def stranger(self) -> None:
        self.stage.whatsapp(self.stage.number(), "halo", name=f"Orang lain {self.count}")

    def pause(self) -> None:
        self.stage.people["budi"].act(self.conversation, "pause")
        self.stage.people["budi"].act(self.conversation, "resume")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_random_cuts_and_thirty_events_the_tab_equals_a_fresh_one(
    tab: Tabs, stage: Stage, wire: Wire, seed: int
) -> None:
    tab.expect(*CUT)
    number = stage.number()
    conversation = stage.whatsapp(number, "halo", name="Terputus")
    stage.people["budi"].act(conversation, "claim")
    inbox = all_open(tab, stage, conversation, url=wire.url)
    happenings = Happenings(stage, number, conversation, seed)
    chance = random.Random(seed * 1000)
    left = 30
    while left:
        some = min(left, chance.randint(3, 10))
        left -= some
        cut_in(chance.choice(["wire", "snap", "browser", "both"]), inbox, wire, lambda some=some: happenings.go(some))
    expect(inbox.live).to_be_attached(timeout=30_000)
    fresh = all_open(tab, stage, conversation)
    until(lambda: shown(inbox) == shown(fresh), "the same in both tabs")
    assert len(shown(inbox)[1]) > 10
    assert len(shown(inbox)[0]) > 3


def cut_in(how: str, inbox: Inbox, wire: Wire, meanwhile: object) -> None:
    """Things happen while the network, the socket, the browser or both are cut off."""
    if how in ("wire", "both"):
        wire.cut()
    if how in ("browser", "both"):
        inbox.page.context.set_offline(True)
    if how == "snap":
        wire.snap()
    meanwhile()  # type: ignore[operator]
    inbox.page.context.set_offline(False)
    wire.mend()


def test_the_agent_is_told_within_five_seconds_and_the_reply_goes_out_once_on_return(
    tab: Tabs, stage: Stage, wire: Wire
) -> None:
    tab.expect(*CUT)
    number = stage.number()
    conversation = stage.whatsapp(number, "cs", name="Putus sebentar")
    inbox = all_open(tab, stage, conversation, url=wire.url)
    expect(inbox.box).to_be_visible()
    wire.cut()
    expect(inbox.offline).to_be_visible(timeout=5_000)
    inbox.say("Ditulis saat terputus")
    expect(inbox.bubble("Ditulis saat terputus").locator(".tick")).to_have_text("Menunggu sambungan")
    expect(inbox.page.get_by_text("1 pesan menunggu.")).to_be_visible()
    wire.mend()
    expect(inbox.offline).to_be_hidden(timeout=30_000)
    expect(inbox.bubble("Ditulis saat terputus")).to_have_attribute("data-status", "delivered")
    expect(inbox.bubble("Ditulis saat terputus")).to_have_count(1)
    assert stage.sent_to(number).count("Ditulis saat terputus") == 1


def test_a_browser_that_goes_offline_says_so_and_comes_back_by_itself(tab: Tabs, stage: Stage) -> None:
    tab.expect(*CUT)
    number = stage.number()
    inbox = all_open(tab, stage, stage.whatsapp(number, "cs", name="Laptop tidur"))
    inbox.page.context.set_offline(True)
    expect(inbox.offline).to_be_visible(timeout=5_000)
    stage.whatsapp(number, "masih di sana?", name="Laptop tidur")
    inbox.page.context.set_offline(False)
    expect(inbox.offline).to_be_hidden()
    expect(inbox.bubble("masih di sana?")).to_have_count(1)


def test_without_sockets_the_page_goes_on_by_asking(tab: Tabs, stage: Stage) -> None:
    number = stage.number()
    conversation = stage.whatsapp(number, "cs", name="Tanpa soket")
    page = tab("", stage.people["ani"])
    tab.expect("WebSocket connection to .* failed")
    page.route_web_socket("**/ws/inbox**", lambda line: line.close(code=1012))
    page.goto(f"/inbox/{conversation}")
    inbox = Inbox(page)
    stage.whatsapp(number, "sampai juga", name="Tanpa soket")
    expect(inbox.bubble("sampai juga")).to_be_visible()
    inbox.say("Dijawab tanpa soket")
    expect(inbox.bubble("Dijawab tanpa soket")).to_have_attribute("data-status", "delivered")
