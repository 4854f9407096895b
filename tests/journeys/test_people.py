"""One person is one contact, under however many names, and what was joined can be parted."""

from __future__ import annotations

import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from roms.channels.items import Identity, IdentityChanged, Incoming, Profile
from roms.db import db, writing
from roms.errors import Conflict
from roms.models import Contact, ContactAddress, ContactMerge, Conversation, History
from roms.services import channels, intake, merging, people, suggesting
from tests.cast import Cast
from tests.conftest import Clock

PHONE, LID, USER = Identity("phone", "+6281234567890"), Identity("lid", "77@lid"), Identity("user_id", "ID.100")
_ids = itertools.count(1)


def heard(channel: int, address: str, *identities: Identity, text: str = "halo", **more: Any) -> None:
    incoming = Incoming(address, text, provider_id=f"p{next(_ids)}", identities=identities, **more)
    assert intake.receive(channel, incoming)


@pytest.fixture
def second(cast: Cast) -> int:
    """Another WhatsApp account."""
    with writing():
        row = channels.add("whapi", "Second", {"base_url": "http://127.0.0.1:1", "token": "x"})
        return row.id


def living() -> list[Contact]:
    db.session.rollback()
    found = select(Contact).where(Contact.merged_into.is_(None)).order_by(Contact.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def threads() -> list[tuple[int, str]]:
    db.session.rollback()
    rows = db.session.execute(select(Conversation.contact_id, Conversation.address).order_by(Conversation.id))
    return [tuple(row) for row in rows]  # type: ignore[misc]


def test_a_number_in_every_form_and_a_hidden_identity_meet_in_one_contact(cast: Cast, second: int) -> None:
    heard(cast.whapi, "6281234567890@s.whatsapp.net", PHONE)
    heard(second, "whatsapp:+6281234567890", Identity("phone", "6281234567890@c.us"))
    heard(cast.whapi, "77@lid", LID, PHONE)
    heard(cast.whapi, "77@lid", Identity("lid", "77:3@lid"))
    (contact,) = living()
    assert contact.phone == "+6281234567890"
    assert threads() == [(contact.id, "77@lid"), (contact.id, "whatsapp:+6281234567890")]


def test_r29_somebody_without_a_number_is_served_and_the_number_is_learned(cast: Cast) -> None:
    heard(cast.whapi, "ID.100", USER, name="Siti")
    assert [(each.name, each.phone) for each in living()] == [("Siti", None)]
    heard(cast.whapi, "ID.100", USER, PHONE)
    assert [each.phone for each in living()] == [PHONE.value]


def test_two_contacts_that_one_message_names_become_one_and_that_can_be_undone(cast: Cast, second: int) -> None:
    heard(cast.whapi, "ID.100", USER, name="Siti")
    heard(second, "6281234567890@s.whatsapp.net", PHONE)
    assert len(living()) == 2
    heard(cast.whapi, "ID.100", USER, PHONE)
    assert len(living()) == 1
    merge = db.session.scalars(select(ContactMerge)).one()
    assert merge.reason == "provider"
    merging.undo(cast.admin, merge.id)
    assert len(living()) == 2
    heard(cast.whapi, "ID.100", USER, PHONE)
    assert len(living()) == 2, "a person's word outlives the provider's"


def test_a_new_number_keeps_the_history_and_answers_follow(cast: Cast) -> None:
    heard(cast.whapi, "6281234567890@s.whatsapp.net", PHONE)
    new = Identity("phone", "+6289999999999")
    news = IdentityChanged(PHONE, new, "6289999999999@s.whatsapp.net")
    assert people.changed(cast.whapi, news)
    assert not people.changed(cast.whapi, news)
    heard(cast.whapi, "6289999999999@s.whatsapp.net", new, text="nomor baru")
    (contact,) = living()
    assert (contact.phone, threads()) == (new.value, [(contact.id, "6289999999999@s.whatsapp.net")])
    events = db.session.scalars(select(History.data).where(History.event == "identity")).all()
    assert events == [{"kind": "phone", "old": PHONE.value, "new": new.value}]


def test_a_profile_names_people_but_not_over_a_person(cast: Cast) -> None:
    assert not people.told(cast.whapi, Profile((PHONE,), "Nobody"))
    heard(cast.whapi, "6281234567890@s.whatsapp.net", PHONE, name="Siti")
    assert people.told(cast.whapi, Profile((PHONE,), "Siti Aminah"))
    assert [each.name for each in living()] == ["Siti Aminah"]
    with writing():
        living_one = db.session.scalars(select(Contact)).one()
        living_one.name, living_one.named_by = "Bu Siti", cast.ani.id
    people.told(cast.whapi, Profile((PHONE, LID), "Siti"))
    assert [each.name for each in living()] == ["Bu Siti"]
    heard(cast.whapi, "77@lid", LID)
    assert len(living()) == 1


def test_eight_first_messages_at_once_on_two_channels_make_one_contact(app: Flask, cast: Cast, second: int) -> None:
    gate = threading.Barrier(8)

    def knock(number: int) -> None:
        with app.app_context():
            gate.wait()
            channel, address = ((cast.whapi, "77@lid"), (second, "6281234567890@s.whatsapp.net"))[number % 2]
            names = ((LID, PHONE), (PHONE,))[number % 2]
            intake.receive(channel, Incoming(address, f"halo {number}", provider_id=f"x{number}", identities=names))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(knock, range(8)))
    assert len(living()) == 1
    assert len(threads()) == 2


def picture() -> tuple[Any, ...]:
    """Everything that a merge may change."""
    db.session.rollback()
    addresses = [tuple(row) for row in db.session.execute(select(ContactAddress.id, ContactAddress.contact_id))]
    conversations = [tuple(row) for row in db.session.execute(select(Conversation.id, Conversation.contact_id))]
    fields = (Contact.id, Contact.name, Contact.phone, Contact.language, Contact.merged_into, Contact.opted_out_at)
    contacts = [tuple(row) for row in db.session.execute(select(*fields))]
    attributes = [(each.id, dict(each.attributes)) for each in db.session.scalars(select(Contact))]
    return tuple(sorted(part, key=str) for part in (addresses, conversations, contacts, attributes))  # type: ignore[arg-type]


def nobody_is_lost() -> None:
    ids = {each.id for each in living()}
    owners = [*db.session.scalars(select(ContactAddress.contact_id)), *(contact for contact, _ in threads())]
    assert set(owners) <= ids


@pytest.mark.parametrize("seed", range(4))
def test_random_merges_lose_nobody_and_undoing_all_restores_the_start(cast: Cast, seed: int, clock: Clock) -> None:
    dice = random.Random(seed)
    for number in range(7):
        name = dice.choice(["", f"N{number}"])
        phone = (Identity("phone", f"+62812000{number:04}"),) if dice.random() < 0.5 else ()
        heard(cast.whapi, f"a{number}", Identity("user_id", f"ID.{number}"), *phone, name=name)
    with writing():
        for each in db.session.scalars(select(Contact)):
            each.attributes = {key: f"{key}{each.id}" for key in "abc" if dice.random() < 0.5}
            each.language = dice.choice(["", "id", "en"])
    start, made = picture(), []
    for _ in range(9):
        clock.forward(seconds=5)
        if made and dice.random() < 0.25:
            merging.undo(cast.admin, made.pop())
        else:
            kept, gone = dice.sample([each.id for each in living()], 2)
            made.append(merging.merge(cast.admin, kept, gone))
        nobody_is_lost()
        if len(living()) < 2:
            break
    for merge in reversed(made):
        merging.undo(cast.admin, merge)
    assert picture() == start


def test_undo_after_more_was_said_takes_new_threads_along_and_refuses_only_out_of_order(
    cast: Cast, second: int, clock: Clock
) -> None:
    heard(cast.whapi, "1@lid", Identity("lid", "1"), name="A")
    heard(cast.whapi, "6281234567890@s.whatsapp.net", PHONE, name="B")
    heard(cast.whapi, "3@lid", Identity("lid", "3"), name="C")
    one, two, three = (each.id for each in living())
    first = merging.merge(cast.admin, one, two)
    clock.now += timedelta(seconds=5)
    heard(second, "6281234567890@s.whatsapp.net", PHONE)
    later = merging.merge(cast.admin, three, one)
    with pytest.raises(Conflict, match="undo that merge first"):
        merging.undo(cast.admin, first)
    merging.undo(cast.admin, later)
    merging.undo(cast.admin, first)
    with pytest.raises(Conflict, match="already"):
        merging.undo(cast.admin, first)
    assert [contact for contact, _ in threads()] == [one, two, three, two]
    assert [each.name for each in living()] == ["A", "B", "C"]


def test_who_gave_a_number_that_somebody_writes_from_is_suggested_with_the_reason(cast: Cast) -> None:
    heard(cast.whapi, "6281234567890@s.whatsapp.net", PHONE, name="Siti Aminah")
    heard(cast.webchat, "visitor-1", name="Pengunjung")
    heard(cast.webchat, "visitor-2", name="Aminah Siti")
    with writing():
        visitor = db.session.scalars(select(Contact).where(Contact.name == "Pengunjung")).one()
        visitor.attributes = {"wa": "0812-3456 7890"}
    found = suggesting.suggestions(cast.ani)["items"]
    told = [(each["with"]["name"], each["reason"]) for each in found]
    assert told == [("Pengunjung", "phone"), ("Aminah Siti", "name")]
    assert "+62 812-3456-7890" in found[0]["say"]["id"]
    merging.undo(cast.admin, merging.merge(cast.admin, found[0]["contact"]["id"], found[0]["with"]["id"]))
    assert [each["reason"] for each in suggesting.suggestions(cast.ani)["items"]] == ["name"]
