"""What a flow learns of a contact is kept, shown to people, and undone when the past is told again."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from roms.channels.items import Identity, Incoming
from roms.config import ROOT
from roms.db import db
from roms.engine.flowfile import compile_release
from roms.engine.script import scripts
from roms.models import Contact, History, Message, Sender
from roms.services import explaining, inbox, intake, publishing, recalling, replaying, timers
from tests.cast import Cast
from tests.conftest import Clock

WEEK = timedelta(days=90)
NAMED = """flow: named
triggers: [{keywords: [nama], interrupt: true}]
steps:
  ask:
    ask: {prompt: {id: Nama?, en: Name?}, save: who, invalid: {then: person}, timeout: {after: 30m, go: quiet}}
  learned: {set: {contact.name: "{{who}}"}, say: {id: "Halo {{contact.first_name}}", en: "Hi {{who}}"}}
  spoken: {set: {contact.language: "{{contact.language}}"}, end: true}
  quiet: {set: {contact.language: en}, say: {id: Baik, en: Bye}, end: true}
  person: {handoff: true}
"""


def heard(cast: Cast, text: str, phone: str = "628121", channel: int | None = None, name: str = "") -> None:
    incoming = Incoming(f"{phone}@s.whatsapp.net", text, identities=(Identity("phone", f"+{phone}"),), name=name)
    intake.receive(channel or cast.whapi, incoming)


def answers() -> list[str]:
    said = select(Message.text).where(Message.sender == Sender.BOT).order_by(Message.created_at, Message.seq)
    return list(db.session.scalars(said))


def differences() -> list[object]:
    found = replaying.differences(publishing.newest(), replaying.since(WEEK), WEEK)
    return [each for conversation in found for each in conversation]


@pytest.fixture
def named(app: Flask, cast: Cast) -> None:
    publishing.publish({**publishing.files_in(ROOT / "flows"), "named.yaml": NAMED})


def test_a_flow_switches_the_language_and_whatsapp_is_answered_in_it_from_the_next_text_on(
    cast: Cast, clock: Clock
) -> None:
    for text in ("halo", "english please", "1"):
        heard(cast, text)
        clock.forward(seconds=10)
    said = answers()
    assert said[1].startswith("Ada yang bisa kami bantu?")
    assert said[2].startswith("All right")
    assert said[3].startswith("How can we help you?")
    assert said[4].startswith("This month's prices")
    assert db.session.scalar(select(Contact.language)) == "en"
    rows = list(db.session.execute(select(History.event, History.data).where(History.event == "contact")))
    assert rows == [("contact", {"field": "language", "old": "", "new": "en"})]
    assert differences() == []


def test_a_draft_that_switches_no_language_goes_on_in_the_old_one(cast: Cast, clock: Clock) -> None:
    for text in ("halo", "english", "1"):
        heard(cast, text)
        clock.forward(seconds=10)
    files = publishing.files_in(ROOT / "flows")
    files["language.yaml"] = files["language.yaml"].replace("    set: {contact.language: en}\n", "")
    (found,) = replaying.differences(compile_release(files, 2), replaying.since(WEEK), WEEK)
    assert [each.turn for each in found] == [2, 3]
    assert found[1].new[0].startswith("Harga bulan ini")


def test_the_timeline_and_why_know_what_was_learned_when(named: None, cast: Cast, clock: Clock) -> None:
    for text in ("nama", "Budi Santoso"):
        heard(cast, text)
        clock.forward(seconds=10)
    clock.forward(hours=25)
    for timer in timers.due():
        timers.fire(timer)
    message = db.session.scalar(select(Message).where(Message.text == "Halo Budi"))
    told = explaining.explain(message.id)
    assert told["doubt"] is None
    assert {each["name"]: each["value"] for each in told["variables"]}["who"] == "Budi Santoso"
    past = recalling.one(message.conversation_id).past[:3]  # the third is the timer that closed it
    assert [(each.contact["name"], dict(each.learned)) for each in past] == [
        ("", {}), ("", {"name": "Budi Santoso", "language": "id"}), ("Budi Santoso", {}),
    ]  # fmt: skip


def test_a_draft_that_comes_back_to_the_record_goes_with_it_again(named: None, cast: Cast, clock: Clock) -> None:
    for text, channel in (("english", cast.whapi), ("bahasa indonesia", cast.whapi), ("english", cast.webchat),
                          ("menu", cast.whapi)):  # fmt: skip
        heard(cast, text, channel=channel)
        clock.forward(seconds=10)
    files = publishing.files_in(ROOT / "flows")
    files["language.yaml"] = files["language.yaml"].replace("    set: {contact.language: en}\n", "")
    draft = compile_release(files | {"named.yaml": NAMED}, 3)
    whapi, _ = replaying.differences(draft, replaying.since(WEEK), WEEK)
    assert [each.turn for each in whapi] == [2]  # `bahasa indonesia` is no wish to one who speaks it already


def test_two_conversations_of_one_contact_tell_each_the_language_of_its_time(
    named: None, cast: Cast, clock: Clock
) -> None:
    for channel in (cast.whapi, cast.webchat, cast.whapi):
        heard(cast, "halo", channel=channel)
        clock.forward(seconds=5)
        heard(cast, "english" if channel == cast.webchat else "menu", channel=channel)
        clock.forward(seconds=5)
    heard(cast, "bahasa indonesia")
    clock.forward(seconds=5)
    heard(cast, "menu", channel=cast.webchat)
    assert db.session.scalars(select(Contact.id)).all() == [1]
    assert answers()[-1].startswith("Ada yang bisa")
    assert differences() == []


def test_whatever_is_learned_by_whom_the_replay_is_exact(named: None, cast: Cast, clock: Clock) -> None:
    dice = random.Random(3)
    words = ["halo", "english", "bahasa indonesia", "nama", "Budi", "Ani Lestari", "1", "menu", "2", "nama"]
    for _ in range(40):
        for number in range(6):
            channel = dice.choice([cast.whapi, cast.webchat])
            heard(cast, dice.choice(words), f"62812{number}", channel, dice.choice(["", "", "Siti Aminah"]))
            clock.forward(seconds=dice.choice([4, 60, 2000]))
        for timer in timers.due(500):
            timers.fire(timer)
            clock.forward(milliseconds=10)
    changes = db.session.scalars(select(History.data).where(History.event == "contact")).all()
    assert {each["field"] for each in changes} == {"name", "language"}
    assert len(changes) > 20
    assert differences() == []


def test_a_recorded_conversation_learns_again(named: None, cast: Cast, clock: Clock) -> None:
    from roms.engine.rehearsal import run
    from roms.engine.transcript import transcript

    for text in ("english", "nama", "Budi Santoso", "menu"):
        heard(cast, text)
        clock.forward(seconds=10)
    text = transcript(publishing.newest(), recalling.one(1), "as it went")
    assert "Santoso" not in text.split("chat:")[1]
    (script,) = scripts({"tests/one.yaml": text})
    assert run(publishing.newest(), script).mismatches == []


def test_agents_see_what_was_learned(cast: Cast, clock: Clock) -> None:
    heard(cast, "english")
    (row,) = inbox.listing(cast.admin, "bot")["items"]
    assert row["contact"]["language"] == "en"
    events = [each for each in inbox.opened(cast.admin, row["id"])["entries"] if each["type"] == "event"]
    assert [(each["event"], each["data"]["new"]) for each in events] == [("contact", "en")]
