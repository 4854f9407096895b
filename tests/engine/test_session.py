"""The session goes through JSON unchanged, and only what is not empty is written."""

import json
from datetime import timedelta

import pytest

from roms.engine.session import Unreadable, dump, load
from roms.engine.types import Call, Mode, Place, Session
from tests.engine.chat import NOON

FULL = Session(
    Mode.BOT, NOON, NOON, Mode.PAUSED, 3, Place("shop", "choose"), (Place("a", "b"), Place("c", "d")), 1, 2,
    {"question": 5}, {"order": "ORD-1", "n": 1.5, "yes": True, "none": None}, {"contact": {"name": "Budi"}},
    (Call(Place("e", "f"), {"n": 1}, {"mine": "its"}, 1), Call(Place("a", "c"), {}, {}, 2)),
    {"status": 200, "data": [1], "problem": ""},
    ("halo", "kak"), NOON, NOON + timedelta(hours=1), "solved",
)  # fmt: skip


def test_a_full_session_survives_json():
    data = dump(FULL)
    assert json.loads(json.dumps(data)) == data
    assert load(json.loads(json.dumps(data)), FULL.facts) == FULL


def test_a_fresh_session_is_two_values_and_facts_are_never_stored():
    assert dump(Session(Mode.CLOSED, NOON, facts={"contact": {}})) == {"mode": "CLOSED", "since": 1772452800000000}
    assert "facts" not in dump(FULL)
    assert "Budi" not in json.dumps(dump(FULL))


@pytest.mark.parametrize("damage", [{"arrived": {}}, {"arrived": 7}, {"arrived": "status"}])
def test_what_came_from_elsewhere_and_is_damaged_is_no_session(damage):
    with pytest.raises(Unreadable):
        load(dump(FULL) | damage, {})


@pytest.mark.parametrize("damage", [{"until": "x"}, {"until": "2026-03-02T12:00:00"}, {"closed_as": 7}])
def test_a_damaged_end_or_reason_is_no_session(damage):
    with pytest.raises(Unreadable):
        load(dump(FULL) | damage, {})


def test_a_session_that_an_older_version_wrote_is_read():
    written = {"mode": "BOT", "since": NOON.isoformat(), "heard": "2026-03-02T12:00:00.000001+00:00"}
    read = load(written, {})
    assert (read.since, read.heard) == (NOON, NOON + timedelta(microseconds=1))
    assert load(dump(read), {}) == read
