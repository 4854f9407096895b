"""What people may choose among when they hand a conversation on."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from roms import clock
from roms.db import db
from roms.engine import session
from roms.engine.entrances import entrances
from roms.engine.types import JSON
from roms.errors import NotFound
from roms.models import Conversation, Label, Team
from roms.services import access, channels, frames, inbox, publishing
from roms.services.actors import Actor
from roms.services.facts import facts_of
from roms.services.scene import scene_of

LONGEST = 120  # characters of what the bot would say


def of_all() -> JSON:
    """Teams, people, labels and reasons to close."""
    teams = db.session.execute(select(Team.key, Team.name).filter_by(is_active=True).order_by(Team.name))
    labels = db.session.execute(select(Label.key, Label.colour).filter_by(is_active=True).order_by(Label.key))
    lifecycle = publishing.newest().lifecycle
    return {
        "teams": [{"key": row.key, "name": row.name} for row in teams],
        "agents": inbox.agents(),
        "labels": [{"key": row.key, "colour": row.colour} for row in labels],
        "close_reasons": [frames.reason_of(key, lifecycle) for key in lifecycle.close_reasons],
    }


def steps(actor: Actor, cid: str) -> JSON:
    """Where the bot can go on in this conversation, what it is called and what would be said; the beginning first."""
    access.check(actor, cid)
    rows = select(Conversation).join(Conversation.contact).options(contains_eager(Conversation.contact))
    conversation = db.session.scalars(rows.where(Conversation.public_id == cid)).one_or_none()
    if conversation is None:
        raise NotFound("there is no such conversation")
    scene = scene_of(conversation, channels.line(conversation.channel_id), clock.now(), actor.id)
    try:
        known = session.load(conversation.state, facts_of(scene))
    except session.Unreadable:
        return {"release": scene.talk.number, "steps": []}
    found = entrances(scene.talk, known, scene.at, actor.language)
    return {
        "release": scene.talk.number,
        "steps": [
            {
                "step": f"{each.place.flow}.{each.place.step}",
                "flow": each.flow,
                "says": each.says[:LONGEST],
                "is_beginning": each.is_beginning,
            }
            for each in found
        ],
    }
