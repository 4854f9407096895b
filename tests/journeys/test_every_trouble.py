"""What goes wrong at each of the four providers, driven against the box: failures, windows, tokens, early words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from roms import clock, queue
from roms.db import db, writing
from roms.models import Conversation
from roms.services import account_states
from tests.cast import give
from tests.driven import PROVIDERS, World, driven

__all__ = ["driven"]
REFUSED = {
    "meta": (131026, "permanent"),
    "twilio": (63024, "permanent"),
    "whapi": (500, "retryable"),
    "waha": (1, "permanent"),
}
CLOSED = {"meta": "131047", "twilio": "63016"}
TOKENS = {"meta": "token", "twilio": "auth_token", "whapi": "token", "waha": "api_key"}
RIGHT = {"meta": "trial-token", "twilio": "trial-auth-token", "whapi": "trial-token", "waha": "trial-key"}


def sent(world: World, provider: str, text: str) -> int:
    return len([each for each in world.box.accepted if (each["provider"], each["text"]) == (provider, text)])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_failure_has_its_class_and_a_sentence_in_both_languages(driven: World, provider: str) -> None:
    talk = driven.somebody(provider)
    driven.box.faults.dial(account=provider, failed=REFUSED[provider][0])
    talk.sends(text="halo?")
    error = talk.until(lambda entry: entry["status"] == "failed")["error"]
    assert error["class"] == REFUSED[provider][1]
    assert all(len(error["say"][language]) > 20 for language in ("id", "en")), error


@pytest.mark.parametrize("provider", PROVIDERS)
def test_after_24_hours_only_a_template_may_be_sent(driven: World, provider: str) -> None:
    talk = driven.somebody(provider)
    with writing():
        db.session.query(Conversation).filter_by(id=talk.conversation.id).update(
            {"window_until": clock.now() - timedelta(seconds=1)}
        )
    answer = talk.asks("messages", seen=0, text="masih ada?")
    if provider not in CLOSED:
        assert answer.status_code == 201, "a gateway knows no window"
        return
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "window_closed"), answer.text
    (row,) = [
        each
        for each in driven.agent.http.get(f"{talk.path}/templates").json()["templates"]
        if each["name"] == "sapaan_ulang"
    ]
    driven.box.close_window(talk.person.key, provider)
    taken = talk.sends(template={"id": row["id"], "parameters": {"body": ["Siti"]}})
    assert taken["kind"] == "template"
    talk.ticks()


@pytest.mark.parametrize("provider", CLOSED)
def test_a_window_that_the_provider_calls_closed_is_closed_here_too(driven: World, provider: str) -> None:
    talk = driven.somebody(provider)
    driven.box.close_window(talk.person.key, provider)
    talk.sends(text="halo?")
    error = talk.until(lambda entry: entry["status"] == "failed")["error"]
    assert (error["code"], error["class"]) == (CLOSED[provider], "needs_template")
    assert talk.asks("messages", seen=0, text="lagi").status_code == 409


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_wrong_token_parks_what_waits_until_it_is_mended(driven: World, provider: str) -> None:
    talk, word = driven.somebody(provider), f"sekali saja {provider}"
    channel = driven.channels[provider]
    give(channel, **{TOKENS[provider]: "salah"})
    assert talk.asks("messages", seen=0, text=word).status_code == 201
    driven.work(queue.OUTBOX)
    assert (talk.last["status"], sent(driven, provider, word)) == ("queued", 0)
    assert account_states.needs_attention(driven.channel(provider)) == "token"
    give(channel, **{TOKENS[provider]: RIGHT[provider]})
    with writing():
        account_states.revive(channel)
    driven.work(queue.OUTBOX)
    talk.ticks()
    assert sent(driven, provider, word) == 1
    assert account_states.needs_attention(driven.channel(provider)) == ""


@pytest.mark.parametrize("provider", ["whapi", "waha"])
def test_r31_a_number_that_was_logged_out_parks_what_waits_and_sends_it_once_when_it_is_back(
    driven: World, provider: str
) -> None:
    talk, word = driven.somebody(provider), f"tunggu dulu {provider}"
    driven.box.gateways[provider].be("failed")
    assert driven.box.settled(provider)
    assert driven.channel(provider).state == "failed"
    assert talk.asks("messages", seen=0, text=word).status_code == 201
    driven.work(queue.OUTBOX)
    assert (talk.last["status"], sent(driven, provider, word)) == ("queued", 0)
    driven.box.gateways[provider].be("working")
    assert driven.box.settled(provider)
    assert driven.channel(provider).state == "connected"
    driven.work(queue.OUTBOX)
    driven.work(queue.OUTBOX)
    talk.ticks()
    assert sent(driven, provider, word) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_word_that_comes_before_the_answer_is_kept(driven: World, provider: str) -> None:
    talk = driven.somebody(provider)
    driven.box.faults.dial(account=provider, early_status=True, statuses=["sent"])
    talk.sends(text="cepat")
    assert talk.until(lambda entry: entry["status"] == "delivered")["text"] == "cepat"


@pytest.mark.parametrize("provider", ["meta", "whapi"])
def test_a_batch_of_all_kinds_is_taken_whole(driven: World, provider: str) -> None:
    talk = driven.somebody(provider)
    kinds = ("image", "video", "voice", "document", "sticker", "location", "contact", "unsupported")
    driven.box.faults.dial(account=provider, on="webhook", batch=len(kinds))
    for kind in kinds:
        driven.box.send(talk.person, kind, account=provider)
    assert driven.box.settled(provider)
    got = [entry["kind"] for entry in talk.entries[1:]]
    assert got == ["image", "video", "audio", "document", "sticker", "location", "contact", "unsupported"]


def test_r29_a_new_user_id_keeps_the_thread_and_what_was_said(driven: World) -> None:
    talk = driven.somebody("meta", hidden=True)
    before, contact = talk.conversation.id, talk.contact.id
    was = talk.person.user_id
    talk.does("user_id_changed", hidden=True)
    assert talk.person.user_id != was
    talk.names.append(talk.person.user_id)
    talk.does("text", text="masih saya", hidden=True)
    assert (talk.conversation.id, talk.contact.id, talk.contact.phone) == (before, contact, None)
    assert [entry["text"] for entry in talk.entries if entry["direction"] == "in"][-1] == "masih saya"
    assert talk.sends(text="halo lagi")["text"] == "halo lagi"


def test_only_a_webhook_that_nothing_proves_is_called_open(driven: World) -> None:
    names = [each["name"] for each in account_states.warnings() if each["code"] == "webhook_open"]
    assert names == ["WhatsApp (Whapi)"]
