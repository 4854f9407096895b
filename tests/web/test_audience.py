"""Who hears what of a change: the rule for the database and the one over plain values are one."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from roms import queue
from roms.db import db, table, writing
from roms.models import Conversation, Role, Sees
from roms.services import access, frames, handoff
from roms.services.actors import Actor
from roms.web.audience import LOOK, Moved, Told
from tests.cast import Cast, conversation, say

ME, OTHER = 2, 3  # Ani and Budi
WHOSE = list(itertools.product((None, ME, OTHER), ("", "sales", "support")))


def somebody(sees: Sees, role: Role = Role.AGENT, numbers: bool = True) -> Actor:
    return Actor(ME, "Ani", "ani", role, "id", 1, sees, frozenset(("sales",)), numbers)


PEOPLE = [somebody(sees, role) for sees in Sees for role in Role]


def test_s08_the_condition_and_the_rule_over_values_agree_on_everything(client: FlaskClient, cast: Cast) -> None:
    say(client, "halo")
    the_row = update(table(Conversation))
    for assignee, team in WHOSE:
        with writing():
            db.session.execute(the_row.values(assignee_id=assignee, team=team))
        for actor in PEOPLE:
            found = db.session.scalar(select(Conversation.id).where(access.visible_to(actor)))
            assert (found is not None) == access.may_see(actor, assignee, team), (actor, assignee, team)
            kept = select(Conversation.id).where(access.visible(access.sight(actor)))
            assert db.session.scalar(kept, access.asked_by(actor)) == found
            contact = conversation().contact_id
            seen = db.session.scalar(select(Conversation.contact_id).where(access.visible_to(actor)))
            assert (seen == contact) == _is_there(actor, contact)


def _is_there(actor: Actor, contact: int) -> bool:
    try:
        access.check_contact(actor, contact)
    except access.NotFound:
        return False
    return True


def told(whose: Any, was: Any = None, kind: type[Told] = Told) -> Told:
    header = frames.header("c1", "", 7, whose, was) if whose else {"c": "c1", "v": "", "s": 7}
    body = {"t": "change", "c": "c1", "conversation": {"contact": {"phone": "+6281234567890"}}}
    return kind(header, json.dumps(body).encode())


def read(frame: bytes) -> dict[str, Any] | None:
    return json.loads(frame[frame.index(b"{") :]) if frame else None


def test_a_frame_reaches_those_who_may_see_it_and_says_gone_to_those_who_could() -> None:
    for was, whose, actor in itertools.product(WHOSE, WHOSE, PEOPLE):
        frame = read(told(whose, was).to(actor))
        kind = frame["t"] if frame else None
        sees, saw = access.may_see(actor, *whose), access.may_see(actor, *was)
        assert kind == ("change" if sees else "gone" if saw else None), (was, whose, actor)
        assert kind != "gone" or frame == {"t": "gone", "c": "c1", "s": 7}


def test_a_frame_that_does_not_say_whose_it_is_reaches_only_those_who_see_all() -> None:
    heard = {actor.sees for actor in PEOPLE if actor.role is Role.AGENT and told(None).to(actor)}
    assert heard == {Sees.ALL}


def test_a_frame_about_one_of_us_reaches_them_and_those_who_see_to_the_work() -> None:
    mine, theirs = (Told({"c": "", "v": "", "s": 0, "u": who}, b"{}") for who in (ME, OTHER))
    assert (mine.to_all, theirs.to_all) == (None, None)
    for actor in PEOPLE:
        assert mine.to(actor)
        assert bool(theirs.to(actor)) == (actor.role is not Role.AGENT)


def test_a_change_that_nobody_announced_tells_others_to_look_but_not_at_what() -> None:
    news = told((OTHER, "support"), kind=Moved)
    assert news.to(somebody(Sees.OWN)) == LOOK
    assert read(LOOK) == {"t": "moved"}
    assert read(news.to(somebody(Sees.ALL))) == read(told((OTHER, "")).to(somebody(Sees.ALL)))


def test_a_frame_for_who_sees_no_numbers_has_none_and_is_made_once() -> None:
    news = told((ME, ""))
    assert b"81234567890" in news.to(somebody(Sees.ALL))
    assert news.to_all is news.to(somebody(Sees.OWN))
    hidden = news.to(somebody(Sees.ALL, numbers=False))
    assert "•••• 890".encode() in hidden
    assert b"81234567890" not in hidden
    assert news.to(somebody(Sees.OWN, numbers=False)) is hidden


def test_a_conversation_that_is_given_away_says_whose_it_was(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(client, "cs")
    handoff.assign(cast.admin, conversation().public_id, cast.ani.id)
    packed: list[bytes] = []
    monkeypatch.setattr(queue, "wake", lambda channels=(), changes=(), calls=False: packed.extend(changes))
    handoff.assign(cast.admin, conversation().public_id, cast.budi.id)
    header = json.loads(packed[0].split(b"\n")[0])
    team = conversation().team
    assert (header["was"], header["of"]) == ([cast.ani.id, team], [cast.budi.id, team])
