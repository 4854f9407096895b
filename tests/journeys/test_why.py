"""One question of the inbox and the command line: why did the bot say that, and why did it not?"""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from roms.channels.items import Identity, Incoming
from roms.config import ROOT
from roms.db import db, writing
from roms.engine.events import AgentReplied, Event, OutsideAnswered, ReleaseChanged, Released, TimerFired
from roms.models import Contact, Message, Release, Sender, Timer
from roms.services import explaining, handoff, inbox, intake, moving, publishing, timers
from roms.services.turns import LARGEST, begun, event_of
from tests.cast import Cast, conversation
from tests.conftest import Clock
from tests.journeys.test_replay import generated

PHONE = "6281200000001"
FLOWS = publishing.files_in(ROOT / "flows")
_ids = itertools.count()


def wrote(cast: Cast, clock: Clock, *texts: str) -> None:
    for text in texts:
        address = f"{PHONE}@s.whatsapp.net"
        incoming = Incoming(
            address,
            text,
            provider_id=f"wa-{next(_ids)}",
            name="Siti Aminah",
            identities=(Identity("phone", f"+{PHONE}"),),
        )
        intake.receive(cast.whapi, incoming)
        clock.forward(seconds=20)


def message(part: str, sender: Sender = Sender.BOT) -> int:
    """The id of the newest message of this sender with these words in it."""
    found = select(Message.id).where(Message.sender == sender, Message.text.contains(part))
    return list(db.session.scalars(found.order_by(Message.id)))[-1]


def why(part: str, sender: Sender = Sender.BOT) -> dict[str, Any]:
    return explaining.explain(message(part, sender))


def heard(part: str) -> dict[str, Any]:
    return why(part, Sender.CONTACT)


def values(of: list[dict[str, Any]]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in of}


def test_a_bot_message_is_explained_with_the_variables_and_facts_then(app: Flask, cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "lacak", "salah", "ord-12345", "ya", "terima kasih")
    with writing():
        db.session.execute(update(Contact).values(language="en"))
    asked = why("betul?")
    assert (asked["heard"]["text"], values(asked["variables"])) == ("ord-12345", {"order": "ord-12345"})
    assert (asked["outcome"], asked["doubt"], asked["rule"]["code"]) == ("answered", "differs", "answer")
    with writing():
        db.session.execute(update(Contact).values(language="id"))
    looked = why("Kami cek pesanan")
    assert looked["doubt"] is None
    assert looked["variables"][1] == {"name": "order", "value": "ORD-12345", "was": "ord-12345"}
    assert values(looked["facts"])["contact.phone"] == "+62 812-0000-0001"
    line = FLOWS["order.yaml"].splitlines().index("  look_up:") + 1
    assert looked["where"] == {"release": 1, "file": "order.yaml", "line": line, "flow": "order", "step": "look_up"}
    done = app.test_cli_runner().invoke(args=["flows", "why", str(message("Kami cek pesanan"))])
    assert f"at        order.yaml:{line}, step order.look_up" in done.output.splitlines()
    assert "variable  order = ORD-12345   (was ord-12345)" in done.output.splitlines()


def test_rules_that_lost_are_named_in_the_readers_language(app: Flask, cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "halo, mau lacak resi")
    told = why("?")
    assert told["rule"]["code"] == "keyword"
    assert {"weaker", "later"} & {lost["why"] for lost in told["lost"]}
    arguments = ["flows", "why", str(message("?")), "--lang"]
    english, indonesian = (app.test_cli_runner().invoke(args=[*arguments, lang]).output for lang in ("en", "id"))
    assert "“otherwise” ranks below a keyword inside a sentence" in english
    assert "“otherwise” kalah peringkat dari kata kunci di dalam kalimat" in indonesian


def test_what_a_contact_wrote_is_told_with_the_question_that_did_not_take_it(cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "lacak", "apa saja")
    told = heard("apa saja")
    assert (told["outcome"], told["doubt"], told["where"]) == ("missed", None, None)
    question = told["question"]
    assert (question["flow"], question["step"], question["outcome"]) == ("order", "number", "not_allowed")
    assert [seq > told["seq"] for seq in told["answers"]] == [True]
    assert heard("lacak")["outcome"] == "started"


def test_a_timer_may_speak_and_be_thrown_away(cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "lacak")
    clock.forward(hours=1)
    for timer in timers.due():
        timers.fire(timer)
    with writing():
        db.session.execute(delete(Timer))
    newest = db.session.scalar(select(func.max(Message.id)).where(Message.sender == Sender.BOT))
    told = explaining.explain(newest)
    assert (told["outcome"], told["rule"]["code"], told["doubt"], told["heard"]) == ("happened", "timeout", None, None)
    assert (told["question"]["step"], told["question"]["outcome"]) == ("number", "silence")


def test_people_who_were_moved_to_a_new_release_are_explained(cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "lacak")
    publishing.publish(
        FLOWS | {name: re.sub(r"\bnumber\b", "nomor", FLOWS[name]) for name in ("order.yaml", "shop.yaml")}
    )
    assert moving.carry_out("move") == 1
    newest = db.session.scalar(select(func.max(Message.id)).where(Message.sender == Sender.BOT))
    told = explaining.explain(newest)
    assert (told["where"]["release"], told["rule"]["code"], told["doubt"]) == (2, "moved", None)
    assert told["question"] is None  # where it stood is not in the new release


def test_while_a_person_answers_the_bot_is_silent_and_says_so(cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "halo")
    handoff.claim(cast.ani, conversation(PHONE).public_id)
    wrote(cast, clock, "lacak")
    handoff.release(cast.ani, conversation(PHONE).public_id)
    told = heard("lacak")
    assert (told["outcome"], told["mode"], told["doubt"], told["answers"]) == ("silent", "AGENT", None, [])
    assert ("order", "mode") in {(lost["flow"], lost["why"]) for lost in told["lost"]}


def test_what_is_said_about_advertising_is_no_flow_and_says_so(cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "lacak", "stop", "ord-12345")
    told, theirs = (
        explaining.explain(message(part, sender)) for part, sender in (("MULAI", Sender.BOT), ("stop", Sender.CONTACT))
    )
    assert (told["outcome"], told["doubt"], told["where"], told["heard"]["text"]) == ("consent", None, None, "stop")
    assert (theirs["outcome"], theirs["answers"]) == ("consent", [told["seq"]])
    entries = inbox.opened(cast.admin, conversation(PHONE).public_id)["entries"]
    assert [each["text"] for each in entries if each.get("consent")] == [theirs["text"], told["text"]]
    assert why("betul?")["doubt"] is None, "the flow goes on where it stood"


def test_what_cannot_be_known_is_not_made_up(cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "lacak", "ord-12345")
    doubts = {"unrecorded": {"before": None}, "unreadable": {"before": {"state": {"mode": "?"}}}}
    doubts["event"] = {
        "before": {"state": {"mode": "BOT", "since": "2026-11-21T02:00:00+00:00"}, "event": {"name": "x"}}
    }
    for doubt, change in doubts.items():
        kinds = [Message.sender == (Sender.BOT if doubt == "event" else Sender.CONTACT)]
        with writing():
            db.session.execute(update(Message).where(*kinds).values(**change))
        told = why("betul?")
        assert (told["doubt"], told["lost"]) == (doubt, [])
        assert told["where"]["step"] == "confirm"


def test_a_release_that_can_no_longer_be_read_is_named_as_the_reason(app: Flask, cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "lacak", "ord-12345")
    with writing():
        db.session.execute(update(Release).values(files={"lifecycle.yaml": "?"}))
    app.extensions["roms.releases"].clear()
    told = why("betul?")
    assert (told["doubt"], told["lost"], told["where"]["step"]) == ("release", [], "confirm")


def test_what_no_flow_and_no_contact_wrote_cannot_be_explained(app: Flask, cast: Cast, clock: Clock) -> None:
    wrote(cast, clock, "halo")
    done = app.test_cli_runner().invoke(args=["flows", "why", "999999"])
    told = "Error: there is no message 999999 that a contact or a flow wrote\n"
    assert (done.exit_code, done.output) == (1, told)


@pytest.mark.parametrize("event", [TimerFired("question", 3), ReleaseChanged("move"), Released(7)])
def test_an_event_is_kept_and_read_back(event: Event) -> None:
    assert event_of(begun({}, event, 5)) == event
    assert event_of({"event": {"name": "timer_fired"}}) is None
    assert event_of(begun({}, AgentReplied("x" * LARGEST * 2))) == AgentReplied("…")
    many = {str(number): "x" * 99 for number in range(LARGEST)}
    assert event_of(begun({}, OutsideAnswered(1, 200, many))) == OutsideAnswered(1, 200, "…")


@pytest.mark.parametrize(
    "value", ["x" * (LARGEST + 1), ["x"] * LARGEST, {"a": "x" * LARGEST}, pytest.param(10**2000, id="digits")]
)
def test_a_large_value_is_not_kept_a_second_time(value: Any) -> None:
    state = {"mode": "BOT", "variables": {"small": 1, "large": value}}
    assert begun(state)["state"]["variables"] == {"small": 1, "large": "…"}
    assert state["variables"]["large"] is value


def test_nor_is_one_that_a_caller_keeps_meanwhile() -> None:
    call = {"place": "a.b", "variables": {"small": 1, "large": ["x"] * LARGEST}, "save": {}, "depth": 0}
    kept = begun({"mode": "BOT", "calls": [call]})["state"]["calls"]
    assert kept == [{**call, "variables": {"small": 1, "large": "…"}}]


def test_every_turn_of_random_conversations_is_told_as_it_happened(cast: Cast, clock: Clock) -> None:
    """The proof that what is kept with a message is enough: nothing is said now that was not said then."""
    generated(cast, clock, talks=20)
    asked = select(Message.id).where(Message.sender.in_((Sender.BOT, Sender.CONTACT)), Message.direction != "note")
    told = [explaining.explain(each) for each in db.session.scalars(asked).all()]
    doubts = {
        (each["doubt"], each["text"], each["heard"]["text"] if each["heard"] else "") for each in told if each["doubt"]
    }
    assert doubts == set()
    assert {"started", "otherwise", "answered", "missed", "person", "silent", "happened"} <= {
        e["outcome"] for e in told
    }
