"""Who was handed over and gets nobody at once is told when somebody will be there: once, and in the contact's language.

Not a flow's words but ours (`person` in lifecycle.yaml), because who is there and who waits no flow can know. So they
bear a mark, and neither replay nor "why" takes them for a flow's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from roms.db import db
from roms.engine.flow import Person
from roms.engine.hours import Hours, is_open, opens_at
from roms.engine.scope import Broken
from roms.engine.template import Text
from roms.models import Conversation, Direction, Sender
from roms.services import hours, permission, window
from roms.services.facts import facts_of
from roms.services.scene import Scene, message_row, way_out

MARK = "promise"  # in the payload: what it says, "later", "away", "next" or "full"
FULL = ("all_full", "behind_others")


@dataclass(frozen=True, slots=True)
class _Scope:
    """What such a text reads."""

    hours: Hours
    now: datetime
    facts: Mapping[str, Any]
    variables: Mapping[str, Any]
    message: Mapping[str, Any]
    lifecycle: Mapping[str, Any]


def tell(scene: Scene, told: bool) -> None:
    """After a handoff; nothing where somebody has it, or the flow has just said when somebody will be there."""
    team = hours.of_team(scene.line.id, scene.conversation.team, scene.at) or scene.talk.hours
    what, ahead = _what(scene, team)
    if not what or told or not _may_be_sent(scene) or (what == "later" and _was_said(scene, team)):
        return
    scope = _Scope(team, scene.at, facts_of(scene), {"ahead": ahead}, {}, {})
    text = _read(_text(scene.talk.person, what), scope)
    if text.strip():
        row = message_row(scene, direction=Direction.OUT, sender=Sender.BOT, text=text, **way_out(scene))
        row["payload"] = {MARK: what}
        scene.messages.append(row)
        scene.last = row


def _what(scene: Scene, team: Hours) -> tuple[str, int]:
    """What is to be said, "" for nothing; and how many come before."""
    conversation = scene.conversation
    if not is_open(team, scene.at) and opens_at(team, scene.at) is not None:
        return "later", 0
    if conversation.assignee_id is not None:
        return "", 0
    if (conversation.reason or {}).get("why") in FULL:
        ahead = _ahead(conversation)
        return ("full" if ahead else "next"), ahead
    return "away", 0


def _ahead(conversation: Conversation) -> int:
    """Those who want the same, wait already and are not less urgent: they come first."""
    waiting = select(func.count()).select_from(Conversation)
    waiting = waiting.where(Conversation.team == conversation.team, Conversation.skill == conversation.skill)
    waiting = waiting.where(Conversation.queued_at.is_not(None), Conversation.id != conversation.id)
    return db.session.scalar(waiting.where(Conversation.rank <= conversation.rank)) or 0


def _may_be_sent(scene: Scene) -> bool:
    conversation, sent = scene.conversation, {"kind": "text", "payload": None}
    refused = permission.is_refused(scene.line, conversation.id, conversation.contact.opted_out_at, sent, scene.at)
    return scene.line.is_enabled and window.is_open(scene.line, conversation.window_until, scene.at) and not refused


def _was_said(scene: Scene, team: Hours) -> bool:
    """Whether a text of this turn names the hour at which it opens, however its author wrote that."""
    opens = opens_at(team, scene.at)
    assert opens is not None
    wall = opens.astimezone(team.zone)
    hour = re.compile(rf"(?<![\d.,:])0?{wall.hour}[.:]{wall:%M}(?!\d)")  # and not the price of something
    said = [row["text"] for row in scene.messages if row["sender"] == Sender.BOT and row["direction"] == Direction.OUT]
    return any(hour.search(text) for text in said)


def _text(person: Person, what: str) -> Text:
    return {"later": person.later, "away": person.away, "next": person.next, "full": person.full}[what]


def _read(text: Text, scope: _Scope) -> str:
    """An author's text that breaks says nothing; whoever waits is in the inbox all the same."""
    try:
        return text.read(scope, scope.facts["contact"]["language"])
    except Broken:
        return ""
