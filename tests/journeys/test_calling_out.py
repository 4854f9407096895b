"""A flow asks another system: from the contact's message over the worker and a real server to the answer."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from roms import background, clock, jobs, queue
from roms.channels.items import Incoming
from roms.config import ROOT
from roms.db import db, writing
from roms.engine.events import OutsideAnswered, Resumed
from roms.engine.flowfile import compile_release
from roms.engine.rehearsal import run
from roms.engine.script import scripts
from roms.models import Conversation, HttpCall, Message, Sender, Team, Timer
from roms.services import explaining, handoff, http_calls, intake, publishing, recalling, replaying, timers
from tests.cast import Cast, conversation, messages, say, texts
from tests.conftest import KEYS, Clock
from tests.deaf import Deaf
from tests.elsewhere import Elsewhere, elsewhere
from tests.journeys.test_replay import WEEK, acted, address

FLOW = """flow: ask
triggers:
  - pattern: "^tanya (?P<what>[a-z]+)$"
steps:
  look:
    say: Sebentar
    http:
      post: "{origin}/{{{{what}}}}"
      headers: {{Authorization: "Bearer {{{{secret.orders}}}}"}}
      body: {{who: "{{{{contact.name}}}}", what: "= what"}}
      save: found
      timeout: 1s
      on: {{404: none}}
      failed: down
  tell: {{say: "Jawabnya {{{{found.n}}}}", wait: 1h}}
  after: {{say: "Sejam lalu {{{{found.n}}}}", end: true}}
  none: {{say: "Tidak ada, {{{{found.why}}}}", end: true}}
  down: {{say: Gagal, end: true}}
"""
HELP = """flow: help
triggers: [{keywords: tolong, interrupt: true, return: true}]
steps: {a: {say: Bantuan, end: true}}
"""


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with elsewhere() as server:
        yield server


@pytest.fixture
def settings(there: Elsewhere, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "secrets.json").write_text('{"orders": "s3cret-canary"}')
    hosts = f"{there.origin},orders.tokokita.example={there.origin}"
    return {"ROMS_HTTP_HOSTS": hosts, "ROMS_HTTP_SECRETS": str(tmp_path / "secrets.json")}


def flows(there: Elsewhere) -> dict[str, Any]:
    return publishing.files_in(ROOT / "flows") | {"ask.yaml": FLOW.format(origin=there.origin), "help.yaml": HELP}


@pytest.fixture(autouse=True)
def published(cast: Cast, there: Elsewhere) -> Cast:
    publishing.publish(flows(there))
    return cast


def call_out() -> None:
    """What the worker for calls does, to its end."""
    jobs.call_out()
    wait(jobs._calling)


def said() -> list[str]:
    return [text for sender, text in texts() if sender == "bot"]


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("good", "Jawabnya 7"),
        ("packed", "Jawabnya 8"),
        ("odd", "Jawabnya ab?"),
        ("none", "Tidak ada, gone"),
        *((bad, "Gagal") for bad in ("error", "slow", "drip", "huge", "bomb", "html", "moved", "dies", "deep", "nan")),
    ],
)
def test_every_answer_leads_on(client: FlaskClient, what: str, answer: str) -> None:
    say(client, f"tanya {what}")
    assert said() == ["Sebentar"]
    call_out()
    assert said() == ["Sebentar", answer]
    assert http_calls.waiting() is False


def test_the_request_is_as_written_and_the_secret_goes_out_and_nowhere_else(
    client: FlaskClient, there: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    say(client, "tanya good")
    call_out()
    ((method, path, headers, body),) = there.asked
    assert (method, path) == ("POST", "/good")
    assert headers["Authorization"] == "Bearer s3cret-canary"
    assert body == '{"who":"Siti Aminah","what":"good"}'
    row = db.session.execute(select(HttpCall.__table__)).one()
    assert "s3cret-canary" not in f"{row} {conversation().state} {caplog.text}"
    assert row.headers == [["Authorization", ["Bearer ", "orders", ""]]]


def test_a_host_that_is_not_listed_and_a_secret_that_is_not_known_are_failures(
    app: Flask, client: FlaskClient, there: Elsewhere
) -> None:
    for change in ((there.origin, "http://10.0.0.1:80"), ("secret.orders", "secret.other")):
        files = flows(there)
        publishing.publish(files | {"ask.yaml": files["ask.yaml"].replace(*change)})
        say(client, "tanya good")
        call_out()
    assert said() == ["Sebentar", "Gagal"] * 2
    assert there.asked == []
    assert set(db.session.scalars(select(HttpCall.problem))) == {"host", "secret"}


def test_what_the_contact_writes_meanwhile_waits_for_the_answer(client: FlaskClient) -> None:
    say(client, "tanya good")
    say(client, "halo?")
    say(client, "tolong")
    call_out()
    assert said() == ["Sebentar", "Bantuan", "Jawabnya 7"]
    assert [message.text for message in messages() if message.unmatched] == []


def test_a_takeover_meanwhile_leaves_nothing_for_the_answer_to_do(client: FlaskClient, cast: Cast) -> None:
    say(client, "tanya good")
    handoff.claim(cast.ani, conversation().public_id)
    call_out()
    assert said() == ["Sebentar"]
    assert conversation().mode == "AGENT"


def test_an_answer_is_written_down_once(client: FlaskClient) -> None:
    say(client, "tanya good")
    (claimed,) = http_calls.claim(5)
    assert http_calls.claim(5) == []
    assert http_calls.record(claimed.id, 200, {"n": 1}, "")
    assert not http_calls.record(claimed.id, 200, {"n": 2}, "")
    assert said() == ["Sebentar", "Jawabnya 1"]


def test_a_call_that_no_worker_made_in_time_has_failed_and_is_never_made(
    client: FlaskClient, clock: Clock, there: Elsewhere
) -> None:
    say(client, "tanya good")
    clock.forward(seconds=15.5)
    call_out()
    clock.forward(seconds=0.5)
    for timer in timers.due():
        timers.fire(timer)
    assert said() == ["Sebentar", "Gagal"]
    assert there.asked == []


def test_a_call_is_made_by_the_queue_and_by_the_ticker_when_the_hint_was_lost(client: FlaskClient, app: Flask) -> None:
    from rq import Queue
    from rq.serializers import JSONSerializer

    worker = Deaf([queue.CALLS], queue.client())
    say(client, "tanya good")
    assert Queue(queue.CALLS, connection=queue.client(), serializer=JSONSerializer).count == 1
    worker.work(burst=True, logging_level="ERROR")
    wait(jobs._calling)
    assert said()[1:] == ["Jawabnya 7"]
    say(client, "tanya none")
    queue.client().flushall()
    background.sweep_calls()
    worker.work(burst=True, logging_level="ERROR")
    wait(jobs._calling)
    assert said()[2:] == ["Sebentar", "Tidak ada, gone"]


def test_many_calls_are_made_side_by_side(client: FlaskClient, there: Elsewhere) -> None:
    for number in range(6):
        say(client, "tanya slow", f"62812000000{number}")
    begun = time.monotonic()
    call_out()
    assert time.monotonic() - begun < 5  # one after another: 6 s and more
    assert len(there.asked) == 6
    assert all(texts(f"62812000000{number}")[-1][1] == "Gagal" for number in range(6))


def test_a_worker_that_is_killed_leaves_a_failure_and_asks_nobody_twice(
    app: Flask, client: FlaskClient, there: Elsewhere, settings: dict[str, str], clock: Clock
) -> None:
    config = app.extensions["roms.config"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ROMS_")} | settings
    environ |= {"DATABASE_URL": config.database_url, "REDIS_URL": config.redis_url, **KEYS}
    clock.forward(seconds=time.time() - clock.now.timestamp())  # the other process has a clock of its own
    command = [sys.executable, "worker.py", "calls"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as process:
        try:
            say(client, "tanya slow")
            until = time.monotonic() + 20
            while not there.asked:
                assert time.monotonic() < until, "the worker made no call"
                time.sleep(0.02)
        finally:
            process.send_signal(signal.SIGKILL)
    call_out()
    assert said() == ["Sebentar"]
    clock.forward(seconds=17)
    for timer in timers.due():
        timers.fire(timer)
    assert said() == ["Sebentar", "Gagal"]
    assert len(there.asked) == 1


def passed(clock: Clock, **time: float) -> None:
    clock.forward(**time)
    for timer in timers.due():
        timers.fire(timer)


def talked(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    """Good and bad answers, a wait, a side talk, a pause, a takeover, an answer nobody waited for any more."""
    for number, what in enumerate(("good", "none", "error", "good", "good", "good", "good")):
        sender = f"62812000000{number}"
        say(client, f"tanya {what}", sender)
        clock.forward(seconds=1)
        if number == 3:
            say(client, "tolong", sender)
        if number == 4:
            handoff.pause(cast.admin, conversation(sender).public_id)
        if number == 5:
            handoff.claim(cast.ani, conversation(sender).public_id)
        clock.forward(seconds=1)
        if number == 6:
            passed(clock, seconds=20)
        call_out()
        clock.forward(seconds=1)
        if number == 4:
            handoff.resume(cast.admin, conversation(sender).public_id)
        clock.forward(seconds=30)
        say(client, "halo", sender)
        passed(clock, seconds=60)
    say(client, "tanya good", "628120000007")
    call_out()
    handoff.pause(cast.admin, conversation("628120000007").public_id)
    passed(clock, minutes=40)
    passed(clock, hours=1)
    handoff.resume(cast.admin, conversation("628120000007").public_id)


def test_replay_gives_the_recorded_answers_exactly(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    talked(client, cast, clock)
    ids = replaying.since(WEEK)
    assert len(ids) == 8
    spoken = {text for _, text in (each for number in range(8) for each in texts(f"62812000000{number}"))}
    assert {"Jawabnya 7", "Sejam lalu 7", "Tidak ada, gone", "Gagal"} <= spoken
    resumed = [
        past.said for record in recalling.records(ids) for past in record.past if isinstance(past.event, Resumed)
    ]
    assert {("Sejam lalu 7",), ("Jawabnya 7",)} <= set(resumed)
    assert [each for found in replaying.differences(publishing.newest(), ids, WEEK) for each in found] == []
    changed = compile_release(publishing.files_in(ROOT / "flows") | {"ask.yaml": "flow: x\nsteps: {a: {say: x}}\n"}, 9)
    assert any(found for found in replaying.differences(changed, ids, WEEK))


def test_why_knows_what_another_system_said(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    talked(client, cast, clock)
    told = explaining.explain(next(each.id for each in messages("628120000003") if each.text == "Jawabnya 7"))
    assert told["rule"] == {"code": "outside", "text": "answer 200", "values": {"status": "200"}, "several": None}
    assert (told["outcome"], told["doubt"], told["question"]["kind"]) == ("happened", None, "http")
    assert [each["name"] for each in told["variables"]] == ["found", "what"]


def test_a_conversation_is_recorded_with_its_answers_as_a_test_that_passes(
    app: Flask, client: FlaskClient, cast: Cast, clock: Clock, tmp_path: Path, there: Elsewhere
) -> None:
    talked(client, cast, clock)
    for number in range(8):
        cid, out = conversation(f"62812000000{number}").public_id, tmp_path / f"{number}.yaml"
        done = app.test_cli_runner().invoke(args=["flows", "record", "--output", str(out), "--", cid])
        assert done.exit_code == 0, done.output
        (script,) = scripts({"tests/a.yaml": out.read_text()})
        assert run(publishing.newest(), script).mismatches == []
        assert f"post: {there.origin}/" in out.read_text()
    assert "answer:\n      n: 7" in (tmp_path / "0.yaml").read_text()
    assert "status: 404" in (tmp_path / "1.yaml").read_text()


def test_check_warns_of_hosts_and_secrets_that_the_settings_lack(app: Flask, there: Elsewhere, tmp_path: Path) -> None:
    for name, content in flows(there).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with writing():
        db.session.add(Team(key="sales", name="Sales", created_at=clock.now()))
    check = app.test_cli_runner().invoke
    assert "ROMS_HTTP" not in check(args=["flows", "check", str(tmp_path)]).output
    other = flows(there)["ask.yaml"].replace("127.0.0.1", "10.0.0.1").replace("secret.orders", "secret.other")
    (tmp_path / "ask.yaml").write_text(other)
    told = check(args=["flows", "check", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert "ask.yaml:5:1: warning: ROMS_HTTP_HOSTS does not list `http://10.0.0.1:" in told.output
    assert "the file of ROMS_HTTP_SECRETS has no `other`" in told.output


def test_an_outcome_is_written_down_when_the_database_is_back(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    record, tries = http_calls.record, threading.Semaphore(1)

    def away_once(*given: object) -> bool:
        if tries.acquire(blocking=False):
            raise OperationalError("", {}, Exception("away"))
        return record(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(http_calls, "record", away_once)
    say(client, "tanya good")
    call_out()
    assert said() == ["Sebentar", "Jawabnya 7"]


def test_timers_of_calls_are_rows_like_all_others(client: FlaskClient) -> None:
    say(client, "tanya good")
    assert db.session.scalars(select(Timer.kind).where(Timer.kind == "http")).all() == ["http"]


ODDS = [*["tanya apa", "tanya itu"] * 4, *["tolong"] * 3, "halo", "1", "2", "cs", "besok ya"]
OUTCOMES = [(200, {"n": 1}, ""), (404, {"why": "x"}, ""), (500, None, ""), (200, None, "json"), (0, None, "timeout")]


def generated(cast: Cast, clock: Clock, dice: random.Random) -> None:
    """Calls answered soon, late, in another order or never; timers fired late; people who step in."""
    under_way: list[int] = []
    for _ in range(12):
        for number in range(24):
            incoming = Incoming(
                address(number), dice.choice(ODDS), provider_id=f"wa-{dice.getrandbits(60)}", name="Siti"
            )
            intake.receive(cast.whapi, incoming)
            clock.forward(milliseconds=200)
        under_way += [call.id for call in http_calls.claim(dice.randrange(24))]
        dice.shuffle(under_way)
        for call in [under_way.pop() for _ in range(len(under_way) // 2)]:
            http_calls.record(call, *dice.choice(OUTCOMES))
            clock.forward(milliseconds=10)
        clock.forward(seconds=dice.choice([0, 5, 20, 1800, 4000]))
        for timer in timers.due(5000) if dice.random() < 0.8 else ():
            timers.fire(timer)
            clock.forward(milliseconds=10)
        there = db.session.query(Conversation).order_by(Conversation.id)
        for cid in dice.sample([row.public_id for row in there], 7):
            acted(cast, dice, cid)
            clock.forward(seconds=1)


def test_whatever_happens_replay_and_why_tell_what_was_recorded(cast: Cast, clock: Clock) -> None:
    generated(cast, clock, random.Random(12))
    ids = replaying.since(WEEK)
    records = list(recalling.records(sorted(ids)))
    happened = [past for record in records for past in record.past]
    assert sum(isinstance(past.event, OutsideAnswered) for past in happened) > 20
    said_then = {text for past in happened for text in past.said}
    assert {"Jawabnya 1", "Sejam lalu 1", "Tidak ada, x", "Gagal", "Bantuan"} <= said_then
    assert [each for found in replaying.differences(publishing.newest(), ids, WEEK) for each in found] == []
    asked = select(Message.id).where(Message.sender.in_((Sender.BOT, Sender.CONTACT)), Message.direction != "note")
    told = [explaining.explain(each) for each in db.session.scalars(asked).all()]
    assert {(each["doubt"], each["text"], each["mode"]) for each in told if each["doubt"]} == set()
    assert {"outside", "outside_failed", "waited"} <= {each["rule"]["code"] for each in told if each["rule"]}
