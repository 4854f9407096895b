"""The journal: what came is counted apart from its rows, so a row that is lost is missed, and nothing else ever is."""

from __future__ import annotations

import contextvars
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from roms.db import db, table, writing
from roms.models import ChannelTally, Message, Role, Status, Timer, User
from roms.services import arrivals, heartbeats, journal, leases, outbox, standing, tallies
from tests.cast import Cast, conversation, whapi_body
from tests.conftest import Clock
from tests.dead import dead
from tests.web.conftest import Browser


@pytest.fixture
def admin(app: Flask, people: Cast) -> Browser:
    """Budi, who is an admin here."""
    with writing():
        db.session.execute(update(User).filter_by(id=people.budi.id).values(role=Role.ADMIN))
    browser = Browser(app)
    assert browser.sign_in("budi").status_code == 303
    return browser


def knock(browser: Browser, *texts: str, sender: str = "6281234567890") -> None:
    for each in texts:
        assert browser.ask("POST", "/webhook/whapi", json=whapi_body(each, sender)).status_code == 200


def looked(app: Flask, act: Callable[[], Any]) -> Any:
    """In a context of its own, as the next request has one."""

    def run() -> Any:
        with app.app_context():
            try:
                return act()
            finally:
                db.session.remove()

    return contextvars.Context().run(run)


def today(app: Flask, channel: str = "") -> dict[str, Any]:
    def look() -> list[dict[str, Any]]:
        tallies.write()
        app.extensions.pop("roms.journal", None)
        return journal.days(1)

    found: dict[str, Any] = looked(app, look)[0]
    return found


def test_what_came_is_counted_by_what_became_of_it(app: Flask, browser: Browser, clock: Clock) -> None:
    knock(browser, "halo", "cs")
    body = whapi_body("sekali saja")
    for _ in range(2):
        browser.ask("POST", "/webhook/whapi", json=body)
    found = today(app)
    wanted = {"received": 4, "stored": 3, "processed": 3, "repeated": 1, "rows": 3, "handed_over": 1}
    assert {name: found[name] for name in wanted} == wanted
    assert (found["verdict"], found["missing"]) == ("whole", 0)
    assert found["answers"] > 0


def test_a_row_that_is_gone_is_missed_until_a_person_says_why(
    app: Flask, browser: Browser, admin: Browser, clock: Clock
) -> None:
    knock(browser, "satu", "dua", "tiga")
    assert today(app)["verdict"] == "whole"
    lost = _newest_incoming()
    with writing():
        db.session.execute(delete(Message).where(Message.id == lost))
    found = today(app)
    assert (found["verdict"], found["missing"]) == ("missing", 1)
    runner = app.test_cli_runner()
    assert "something is missing" in runner.invoke(args=["ledger", "--days", "1"]).output
    channel, day = found["channel"]["id"], found["day"]
    assert admin.post(f"/api/journal/channels/{channel}/known", json={"day": day}).json == {"messages": 1, "letters": 0}
    assert (today(app)["verdict"], today(app)["missing"]) == ("whole", 0)


def _newest_incoming() -> int:
    return db.session.scalars(select(func.max(Message.id)).where(Message.direction == "in")).one()


def test_counts_of_a_killed_process_are_lost_on_both_sides_and_no_alarm(app: Flask, browser: Browser) -> None:
    knock(browser, "satu")
    assert today(app)["stored"] == 1
    knock(browser, "dua")
    tallies.init_app(app)  # killed before the second was over
    found = today(app)
    assert (found["rows"], found["stored"], found["verdict"]) == (2, 1, "whole")
    knock(browser, "tiga")  # the process that came after counts in rows of its own
    assert today(app)["stored"] == 2


def test_a_write_that_was_not_answered_is_written_again_without_counting_twice(app: Flask, browser: Browser) -> None:
    knock(browser, "satu", "dua")
    rows = app.extensions["roms.tallies"].take()
    looked(app, lambda: tallies._write(rows))  # it arrived, but the answer did not
    app.extensions["roms.tallies"].give_back(rows)
    assert (today(app)["stored"], today(app)["verdict"]) == (2, "whole")


def test_what_was_spooled_is_received_when_it_came_and_stored_when_it_is_taken_in(
    app: Flask, browser: Browser, clock: Clock
) -> None:
    knock(browser, "sebelum")
    with dead(app):
        knock(browser, "satu", "dua")
    clock.forward(hours=20)  # past midnight in Jakarta
    assert looked(app, lambda: (tallies.write(), journal.days(3))[1])[-1]["spooled"] == 2
    looked(app, arrivals.flush)
    later, earlier = looked(app, lambda: (tallies.write(), app.extensions.pop("roms.journal", 0), journal.days(3))[2])
    assert (earlier["received"], earlier["stored"], earlier["verdict"]) == (3, 1, "whole")
    assert (later["received"], later["stored"], later["verdict"]) == (0, 2, "whole")


def test_a_letter_that_vanished_from_the_spool_is_missed(app: Flask, browser: Browser) -> None:
    with dead(app):
        knock(browser, "satu", "dua")
        there = arrivals.spool()
        there.waiting(there.channels()[0])[0].unlink()
    looked(app, arrivals.flush)
    found = today(app)
    assert (found["verdict"], found["letters_lost"], found["stored"]) == ("missing", 1, 1)
    looked(app, lambda: journal.write_off(found["channel"]["id"], found["day"]))
    assert today(app)["verdict"] == "whole"


def test_a_day_is_the_teams_and_every_quarter_of_an_hour_belongs_to_one(app: Flask, people: Cast) -> None:
    begin, end = journal.bounds(datetime(2026, 11, 21).date(), journal.zone())
    assert (begin, end) == (datetime(2026, 11, 20, 17, tzinfo=UTC), datetime(2026, 11, 21, 17, tzinfo=UTC))
    assert tallies.slot_of(datetime(2026, 11, 21, 5, 44, 59, 7, tzinfo=UTC)) == datetime(
        2026, 11, 21, 5, 30, tzinfo=UTC
    )


def test_no_two_processes_write_the_same_row(app: Flask, browser: Browser) -> None:
    for text_ in ("satu", "dua"):
        knock(browser, text_)
        today(app)
        tallies.init_app(app)
    assert db.session.scalar(select(func.count()).select_from(ChannelTally)) == 2


def test_agents_see_no_journal(ani: Browser) -> None:
    for path in ("/inbox/journal", "/api/journal", "/api/journal/now", "/api/journal/list/unknown"):
        assert ani.get(path).status_code == 403, path
    for path in ("replay", "timers", "channels/1/hurry", "channels/1/known", "messages/1/resend"):
        assert ani.post(f"/api/journal/{path}", json={"day": "2026-11-21"}).status_code == 403, path


def test_odd_requests_are_refused(admin: Browser) -> None:
    assert admin.post("/api/journal/channels/1/known", json={"day": "2026-13-99"}).status_code == 422
    assert admin.post("/api/journal/channels/1/known", json={"day": "9999-12-31"}).status_code in (200, 422)
    assert admin.post("/api/journal/channels/99999/known", json={"day": "2026-11-21"}).status_code == 404
    assert admin.post("/api/journal/channels/99999/hurry").status_code == 404
    assert admin.post("/api/journal/messages/99999/resend").status_code == 404
    assert admin.get("/api/journal/list/secrets").status_code == 404
    assert admin.get("/api/journal?days=x").status_code == 422


def trouble(app: Flask, browser: Browser, clock: Clock) -> int:
    """A message whose sender vanished, and a timer that nobody fired; the message's number."""
    knock(browser, "halo")
    channel = conversation("6281234567890").channel_id
    (first, *_rest) = outbox.claim(channel, 1)
    clock.forward(minutes=5)
    for each in leases.overdue():
        leases.give_up(*each)
    with writing():
        row = db.session.scalars(select(Timer).limit(1)).one()
        row.due_at, row.fired_at = clock.now.replace(minute=0), None
    return first.parcel.id


def test_what_waits_is_told_and_each_button_does_something(
    app: Flask, browser: Browser, admin: Browser, clock: Clock
) -> None:
    message = trouble(app, browser, clock)
    now = admin.get("/api/journal/now").json
    (unknown,) = now["unknown"]["items"]
    assert (unknown["id"], now["unknown"]["total"], now["unknown"]["more"]) == (message, 1, False)
    assert unknown["conversation"] == conversation("6281234567890").public_id
    assert now["timers"]["overdue"] == 1
    output = app.test_cli_runner().invoke(args=["ledger", "--json"])
    assert output.exit_code == 1
    assert any("nobody knows" in line for line in json.loads(output.output)["stuck"])
    assert admin.post("/api/journal/timers").json == {"fired": 1, "failed": 0}
    assert admin.post(f"/api/journal/messages/{message}/resend").json == {"queued": 1}
    assert admin.post(f"/api/journal/messages/{message}/resend").status_code == 409
    now = admin.get("/api/journal/now").json
    assert (now["unknown"]["total"], now["timers"]["overdue"]) == (0, 0)
    assert message in [row["id"] for row in now["waiting"]["items"]]
    channel = next(each for each in now["channels"] if each["count"])
    assert channel["why"] in ("now", "nobody")
    assert admin.post(f"/api/journal/channels/{channel['id']}/hurry").json["tried"] >= 1
    assert admin.post("/api/journal/replay").json == {"before": 0, "replayed": 0, "left": 0, "broken": 0}


def test_lists_have_an_end(app: Flask, browser: Browser, admin: Browser) -> None:
    knock(browser, "halo")
    first = db.session.execute(select(*table(Message).c).where(Message.direction == "out")).mappings().first()
    assert first is not None
    rows = [
        dict(first) | {"id": None, "seq": 100 + n, "revision": 100 + n, "status": Status.UNKNOWN, "client_id": None}
        for n in range(standing.PAGE + 3)
    ]
    with writing():
        db.session.execute(table(Message).insert(), [{k: v for k, v in row.items() if k != "id"} for row in rows])
    page = admin.get("/api/journal/list/unknown").json
    assert (len(page["items"]), page["more"]) == (standing.PAGE, True)
    rest = admin.get(f"/api/journal/list/unknown?from={page['items'][-1]['id']}").json
    assert (len(rest["items"]), rest["more"]) == (3, False)
    assert not {row["id"] for row in rest["items"]} & {row["id"] for row in page["items"]}


def test_the_inbox_says_what_comes_late_to_all_and_what_is_dead_to_admins(
    app: Flask, ani: Browser, admin: Browser
) -> None:
    def codes(browser: Browser) -> list[str]:
        return [
            each["code"] for each in browser.get("/api/warnings").json["warnings"] if each["code"] != "webhook_open"
        ]

    with dead(app):
        knock(ani, "satu")
    app.extensions[heartbeats.BEGAN] -= 100
    assert codes(ani) == ["spool_waiting"]
    assert codes(admin) == ["spool_waiting", *["part_silent"] * 3]
    looked(app, arrivals.flush)
    assert codes(ani) == []


def test_the_commands_do_what_the_buttons_do(app: Flask, browser: Browser, clock: Clock) -> None:
    message = trouble(app, browser, clock)
    run = app.test_cli_runner()
    assert "queued again" in run.invoke(args=["mend", "resend", str(message)]).output
    assert "1 happened, 0 failed" in run.invoke(args=["mend", "timers"]).output
    assert "tried now" in run.invoke(args=["mend", "wake"]).output
    assert run.invoke(args=["mend", "wake", "999"]).exit_code == 1
    assert run.invoke(args=["mend", "replay"]).exit_code == 0
    assert "0 messages" in run.invoke(args=["mend", "known", "1", "2026-11-21"]).output
    assert run.invoke(args=["mend", "known", "1", "gestern"]).exit_code == 1
