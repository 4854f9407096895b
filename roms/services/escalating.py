"""Nobody answered in time: on to the next of the team, and when all had their turn the supervisors are told, once.

Functions here run inside the transaction of whoever calls them; the conversation is locked already.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from roms.db import db
from roms.engine import response, teams
from roms.engine.effects import StartTimer
from roms.engine.turn import runs
from roms.engine.types import Mode, Session
from roms.models import History
from roms.services import assignment, hours
from roms.services.scene import Scene, add_history


def began(scene: Scene, timer: StartTimer) -> None:
    """The response clock runs anew. Where nobody new has it, what is overdue stays so until somebody answers."""
    conversation = scene.conversation
    if timer.kind == response.CLOCK and not (scene.is_late and conversation.answer_by):
        conversation.answer_from, conversation.answer_by = scene.at, timer.due


def settle(scene: Scene, after: Session) -> None:
    """However it stopped or was outlived: nobody is counted down to who is not to answer."""
    if scene.conversation.answer_by is not None and not (after.mode is Mode.AGENT and runs(after, response.CLOCK)):
        scene.conversation.answer_from = scene.conversation.answer_by = None


def overdue(scene: Scene) -> None:
    """Whoever answered first keeps it; else it goes to somebody who did not have it in this round."""
    reason = scene.conversation.reason or {}
    tried = reason.get("tried") or [scene.conversation.assignee_id]
    if reason.get("locked") or not assignment.to_untried(scene):
        scene.is_late = True
        _escalate(scene, [each for each in tried if each is not None])


def _escalate(scene: Scene, tried: list[Any]) -> None:
    conversation = scene.conversation
    before = select(History.id).where(History.conversation_id == conversation.id, History.event == "escalated")
    before = before.where(History.at > (conversation.waiting_since or conversation.created_at))
    if db.session.scalar(before.limit(1)) is not None:
        return
    add_history(scene, "escalated", {"to": "supervisors", "tried": tried, "within": _within(scene)})
    scene.rings_supervisors = True


def _within(scene: Scene) -> int:
    """In how many seconds of its hours this team answers."""
    known = hours.known(scene.line.id, scene.at)
    own = known.get(scene.conversation.team, teams.NOTHING).answer_within
    return scene.talk.lifecycle.response_within if own is None else own
