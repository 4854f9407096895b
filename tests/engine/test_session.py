"""The session goes through JSON unchanged, and only what is not empty is written."""

import json
from datetime import timedelta

from roms.engine.session import dump, load
from roms.engine.types import Mode, Place, Session
from tests.engine.chat import NOON

FULL = Session(
    Mode.BOT, NOON, NOON, Mode.PAUSED, 3, Place("shop", "choose"), (Place("a", "b"), Place("c", "d")), 1, 2,
    {"question": 5}, {"order": "ORD-1", "n": 1.5, "yes": True, "none": None}, {"contact": {"name": "Budi"}},
)  # fmt: skip


def test_a_full_session_survives_json():
    data = dump(FULL)
    assert json.loads(json.dumps(data)) == data
    assert load(json.loads(json.dumps(data)), FULL.facts) == FULL


def test_a_fresh_session_is_two_values_and_facts_are_never_stored():
    assert dump(Session(Mode.CLOSED, NOON, facts={"contact": {}})) == {"mode": "CLOSED", "since": 1772452800000000}
    assert "facts" not in dump(FULL)
    assert "Budi" not in json.dumps(dump(FULL))


def test_a_session_that_an_older_version_wrote_is_read():
    written = {"mode": "BOT", "since": NOON.isoformat(), "heard": "2026-03-02T12:00:00.000001+00:00"}
    read = load(written, {})
    assert (read.since, read.heard) == (NOON, NOON + timedelta(microseconds=1))
    assert load(dump(read), {}) == read
