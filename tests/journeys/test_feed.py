"""What browsers are told: initial state plus every frame equals fresh state, and a gap can always be filled."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roms import clock, queue
from roms.db import db
from roms.errors import Conflict
from roms.services import handoff, inbox, notes, replies
from roms.services.scene import finish
from tests.cast import Cast, conversation, say

VERBS = (handoff.claim, handoff.release, handoff.pause, handoff.resume, handoff.close, handoff.reopen)


class Screen:
    """A browser that has the thread open: it applies frames by the rules of the feed."""

    def __init__(self) -> None:
        self.entries: dict[int, dict[str, Any]] = {}
        self.summary: dict[str, Any] = {}
        self.newest = 0

    def load(self, thread: dict[str, Any]) -> None:
        self.summary = thread["conversation"]
        self.newest = self.summary["seq"]
        self.entries |= {entry["seq"]: entry for entry in thread["entries"]}

    def apply(self, frame: dict[str, Any], fetch: Callable[[int], dict[str, Any]]) -> None:
        if frame["s"] <= self.newest:
            return
        if frame["from"] > self.newest:
            self.load(fetch(self.newest))
            return
        self.load({"conversation": frame["conversation"], "entries": frame["entries"]})


def act(client: FlaskClient, cast: Cast, dice: random.Random, number: int) -> None:
    """Something happens, or is refused."""
    cid = conversation().public_id
    choice = dice.randrange(6)
    try:
        if choice <= 1:
            say(client, dice.choice(["halo", "1", "2", "cs", "menu", "apa ini", "urgent"]))
        elif choice == 2:
            replies.send(dice.choice([cast.ani, cast.budi]), cid, f"c-{number}", f"jawaban {number}", 0, force=True)
        elif choice == 3:
            notes.write(cast.ani, cid, f"catatan {number}")
        elif choice == 4:
            inbox.mark_read(cast.ani, cid, dice.randrange(conversation().seq + 1))
        else:
            dice.choice(VERBS)(dice.choice([cast.ani, cast.budi]), cid)
    except Conflict:
        return


@pytest.mark.parametrize("seed", [1, 2])
def test_r12_a_browser_that_misses_frames_ends_up_like_one_that_loads_afresh(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    frames: list[bytes] = []
    monkeypatch.setattr(queue, "wake", lambda channels=(), changes=(), calls=False: frames.extend(changes))
    say(client, "halo")
    cid = conversation().public_id
    screen, dice = Screen(), random.Random(seed)
    screen.load(inbox.opened(cast.ani, cid))
    frames.clear()
    for number in range(60):
        act(client, cast, dice, number)
        for change in frames:
            if dice.random() > 0.2:  # one frame in five is lost
                frame = json.loads(change.split(b"\n")[1])
                screen.apply(frame, lambda after: inbox.changes(cast.ani, cid, after))
        frames.clear()
    screen.load(inbox.changes(cast.ani, cid, screen.newest))
    fresh = Screen()
    fresh.load(inbox.changes(cast.ani, cid, 0))
    assert screen.summary == fresh.summary
    assert screen.entries == fresh.entries


def in_thread(app: Flask, work: Callable[[], object]) -> threading.Thread:
    """Begun, with a session of its own."""

    def run() -> None:
        with app.app_context():
            work()
            db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_r13_a_reader_between_two_commits_misses_neither(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers are given out under the conversation's lock: who comes second can neither take one nor commit first."""
    say(client, "cs")
    cid = conversation().public_id
    screen = Screen()
    screen.load(inbox.changes(cast.budi, cid, 0))
    before, has_number, may_commit = screen.newest, threading.Event(), threading.Event()

    def hold(*scenes: Any) -> None:
        finish(*scenes)
        if any(row["text"] == "first" for row in scenes[0].messages):
            has_number.set()
            assert may_commit.wait(10)

    monkeypatch.setattr(notes, "finish", hold)
    first = in_thread(app, lambda: notes.write(cast.ani, cid, "first"))
    assert has_number.wait(10)
    second = in_thread(app, lambda: notes.write(cast.budi, cid, "second"))
    second.join(0.3)
    assert second.is_alive()  # it waits for the lock, and has no number yet
    db.session.rollback()
    screen.load(inbox.changes(cast.budi, cid, screen.newest))
    assert screen.newest == before
    may_commit.set()
    first.join(10)
    second.join(10)
    db.session.rollback()
    screen.load(inbox.changes(cast.budi, cid, screen.newest))
    lines = sorted(screen.entries.items())
    written = [(seq - before, entry["text"]) for seq, entry in lines if entry["type"] == "note"]
    assert written == [(1, "first"), (2, "second")]


def test_r13_one_who_reads_while_eight_write_misses_nothing(app: Flask, client: FlaskClient, cast: Cast) -> None:
    say(client, "cs")
    cid = conversation().public_id
    texts = [[f"{name}-{number}" for number in range(12)] for name in "abcdefgh"]
    screen = Screen()
    screen.load(inbox.changes(cast.budi, cid, 0))
    begun = screen.newest
    writers = [in_thread(app, lambda some=some: [notes.write(cast.ani, cid, text) for text in some]) for some in texts]
    is_last = False
    while not is_last:
        is_last = not any(writer.is_alive() for writer in writers)
        db.session.rollback()
        screen.load(inbox.changes(cast.budi, cid, screen.newest))
    written = {seq: entry["text"] for seq, entry in screen.entries.items() if entry["type"] == "note"}
    assert sorted(written.values()) == sorted(text for some in texts for text in some)
    assert sorted(written) == list(range(begun + 1, begun + 97))  # no number is missing, none is given twice


def test_r13_what_paging_passed_by_is_told_of(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Activity is a time taken before the commit: a conversation may come to stand where one has already paged past."""
    for number in ("6281000000001", "6281000000002", "6281000000003"):
        say(client, "halo", number)
    late = inbox.listing(cast.ani, "all")["items"][1]["id"]
    has_time, may_commit = threading.Event(), threading.Event()

    def hold(*scenes: Any) -> None:
        has_time.set()
        assert may_commit.wait(10)
        finish(*scenes)

    monkeypatch.setattr(replies, "finish", hold)
    writer = in_thread(app, lambda: replies.send(cast.ani, late, "c-1", "sebentar", 0, force=True))
    assert has_time.wait(10)
    looked, seen, before = clock.now(), [], None
    while before is not None or not seen:
        page = inbox.listing(cast.ani, "all", before=before, limit=1)
        seen, before = seen + page["items"], page["next"]
    assert len(seen) == 3
    may_commit.set()
    writer.join(10)
    db.session.rollback()
    [now] = [item for item in inbox.listing(cast.ani, "all")["items"] if item["id"] == late]
    [held] = [item for item in seen if item["id"] == late]
    assert (now["last"]["text"], now["seq"] > held["seq"]) == ("sebentar", True)
    assert (late, now["seq"]) in [(header["c"], header["s"]) for header in inbox.moved_since(looked)]


@pytest.mark.parametrize("after", ["long ago", "the future"])
def test_r12_who_missed_too_much_or_knows_too_much_is_given_the_thread_anew(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    say(client, "cs")
    cid = conversation().public_id
    number = {"long ago": 1, "the future": conversation().seq + 5}[after]
    assert "whole" not in inbox.changes(cast.ani, cid, conversation().seq)
    monkeypatch.setattr(inbox, "MOST_TO_CATCH_UP", 2)
    monkeypatch.setattr(inbox, "PAGE", 3)
    told = inbox.changes(cast.ani, cid, number)
    assert told["whole"]
    assert told["more"]
    assert {key: told[key] for key in ("conversation", "entries", "more")} == inbox.opened(cast.ani, cid)


def test_a_note_is_never_in_a_visitors_frame(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import select

    from roms.models import Conversation
    from roms.services import webchat

    webchat.say("visitor-1", "m-1", "cs", None, "id")
    cid = db.session.scalars(select(Conversation.public_id).filter_by(address="visitor-1")).one()
    frames: list[bytes] = []
    monkeypatch.setattr(queue, "wake", lambda channels=(), changes=(), calls=False: frames.extend(changes))
    notes.write(cast.ani, cid, "rahasia kita")
    replies.send(cast.ani, cid, "a-1", "Halo!", 0)
    assert b"rahasia kita" in frames[0].split(b"\n")[1]
    assert b"rahasia" not in b"".join(frame.split(b"\n")[2] for frame in frames)
    assert b"rahasia" not in json.dumps(webchat.history("visitor-1")).encode()
    assert b"Halo!" in frames[1].split(b"\n")[2]
