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

from roms import queue
from roms.db import db
from roms.errors import Conflict
from roms.services import handoff, inbox, replies
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
            replies.note(cast.ani, cid, f"catatan {number}")
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


def test_r13_a_reader_between_two_commits_misses_neither(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """Numbers are given out under the conversation's lock: one that is visible has everything below it visible too."""
    say(client, "cs")
    cid = conversation().public_id
    done = threading.Event()

    def write(name: str) -> None:
        with app.app_context():
            for number in range(25):
                replies.note(cast.ani, cid, f"{name}-{number}")
            db.session.remove()

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    screen = Screen()
    screen.load(inbox.changes(cast.budi, cid, 0))
    for writer in writers:
        writer.start()
    while not done.is_set():
        if not any(writer.is_alive() for writer in writers):
            done.set()
        db.session.rollback()
        screen.load(inbox.changes(cast.budi, cid, screen.newest))
    notes = sorted(entry["text"] for entry in screen.entries.values() if entry["type"] == "note")
    assert notes == sorted(f"{name}-{number}" for name in "abcd" for number in range(25))


def test_a_note_is_never_in_a_visitors_frame(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import select

    from roms.models import Conversation
    from roms.services import webchat

    webchat.say("visitor-1", "m-1", "cs", None, "id")
    cid = db.session.scalars(select(Conversation.public_id).filter_by(address="visitor-1")).one()
    frames: list[bytes] = []
    monkeypatch.setattr(queue, "wake", lambda channels=(), changes=(), calls=False: frames.extend(changes))
    replies.note(cast.ani, cid, "rahasia kita")
    replies.send(cast.ani, cid, "a-1", "Halo!", 0)
    assert b"rahasia kita" in frames[0].split(b"\n")[1]
    assert b"rahasia" not in b"".join(frame.split(b"\n")[2] for frame in frames)
    assert b"rahasia" not in json.dumps(webchat.history("visitor-1")).encode()
    assert b"Halo!" in frames[1].split(b"\n")[2]
