"""A machine on the other side (R-21) and a flow that runs away (R-22): both end with a person, nobody else notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient

from roms.channels.fake import Box
from roms.channels.items import Incoming
from roms.engine import flow as compiled
from roms.engine import lifecycle
from roms.engine.effects import SendMessage
from roms.engine.events import MessageReceived
from roms.engine.types import Mode, Place
from roms.models import Direction, Sender
from roms.services import explaining, handoff, inbox, intake, loops, publishing, recording, replaying
from tests.cast import Cast, conversation, messages, say
from tests.conftest import Clock
from tests.official import cid

ECHO, PERSON = "6281234567890", "6281234567891"
AWAY = """flow: away
triggers: [{otherwise: true, priority: 9}]
steps:
  thanks: {say: "Terima kasih, pesan Anda kami terima.", end: true}
"""


@pytest.fixture
def settings() -> dict[str, str]:
    return {"ROMS_LOOP_TEXTS": "10", "ROMS_LOOP_TURNS": "15"}


def answers_everything(text: str = AWAY) -> None:
    """What no flow takes is answered with the same words every time."""
    files = publishing.files_in(current_app.extensions["roms.config"].flows)
    publishing.publish({"lifecycle.yaml": files["lifecycle.yaml"], "away.yaml": text})


def bots(sender: str = ECHO) -> list[str]:
    return [row.text for row in messages(sender) if row.sender is Sender.BOT and row.direction is Direction.OUT]


def test_r21_an_echo_is_left_alone_and_a_person_told(
    client: FlaskClient, cast: Cast, clock: Clock, provider: Box, work: Callable[[], None]
) -> None:
    answers_everything()
    heard = "Halo"
    for turn in range(1, 31):
        clock.forward(seconds=8)
        say(client, heard, ECHO)
        say(client, f"pesan {turn}", PERSON)
        work()
        heard = [each["text"] for each in provider.accepted if ECHO in each["to"]][-1]
        clock.forward(seconds=0 if turn < 8 else 60 * (turn == 8))  # one pause of a minute is no reason to go on
    assert len(bots()) == 10
    thread = conversation(ECHO)
    assert (thread.mode, thread.assignee_id is not None, thread.waiting_since is not None) == (Mode.AGENT, True, True)
    notes = [row.text for row in messages(ECHO) if row.direction is Direction.NOTE]
    assert len(notes) == 1
    assert "another machine" in notes[0]
    entries = inbox.opened(cast.admin, cid())["entries"]
    assert [each["data"]["reason"] for each in entries if each.get("event") == "handoff"] == ["loop"]


def test_r21_faster_than_anybody_reads_for_fifteen_turns(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    answers_everything(AWAY.replace("kami terima.", "kami terima: {{message.text}}"))
    for turn in range(1, 25):
        clock.forward(seconds=2)
        say(client, f"pesan {turn}", ECHO)
        clock.forward(seconds=2)
        say(client, f"pesan {turn}", PERSON)
        clock.forward(seconds=6 * (turn == 12))
    assert (len(bots(ECHO)), len(bots(PERSON))) == (12 + 12, 12 + 12), "a pause, and it counts anew"
    for turn in range(15):
        say(client, f"lagi {turn}", ECHO)
    assert conversation(ECHO).mode is Mode.AGENT
    assert len(bots(ECHO)) < 12 + 16
    say(client, "masih ada?", PERSON)
    assert conversation(PERSON).mode is Mode.BOT, "other chats go on"


def test_what_lay_in_the_spool_is_no_sign_of_a_machine(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    """An impatient person wrote it over minutes, and it comes all at once."""
    answers_everything()
    for turn in range(20):
        came = clock.now + timedelta(seconds=20 * turn)
        waited = Incoming(f"{ECHO}@s.whatsapp.net", "P", provider_id=f"p-{turn}", at=came, came_at=came)
        intake.receive(cast.whapi, waited)
    assert (len(bots()), conversation(ECHO).mode) == (20, Mode.BOT)


def test_r21_whoever_reads_may_ask_the_same_all_day(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    answers_everything()
    for _ in range(40):
        clock.forward(seconds=31)
        say(client, "sudah sampai mana?", ECHO)
    assert (len(bots()), conversation(ECHO).mode) == (40, Mode.BOT)


def test_r21_after_a_person_looked_it_counts_anew_and_can_be_told_again(
    client: FlaskClient, cast: Cast, clock: Clock
) -> None:
    answers_everything()
    for turn in range(12):
        clock.forward(seconds=7)
        say(client, f"pesan {turn}", ECHO)
    last = next(row for row in messages(ECHO) if (row.payload or {}).get(loops.MARK))
    assert explaining.of(cast.admin, cid(), last.seq)["outcome"] == "loop"
    assert "customer" in recording.as_test(cid())
    clock.forward(minutes=6)
    handoff.release(cast.admin, cid())
    clock.forward(seconds=7)
    say(client, "saya orang", ECHO)
    assert len(bots()) == 11
    week = timedelta(days=7)
    found = [each for each in replaying.differences(publishing.newest(), [conversation(ECHO).id], week) if each]
    assert found == []


# --- a flow that runs away ---------------------------------------------------------------------------------------


def test_r22_a_flow_that_talks_without_end_gets_one_apology_and_a_person(client: FlaskClient, cast: Cast) -> None:
    answers_everything(AWAY.replace('{say: "Terima kasih, pesan Anda kami terima.", end: true}', talkative()))
    say(client, "halo", ECHO)
    assert len(bots()) == 10, "with the apology"
    assert "kendala" in bots()[-1]
    assert conversation(ECHO).mode is Mode.AGENT
    (note,) = [row.text for row in messages(ECHO) if row.direction is Direction.NOTE]
    assert "away.yaml:4, away.thanks" in note
    say(client, "halo?", ECHO)
    assert len(bots()) == 10


def talkative() -> str:
    return "{say: [" + ", ".join(f"Kalimat {n}." for n in range(20)) + "], end: true}"


def test_r22_steps_that_lead_to_each_other_stop_with_step_and_line(app: Flask, cast: Cast) -> None:
    """The checker refuses such files, so the release is bent by hand, as a bug of ours would."""
    answers_everything()
    release = publishing.newest()
    there, back = Place("away", "thanks"), Place("away", "again")
    step = release.steps[there]
    steps: dict[Place, Any] = {
        there: replace(step, says=(), control=compiled.Go(back), following=None),
        back: replace(step, place=back, line=9, says=(), control=compiled.Go(there), following=None),
    }
    facts: dict[str, Any] = {"contact": {}, "channel": {}, "conversation": {"priority": "normal", "labels": ()}}
    bent = replace(release, steps=steps)
    at = datetime(2026, 11, 21, tzinfo=UTC)
    decision = lifecycle.decide(bent, lifecycle.begin(bent, at, facts), MessageReceived("halo"), at)
    said = [effect.text for effect in decision.effects if isinstance(effect, SendMessage)]
    notes = [effect.text for effect in decision.effects if hasattr(effect, "text") and effect not in said]
    assert (len(said), decision.session.mode, len(decision.walked)) == (1, Mode.AGENT, 101)
    assert any("away.yaml:" in note and "100 steps" in note for note in notes)
