"""R-26: what we stumble over is set aside, sealed, and tried again; what comes after it goes on."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from roms import background
from roms.db import db
from roms.models import AsideState, History, SetAside, SetAsideBody
from roms.services import arrivals, aside, cleaning, intake, stumbles
from tests.cast import Cast, conversation, messages, whapi_body
from tests.conftest import Clock
from tests.dead import dead
from tests.web.conftest import Browser

POISON = "POISON rahasia"


class Handler:
    """Stumbles over one text until it is mended, as a bug would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_broken, self.tried, self.real = True, 0, intake.receive
        monkeypatch.setattr(intake, "receive", self.receive)

    def receive(self, channel: int, incoming: Any, *more: Any) -> bool:
        if incoming.text == POISON:
            self.tried += 1
            if self.is_broken:
                raise ValueError(f"a bug with {incoming.text}")
        return self.real(channel, incoming, *more)


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
    clock.forward(hours=3)
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
        assert all(each.text != POISON for each in group)
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
    from roms.channels import ADAPTERS

    knock(browser, whapi_body("halo"))
    real = ADAPTERS["whapi"].parse

    def parse(account: Any, body: bytes) -> Any:
        for item in real(account, body):
            if item.text == POISON:
                raise KeyError("a bug")
            yield item

    import dataclasses

    monkeypatch.setitem(ADAPTERS, "whapi", dataclasses.replace(ADAPTERS["whapi"], parse=parse))
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


def test_a_try_that_ends_the_process_is_counted(app: Flask, browser: Browser, handler: Handler, clock: Clock) -> None:
    knock(browser, whapi_body(POISON))
    for _ in range(4):
        clock.forward(minutes=11)
        assert aside.due() == [rows()[0].id]
        aside._claimed(rows()[0].id, is_due=True)
    assert (rows()[0].state, rows()[0].tries) == (AsideState.DEAD, 3)
