"""Credentials at rest: sealed, sealed anew under a new key, and what becomes of those that cannot be opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import select

from roms import secretbox
from roms.app import create_app
from roms.db import db, writing
from roms.models import Channel
from roms.services import account_list, account_setup, account_states, channels
from tests.cast import Cast, give, say, texts, whapi_body
from tests.conftest import KEYS, config_for

OTHER = "YW5vdGhlciBrZXkgZm9yIHRlc3RzLCAzMiBieXRlcyE="


@contextmanager
def process(app: Flask, keys: str = KEYS["ROMS_CREDENTIALS_KEY"]) -> Iterator[Flask]:
    """Another process of the same instance, which may have other keys."""
    config = app.extensions["roms.config"]
    other = create_app(config_for(config.database_url, config.redis_url, ROMS_CREDENTIALS_KEY=keys))
    with other.app_context():
        yield other
        db.session.remove()
        db.engine.dispose()
        other.extensions["roms.redis"].close()


def test_a_new_key_is_put_in_front_and_the_old_one_taken_away(app: Flask, cast: Cast) -> None:
    before = db.session.get(Channel, cast.whapi)
    assert before is not None
    was = before.secrets
    with process(app, f"{OTHER} {KEYS['ROMS_CREDENTIALS_KEY']}") as other:
        told = other.test_cli_runner().invoke(args=["channels", "rotate-key"])
        sealed = sum(1 for row in db.session.scalars(select(Channel)) if row.secrets)
        assert (told.exit_code, told.output) == (0, f"{sealed} sealed anew\n")
        assert sealed > 0
    with process(app, OTHER):
        assert channels.line(cast.whapi).account["token"] == "trial-token"
        row = db.session.get(Channel, cast.whapi)
        assert row is not None
        assert row.secrets not in ("", was)
        assert "trial-token" not in row.secrets


def test_with_a_wrong_key_the_app_starts_and_says_which_channel_is_shut(app: Flask, cast: Cast) -> None:
    with process(app, OTHER) as other:
        answer = other.test_client().post("/webhook/whapi", json=whapi_body("halo"))
        assert answer.status_code == 503
        assert "trial-token" not in answer.text
        assert other.test_client().get("/login").status_code == 200
        told = [(each["code"], each["name"]) for each in account_states.warnings()]
        assert ("channel_sealed", "WhatsApp (Whapi)") in told
        shown = account_list.one(cast.whapi)
        assert (shown["state"], shown["attention"]) == ("failed", "sealed")
        rotated = other.test_cli_runner().invoke(args=["channels", "rotate-key"])
        assert rotated.exit_code == 1
        assert "WhatsApp (Whapi)" in rotated.output
        account_setup.change(None, cast.whapi, account_setup.Change(values={"token": "entered-again"}))
        assert channels.line(cast.whapi).account["token"] == "entered-again"
        assert other.test_client().post("/webhook/whapi", json=whapi_body("halo")).status_code == 200


def test_what_another_process_changes_is_seen_within_seconds(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert channels.line(cast.whapi).account["token"] == "trial-token"
    now = channels.time.monotonic()
    with process(app):
        account_setup.change(None, cast.whapi, account_setup.Change("Toko", {"token": "new-token"}, False))
    assert channels.line(cast.whapi).account["token"] == "trial-token"  # from memory, not asked again each time
    db.session.rollback()  # as the next request begins
    monkeypatch.setattr(channels.time, "monotonic", lambda: now + channels.READ_AFRESH + 1)
    line = channels.line(cast.whapi)
    assert (line.account["token"], line.name, line.is_enabled) == ("new-token", "Toko", False)


def test_who_is_about_to_send_knows_what_another_process_changed_just_now(app: Flask, cast: Cast) -> None:
    assert channels.line(cast.whapi).account["token"] == "trial-token"
    with process(app):
        account_setup.change(None, cast.whapi, account_setup.Change(None, {"token": "new-token"}, None))
    assert channels.afresh(cast.whapi).account["token"] == "new-token"


def test_an_account_removed_elsewhere_is_not_there_any_more(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = account_setup.add(None, "whapi", "Sementara", {"token": "x"})
    key = channels.line(made).account.webhook.rpartition("/")[2]
    assert channels.find("whapi", key).channel_id == made
    now = channels.time.monotonic()
    with process(app):
        account_setup.remove(None, made)
    db.session.rollback()  # as the next request begins
    monkeypatch.setattr(channels.time, "monotonic", lambda: now + channels.READ_AFRESH + 1)
    assert app.test_client().post(f"/webhook/whapi/{key}", json=whapi_body("x")).status_code == 404


def test_a_change_that_is_rolled_back_is_forgotten(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        change_and_fail(cast.whapi)
    now = channels.time.monotonic()
    monkeypatch.setattr(channels.time, "monotonic", lambda: now + channels.READ_AFRESH + 1)
    assert channels.line(cast.whapi).account["token"] == "trial-token"


def change_and_fail(channel_id: int) -> None:
    with writing():
        row = account_states.locked(channel_id)
        assert row is not None
        channels.put(row, {"token": "never"})
        db.session.flush()
        assert channels.line(channel_id).account["token"] == "never"
        raise ZeroDivisionError


def test_without_a_key_nothing_is_stored_and_the_sentence_says_what_to_do(app: Flask, cast: Cast) -> None:
    config = app.extensions["roms.config"]
    object.__setattr__(config, "credentials_keys", ())
    told = app.test_cli_runner().invoke(args=["channels", "add", "whapi", "Toko", "token=planted"])
    assert told.exit_code == 1
    assert "ROMS_CREDENTIALS_KEY" in told.output
    assert "planted" not in told.output
    assert "Toko" not in [each["name"] for each in account_list.listing()]


def test_the_commands_set_up_change_list_and_remove(app: Flask, cast: Cast) -> None:
    def run(*args: str, asked: str = "") -> str:
        done = app.test_cli_runner().invoke(args=["channels", *args], input=asked)
        assert done.exit_code == 0, done.output
        return done.output

    added = run("add", "whapi", "Toko", asked="hidden-token\n")
    number = added.split("channel ")[1].split(":")[0]
    assert "hidden-token" not in added
    assert "secret: " in added
    assert channels.line(int(number)).account["token"] == "hidden-token"
    assert "Toko" in run("list")
    run("set", number, "token=-", "--off", "--name", "Warung", asked="other\n")
    assert (channels.line(int(number)).account["token"], channels.line(int(number)).is_enabled) == ("other", False)
    run("remove", number)
    assert "Warung" not in run("list")
    assert secretbox.is_key(run("new-key").strip())


def test_a_disabled_channel_stores_and_sends_nothing(app: Flask, cast: Cast) -> None:
    from roms.services import outbox

    client = app.test_client()
    say(client, "halo")
    account_setup.change(None, cast.whapi, account_setup.Change(is_enabled=False))
    assert outbox.claim(cast.whapi, 16) == []
    assert outbox.due_channels() == []
    say(client, "masih ada?")
    assert ("contact", "masih ada?") in texts()
    account_setup.change(None, cast.whapi, account_setup.Change(is_enabled=True))
    assert outbox.due_channels() == [cast.whapi]


def test_secrets_are_written_once_per_change(app: Flask, cast: Cast) -> None:
    give(cast.whapi, secret="planted-secret")
    row = account_list.one(cast.whapi)
    assert "planted-secret" not in str(row)
    assert row["secrets"]["secret"]["is_set"]
