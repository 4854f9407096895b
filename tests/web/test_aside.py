"""R-26: what we stumble over is set aside, sealed, and tried again; what comes after it goes on."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from roms import background, secretbox
from roms.channels import ADAPTERS
from roms.db import db
from roms.models import AsideState, History, SetAside, SetAsideBody
from roms.services import account_setup, accounts, arrivals, aside, cleaning, intake, stumbles
from tests.cast import PASSWORD, Cast, conversation, messages, whapi_body
from tests.conftest import Clock
from tests.dead import dead
from tests.web.conftest import Browser

POISON = "POISON rahasia"


class Handler:
    """Stumbles over one text until it is mended, as a bug would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_broken, self.tried = True, 0
        self.real, self.real_all = intake.receive, intake.receive_all
        monkeypatch.setattr(intake, "receive", self.receive)
        monkeypatch.setattr(intake, "receive_all", self.receive_all)

    def receive(self, channel: int, incoming: Any, *more: Any) -> bool:
        if incoming.text == POISON:
            self.tried += 1
            if self.is_broken:
                raise ValueError(f"a bug with {incoming.text}")
        return self.real(channel, incoming, *more)

    def receive_all(self, channel: int, group: Any) -> list[bool]:
        if self.is_broken and any(each.text == POISON for each in group):
            raise ValueError(f"a bug with {POISON}")
        return self.real_all(channel, group)


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Handler:
    return Handler(monkeypatch)


def knock(browser: Browser, *bodies: dict[str, Any]) -> tuple[int, dict[str, int]]:
    body = {"messages": [message for each in bodies for message in each["messages"]]}
    answer = browser.ask("POST", "/webhook/whapi", json=body)
    return answer.status_code, {name: n for name, n in answer.get_json().items() if n}


def in_ticker(app: Flask, chore: Callable[[], None] = background.retry_aside) -> None:
    def run() -> None:
        with app.app_context():
            chore()
            db.session.remove()

    contextvars.Context().run(run)


def rows() -> list[SetAside]:
    db.session.rollback()
    return list(db.session.scalars(select(SetAside).order_by(SetAside.id).execution_options(populate_existing=True)))


def said(sender: str = "6281234567890") -> list[str]:
    return [each.text for each in messages(sender) if each.sender == "contact"]


def told() -> list[str]:
    """What stands in the thread of it."""
    db.session.rollback()
    found = select(History.event).where(History.event.startswith("aside")).order_by(History.seq)
    return list(db.session.scalars(found))


def test_r26_a_poison_message_is_set_aside_tried_three_times_and_comes_through_when_mended(
    app: Flask, browser: Browser, people: Cast, handler: Handler, clock: Clock
) -> None:
    knock(browser, whapi_body("halo"))
    assert knock(browser, whapi_body(POISON, id="wamid.1")) == (200, {"aside": 1})
    assert knock(browser, whapi_body("menu")) == (200, {"stored": 1})
    assert said() == ["halo", "menu"]
    assert messages()[-1].sender == "bot", "the next message is answered"
    for tries, pause in enumerate((5, 60, 600), 1):
        in_ticker(app)
        assert handler.tried == tries, "not before its time"
        clock.forward(seconds=pause)
        in_ticker(app)
        assert handler.tried == tries + 1
    clock.forward(hours=1)
    in_ticker(app)
    assert handler.tried == 4
    db.session.rollback()
    assert (aside.tally(), aside.counts()) == ({"trying": 0, "dead": 1}, {people.whapi: 1})
    assert told() == ["aside", "aside_dead"]
    handler.is_broken = False
    (listed,) = aside.listed()
    assert aside.retry(listed["id"]) == {"id": listed["id"], "state": "done", "outcome": "stored", "failed": ""}
    assert said() == ["halo", "menu", POISON]
    assert aside.tally() == {"trying": 0, "dead": 0}
    assert told() == ["aside", "aside_dead", "aside_done"]
    assert db.session.scalars(select(SetAsideBody)).all() == []


def test_it_comes_through_by_itself_marked_as_late_and_is_answered(
    app: Flask, browser: Browser, handler: Handler, clock: Clock
) -> None:
    knock(browser, whapi_body("halo"))
    written = clock.now
    knock(browser, whapi_body(POISON))
    handler.is_broken = False
    clock.forward(seconds=6)
    in_ticker(app)
    came = next(each for each in messages() if each.text == POISON)
    assert (came.payload or {})["via"] == "retried"
    assert (came.payload or {})["late"].startswith(written.isoformat()[:19])
    assert messages()[-1].sender == "bot"
    assert rows()[0].state == AsideState.DONE
    clock.forward(days=31)
    in_ticker(app, cleaning.clean)
    assert rows() == []


def test_hours_later_it_is_there_for_people_and_the_bot_keeps_still(
    app: Flask, browser: Browser, handler: Handler, clock: Clock
) -> None:
    knock(browser, whapi_body("halo"))
    before = len(messages())
    knock(browser, whapi_body(POISON))
    handler.is_broken = False
    clock.forward(hours=13)
    in_ticker(app)
    assert [each.text for each in messages()[before:]] == [POISON]
    assert conversation().unread == 2


def test_a_bad_one_among_good_ones_in_one_webhook_and_in_one_batch(
    app: Flask, browser: Browser, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = [f"62811000{number:04d}" for number in range(6)]
    knock(browser, *(whapi_body("halo", phone) for phone in crowd))
    real = intake.receive_all
    batches = []

    def receive_all(channel: int, group: Any) -> list[bool]:
        batches.append(len(group))
        return real(channel, group)

    monkeypatch.setattr(intake, "receive_all", receive_all)
    bodies = [whapi_body(POISON if number == 3 else "1", phone) for number, phone in enumerate(crowd)]
    assert knock(browser, *bodies) == (200, {"stored": 5, "aside": 1})
    assert batches == [6]
    assert knock(browser, *bodies) == (200, {"repeated": 5, "aside": 1}), "the provider repeats itself"
    assert len(rows()) == 1
    assert knock(browser, whapi_body("satu", crowd[3]), bodies[3], whapi_body("dua", crowd[3]))[0] == 200
    assert said(crowd[3]) == ["halo", "satu", "dua"]
    handler.is_broken = False
    assert aside.retry(rows()[0].id)["outcome"] == "stored"
    assert said(crowd[3]) == ["halo", "satu", "dua", POISON]
    assert knock(browser, *bodies) == (200, {"repeated": 6})


def test_out_of_the_spool_it_goes_the_same_way_and_leaves_no_file(
    app: Flask, browser: Browser, handler: Handler
) -> None:
    knock(browser, whapi_body("halo"))
    with dead(app):
        knock(browser, whapi_body(POISON))
        knock(browser, whapi_body("menu"))
    in_ticker(app, arrivals.flush)
    assert said() == ["halo", "menu"]
    assert (arrivals.spool().depth(), arrivals.spool().broken(), len(rows())) == (0, 0, 1)


def test_a_webhook_that_our_reading_breaks_at_is_kept_whole(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    knock(browser, whapi_body("halo"))
    real = ADAPTERS["whapi"].parse

    def parse(account: Any, body: bytes) -> Any:
        for item in real(account, body):
            if item.text == POISON:
                raise KeyError("a bug")
            yield item

    monkeypatch.setitem(ADAPTERS, "whapi", replace(ADAPTERS["whapi"], parse=parse))
    bodies = [whapi_body("satu"), whapi_body(POISON), whapi_body("dua")]
    assert knock(browser, *bodies) == (200, {"aside": 1})
    assert knock(browser, *bodies) == (200, {"aside": 1})
    (kept,) = rows()
    assert (kept.kind, kept.conversation_id) == ("webhook", None)
    monkeypatch.undo()
    assert aside.retry(kept.id)["outcome"] == "stored"
    assert said() == ["halo", "satu", POISON, "dua"]


def test_nothing_of_it_can_be_read_and_nobody_is_told_its_words(
    app: Flask, browser: Browser, people: Cast, handler: Handler
) -> None:
    knock(browser, whapi_body("halo"))
    knock(browser, whapi_body(POISON))
    (row,) = rows()
    body = db.session.scalars(select(SetAsideBody.sealed)).one()
    assert b"rahasia" not in body
    assert row.failed.startswith("ValueError in ")
    told_ = f"{aside.listed()} {row.failed} {[each.data for each in db.session.scalars(select(History))]}"
    assert not any(word in told_ for word in ("rahasia", "Siti", "6281234567890"))


def test_what_cannot_be_kept_is_left_with_the_provider(
    app: Flask, browser: Browser, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stumbles, "LARGEST", 100)
    assert knock(browser, whapi_body(POISON)) == (503, {})
    assert rows() == []


def test_it_opens_under_a_new_key_once_that_is_rotated(
    app: Flask, browser: Browser, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    knock(browser, whapi_body(POISON))
    config, new = app.extensions["roms.config"], secretbox.new_key()
    app.extensions["roms.config"] = replace(config, credentials_keys=(new, *config.credentials_keys))
    account_setup.rotate()
    app.extensions["roms.config"] = replace(config, credentials_keys=(new,))
    handler.is_broken = False
    assert aside.retry(rows()[0].id)["outcome"] == "stored"


def test_a_try_that_ends_the_process_is_counted(app: Flask, browser: Browser, handler: Handler, clock: Clock) -> None:
    knock(browser, whapi_body(POISON))
    for _ in range(4):
        clock.forward(minutes=11)
        assert aside.due() == [rows()[0].id]
        aside._claimed(rows()[0].id, is_due=True)
    assert (rows()[0].state, rows()[0].tries) == (AsideState.DEAD, 3)


def test_agents_try_again_in_the_thread_and_admins_anywhere(
    app: Flask, browser: Browser, ani: Browser, handler: Handler
) -> None:
    knock(browser, whapi_body("halo"))
    knock(browser, whapi_body(POISON))
    (row,), cid = rows(), conversation().public_id
    shown = [each for each in ani.get(f"/api/conversations/{cid}").json["entries"] if each["type"] == "event"]
    assert (shown[-1]["event"], shown[-1]["data"]) == ("aside", {"id": row.id})
    assert "rahasia" not in ani.get(f"/api/conversations/{cid}").text
    in_thread = f"/api/conversations/{cid}/aside/{row.id}/retry"
    assert ani.get("/api/aside").status_code == ani.post(f"/api/aside/{row.id}/retry").status_code == 403
    assert ani.post(f"/api/conversations/nobody/aside/{row.id}/retry").status_code == 404
    assert ani.post(f"/api/conversations/{cid}/aside/999/retry").status_code == 404
    assert ani.post(in_thread).json == {"id": row.id, "state": "trying", "outcome": "failed"}
    boss = Browser(app)
    people_admin(boss)
    assert [each["id"] for each in boss.get("/api/aside").json["aside"]] == [row.id]
    assert boss.get("/api/aside").json["counts"] == {"trying": 1, "dead": 0}
    assert boss.post(f"/api/aside/{row.id}/retry").json["failed"].startswith("ValueError in ")
    handler.is_broken = False
    assert ani.post(in_thread).json == {"id": row.id, "state": "done", "outcome": "stored"}
    assert ani.post(in_thread).status_code == 409
    came = ani.get(f"/api/conversations/{cid}").json["entries"]
    assert next(each["via"] for each in came if each.get("text") == POISON) == "retried"


def people_admin(browser: Browser) -> None:
    accounts.set_password(accounts.id_of("admin"), PASSWORD)
    assert browser.sign_in("admin").status_code == 303


def test_the_same_from_the_command_line(app: Flask, browser: Browser, handler: Handler) -> None:
    run = app.test_cli_runner().invoke
    for number in range(2):
        knock(browser, whapi_body(POISON, f"628120000000{number}"))
    listed = run(args=["aside", "list"])
    assert (listed.exit_code, "2 tried again by themselves, 0 waiting" in listed.output) == (0, True)
    assert "rahasia" not in listed.output
    first, second = (row.id for row in rows())
    failed = run(args=["aside", "retry", "--all"])
    assert (failed.exit_code, failed.output.count("failed again: ValueError")) == (1, 2)
    assert run(args=["aside", "drop", str(first)], input="n\n").exit_code == 1
    assert "is dropped" in run(args=["aside", "drop", str(first), "--yes"]).output
    handler.is_broken = False
    assert run(args=["aside", "retry", str(second)]).output == f"{second}: stored\n"
    assert run(args=["aside", "retry", str(second)]).exit_code == 1
    assert run(args=["aside", "retry"]).exit_code == 2
    assert (run(args=["aside", "retry", "--all"]).exit_code, said("6281200000001")) == (0, [POISON])
