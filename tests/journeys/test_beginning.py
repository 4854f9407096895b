"""Agents write first: a thread that is begun by us, closed until a template or the contact opens it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from roms.channels.fake import Box
from roms.channels.items import Identity, Incoming
from roms.db import db, writing
from roms.engine.types import Mode
from roms.errors import Conflict, Invalid, NotFound, WindowClosed
from roms.models import Channel, Contact, ContactAddress, Conversation, History, Message
from roms.services import beginning, channels, intake, merging, replies
from tests.cast import Cast
from tests.conftest import Clock

NUMBER = "6281234567890"
PHONE = Identity("phone", f"+{NUMBER}")


def known(name: str = "Siti", *identities: Identity) -> int:
    """Somebody from a file, who never wrote."""
    from roms import clock

    with writing():
        phone = next((each.value for each in identities if each.kind == "phone"), None)
        contact = Contact(name=name, phone=phone, attributes={}, created_at=clock.now())
        db.session.add(contact)
        db.session.flush()
        rows = [ContactAddress(contact_id=contact.id, kind=each.kind, value=each.value) for each in identities]
        db.session.add_all(rows)
        return contact.id


@pytest.fixture
def meta(cast: Cast, provider: Box) -> int:
    with writing():
        values = channels.box_values("meta", provider.base_url)
        return channels.add("meta", "Resmi", values).id


def threads() -> list[Conversation]:
    db.session.rollback()
    return list(db.session.scalars(select(Conversation).execution_options(populate_existing=True)))


def test_the_thread_is_the_agents_and_nothing_is_sent(cast: Cast, meta: int, provider: Box) -> None:
    contact = known("Siti", PHONE)
    told, is_new = beginning.begin(cast.ani, contact, meta)
    (thread,) = threads()
    assert (is_new, thread.address, thread.mode, thread.assignee_id) == (True, NUMBER, Mode.AGENT, cast.ani.id)
    assert (told["conversation"]["window_until"], told["conversation"]["can"]["window"]) == (None, True)
    assert list(db.session.scalars(select(Message))) == []
    assert "mode" in set(db.session.scalars(select(History.event)))
    with pytest.raises(WindowClosed):
        replies.send(cast.ani, thread.public_id, "b-1", "halo", seen=0)
    again, is_new = beginning.begin(cast.ani, contact, meta)
    assert (is_new, again["conversation"]["id"]) == (False, thread.public_id)
    beginning.begin(cast.budi, contact, meta)
    assert [each.assignee_id for each in threads()] == [cast.ani.id], "a colleague who has it keeps it"


def test_what_they_answer_comes_to_the_same_thread_and_to_the_agent(cast: Cast, meta: int) -> None:
    contact = known("Siti", PHONE)
    beginning.begin(cast.ani, contact, meta)
    assert intake.receive(meta, Incoming(NUMBER, "halo", provider_id="w1", identities=(PHONE,)))
    (thread,) = threads()
    assert (thread.contact_id, thread.mode, thread.unread, thread.assignee_id) == (contact, Mode.AGENT, 1, cast.ani.id)
    replies.send(cast.ani, thread.public_id, "b-1", "halo juga", seen=9)


def test_a_thread_that_the_bot_has_is_taken_over(cast: Cast) -> None:
    address = f"{NUMBER}@s.whatsapp.net"
    intake.receive(cast.whapi, Incoming(address, "halo", provider_id="w1", identities=(PHONE,)))
    (before,) = threads()
    told, is_new = beginning.begin(cast.ani, before.contact_id, cast.whapi)
    assert (is_new, told["conversation"]["mode"], told["conversation"]["assignee"]) == (False, "AGENT", cast.ani.id)


@pytest.mark.parametrize("channel", ["meta", "webchat", "disabled", "group"])
def test_who_cannot_be_reached_is_told_in_words(cast: Cast, meta: int, channel: str) -> None:
    names = {"webchat": PHONE, "disabled": PHONE, "group": Identity("group", "1@g.us")}
    contact = known("Siti", names.get(channel, Identity("lid", "77@lid")))
    if channel == "disabled":
        with writing():
            row = db.session.get_one(Channel, meta)
            row.is_enabled = False
            channels.touch(row)
    with pytest.raises(Invalid) as refused:
        beginning.begin(cast.ani, contact, cast.webchat if channel == "webchat" else meta)
    assert refused.value.data["say"]["id"]
    assert threads() == []
    if channel == "meta":
        beginning.begin(cast.ani, contact, cast.whapi)
        assert [each.address for each in threads()] == ["77@lid"]


def test_a_contact_that_became_another_leads_there_and_a_strangers_address_is_not_taken(cast: Cast, meta: int) -> None:
    one, two = known("Siti", PHONE), known("Aminah", Identity("lid", "5@lid"))
    merging.merge(cast.admin, one, two)
    beginning.begin(cast.ani, two, meta)
    assert [each.contact_id for each in threads()] == [one]
    stranger = known("Other")
    with writing():
        db.session.scalars(select(Conversation)).one().contact_id = stranger
    with pytest.raises(Conflict):
        beginning.begin(cast.ani, one, meta)


def test_nobody_and_nowhere(cast: Cast) -> None:
    with pytest.raises(NotFound):
        beginning.begin(cast.ani, 99, cast.whapi)
    with pytest.raises(NotFound):
        beginning.begin(cast.ani, known("Siti", PHONE), 99)


@pytest.mark.parametrize("go", range(3))
def test_beginning_and_a_first_message_at_once_make_one_thread(app: Flask, cast: Cast, go: int) -> None:
    contact = known("Siti", PHONE)
    gate = threading.Barrier(6)

    def one(number: int) -> None:
        with app.app_context():
            gate.wait()
            if number % 2:
                beginning.begin((cast.ani, cast.budi)[number // 2 % 2], contact, cast.whapi)
            else:
                address = f"{NUMBER}@s.whatsapp.net"
                intake.receive(cast.whapi, Incoming(address, "halo", provider_id=f"x{number}", identities=(PHONE,)))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, range(6)))
    (thread,) = threads()
    assert (thread.contact_id, thread.mode, thread.unread) == (contact, Mode.AGENT, 3)
    assert thread.assignee_id in (cast.ani.id, cast.budi.id)


def test_the_channels_one_could_write_on(cast: Cast, meta: int, clock: Clock) -> None:
    contact = known("Siti", Identity("lid", "77@lid"))
    beginning.begin(cast.ani, contact, cast.whapi)
    ways = {each["channel"]["id"]: each for each in beginning.ways(cast.ani, contact)}
    assert cast.webchat not in ways
    assert ways[cast.whapi]["conversation"]
    assert ways[cast.whapi]["why_not"] is None
    assert "nomor" in ways[meta]["why_not"]["id"]
    assert ways[meta]["template_first"]
