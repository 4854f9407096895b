"""R-09: what providers bring while the database is away is kept, sealed, in order, and stored once afterwards."""

from __future__ import annotations

import contextvars
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from roms import spool
from roms.app import create_app
from roms.channels.items import Incoming
from roms.config import ROOT
from roms.db import db, writing
from roms.models import Conversation
from roms.services import arrivals, channels, intake, known_accounts
from roms.spool import Letter, Spool, Unwritable
from tests.cast import Cast, conversation, give, messages, whapi_body
from tests.conftest import KEYS, Clock
from tests.dead import dead
from tests.web.conftest import Browser

SECRET = "a secret of this channel"
PEOPLE = [f"62812000000{number:02}" for number in range(5)]


@pytest.fixture(autouse=True)
def signed(browser: Browser, people: Cast) -> None:
    """The webhook has been in use before."""
    give(people.whapi, secret=SECRET)
    assert knock(browser, whapi_body("halo", "6289999999999")) == (200, {"stored": 1})


def knock(browser: Browser, body: Any, secret: str = SECRET, path: str = "/webhook/whapi") -> tuple[int, Any]:
    answer = browser.ask("POST", path, json=body, headers={"X-Webhook-Secret": secret})
    told = answer.get_json()
    return answer.status_code, told.get("error", {}).get("code") or {name: n for name, n in told.items() if n}


def flush(app: Flask) -> None:
    def run() -> None:
        with app.app_context():
            arrivals.flush()
            db.session.remove()

    contextvars.Context().run(run)


def files() -> list[Path]:
    return [path for channel in arrivals.spool().channels() for path in arrivals.spool().waiting(channel)]


def said(sender: str) -> list[str]:
    return [each.text for each in messages(sender) if each.sender == "contact"]


def test_r09_a_hundred_webhooks_while_the_database_is_dead_are_stored_once_in_order_and_answered(
    app: Flask, browser: Browser
) -> None:
    with dead(app):
        for number in range(20):
            for sender in PEOPLE:
                assert knock(browser, whapi_body(f"pesan {number}", sender)) == (200, {"spooled": 1})
        flush(app)
        assert len(files()) == 100
        assert browser.get("/ready").json["spool"]["waiting"] == 100
        assert browser.get("/ready").status_code == 503
    assert "roms_spool_depth 100.0" in browser.get("/metrics").text
    while files():
        flush(app)
    for sender in PEOPLE:
        assert said(sender) == [f"pesan {number}" for number in range(20)]
        assert "bot" in [each.sender for each in messages(sender)]
    assert browser.get("/ready").json["spool"] == {"waiting": 0, "oldest": 0, "broken": 0}
    assert knock(browser, whapi_body("lagi", PEOPLE[0])) == (200, {"stored": 1})


def test_what_waits_is_replayed_together_and_one_bad_webhook_costs_only_itself(
    app: Flask, browser: Browser, people: Cast
) -> None:
    crowd, commits = [f"62813000000{number:02}" for number in range(30)], []
    for sender in crowd:
        knock(browser, whapi_body("halo", sender))
    event.listen(db.engine, "commit", lambda _: commits.append(1))
    with dead(app):
        for sender in crowd:
            knock(browser, whapi_body("1", sender))
    commits.clear()
    flush(app)
    assert files() == []
    assert len(commits) < 6, "each webhook was stored and journalled by itself"
    with dead(app):
        for number, sender in enumerate(crowd):
            knock(browser, whapi_body("menu", sender))
            if number == 15:
                arrivals.spool().put(Letter(people.whapi, "whapi", arrivals.clock.now(), b"no webhook"))
    flush(app)
    assert files() == []
    assert arrivals.spool().broken() == 1
    assert [said(sender) for sender in crowd] == [["halo", "1", "menu"]] * 30


def test_the_same_spool_twice_stores_nothing_twice(app: Flask, browser: Browser, clock: Clock) -> None:
    """Also what came without an id: it is known by its words and the moment it came."""
    nameless = [whapi_body("tanpa nama", id="") for _ in range(2)]
    with dead(app):
        knock(browser, whapi_body("halo"))
        for body in nameless:  # ten seconds apart: two messages, and no repeat
            clock.forward(seconds=10)
            knock(browser, body)
        kept = {path: path.read_bytes() for path in files()}
    clock.forward(minutes=10)
    flush(app)
    assert said("6281234567890") == ["halo", "tanpa nama", "tanpa nama"]
    for path, contents in kept.items():
        path.write_bytes(contents)
    flush(app)
    assert said("6281234567890") == ["halo", "tanpa nama", "tanpa nama"]
    assert files() == []
    assert knock(browser, nameless[0]) == (200, {"stored": 1})  # the same words ten minutes later are news


def test_a_body_half_stored_when_the_database_died_is_completed_and_not_doubled(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, done = intake.receive, []

    def receive(channel: int, incoming: Any) -> bool:
        done.append(incoming)
        if len(done) == 1:
            return real(channel, incoming)
        with dead(app):
            return real(channel, incoming)

    monkeypatch.setattr(intake, "receive", receive)
    items = [*whapi_body("satu", id="")["messages"], *whapi_body("dua")["messages"], *whapi_body("tiga")["messages"]]
    assert knock(browser, {"messages": items}) == (200, {"spooled": 3})
    assert len(done) == 2, "a dead database is not asked again for every item"
    monkeypatch.undo()
    flush(app)
    assert said("6281234567890") == ["satu", "dua", "tiga"]


def test_nobody_overtakes_what_waits(app: Flask, browser: Browser) -> None:
    with dead(app):
        knock(browser, whapi_body("satu"))
    assert knock(browser, whapi_body("dua")) == (200, {"spooled": 1})
    flush(app)
    assert knock(browser, whapi_body("tiga")) == (200, {"stored": 1})
    assert said("6281234567890") == ["satu", "dua", "tiga"]


def test_a_clock_that_is_put_back_turns_no_order_around(app: Flask, browser: Browser, clock: Clock) -> None:
    with dead(app):
        for number in range(6):
            knock(browser, whapi_body(f"pesan {number}"))
            clock.forward(minutes=-3)
            if number % 2:
                spool._newest.clear()  # as after a restart
    while files():
        flush(app)
    assert said("6281234567890") == [f"pesan {number}" for number in range(6)]


def test_a_busy_channel_keeps_no_other_waiting(app: Flask, people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "FLUSH_FOR", 0.0)
    monkeypatch.setattr(arrivals, "TOGETHER", 1)
    with writing():
        quiet = channels.add("whapi", "Quiet", {"base_url": "http://127.0.0.1:9", "token": "token"}).id
    for number in range(3):
        body = json.dumps(whapi_body(f"pesan {number}")).encode()
        for channel_id in (people.whapi, quiet):
            arrivals.spool().put(Letter(channel_id, "whapi", arrivals.clock.now(), body))
    flush(app)
    assert [len(arrivals.spool().waiting(each)) for each in (people.whapi, quiet)] == [2, 2]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_thread_that_somebody_holds_keeps_no_other_channel_waiting(app: Flask, people: Cast) -> None:
    """A machine that lost its power in the middle of a transaction; SQLite has one lock for all."""
    with writing():
        other = channels.add("whapi", "Other", {"base_url": "http://127.0.0.1:9", "token": "token"}).id
    held, free = sorted((people.whapi, other))
    intake.receive(held, Incoming("6281200000001@s.whatsapp.net", "halo", provider_id="first"))
    body = json.dumps(whapi_body("pesan", "6281200000001")).encode()
    for channel_id in (held, free):
        arrivals.spool().put(Letter(channel_id, "whapi", arrivals.clock.now(), body))
    with db.engine.begin() as somebody:
        somebody.execute(select(Conversation).where(Conversation.channel_id == held).with_for_update())
        flush(app)
        assert [len(arrivals.spool().waiting(each)) for each in (held, free)] == [1, 0]
    flush(app)
    assert files() == []


def test_when_they_wrote_is_kept_and_opens_the_window_from_then(app: Flask, browser: Browser, clock: Clock) -> None:
    came_at = clock.now
    with dead(app):
        knock(browser, whapi_body("halo", timestamp=None))
    clock.forward(minutes=90)
    flush(app)
    first = messages()[0]
    assert (first.provider_at, first.created_at) == (came_at, clock.now)


def test_a_wrong_signature_is_refused_and_not_kept(app: Flask, browser: Browser, people: Cast) -> None:
    with dead(app):
        for secret in ("", "a secret of this channeL"):
            assert knock(browser, whapi_body("halo"), secret) == (403, "webhook_forbidden")
        knock(browser, whapi_body("halo"))
        assert knock(browser, whapi_body("halo"), "wrong") == (403, "webhook_forbidden")
        assert len(files()) == 1
    give(people.whapi, secret="a new one")
    assert knock(browser, whapi_body("dua"), SECRET)[0] == 403
    assert knock(browser, whapi_body("dua"), "a new one") == (200, {"spooled": 1})


def test_an_address_that_nobody_knows_is_404_only_where_the_database_could_be_asked(
    app: Flask, browser: Browser
) -> None:
    assert knock(browser, {}, path="/webhook/whapi/nobody")[0] == 404
    with dead(app):
        assert knock(browser, {}, path="/webhook/whapi/nobody") == (503, "not_ready")
        assert knock(browser, {}, path="/webhook/nothing")[0] == 404
        assert files() == []


def test_a_process_that_starts_meanwhile_checks_signatures_by_the_sealed_copy(app: Flask, browser: Browser) -> None:
    known_accounts.keep()
    copy = arrivals.spool().folder / "accounts"
    assert SECRET.encode() not in copy.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600
    with dead(app):
        fresh = create_app(app.extensions["roms.config"])
        other = Browser(fresh)
        assert knock(other, whapi_body("halo"), "wrong") == (403, "webhook_forbidden")
        assert knock(other, whapi_body("halo")) == (200, {"spooled": 1})
        for path in (copy, *files()):
            path.unlink()
        assert knock(other, whapi_body("halo")) == (503, "not_ready")
        assert files() == []
    fresh.extensions["roms.redis"].close()
    with fresh.app_context():
        db.engine.dispose()


def test_the_copy_follows_the_channels(app: Flask, people: Cast) -> None:
    known_accounts.keep()
    give(people.whapi, secret="another")
    known_accounts.keep()
    channels.forget()
    account = known_accounts.remembered("whapi", None)
    assert account is not None
    assert account["secret"] == "another"
    assert account == channels.find("whapi")


def test_nothing_in_the_spool_can_be_read(app: Flask, browser: Browser) -> None:
    body = whapi_body("rahasia sekali")
    with dead(app):
        knock(browser, body)
    (path,) = files()
    contents = path.read_bytes()
    assert not any(word in contents for word in (b"rahasia", b"Siti", b"6281234567890", SECRET.encode()))
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(arrivals.spool().opened(path).body) == body


def test_a_spool_that_takes_nothing_is_503_and_the_provider_comes_again(app: Flask, browser: Browser) -> None:
    folder, body = arrivals.spool().folder, whapi_body("halo")
    folder.write_text("no folder")
    with pytest.raises(Unwritable, match=r"ROMS_SPOOL: .* cannot be written: "):
        arrivals.spool().prepare()
    with dead(app):
        assert knock(browser, body) == (503, "not_ready")
    assert knock(browser, body) == (200, {"stored": 1})
    assert said("6281234567890") == ["halo"]


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7] + b"garbage")


@pytest.mark.parametrize("spoil", [damage, lambda path: path.write_bytes(b"")])
def test_a_damaged_file_is_set_aside_and_the_others_go_on(
    spoil: Callable[[Path], Any], app: Flask, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    with dead(app):
        for text in ("satu", "dua", "tiga"):
            knock(browser, whapi_body(text))
    spoil(files()[1])
    flush(app)
    assert said("6281234567890") == ["satu", "tiga"]
    assert browser.get("/ready").json["spool"] == {"waiting": 0, "oldest": 0, "broken": 1}
    assert "damaged" in caplog.text


def test_two_never_replay_at_the_same_time(app: Flask, browser: Browser) -> None:
    with dead(app):
        knock(browser, whapi_body("halo"))
    with arrivals.spool().alone() as is_mine:
        assert is_mine
        flush(app)
        assert len(files()) == 1
    flush(app)
    assert files() == []
    assert conversation().unread == 1


def test_a_server_whose_spool_cannot_be_written_does_not_start(tmp_path: Path, redis: str) -> None:
    (tmp_path / "file").write_text("")
    environ = {"REDIS_URL": redis, **KEYS, "ROMS_SPOOL": str(tmp_path / "file"), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    more = {"ROMS_BIND": "127.0.0.1:0", "DATABASE_URL": f"sqlite:///{tmp_path / 'roms.db'}"}
    ended = subprocess.run(command, cwd=ROOT, env=environ | more, capture_output=True, text=True, timeout=30)
    assert ended.returncode != 0
    assert "ROMS_SPOOL" in ended.stderr
    assert "cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_keys_nothing_is_spooled(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="ROMS_CREDENTIALS_KEY"):
        Spool(tmp_path, ()).keep_accounts(b"x")
