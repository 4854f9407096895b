"""All that an agent sends besides text, signs on messages, and what is shown without saying anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from roms import jobs
from roms.channels import ADAPTERS
from roms.channels.base import Abilities
from roms.channels.failures import ERROR_CLASSES, OptedOut, Permanent, Tomorrow
from roms.channels.items import Receipt
from roms.channels.sentences import sentence
from roms.db import db, writing
from roms.engine.events import AgentReplied
from roms.errors import Conflict, Invalid
from roms.models import Attachment, Contact, Direction, Message, Sender, Status
from roms.models.attachment import FileState
from roms.services import abilities, handoff, inbox, outbox, presence, reactions, recalling, receipts, replies, signals
from roms.services.said import Draft
from roms.services.stored import storage_here
from tests.cast import Cast, conversation, messages, say
from tests.conftest import Clock
from tests.official import Official, cid, official, opens_until

__all__ = ["official"]


@pytest.fixture
def chat(client: FlaskClient, cast: Cast, clock: Clock, official: Official) -> Official:
    """Somebody wrote just now, and Ani has the chat."""
    say(client, "cs", id="wa-first")
    opens_until(clock.now + timedelta(hours=24))
    handoff.claim(cast.ani, cid())
    return official


def uploaded(cast: Cast, clock: Clock, kind: str = "image", type_: str = "image/png", size: int = 9) -> str:
    """A file of Ani's that waits to be sent."""
    public_id = f"{kind}-{size}-".ljust(32, "f")
    with writing():
        db.session.add(
            Attachment(
                public_id=public_id,
                channel_id=cast.whapi,
                conversation_id=1,
                user_id=cast.ani.id,
                kind=kind,
                name="foto.png",
                state=FileState.READY,
                hash="a" * 64,
                type=type_,
                size=size,
                width=3,
                height=2,
                created_at=clock.now,
            )
        )
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes(b"the bytes")
        storage_here().put("a" * 64, Path(file.name))
    return public_id


def send(cast: Cast, draft: Draft, client_id: str = "browser-1") -> dict[str, Any]:
    entry: dict[str, Any] = replies.send(cast.ani, cid(), client_id, draft, seen=0, force=True)[0]["entry"]
    return entry


def newest() -> Message:
    return [message for message in messages() if message.direction is Direction.OUT][-1]


def signs(seq: int) -> list[tuple[str, str]]:
    (row,) = [message for message in messages() if message.seq == seq]
    return [(each["key"], each["emoji"]) for each in (row.payload or {}).get("reactions", [])]


def test_a_file_goes_out_with_its_bytes_and_caption_once(
    chat: Official, cast: Cast, clock: Clock, work: Callable[[], None]
) -> None:
    file = uploaded(cast, clock)
    entry = send(cast, Draft("lihat ini", file=file))
    assert send(cast, Draft("lihat ini", file=file)) == entry, "the same client_id again"
    work()
    (parcel,) = [each for each in chat.parcels if each.kind == "image"]
    assert (parcel.data, parcel.text) == (b"the bytes", "lihat ini")
    content = {"file": file, "name": "foto.png", "mime": "image/png", "size": 9, "width": 3, "height": 2}
    assert parcel.payload["content"] == content | {"caption": "lihat ini"}
    with pytest.raises(Invalid):
        send(cast, Draft(file=file), "browser-2")


def test_a_picture_that_is_too_large_goes_as_a_document(chat: Official, cast: Cast, clock: Clock) -> None:
    assert send(cast, Draft(file=uploaded(cast, clock, size=6 << 20)))["kind"] == "document"


def test_what_the_channel_cannot_take_is_said_with_what_it_can(chat: Official, cast: Cast, clock: Clock) -> None:
    with pytest.raises(Invalid) as refused:
        send(cast, Draft(file=uploaded(cast, clock, "video", "video/mp4")))
    assert refused.value.data["field"] == "file"
    assert set(refused.value.data["possible"]) == {"image", "document", "audio"}
    with pytest.raises(Invalid, match="no caption"):
        send(cast, Draft("dengar", file=uploaded(cast, clock, "audio", "audio/ogg")))
    with pytest.raises(Invalid, match="at most 1024"):
        send(cast, Draft("x" * 1025, file=uploaded(cast, clock)))
    with pytest.raises(Invalid, match="not several"):
        send(cast, Draft(location={"latitude": 1, "longitude": 2}, contact={"name": "A", "phone": "+6281"}))
    assert newest().sender is not Sender.AGENT


def test_places_and_cards_read_as_text_and_go_as_what_they_are(
    chat: Official, cast: Cast, work: Callable[[], None]
) -> None:
    place = {"latitude": -6.2, "longitude": 106.8, "name": "Toko", "address": ""}
    assert send(cast, Draft(location=place))["text"] == "Toko\nhttps://maps.google.com/?q=-6.2,106.8"
    assert send(cast, Draft(contact={"name": "Budi", "phone": "+62811"}), "browser-2")["text"] == "Budi: +62811"
    work()
    place.pop("address")
    assert [(each.kind, each.payload["content"]) for each in chat.parcels[-2:]] == [
        ("location", place),
        ("contact", {"name": "Budi", "phone": "+62811"}),
    ]


def test_a_quoted_reply_names_the_message_it_answers(chat: Official, cast: Cast, work: Callable[[], None]) -> None:
    theirs = messages()[0]
    send(cast, Draft("ya, ada", quote=theirs.seq))
    work()
    assert chat.parcels[-1].quotes == "wa-first"
    quoted = {"id": "wa-first", "seq": theirs.seq, "text": "cs", "sender": "contact"}
    assert (newest().payload or {})["quoted"] == quoted
    with pytest.raises(Invalid):
        send(cast, Draft("?", quote=999), "browser-2")


def test_replay_and_the_engine_know_what_an_agent_sent(chat: Official, cast: Cast) -> None:
    send(cast, Draft(contact={"name": "Budi", "phone": "+62811"}))
    reactions.react(cast.ani, cid(), messages()[0].seq, "👍", "browser-2")
    past = [each.event for each in recalling.one(conversation().id).past if isinstance(each.event, AgentReplied)]
    content = {"name": "Budi", "phone": "+62811"}
    assert past == [AgentReplied("Budi: +62811", cast.ani.id, kind="contact", content=content)]


def test_a_sign_is_sent_shown_replaced_and_taken_off(chat: Official, cast: Cast, work: Callable[[], None]) -> None:
    seq, mine = messages()[0].seq, f"agent:{cast.ani.id}"
    _, is_new = reactions.react(cast.ani, cid(), seq, "👍", "sign-0001")
    assert (is_new, signs(seq)) == (True, [(mine, "👍")])
    assert reactions.react(cast.ani, cid(), seq, "👍", "sign-0001")[1] is False
    reactions.react(cast.budi, cid(), seq, "❤️", "sign-0002")
    assert signs(seq) == [(f"agent:{cast.budi.id}", "❤️")]
    reactions.react(cast.ani, cid(), seq, "", "sign-0003")
    assert signs(seq) == []
    work()
    sent = [(each.text, each.payload["content"]["target"]) for each in chat.parcels if each.kind == "reaction"]
    assert sent == [("👍", "wa-first"), ("❤️", "wa-first"), ("", "wa-first")]


def test_a_sign_that_never_arrived_is_taken_off_again(chat: Official, cast: Cast, work: Callable[[], None]) -> None:
    seq, mine = messages()[0].seq, f"agent:{cast.ani.id}"
    reactions.react(cast.ani, cid(), seq, "👍", "sign-0001")
    work()
    chat.fails = [Permanent("no", "131000")]
    reactions.react(cast.ani, cid(), seq, "❤️", "sign-0002")
    assert signs(seq) == [(mine, "❤️")]
    work()
    assert signs(seq) == [(mine, "👍")]
    receipts.record(cast.whapi, Receipt(messages()[-2].provider_id or "", "failed", error_code="1"))
    assert signs(seq) == []


@pytest.mark.parametrize("bad", ["ok", "👍 👍", "x", "1", "👍" * 17])
def test_a_sign_is_one_emoji(chat: Official, cast: Cast, bad: str) -> None:
    with pytest.raises(Invalid):
        reactions.react(cast.ani, cid(), messages()[0].seq, bad, "sign-0001")


def test_nothing_is_put_on_what_the_provider_does_not_know(chat: Official, cast: Cast) -> None:
    send(cast, Draft("belum terkirim"))
    with pytest.raises(Conflict):
        reactions.react(cast.ani, cid(), newest().seq, "👍", "sign-0001")


def shown(official: Official) -> list[tuple[str, bool, bool | None]]:
    official.signals.clear()
    jobs.signal()
    return [(each.provider_id, each.read, each.typing) for each in official.signals]


def test_u11_reading_and_typing_are_shown_once_and_together(app: Flask, chat: Official, cast: Cast) -> None:
    shown(chat)
    signals.read_by_agent(cid())
    for _ in range(3):
        presence.typing(cast.ani, cid(), True)
    assert shown(chat) == [("wa-first", True, True)]
    presence.typing(cast.ani, cid(), True)
    assert shown(chat) == [], "at most once in ten seconds"


def test_l13_nothing_is_shown_where_no_reply_will_follow(app: Flask, chat: Official, cast: Cast) -> None:
    signals.read_by_agent(cid())
    handoff.release(cast.ani, cid())
    presence.typing(cast.ani, cid(), True)
    assert shown(chat) == []
    signals.read_by_agent(cid())
    assert shown(chat) == []


def test_what_the_bot_answered_has_been_read(
    client: FlaskClient, cast: Cast, clock: Clock, official: Official, work: Callable[[], None]
) -> None:
    say(client, "halo")
    opens_until(clock.now + timedelta(hours=24))
    say(client, "1", id="wa-second")
    work()
    assert shown(official) == [("wa-second", True, None)]


def test_a_signal_that_fails_is_lost(chat: Official, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    signals.read_by_agent(cid())

    def refuse(*_: Any) -> None:
        raise Permanent("no", "1")

    monkeypatch.setitem(ADAPTERS, "whapi", replace(ADAPTERS["whapi"], signal=refuse))  # type: ignore[arg-type]
    jobs.signal()
    chat.signals.clear()
    jobs.signal()
    assert chat.signals == []


def test_r25_whoever_opted_out_is_remembered(
    chat: Official, cast: Cast, clock: Clock, work: Callable[[], None]
) -> None:
    chat.fails = [OptedOut("stopped marketing", "131050")]
    send(cast, Draft("promo"))
    work()
    assert (newest().status, newest().error_class) == (Status.FAILED, "opted_out")
    assert db.session.query(Contact).one().opted_out_at == clock.now


def test_r23_tomorrow_is_in_a_day_once(chat: Official, cast: Cast, clock: Clock) -> None:
    opens_until(clock.now + timedelta(days=9))
    send(cast, Draft("promo"))
    claimed = next(each for each in outbox.claim(cast.whapi, 9) if each.parcel.text == "promo")
    outbox.record(cast.whapi, [(claimed, Tomorrow("cap", "131049"))])
    assert (newest().status, newest().due_at) == (Status.QUEUED, clock.now + timedelta(hours=24))
    clock.forward(hours=24)
    (again,) = outbox.claim(cast.whapi, 9)
    assert again.refused is None
    outbox.record(cast.whapi, [(again, Tomorrow("cap", "131049"))])
    assert (newest().status, newest().error_class) == (Status.FAILED, "retry_after_24h")


RETRIED = {"retryable": True, "retry_after_24h": True, "fix_channel": True}
CODES = [(kind, code, class_) for kind, adapter in ADAPTERS.items() for code, class_ in adapter.errors.items()]
CODES += [("whapi", f"any {class_}", class_) for class_ in ERROR_CLASSES]


@pytest.mark.parametrize(("kind", "code", "class_"), CODES)
def test_r25_every_code_is_retried_or_not_and_said_in_both_languages(
    kind: str, code: str, class_: str, clock: Clock
) -> None:
    outcome = ERROR_CLASSES[class_]("the provider's words", code)
    after = outbox._after(outcome, 1, clock.now, clock.now)
    assert (after["status"] is Status.QUEUED) is RETRIED.get(class_, False)
    assert (after["error_code"], after["error_class"]) == (code, class_)
    said = sentence(kind, code, class_)
    assert all(len(said[language]) > 20 for language in ("id", "en"))
    assert said["id"] != said["en"]


@pytest.mark.parametrize(
    ("labels", "can", "are_shown"),
    [
        (["Ya", "Tidak"], Abilities(), False),
        (["Ya", "Tidak"], Abilities(buttons=3), True),
        (["Ya", "x" * 21], Abilities(buttons=3), False),
        (["x" * 21] * 2, Abilities(buttons=3, list_rows=10), True),
        (["a"] * 4, Abilities(buttons=3, list_rows=10), True),
        (["a"] * 11, Abilities(buttons=3, list_rows=10), False),
    ],
)
def test_choices_are_buttons_where_they_fit(labels: list[str], can: Abilities, are_shown: bool) -> None:
    assert abilities.shows_choices(can, "Pilih:", [{"label": label} for label in labels]) is are_shown


def test_the_browser_is_told_of_what_it_sent(chat: Official, cast: Cast) -> None:
    send(cast, Draft(contact={"name": "Budi", "phone": "+62811"}))
    entry = inbox.opened(cast.ani, cid())["entries"][-1]
    assert (entry["kind"], entry["content"]) == ("contact", {"name": "Budi", "phone": "+62811"})
