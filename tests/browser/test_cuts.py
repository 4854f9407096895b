"""I9, R-12: what a browser that was cut off shows is what a fresh one shows; nothing missed, twice, or gone back.

    ROMS_CUTS=200 ROMS_CUTS_SEED=7 ./dev test tests/browser/test_cuts.py

makes so many cuts of every kind; the suite makes a few of the quick ones.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Tabs
from tests.browser.cuts import Cuts, Happenings
from tests.browser.pages import Inbox
from tests.browser.stage import Stage, until
from tools.tcpcut import Cut

CUTS = int(os.environ.get("ROMS_CUTS", "11"))
SEED = int(os.environ.get("ROMS_CUTS_SEED", "1"))
VIEW, TAB = (("all", "Semua"), ("mine", "Saya"))[SEED % 2]
EVERY = 1 if CUTS > 50 else 4  # cuts between two fresh loads to compare with
HEALED = 45.0  # seconds; a browser that waits for an answer which never comes waits for 15
pytestmark = [pytest.mark.browser, pytest.mark.timeout(120 + 60 * CUTS)]
COMPLAINTS = (r"net::ERR_\w+", r"WebSocket connection to .* failed", r"WebSocket is closed before", r"status of 50\d")

# Both pages: no line is shown twice, goes away, or has a tick that goes back.
WATCH = """() => {
  const RANK = {waiting: 0, queued: 0, sending: 1, unknown: 2, accepted: 3, sent: 4, failed: 5, delivered: 6, read: 7};
  const known = new Map();
  window.wrongs = [];
  const look = () => {
    const there = [...document.querySelectorAll(".log-lines [data-seq], .lines [data-line]")];
    const seqs = there.map((line) => Number(line.dataset.seq ?? line.dataset.line)).filter(Boolean);
    if (new Set(seqs).size < seqs.length) window.wrongs.push(`twice: ${seqs}`);
    if (!there.length) return;
    for (const seq of known.keys()) {
      if (seqs.includes(seq)) continue;
      window.wrongs.push(`gone: ${seq}`);
      known.delete(seq);
    }
    for (const line of there) {
      const seq = Number(line.dataset.seq ?? line.dataset.line);
      const tick = line.dataset.status ?? line.querySelector(".tick")?.classList[1] ?? "";
      const before = known.get(seq);
      if (RANK[tick] < RANK[before]) window.wrongs.push(`back: ${seq} ${before} > ${tick}`);
      if (seq) known.set(seq, tick);
    }
  };
  const all = {subtree: true, childList: true, attributes: true, attributeFilter: ["data-status", "class"]};
  new MutationObserver(look).observe(document.body, all);
}"""
# The inbox's own memory: no number goes back.
WATCH_STORE = """async () => {
  const {world} = await import("/static/inbox/store.js");
  let before = world.value;
  world.subscribe((now) => {
    for (const [id, {n, entries}] of now.threads) {
      const held = before.threads.get(id);
      if (held && held.n > n) window.wrongs.push(`thread back: ${held.n} > ${n}`);
      const revs = new Map(entries.map((entry) => [entry.seq, entry.rev]));
      for (const {seq, rev} of held?.entries ?? []) {
        if (!(revs.get(seq) >= rev)) window.wrongs.push(`entry back: ${seq}`);
      }
    }
    for (const [id, {seq}] of now.summaries) {
      if (before.summaries.get(id)?.seq > seq) window.wrongs.push(`summary back: ${id}`);
    }
    before = now;
  });
}"""
STORE = """async () => {
  const {counts, openId, rows, thread, unread} = await import("/static/inbox/store.js");
  return {rows: rows.value, counts: counts.value, unread: unread.value, open: openId.value,
          n: thread.value?.n, entries: thread.value?.entries ?? []};
}"""
INBOX = """() => ["#rows [role=option]", ".log-lines [data-seq]", ".chat-head"].map((which) =>
  [...document.querySelectorAll(which)].map((node) => {
    const copy = node.cloneNode(true);
    for (const time of copy.querySelectorAll(".row-time, .waiting, .countdown")) time.remove();
    const words = copy.textContent.replace(/\\s+/g, " ").trim();
    return (node.dataset.seq ?? node.style.transform ?? "") + words + (node.dataset.status ?? "");
  }))"""
WIDGET = """() => ["header", ".lines > *"].map((which) => [...document.querySelectorAll(which)].map((node) => {
  const words = node.textContent.replace(/\\s+/g, " ").trim();
  return (node.dataset.line ?? "") + words + (node.querySelector(".tick")?.classList[1] ?? "");
}))"""


@pytest.fixture
def line(stage: Stage) -> Iterator[Cut]:
    with Cut(("127.0.0.1", stage.instance.port)) as cut:
        yield cut


class Pair:
    """An inbox and a visitor's chat behind the line, and beside each one that is loaded afresh to compare with."""

    def __init__(self, tab: Tabs, stage: Stage, line: Cut, number: str) -> None:
        self.stage, self.ani = stage, stage.people["ani"]
        url = f"http://127.0.0.1:{line.port}"
        self.widget = tab("/widget?lang=id", url=url)
        self.widget.get_by_label("Tulis pesan").fill("cs")
        self.widget.get_by_label("Tulis pesan").press("Enter")
        expect(self.widget.locator(".bubble.them").first).to_be_visible()
        self.visitors = stage.newest()
        stage.does("whapi", "text", number, text="halo")
        until(lambda: stage._found(number), "the conversation is there")
        self.chat = str(stage.summary(number)["id"])
        for conversation in (self.chat, self.visitors):
            stage.people["budi"].act(conversation, "claim")
        self.inbox = self.opened(tab, url)
        self.fresh = self.opened(tab, stage.url)
        self.beside = self.widget.context.new_page()
        for page in (self.inbox, self.widget):
            page.evaluate(WATCH)
        self.inbox.evaluate(WATCH_STORE)

    def opened(self, tab: Tabs, url: str) -> Page:
        inbox = Inbox(tab(f"/inbox/{self.chat}", self.ani, url=url))
        inbox.view(TAB)
        expect(inbox.live).to_be_attached()
        return inbox.page

    def compare(self, said: str, afresh: bool) -> None:
        """The store with the server's word, then, if asked for, both screens with fresh ones."""
        limit = time.monotonic() + HEALED
        while wrong := self.differs():
            assert time.monotonic() < limit, f"{said}\n{wrong}"
            self.inbox.wait_for_timeout(50)
        if afresh:
            self.fresh.reload()
            self.beside.goto("/widget?lang=id")
            self.same(INBOX, self.inbox, self.fresh, said)
            self.same(WIDGET, self.widget, self.beside, said)
        for page in (self.inbox, self.widget):
            assert page.evaluate("window.wrongs") == [], said

    def same(self, what: str, cut: Page, fresh: Page, said: str) -> None:
        limit = time.monotonic() + HEALED
        while (here := cut.evaluate(what)) != (there := fresh.evaluate(what)):
            if what is INBOX and here[0] == there[0] and here[2] == there[2] and here[1][-len(there[1]) :] == there[1]:
                return  # who was there all the time has older lines as well
            assert time.monotonic() < limit, f"{said}\n{json.dumps(here)}\n{json.dumps(there)}"
            cut.wait_for_timeout(50)

    def differs(self) -> str:
        """Where the inbox's memory is not what the server says; "" when it is nowhere."""
        held = self.inbox.evaluate(STORE)
        listed = self.ani.get(f"/api/conversations?view={VIEW}&limit=100")
        thread = self.ani.get(f"/api/conversations/{self.chat}/entries?after=0")
        first = max(held["entries"][0]["seq"], thread["entries"][0]["seq"])
        wanted: dict[str, Any] = {
            "rows": listed["items"][: len(held["rows"])],
            "counts": listed["counts"],
            "n": thread["conversation"]["seq"],
            "entries": [entry for entry in thread["entries"] if entry["seq"] >= first],
        }
        held["entries"] = [entry for entry in held["entries"] if entry["seq"] >= first]
        return "; ".join(f"{key}: {held[key]} and not {value}" for key, value in wanted.items() if held[key] != value)


def kinds(chance: random.Random) -> list[str]:
    """Few: each quick kind in turn; many: one in fifteen is slow."""
    quick = [Cuts.QUICK[n % len(Cuts.QUICK)] for n in range(CUTS)]
    chance.shuffle(quick)
    if len(Cuts.QUICK) >= CUTS:
        return quick
    return [Cuts.SLOW[n // 15 % len(Cuts.SLOW)] if n % 15 == 14 else kind for n, kind in enumerate(quick)]


def test_r12_i9_after_every_cut_the_tabs_equal_fresh_ones(tab: Tabs, stage: Stage, line: Cut) -> None:
    tab.expect(*COMPLAINTS)
    chance = random.Random(SEED)
    number = stage.known("Terputus")
    pair = Pair(tab, stage, line, number)
    happenings = Happenings(stage, number, pair.chat, pair.visitors, chance)
    cuts = Cuts(stage, line, [pair.inbox, pair.widget], happenings)
    for count, kind in enumerate(kinds(chance), 1):
        began = time.monotonic()
        cuts.make(kind)
        pair.compare(f"cut {count} ({kind}) of seed {SEED}", count % EVERY == 0 or count == CUTS)
        print(f"cut {count} {kind}: {time.monotonic() - began:.1f} s")
