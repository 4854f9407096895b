"""Who may see what: one rule for lists, threads, contacts, files and live frames, so that they can never differ.

It stands here twice, as a condition for the database and over plain values for the live hub; a test compares the two.
What is not somebody's to see is not there for them: NotFound, never NotAllowed.
"""

from __future__ import annotations

import functools
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, bindparam, or_, select, true

from roms import clock
from roms.db import db, table
from roms.errors import NotFound
from roms.models import Contact, Conversation, Sees
from roms.services import channels
from roms.services.actors import Actor
from roms.services.scene import Scene, scene_of

ME = bindparam("me", type_=BigInteger())
MY_TEAMS = bindparam("my_teams", type_=String(), expanding=True)


def sight(actor: Actor) -> Sees:
    """How far this person sees."""
    return Sees.ALL if actor.is_supervisor else actor.sees


def sees_all(actor: Actor) -> bool:
    return sight(actor) is Sees.ALL


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Of the conversations in a statement, those that are this person's to see."""
    asker = asked_by(actor)
    return _rule(sight(actor), asker["me"], asker["my_teams"])


@functools.cache
def visible(sees: Sees) -> ColumnElement[bool]:
    """The same for a statement that is kept: of whoever sees so far and asks it with `asked_by`."""
    return _rule(sees, ME, MY_TEAMS)


def asked_by(actor: Actor) -> dict[str, Any]:
    """The values of ME and MY_TEAMS."""
    return {"me": actor.id, "my_teams": ["", *sorted(actor.teams)]}


def _rule(sees: Sees, me: Any, teams: Any) -> ColumnElement[bool]:
    if sees is Sees.ALL:
        return true()
    own = Conversation.assignee_id == me
    return or_(own, Conversation.team.in_(teams)) if sees is Sees.TEAM else own


def may_see(actor: Actor, assignee: int | None, team: str | None) -> bool:
    """The same of one conversation by what is known of it; `team` None: it is not known, so only who sees all may."""
    if sees_all(actor):
        return True
    if actor.id == assignee:
        return True
    return actor.sees is Sees.TEAM and team is not None and (team == "" or team in actor.teams)


def visible_contacts(actor: Actor) -> ColumnElement[bool]:
    """Of the contacts in a statement, those with whom there is a conversation that is this person's to see."""
    if sees_all(actor):
        return true()
    return select(table(Conversation).c.id).where(Conversation.contact_id == Contact.id, visible_to(actor)).exists()


def check(actor: Actor, cid: str) -> None:
    """NotFound where there is no such conversation, or it is not his to see."""
    found = select(Conversation.id).where(Conversation.public_id == cid, visible_to(actor))
    if db.session.scalar(found) is None:
        raise NotFound("there is no such conversation")


def check_contact(actor: Actor, contact_id: int) -> None:
    """NotFound where there is no such contact, or it is not his to see; one that was merged is whom it is now."""
    found = select(Contact.merged_into).where(Contact.id == contact_id)
    row = db.session.execute(found).one_or_none()
    if row is not None and row.merged_into is not None:
        return check_contact(actor, row.merged_into)
    mine = select(Contact.id).where(Contact.id == contact_id, visible_contacts(actor))
    if row is None or db.session.scalar(mine) is None:
        raise NotFound("there is no such contact")


def scene_for(actor: Actor, cid: str) -> Scene:
    """Lock this conversation for something `actor` does; NotFound also when it is not his to see (any more)."""
    conversation = Conversation.locked(Conversation.public_id == cid, visible_to(actor))
    if conversation is None:
        raise NotFound("there is no such conversation")
    return scene_of(conversation, channels.line(conversation.channel_id), clock.now(), actor.id)
