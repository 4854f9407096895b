"""Labels on conversations and contacts: by flows and by people, renamed, put away, counted, and replayed exactly."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from roms.channels.items import Identity, Incoming
from roms.config import ROOT
from roms.db import db, writing
from roms.errors import Conflict, Invalid, NotAllowed, NotFound
from roms.models import Contact, ContactLabel, Conversation, ConversationLabel, History, Presence, User
from roms.services import inbox, intake, labelling, labels, merging, past, publishing, recalling, replaying
from tests.cast import Cast, conversation, say
from tests.conftest import Clock
from tests.journeys.test_feed import in_thread
from tests.journeys.test_replay import WEEK, address

READS = """flow: label
triggers: [{keywords: [cek]}]
steps:
  look:
    set: {mine: '= "vip" in contact.labels', here: '= "panas" in conversation.labels', many: = length(contact.labels)}
    say: "{{mine}} {{here}} {{many}}"
    end: true
"""
PUTS = """flow: panas
triggers: [{keywords: [panas]}]
steps:
  put: {label: [panas], say: "Dicatat", end: true}
"""


def flows() -> dict[str, str | bytes]:
    return {**publishing.files_in(ROOT / "flows"), "label.yaml": READS, "panas.yaml": PUTS}


def known(key: str) -> dict[str, object]:
    return next(each for each in labels.known() if each["key"] == key)


def test_a_label_that_nobody_made_is_grey_when_a_flow_puts_it_on(cast: Cast, client: FlaskClient) -> None:
    publishing.publish(flows())
    assert labels.known() == []
    say(client, "panas")
    say(client, "panas")
    assert conversation().labels == ["panas"]
    assert (known("panas")["colour"], known("panas")["is_active"]) == ("grey", True)


def test_people_put_labels_on_and_take_them_off(cast: Cast, client: FlaskClient) -> None:
    say(client, "halo")
    cid, contact = conversation().public_id, conversation().contact_id
    told = labelling.put_on_conversation(cast.ani, cid, "  minta   faktur ")
    assert told["conversation"]["labels"] == ["minta faktur"]
    assert labelling.put_on_contact(cast.ani, contact, "VIP") == ["VIP"]
    opened = inbox.opened(cast.ani, cid)["conversation"]
    assert (opened["labels"], opened["contact"]["labels"]) == (["minta faktur"], ["VIP"])
    assert labelling.take_from_conversation(cast.ani, cid, "minta faktur")["conversation"]["labels"] == []
    assert labelling.take_from_contact(cast.ani, contact, "VIP") == []
    assert list(db.session.scalars(select(ConversationLabel.label))) == []
    assert list(db.session.scalars(select(ContactLabel.label))) == []
    for wrong in ("", " ", "x" * 61):
        with pytest.raises(Invalid):
            labelling.put_on_conversation(cast.ani, cid, wrong)
    with pytest.raises(NotFound):
        labelling.put_on_contact(cast.ani, 999, "VIP")


def test_a_new_name_goes_everywhere_and_leaves_the_past_alone(cast: Cast, client: FlaskClient) -> None:
    publishing.publish(flows())
    say(client, "panas")
    say(client, "halo", sender="628222")
    cid, contact = conversation().public_id, conversation("628222").contact_id
    labelling.put_on_conversation(cast.ani, cid, "lain")
    labelling.put_on_contact(cast.ani, contact, "panas")
    before = [(row.event, dict(row.data)) for row in db.session.scalars(select(History))]
    labels.change(cast.admin, known("panas")["id"], {"key": "hangat", "colour": "red", "is_vip": True})  # type: ignore[arg-type]
    assert conversation().labels == ["hangat", "lain"]
    assert inbox.opened(cast.ani, conversation("628222").public_id)["conversation"]["contact"]["labels"] == ["hangat"]
    assert sorted(db.session.scalars(select(ConversationLabel.label))) == ["hangat", "lain"]
    assert list(db.session.scalars(select(ContactLabel.label))) == ["hangat"]
    after = [(row.event, dict(row.data)) for row in db.session.scalars(select(History).order_by(History.id))]
    assert all(each in after for each in before)
    assert ("label", {"label": "hangat", "was": "panas", "by": "person"}) in after
    assert known("hangat")["is_vip"] is True


def test_labels_are_looked_after_by_admins_and_supervisors(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        labels.make(cast.ani, "baru", "red")
    made = labels.make(cast.admin, "Baru", "red")
    with pytest.raises(NotAllowed):
        labels.change(cast.ani, made["id"], {"colour": "blue"})
    with pytest.raises(Conflict):
        labels.make(cast.admin, "baru", "blue")
    with pytest.raises(Invalid):
        labels.make(cast.admin, "lain", "#ff0000")
    other = labels.make(cast.admin, "lain", "blue")
    with pytest.raises(Conflict):
        labels.change(cast.admin, other["id"], {"key": "BARU"})
    assert labels.change(cast.admin, made["id"], {"key": "BARU"})["key"] == "BARU"


def test_a_label_put_away_stays_where_it_is_and_is_put_on_by_nobody_again(cast: Cast, client: FlaskClient) -> None:
    publishing.publish(flows())
    say(client, "panas")
    labels.change(cast.admin, known("panas")["id"], {"is_active": False})  # type: ignore[arg-type]
    assert conversation().labels == ["panas"]
    say(client, "halo", sender="628222")
    with pytest.raises(Invalid):
        labelling.put_on_conversation(cast.ani, conversation("628222").public_id, "panas")
    say(client, "panas", sender="628333")  # a flow goes on as it was published
    assert conversation("628333").labels == ["panas"]


def test_the_list_is_filtered_by_labels_of_either_kind(cast: Cast, client: FlaskClient) -> None:
    for number in ("628111", "628222", "628333"):
        say(client, "halo", sender=number)
    one, other = conversation("628111"), conversation("628222")
    labelling.put_on_conversation(cast.ani, one.public_id, "vip")
    labelling.put_on_contact(cast.ani, other.contact_id, "vip")
    found = inbox.listing(cast.ani, "all", label="vip")
    assert {each["id"] for each in found["items"]} == {one.public_id, other.public_id}
    assert found["counts"]["all"] == 3
    assert inbox.listing(cast.ani, "all", label="nothing")["items"] == []


def test_labels_are_counted_by_the_day_they_were_put_on(cast: Cast, client: FlaskClient, clock: Clock) -> None:
    publishing.publish(flows())
    say(client, "panas")
    clock.forward(hours=16)  # after midnight in Jakarta
    say(client, "panas", sender="628222")
    say(client, "panas", sender="628333")
    labelling.take_from_conversation(cast.ani, conversation("628333").public_id, "panas")
    labels.change(cast.admin, known("panas")["id"], {"key": "hangat"})  # type: ignore[arg-type]
    told = labels.counts(3)
    assert told == {"days": ["2026-11-20", "2026-11-21", "2026-11-22"], "labels": {"panas": [0, 1, 2]}}
    item = next(each for each in labels.listing(cast.ani)["items"] if each["key"] == "hangat")
    assert (item["conversations"], item["contacts"]) == (2, 0)


def test_two_contacts_that_are_one_have_the_labels_of_both(cast: Cast, client: FlaskClient) -> None:
    for number in ("628111", "628222"):
        say(client, "halo", sender=number)
    kept, gone = conversation("628111").contact_id, conversation("628222").contact_id
    labelling.put_on_contact(cast.ani, kept, "lama")
    labelling.put_on_contact(cast.ani, gone, "vip")
    merge = merging.merge(cast.admin, kept, gone)
    cid = conversation("628222").public_id
    assert inbox.opened(cast.ani, cid)["conversation"]["contact"]["labels"] == ["lama", "vip"]
    found = inbox.listing(cast.ani, "all", label="vip")
    assert len(found["items"]) == 2
    merging.undo(cast.admin, merge)
    assert inbox.opened(cast.ani, cid)["conversation"]["contact"]["labels"] == ["vip"]
    there = db.session.execute(select(ContactLabel.contact_id, ContactLabel.label)).all()
    assert sorted(map(tuple, there)) == [(kept, "lama"), (gone, "vip")]


def acted(cast: Cast, dice: random.Random, cids: list[str], contacts: list[int]) -> None:
    """Somebody does something to a label, or calls it something else."""
    label, cid, contact = dice.choice(["vip", "panas", "biasa"]), dice.choice(cids), dice.choice(contacts)
    verb = dice.randrange(5)
    if verb == 0:
        labelling.put_on_conversation(cast.ani, cid, label)
    elif verb == 1:
        labelling.take_from_conversation(cast.ani, cid, label)
    elif verb == 2:
        labelling.put_on_contact(cast.ani, contact, label)
    elif verb == 3:
        labelling.take_from_contact(cast.ani, contact, label)
    elif labels.known():
        names = {each["key"]: each["id"] for each in labels.known()}
        key = dice.choice(sorted(names))
        free = sorted({"vip", "panas", "biasa", "apa"} - set(names))
        if free:
            labels.change(cast.admin, names[key], {"key": dice.choice(free)})


@pytest.mark.parametrize("seed", [1, 2])
def test_replay_knows_which_labels_there_were(app: Flask, cast: Cast, clock: Clock, seed: int) -> None:
    publishing.publish(flows())
    dice = random.Random(seed)
    for round_ in range(14):
        for number in range(4):
            where, channel = (f"visitor-{number}", cast.webchat) if round_ % 2 else (address(number), cast.whapi)
            one = (Identity("phone", f"+62812{number:08d}"),)
            text = dice.choice(["cek", "cek", "panas", "halo"])
            intake.receive(channel, Incoming(where, text, provider_id=f"wa-{dice.getrandbits(60)}", identities=one))
            clock.forward(seconds=1)
        rows = db.session.execute(
            select(Conversation.public_id, Conversation.contact_id).order_by(Conversation.id)
        ).all()
        for _ in range(4):
            acted(cast, dice, [row[0] for row in rows], sorted({row[1] for row in rows}))
            clock.forward(seconds=1)
    db.session.rollback()
    ids = replaying.since(WEEK)
    said = {text for record in recalling.records(sorted(ids)) for each in record.past for text in each.said}
    assert len({each for each in said if each.startswith(("true", "false"))}) > 3
    assert [each for found in replaying.differences(publishing.newest(), ids, WEEK) for each in found] == []
    told = db.session.execute(select(Conversation.id, Conversation.seq, Conversation.labels)).all()
    for conversation_id, seq, held in told:
        assert list(past.facts_at(conversation_id, seq, clock.now)["conversation"]["labels"]) == held


def test_a_language_that_a_person_set_is_no_news_to_the_flow(cast: Cast, client: FlaskClient, clock: Clock) -> None:
    from roms.services import contacts

    reads = READS.replace("{{mine}} {{here}} {{many}}", "{{contact.language}}")
    publishing.publish({**flows(), "label.yaml": reads})
    say(client, "cek")
    clock.forward(seconds=5)
    contacts.change(cast.ani, conversation().contact_id, {"language": "en"})
    for _ in range(2):
        clock.forward(seconds=5)
        say(client, "cek")
    ids = replaying.since(WEEK)
    found = replaying.differences(publishing.newest(), ids, WEEK)
    assert [each for some in found for each in some] == []


def test_who_becomes_a_vip_while_waiting_comes_first(cast: Cast, client: FlaskClient, clock: Clock) -> None:
    with writing():
        db.session.execute(update(User).values(presence=Presence.AWAY))
    labels.make(cast.admin, "VIP", "purple", is_vip=True)
    for number in ("628111", "628222"):
        say(client, "cs", sender=number)
        clock.forward(minutes=1)
    assert [conversation(number).rank for number in ("628111", "628222")] == [2, 2]
    labelling.put_on_contact(cast.ani, conversation("628222").contact_id, "VIP")
    assert [conversation(number).rank for number in ("628111", "628222")] == [2, 1]
    labelling.take_from_contact(cast.ani, conversation("628222").contact_id, "VIP")
    assert conversation("628222").rank == 2


def test_a_label_is_renamed_while_others_put_it_on(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """Whoever is quicker, what a thread shows is what the table of labels knows."""
    numbers = [f"62811{number}" for number in range(8)]
    for number in numbers:
        say(client, "halo", sender=number)
    labels.make(cast.admin, "lama", "blue")
    places = [(conversation(number).public_id, conversation(number).contact_id) for number in numbers]
    label_id = known("lama")["id"]

    def puts(cid: str, contact: int) -> None:
        labelling.put_on_conversation(cast.ani, cid, "lama")
        labelling.put_on_contact(cast.budi, contact, "lama")

    writers = [in_thread(app, lambda place=place: puts(*place)) for place in places]
    renamer = in_thread(app, lambda: labels.change(cast.admin, label_id, {"key": "baru"}))  # type: ignore[arg-type]
    for thread in (*writers, renamer):
        thread.join(30)
    db.session.rollback()
    names = {each["key"] for each in labels.known()}
    rows = db.session.execute(select(ConversationLabel.conversation_id, ConversationLabel.label)).all()
    for found in db.session.scalars(select(Conversation)):
        assert sorted(found.labels) == sorted(row[1] for row in rows if row[0] == found.id)
    people = db.session.execute(select(ContactLabel.contact_id, ContactLabel.label)).all()
    for contact in db.session.scalars(select(Contact)):
        assert sorted(contact.labels) == sorted(row[1] for row in people if row[0] == contact.id)
    assert len(rows) == len(people) == 8
    assert {row[1] for row in (*rows, *people)} <= names
    assert "baru" in names
