"""A session that cannot be read, or a release that is gone: the talk begins anew with a note, never with an error."""

import json

import pytest
from sqlalchemy import text

from roms.config import ROOT
from roms.db import db, writing
from roms.services import publishing, timers
from tests import cast as people
from tests.cast import say, texts

DAMAGED = [
    "{}",
    "[]",
    '"x"',
    "null",
    '{"mode": "BOOT", "since": "2026-11-21T02:00:00+00:00"}',
    '{"mode": "BOT", "since": "yesterday"}',
    '{"mode": "BOT", "since": 1e999}',
    '{"mode": "BOT", "since": 99999999999999999999999}',
    '{"mode": "BOT", "since": true}',
    '{"mode": "BOT", "since": "2026-11-21T02:00:00"}',
    '{"mode": "BOT", "since": "2026-11-21T02:00:00+00:00", "release": "1"}',
    '{"mode": "BOT", "since": "2026-11-21T02:00:00+00:00", "release": 99, "place": "shop.choose"}',
    '{"mode": "BOT", "since": "2026-11-21T02:00:00+00:00", "place": 5, "release": 1}',
    '{"mode": "BOT", "since": "2026-11-21T02:00:00+00:00", "clocks": ["x"]}',
    '{"mode": "BOT", "since": "2026-11-21T02:00:00+00:00", "variables": 7}',
    '{"mode": "BOT", "since": "2026-11-21T02:00:00+00:00", "misses": "many"}',
]


def damage(state):
    with writing():
        db.session.execute(text("UPDATE conversation SET state = :state"), {"state": state})


def notes():
    return [words for sender, words in texts() if "cannot be read" in words]


@pytest.mark.parametrize("state", DAMAGED)
def test_a_damaged_session_begins_anew_with_a_note(client, cast, clock, state):
    say(client, "halo")
    damage(state)
    say(client, "halo")
    assert len(notes()) == 1
    assert texts()[-1] == texts()[2]  # the main menu again
    say(client, "1")
    assert len(notes()) == 1
    assert "Harga bulan ini" in texts()[-2][1]


def test_json_that_is_none_begins_anew_on_sqlite(client, cast, clock):
    say(client, "halo")
    if db.engine.dialect.name == "sqlite":  # PostgreSQL refuses to store it
        damage('{"mode": ')
        say(client, "halo")
        assert len(notes()) == 1
    assert texts()[-1] == texts()[2]


def test_a_release_that_no_longer_compiles_restarts_its_people_and_no_one_else(app, client, cast, clock):
    say(client, "halo")
    newer = {**publishing.files_in(app.extensions["roms.config"].flows), "more.yaml": MORE}
    publishing.publish(newer)
    say(client, "halo", sender="628777")
    break_release(app, 1)
    say(client, "1")
    assert "release 1" in notes()[0]
    assert people.conversation().state["release"] == 2
    say(client, "1", sender="628777")
    assert not [words for _, words in texts("628777") if "cannot be read" in words]


MORE = "flow: more\ntriggers: [{keywords: lagi}]\nsteps: {a: {say: Lagi}}\n"


def break_release(app, number):
    with writing():
        db.session.execute(text("UPDATE release SET files = :files WHERE number = :number"),
                           {"files": json.dumps({"x.yaml": "flow: ["}), "number": number})  # fmt: skip
    app.extensions.pop("roms.releases", None)


def test_when_the_newest_release_is_lost_the_one_before_answers(app, client, cast, clock):
    publishing.publish({**publishing.files_in(app.extensions["roms.config"].flows), "more.yaml": MORE})
    break_release(app, 2)
    say(client, "halo")
    assert people.conversation().state["release"] == 1


def test_a_timer_of_before_never_fires_into_the_talk_that_began_anew(client, cast, clock):
    say(client, "halo")
    clock.forward(minutes=10)
    damage("{}")
    say(client, "halo")
    said = len(texts())
    clock.forward(minutes=24)  # the first menu's half hour is over, the new one's is not
    for timer in timers.due():
        timers.fire(timer)
    assert len(texts()) == said


def test_a_damaged_session_keeps_its_mode_and_people_can_answer(client, cast, clock):
    say(client, "cs")
    assert people.conversation().mode == "AGENT"
    damage("{}")
    say(client, "halo?")
    assert people.conversation().mode == "AGENT"
    assert len(notes()) == 1


def test_whoever_begins_anew_does_not_write_for_the_first_time(client, cast, clock):
    begun = "flow: begun\ntriggers: [{event: conversation_started}]\nsteps: {a: {say: Salam kenal, end: true}}\n"
    publishing.publish({**publishing.files_in(ROOT / "flows"), "begun.yaml": begun})
    say(client, "apa ya")
    damage("{}")
    say(client, "apa ya")
    said = [words for sender, words in texts() if sender == "bot"]
    assert said.count("Salam kenal") == 1
    assert "selamat datang" in "".join(said)
