"""Handing on: to a person, or to a team, where it is whoever's turn it is. Snoozing stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roms.engine import effects
from roms.engine.types import Mode
from roms.services import assignment, frames
from roms.services.scene import Scene, add_history

REASON = "transferred"


def transfer(scene: Scene, effect: effects.Transfer, _: Mapping[str, Any]) -> None:
    """The contact goes on waiting, and whoever had it is not the one who gets it."""
    if effect.agent is not None:
        return assignment.to(scene, effect.agent, effect.by, rule=REASON)
    conversation = scene.conversation
    conversation.team = effect.team
    data: dict[str, Any] = {
        "team": effect.team,
        "skill": conversation.skill,
        "priority": conversation.priority,
        "reason": REASON,
    }
    if effect.answer_by is not None:
        data["answer_by"] = frames.moment(effect.answer_by)
    add_history(scene, "handoff", data, effect.by)
    before = conversation.assignee_id
    assignment.to_nobody(scene)
    assignment.to_next(scene, "round_robin", () if before is None else (before,))


def snooze(scene: Scene, effect: effects.Snooze, _: Mapping[str, Any]) -> None:
    """No list of open ones shows it, and nobody's time to answer runs."""
    scene.conversation.snoozed_until = effect.until
    scene.conversation.queued_at = None
    scene.conversation.answer_from = scene.conversation.answer_by = None
    until = frames.moment(effect.until) if effect.is_asked else None
    add_history(scene, "snoozed", {"until": until}, scene.actor)


def wake(scene: Scene, effect: effects.Wake, _: Mapping[str, Any]) -> None:
    """What nobody has, and somebody waits in, is to be given to whoever's turn it is."""
    conversation = scene.conversation
    conversation.snoozed_until = None
    if conversation.assignee_id is None and conversation.waiting_since is not None and conversation.mode is Mode.AGENT:
        conversation.queued_at = scene.at
    if effect.by:
        add_history(scene, "woken", {"by": effect.by}, scene.actor)
