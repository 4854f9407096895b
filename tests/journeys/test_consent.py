"""STOP and BERHENTI end what we begin of our own accord, at once and everywhere; START and MULAI allow it again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select, update

from roms.channels import ADAPTERS
from roms.channels.failures import OptedOut
from roms.channels.items import Identity, Incoming, Preference
from roms.db import db, writing
from roms.engine import effects
from roms.engine.events import TimerFired
from roms.errors import Invalid, NotFound, NotWanted
from roms.models import Channel, Contact, Conversation, Direction, History, Message, Sender, Status
from roms.services import (
    arrivals,
    channels,
    consent,
    contacts,
    explaining,
    handoff,
    intake,
    merging,
    outbox,
    permission,
    publishing,
    recalling,
    replaying,
    replies,
    runner,
    templates,
)
from roms.services.channels import line
from roms.services.said import Draft
from roms.services.scene import finish, scene_of
from tests.cast import Cast, conversation, messages, say, texts, whapi_body
from tests.conftest import Clock
from tests.official import Official, cid, official, template

__all__ = ["official"]
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
STOPPED = "Baik, Anda tidak akan menerima promosi dari kami lagi. Balas MULAI bila ingin menerimanya kembali."
RESUMED = "Baik, Anda akan menerima promosi dari kami lagi. Balas BERHENTI untuk menghentikannya."

STOP = (
    *("STOP", "stop", "Stop.", "stop!!", "STOP 🛑", "*STOP*", "_stop_", " stop\n", "ＳＴＯＰ", "Stóp"),
    *("Berhenti", "BERHENTI!", "berhenti 🙏🏽", "Berhenti promo", "berhenti langganan", "Berhenti berlangganan."),
    *("STOP PROMO", "stop-promo", "Stop promosi", "stop iklan", "Stop promotions", "STOPALL", "Stop all"),
    *("unsubscribe", "UNSUB", "opt out", "opt-out", "OptOut", "hentikan", "Jangan kirim promo lagi", "“stop”"),
)
NOT_STOP = (
    *(
        "stop dulu ya, pesanan saya belum datang",
        "nonstop",
        "Stopkontak 2",
        "berhenti di mana kurirnya?",
        "jangan stop",
    ),
    *("don't stop", "stop it", "st op", "s.t.o.p", "batal", "cancel", "end", "selesai", "tidak", "🛑", "", "stop 2"),
    *("please stop the order", "mulai", "promo"),
)


def contact() -> Contact:
    db.session.rollback()
    return db.session.scalars(select(Contact).order_by(Contact.id).execution_options(populate_existing=True)).first()


def is_out() -> bool:
    return contact().opted_out_at is not None


def happened() -> list[tuple[str, dict[str, Any], int | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(History).where(History.event.in_(("opted_out", "opted_in"))).order_by(History.id))
    return [(row.event, row.data, row.agent_id) for row in rows]


def bots() -> list[str]:
    return [text for sender, text in texts() if sender == "bot"]


@pytest.fixture
def ad(cast: Cast) -> int:
    """An approved template of the category marketing, and beside it news of an order."""
    told = [template(), replace(template("promo"), category="marketing")]
    templates.store(cast.whapi, told)
    return templates._named(cast.whapi, {"name": "promo", "language": "id"}).id


def send(cast: Cast, template_id: int, client_id: str) -> None:
    draft = Draft(template={"id": template_id, "parameters": {"body": ["Siti", "INV-7"]}})
    replies.send(cast.ani, cid(), client_id, draft, seen=0, force=True)


# --- the words ---------------------------------------------------------------------------------------------------


def test_l04_which_words_are_meant(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    thread = Conversation.at(cast.whapi, conversation().address)
    assert thread is not None
    scene = scene_of(thread, line(cast.whapi), clock.now)

    def says(text: str, **more: Any) -> str:
        return consent._says(scene, Incoming("someone", text, **more))

    assert {text for text in STOP if says(text) != "out"} == set()
    assert {text for text in NOT_STOP if says(text)} == set()
    assert says("stop", kind="image") == says("stop", is_group=True) == says("stop", payload="4") == ""
    assert says("Stop promosi", payload="Stop promosi") == "out", "a button below a template"
    thread.contact.opted_out_at = clock.now
    for text in ("START", "mulai", "Mulai!", "unstop", "Subscribe 🙂", "opt in", "mulai promo"):
        assert says(text) == "in", text
    assert says("mulai dari mana?") == says("starter") == ""
    db.session.rollback()


def test_l04_stop_is_confirmed_once_and_no_flow_hears_it(
    client: FlaskClient, cast: Cast, clock: Clock, work: Callable[[], None], provider: Any
) -> None:
    say(client, "halo")
    state, said = conversation().state, bots()
    clock.forward(minutes=1)
    say(client, "Berhenti!")
    assert (contact().opted_out_at, contact().consent_how, contact().consent_text) == (clock.now, "word", "Berhenti!")
    say(client, "STOP")
    assert bots() == [*said, STOPPED], "once"
    assert conversation().state == state, "the question waits on"
    assert happened() == [("opted_out", {"how": "word", "text": "Berhenti!"}, None)]
    work()
    assert provider.accepted[-1]["text"] == STOPPED
    say(client, "1")
    assert len(bots()) > len(said) + 1, "and its answer is taken: chats go on as ever"
    assert (messages()[-1].status, is_out()) == (Status.QUEUED, True)


def test_l04_start_gives_it_back_and_means_nothing_before(client: FlaskClient, cast: Cast) -> None:
    say(client, "mulai")
    before = bots()
    assert before
    assert RESUMED not in before, "the flow took it for its own"
    say(client, "stop")
    say(client, "MULAI")
    assert (bots()[len(before) :], is_out()) == ([STOPPED, RESUMED], False)
    assert [event for event, *_ in happened()] == ["opted_out", "opted_in"]
    say(client, "mulai")
    assert bots()[-1] == before[-1]


def test_l04_the_words_are_the_bots_own_in_the_contacts_language(client: FlaskClient, cast: Cast) -> None:
    files = publishing.files_in(current_app.extensions["roms.config"].flows)
    more = 'consent: {stopped: {id: "Oke {{contact.first_name}}.", en: "Fine, {{contact.first_name}}."}}\nmodes:'
    publishing.publish(files | {"lifecycle.yaml": str(files["lifecycle.yaml"]).replace("modes:", more, 1)})
    say(client, "stop")
    assert bots() == ["Oke Siti."]
    with writing():
        db.session.execute(update(Contact).values(opted_out_at=None, language="en"))
    say(client, "stop")
    assert bots() == ["Oke Siti.", "Fine, Siti."]


def test_l04_a_question_that_offers_the_very_word_takes_it(client: FlaskClient, cast: Cast) -> None:
    flow = """flow: play
triggers: [{keywords: [main], interrupt: true}]
steps:
  more:
    menu:
      prompt: Lagi?
      options: [{key: 1, label: Lanjut, go: name}, {key: 2, label: Stop, go: bye}]
      invalid: {then: person}
  name: {ask: {prompt: Nama?, save: who, invalid: {then: person}}}
  bye: {say: Sampai jumpa., end: true}
  person: {handoff: true}
"""
    files = publishing.files_in(current_app.extensions["roms.config"].flows)
    publishing.publish(files | {"play.yaml": flow})
    say(client, "main")
    say(client, "stop")
    assert (bots()[-1], is_out()) == ("Sampai jumpa.", False)
    say(client, "main")
    say(client, "berhenti")
    assert (bots()[-1], is_out()) == (STOPPED, True), "another word for it is no answer"
    say(client, "1")
    say(client, "stop promo")
    assert (bots()[-1], conversation().state["place"]) == ("Nama?", "play.name"), "no name, and said already"


@pytest.mark.parametrize("mode", ["AGENT", "PAUSED"])
def test_l04_where_people_answer_the_bot_is_silent_and_they_see_it(
    client: FlaskClient, cast: Cast, clock: Clock, mode: str
) -> None:
    say(client, "cs")
    handoff.claim(cast.ani, cid())
    if mode == "PAUSED":
        handoff.pause(cast.ani, cid())
    before = bots()
    say(client, "stop")
    assert (bots(), is_out()) == (before, True)
    assert happened() == [("opted_out", {"how": "word", "text": "stop"}, None)]
    assert messages()[-1].payload["consent"] == {"says": "out", "taken": False}
    assert conversation().unread == 2


def test_l04_a_closed_conversation_stays_closed(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    handoff.close(cast.ani, cid())
    clock.forward(days=9)
    say(client, "stop")
    assert (bots()[-1], conversation().mode, is_out()) == (STOPPED, "CLOSED", True)


def test_l04_of_many_in_one_webhook_each_is_heeded(client: FlaskClient, cast: Cast) -> None:
    people = [f"62812000000{n:02d}" for n in range(6)]
    for sender in people:
        say(client, "halo", sender)
    said = [whapi_body("stop" if n % 2 else "menu", sender)["messages"][0] for n, sender in enumerate(people)]
    client.post("/webhook/whapi", json={"messages": said, "event": {"type": "messages", "event": "post"}})
    db.session.rollback()
    found = {row.phone: row.opted_out_at is not None for row in db.session.scalars(select(Contact))}
    assert found == {f"+{sender}": bool(n % 2) for n, sender in enumerate(people)}


def test_l04_what_comes_late_neither_undoes_nor_confirms(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    before = int(clock.now.timestamp())
    clock.forward(minutes=10)
    say(client, "stop")
    said = bots()
    say(client, "start", timestamp=before)
    assert (is_out(), bots()) == (True, said), "said before the stop"
    clock.forward(days=10)
    say(client, "mulai", timestamp=before)
    assert (is_out(), bots()) == (True, said), "a webhook of ten days ago does nothing"


# --- what is not sent --------------------------------------------------------------------------------------------


def test_l04_advertising_is_refused_when_it_is_queued_and_news_of_an_order_is_not(
    client: FlaskClient, cast: Cast, official: Official, ad: int, work: Callable[[], None]
) -> None:
    say(client, "stop")
    work()
    with pytest.raises(NotWanted):
        send(cast, ad, "b-1")
    assert (NotWanted.status, NotWanted.code) == (409, "opted_out")
    send(cast, templates._named(cast.whapi, {"name": "order_ready", "language": "id"}).id, "b-2")
    work()
    assert [parcel.kind for parcel in official.parcels] == ["text", "template"]
    templates.store(cast.whapi, [])
    with writing():
        db.session.execute(update(Message).where(Message.kind == "template").values(payload={}, status=Status.FAILED))
    with pytest.raises(NotWanted):
        replies.retry(cast.ani, cid(), messages()[-1].seq)  # of what category nobody knows


def test_l04_a_flows_advertising_is_kept_as_refused_with_one_note(
    client: FlaskClient, cast: Cast, official: Official, ad: int, clock: Clock
) -> None:
    say(client, "stop")
    why, named = effects.Why(1, "a.yaml", 1, "a", "b", ""), {"name": "promo", "language": "id"}
    said, id_ = effects.SendMessage("Promo!", why, kind="template", content=named), conversation().id
    with writing():
        thread = Conversation.locked(Conversation.id == id_)
        assert thread is not None
        scene = scene_of(thread, line(cast.whapi), clock.now)
        scene.begun = (thread.state, TimerFired("wait", 1), thread.seq)
        for _ in range(2):
            runner.APPLY[effects.SendMessage](scene, said, {})
        finish(scene)
    promos = [row for row in messages() if row.text == "Promo!"]
    stand = {(row.status, row.error_code, row.error_class) for row in promos}
    assert stand == {(Status.FAILED, "opted_out", "opted_out")}
    notes = [row.text for row in messages() if row.direction is Direction.NOTE]
    assert ["STOP" in text for text in notes] == [True]


def test_l04_stop_overtakes_what_is_on_its_way(
    client: FlaskClient,
    cast: Cast,
    official: Official,
    ad: int,
    work: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two are queued; while the first is being handed over, they write STOP: only that one has left."""
    say(client, "halo")
    work()
    official.parcels.clear()
    send(cast, ad, "b-1")
    send(cast, ad, "b-2")
    replies.send(cast.ani, cid(), "b-3", "Ada lagi?", seen=0, force=True)
    hand_over, app = official.send, current_app._get_current_object()

    def stopping(*args: Any) -> str:
        monkeypatch.setattr(official, "send", hand_over)
        with app.app_context():
            say(app.test_client(), "stop")
        return hand_over(*args)

    monkeypatch.setattr(official, "send", stopping)
    monkeypatch.setitem(ADAPTERS, "whapi", replace(ADAPTERS["whapi"], send=lambda *args: official.send(*args)))
    work()
    sent = [row for row in messages() if row.sender is Sender.AGENT]
    assert [row.status for row in sent] == [Status.ACCEPTED, Status.FAILED, Status.ACCEPTED]
    assert (sent[1].error_code, sent[1].error_class) == ("opted_out", "opted_out")
    assert [parcel.kind for parcel in official.parcels] == ["template", "text"], "an answer is still an answer"


def test_l04_a_race_of_stop_and_send(app: Flask, cast: Cast, official: Official, ad: int, client: FlaskClient) -> None:
    """Whatever the order: claimed before the STOP was stored it may leave, claimed after it never does."""
    say(client, "halo")
    outbox.claim(cast.whapi, 16)
    for turn in range(8):
        with writing():
            db.session.execute(update(Contact).values(opted_out_at=None, consent_at=None))
            db.session.execute(update(Message).where(Message.status != Status.RECEIVED).values(status=Status.FAILED))
        send(cast, ad, f"r-{turn}")
        claimed: list[outbox.Claimed] = []
        both = threading.Barrier(2)

        def claim(claimed: list[outbox.Claimed] = claimed, both: threading.Barrier = both) -> None:
            with app.app_context():
                both.wait(10)
                claimed += outbox.claim(cast.whapi, 1)
                db.session.remove()

        racer = threading.Thread(target=claim)
        racer.start()
        both.wait(10)
        say(client, "stop")
        racer.join(20)
        arrivals.flush()  # where the STOP waited too long for the claim
        is_late = not claimed or claimed[0].refused is not None or is_out()
        assert is_late
        assert len(claimed) <= 1
        again = outbox.claim(cast.whapi, 16)
        assert [each.refused for each in again if each.parcel.kind == "template" and each.refused is None] == []


@pytest.mark.parametrize(("hours", "leaves"), [(23.9, True), (24, False)])
def test_l04_on_a_gateway_other_words_are_answers_for_a_day(
    client: FlaskClient, cast: Cast, clock: Clock, work: Callable[[], None], provider: Any, hours: float, leaves: bool
) -> None:
    say(client, "cs")
    clock.forward(minutes=30)
    say(client, "stop")
    clock.forward(hours=hours, minutes=-31)
    replies.send(cast.ani, cid(), "b-0", "masih di sini", seen=0, force=True)
    clock.forward(minutes=1)
    work()
    assert ("masih di sini" in [each["text"] for each in provider.accepted]) is leaves, "STOP asks for no answer"
    if not leaves:
        assert (messages()[-1].status, messages()[-1].error_code) == (Status.FAILED, "opted_out")
        with pytest.raises(NotWanted):
            replies.send(cast.ani, cid(), "b-1", "promo!", seen=0, force=True)
        say(client, "berapa harganya?")
        replies.send(cast.ani, cid(), "b-2", "sepuluh ribu", seen=0, force=True)


def test_l04_a_visitor_of_the_web_chat_is_there_and_reads(cast: Cast, clock: Clock) -> None:
    direct = line(cast.webchat)
    assert direct.is_direct
    assert not permission.is_refused(direct, 1, clock.now, {"kind": "text", "payload": None}, clock.now)


# --- who else says it --------------------------------------------------------------------------------------------


def test_l04_the_providers_menu_feeds_the_same_flag(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    who = (Identity("phone", "+6281234567890"),)
    assert not consent.told(cast.whapi, Preference(who, False)), "nobody we know"
    say(client, "halo")
    before = bots()
    assert consent.told(cast.whapi, Preference(who, False, "User requested to stop", clock.now))
    assert not consent.told(cast.whapi, Preference(who, False, "again", clock.now)), "a repeat"
    assert not consent.told(cast.whapi, Preference(who, True, "older", clock.now - HOUR))
    assert (is_out(), bots()) == (True, before)
    assert consent.told(cast.whapi, Preference(who, True, "resumed", clock.now + HOUR))
    assert [event for event, *_ in happened()] == ["opted_out", "opted_in"]
    assert {data["how"] for _, data, _ in happened()} == {"provider"}


def test_l04_what_twilio_answered_is_not_answered_twice(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    before, address = bots(), conversation().address
    for text, told, out in (("STOP", "out", True), ("HELP", "help", True), ("UNSTOP", "in", False)):
        incoming = Incoming(address, text, provider_id=f"SM-{text}", extra={"opt_out": told})
        assert intake.receive(cast.whapi, incoming)
        assert (is_out(), bots()) == (out, before)
    assert [data["how"] for _, data, _ in happened()] == ["provider", "provider"]


def test_l04_a_refusal_of_the_providers_is_noted_once(
    client: FlaskClient, cast: Cast, official: Official, ad: int, work: Callable[[], None]
) -> None:
    say(client, "halo")
    work()
    official.fails = [OptedOut("stopped marketing", "131050")]
    send(cast, ad, "b-1")
    send(cast, ad, "b-2")
    work()
    assert [row.error_code for row in messages() if row.kind == "template"] == ["131050", "opted_out"]
    assert happened() == [("opted_out", {"how": "refused", "text": "131050"}, None)]


def test_l04_people_set_and_lift_it_with_a_reason(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    say(client, "halo")
    id_ = contact().id
    with pytest.raises(Invalid):
        consent.set_by_hand(cast.ani, id_, False, "  ")
    with pytest.raises(NotFound):
        consent.set_by_hand(cast.ani, 4711, False, "told us")
    consent.set_by_hand(cast.ani, id_, False, "minta lewat telepon")
    shown = contacts.one(cast.ani, id_)["consent"]
    at = clock.now.isoformat().replace("+00:00", "Z")
    assert shown == {"is_out": True, "at": at, "how": "person", "text": "minta lewat telepon", "by": cast.ani.id}
    clock.forward(minutes=1)
    consent.set_by_hand(cast.admin, id_, True, "salah orang")
    assert (is_out(), contacts.one(cast.ani, id_)["consent"]["by"]) == (False, cast.admin.id)
    assert [agent for _, _, agent in happened()] == [cast.ani.id, cast.admin.id]


# --- one person --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [0, 1])
def test_l04_two_that_are_one_person_keep_the_withdrawal_and_undo_gives_it_back(
    client: FlaskClient, cast: Cast, clock: Clock, who: int
) -> None:
    senders = ("6281234567890", "6281234567891")
    for sender in senders:
        say(client, "halo", sender)
    say(client, "stop", senders[1])
    say(client, "start", senders[1])
    clock.forward(minutes=1)
    say(client, "stop", senders[who])
    kept, gone = (conversation(sender).contact_id for sender in senders)
    before = stands()
    merge = merging.merge(cast.admin, kept, gone)
    assert stands()[kept] == before[(kept, gone)[who]]
    merging.undo(cast.admin, merge)
    assert stands() == before
    merge = merging.merge(cast.admin, kept, gone)
    clock.forward(minutes=1)
    for sender in senders:
        say(client, "mulai", sender)
    clock.forward(minutes=1)
    say(client, "stop", senders[0])
    merging.undo(cast.admin, merge)
    assert [bool(row[0]) for row in stands().values()] == [True, True], "said while they were one: both"


def stands() -> dict[int, tuple[Any, ...]]:
    db.session.rollback()
    columns = [getattr(Contact, name) for name in merging.CONSENT]
    return {row[0]: tuple(row[1:]) for row in db.session.execute(select(Contact.id, *columns).order_by(Contact.id))}


# --- told again --------------------------------------------------------------------------------------------------


def test_l04_replay_and_why_know_what_no_flow_heard(client: FlaskClient, cast: Cast, clock: Clock) -> None:
    for text in ("halo", "stop", "1", "mulai", "0", "stop", "makasih"):
        say(client, text)
        clock.forward(minutes=1)
    ids = [conversation().id]
    found = [each for each in replaying.differences(publishing.newest(), ids, 7 * DAY) if each]
    assert found == []
    heard = [past.event.text for past in recalling.one(ids[0]).past if hasattr(past.event, "payload")]
    assert heard == ["halo", "1", "0", "stop", "makasih"], "the last stop was heard by people, too"
    stop = next(row for row in messages() if row.text == "stop")
    assert explaining.of(cast.ani, cid(), stop.seq)["outcome"] == "consent"


def test_a_channel_that_is_switched_off_still_heeds_it(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    before, address = bots(), conversation().address
    with writing():
        row = db.session.get_one(Channel, cast.whapi)
        row.is_enabled = False
        channels.touch(row)
    intake.receive(cast.whapi, Incoming(address, "stop", provider_id="x-1"))
    assert (is_out(), bots()) == (True, before)
