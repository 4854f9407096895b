"""Who gets a conversation: decided in the database, one at a time, and explained.

Functions here run inside the transaction of whoever calls them; the conversation is locked already. Locks are taken in
this order and no other: conversation, "assignment", people.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, literal, select, tuple_, update

from roms import clock
from roms.db import db, serialize, table
from roms.engine.effects import FindAgent
from roms.engine.types import Mode
from roms.errors import Invalid
from roms.models import Channel, ContactLabel, Conversation, Label, Team, User
from roms.services import candidates, frames
from roms.services.candidates import Side
from roms.services.choosing import Choice, Nobody, Wanted, choose
from roms.services.scene import Scene, add_history

BY_TURN = "round_robin"  # as the policy of the team says, which may be another
OVERDUE, BACKLOG, GIVEN_BACK = "overdue", "backlog", "given_back"
RANKS = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
VIP = 1  # the rank of a contact who comes first, if it is not higher anyway


def begin(scene: Scene, asked: FindAgent) -> None:
    """The bot handed over: note what was asked for, and find somebody."""
    conversation = scene.conversation
    conversation.team = asked.team or _default_team(scene.line.id)
    conversation.skill, conversation.priority = asked.skill, asked.priority or "normal"
    conversation.rank = rank_of(conversation)
    told = {"team": conversation.team, "skill": asked.skill, "priority": asked.priority, "reason": asked.reason}
    add_history(scene, "handoff", told)
    conversation.reason = None  # who had it once was tried for another matter
    to_next(scene, BY_TURN)


def rank_of(conversation: Conversation) -> int:
    """Its place among those who wait: by its priority, and before the usual ones for a VIP."""
    rank = RANKS[conversation.priority]
    return VIP if rank > VIP and _is_vip(conversation.contact_id) else rank


def to_next(scene: Scene, rule: str, but: Collection[int] = ()) -> bool:
    """Give it to whoever's turn it is, by the policy of its team; False: nobody could take it.

    Then it waits in the backlog, or, where it is overdue, stays with the one who has it. None of `but` gets it; who has
    an overdue one does not either.
    """
    conversation = scene.conversation
    owner = conversation.assignee_id if rule == OVERDUE else None
    found = _found(scene, {*but, owner} - {None})
    if isinstance(found, Choice):
        tried = [*_tried(conversation), found.agent] if rule == OVERDUE else [found.agent]
        _take_by_turn(scene, found, rule, tried)
        return True
    if owner is None and not (rule == OVERDUE and conversation.queued_at):
        _queue(scene, found)
    return False


def to_untried(scene: Scene) -> bool:
    """On to somebody who did not have it in this round; False: the round is over, and the next one begins."""
    conversation = scene.conversation
    owner = conversation.assignee_id
    tried = [*_tried(conversation), *([owner] if owner else [])]
    found = _found(scene, tried)
    if isinstance(found, Choice):
        _take_by_turn(scene, found, OVERDUE, [*dict.fromkeys(tried), found.agent])
        return True
    if owner is None and conversation.queued_at is None:
        _queue(scene, found)
    conversation.reason = (conversation.reason or {}) | {"tried": [owner] if owner else []}
    return False


def from_backlog(scene: Scene) -> str | None:
    """Give what waits to whoever has room now; None, or why it goes on waiting."""
    found = _found(scene, ())
    if isinstance(found, Nobody):
        return found.why
    _take_by_turn(scene, found, BACKLOG, [*_tried(scene.conversation), found.agent])
    return None


def give_back(scene: Scene) -> bool:
    """Whoever has it cannot go on: it goes to the next, or waits; False: it waits. Never back to the same person."""
    before = scene.conversation.assignee_id
    to_nobody(scene)
    return to_next(scene, GIVEN_BACK, () if before is None else (before,))


def to(scene: Scene, agent: int, by: int | None, rule: str = "assigned") -> None:
    """A person took it (by is None) or gave it to someone, which is called `rule`, however full their hands are."""
    if db.session.scalar(select(func.count()).select_from(User).filter_by(id=agent, is_active=True)) == 0:
        raise Invalid("there is no such agent", agent=agent)
    if by is None:
        if scene.conversation.assignee_id == agent:
            return
        _take(scene, agent, {"rule": "claimed"}, [agent])
    else:
        _take(scene, agent, {"rule": rule, "by": by}, [agent])


def to_nobody(scene: Scene) -> None:
    scene.conversation.queued_at = None
    if scene.conversation.assignee_id is None:
        return
    scene.conversation.assignee_id = None
    scene.conversation.reason = None
    add_history(scene, "unassigned", {}, scene.actor)


def done(scene: Scene) -> None:
    """It was released or closed; whoever did that and had it knows this contact."""
    if scene.actor is not None and scene.actor == scene.conversation.assignee_id:
        remember(scene, scene.actor)
    to_nobody(scene)


def remember(scene: Scene, agent: int) -> None:
    """This agent saw to this contact last: the next time it is his turn first."""
    if scene.conversation.contact.last_agent_id != agent:
        scene.conversation.contact.last_agent_id = agent


def moved(scene: Scene, before: Mode) -> None:
    """The mode is another. Only what is with people waits for one, and only they, or a pause, leave it somebody's,
    whatever the lifecycle's row says; what comes back to them from a pause with nobody's name on it is as good as
    handed over."""
    conversation = scene.conversation
    if conversation.mode in (Mode.BOT, Mode.CLOSED):
        to_nobody(scene)
    elif conversation.mode is Mode.PAUSED:
        conversation.queued_at = None
    elif before is Mode.PAUSED and conversation.assignee_id is None:
        to_next(scene, BY_TURN)


# --- finding somebody --------------------------------------------------------------------------------------------


def _found(scene: Scene, but: Collection[Any]) -> Choice | Nobody:
    """One transaction at a time looks and takes, so that two handoffs at once go to two people."""
    serialize("assignment")
    conversation = scene.conversation
    _write_others(conversation)
    side = candidates.side(conversation.team)
    people = candidates.of(side, conversation.id)
    contact = conversation.contact
    wanted = Wanted(conversation.skill, contact.language, contact.last_agent_id, frozenset(but))
    found = choose(side.policy, people, wanted)
    _explain(found, side)
    if isinstance(found, Nobody) or not _is_behind(conversation):
        if isinstance(found, Choice):
            found.facts["since"] = frames.moment(next(each.since for each in people if each.id == found.agent))
        return found
    return Nobody("behind_others", {name: found.facts[name] for name in ("among", "present")})


def _write_others(conversation: Conversation) -> None:
    """Several messages may be stored in one transaction: what the one before came to is counted here."""
    if any(isinstance(each, Conversation) and each is not conversation for each in db.session.dirty):
        db.session.flush()


def _explain(found: Choice | Nobody, side: Side) -> None:
    if side.note:
        found.facts["notes"] = [side.note, *found.facts.get("notes", ())]


def _is_behind(conversation: Conversation) -> bool:
    """Whether somebody with the same wishes comes first: who is new stands behind all of at least the same rank."""
    same = Conversation.team == conversation.team, Conversation.skill == conversation.skill
    ahead = select(Conversation.id).where(*same, Conversation.queued_at.is_not(None))
    ahead = ahead.where(Conversation.id != conversation.id)
    if conversation.queued_at is None:
        ahead = ahead.where(Conversation.rank <= conversation.rank)
    else:
        place = "rank", "queued_at", "id"
        own = (literal(getattr(conversation, name), table(Conversation).c[name].type) for name in place)
        ahead = ahead.where(tuple_(*(getattr(Conversation, name) for name in place)) < tuple_(*own))
    return db.session.scalar(ahead.limit(1)) is not None


def _default_team(channel: int) -> str:
    """The key of the team that this channel's conversations are for, "" for everybody."""
    found = select(Team.key).join(Channel, Channel.default_team_id == Team.id).where(Channel.id == channel)
    return db.session.scalar(found) or ""


def _is_vip(contact: int) -> bool:
    labels = select(ContactLabel.label).join(Label, Label.key == ContactLabel.label)
    return bool(db.session.scalar(select(exists(labels.where(ContactLabel.contact_id == contact, Label.is_vip)))))


def _tried(conversation: Conversation) -> list[int]:
    """Who had it since it was handed over, or since the round began."""
    return list((conversation.reason or {}).get("tried", ()))


# --- writing it down ---------------------------------------------------------------------------------------------


def _take_by_turn(scene: Scene, choice: Choice, rule: str, tried: list[int]) -> None:
    """`rule` is what made it move; where that is the handoff itself, how the choice was made."""
    reason = {"rule": choice.rule} if rule == BY_TURN else {"rule": rule, "how": choice.rule}
    _take(scene, choice.agent, reason | choice.facts, tried)


def _take(scene: Scene, agent: int, reason: dict[str, Any], tried: list[int]) -> None:
    db.session.execute(update(User).where(User.id == agent).values(last_assigned_at=_turn()))
    scene.conversation.assignee_id = agent
    scene.conversation.queued_at = None
    scene.conversation.reason = reason | {"tried": list(dict.fromkeys(tried))}
    add_history(scene, "assigned", {"agent": agent} | reason, scene.actor)


def _turn() -> datetime:
    """Behind every turn there was, whatever became of the machine's clock: the order is what counts."""
    return _after(db.session.scalar(select(func.max(User.last_assigned_at))))


def _last_place(conversation: Conversation) -> datetime:
    """Behind everybody with the same wishes and rank, in the order of the lock: clocks only say roughly when."""
    same = (getattr(Conversation, name) == getattr(conversation, name) for name in ("team", "skill", "rank"))
    last = select(func.max(Conversation.queued_at)).where(*same, Conversation.queued_at.is_not(None))
    return _after(db.session.scalar(last))


def _after(latest: datetime | None) -> datetime:
    return clock.now() if latest is None else max(clock.now(), latest + timedelta(microseconds=1))


def _queue(scene: Scene, found: Nobody) -> None:
    conversation = scene.conversation
    conversation.assignee_id = None
    conversation.queued_at = _last_place(conversation)
    told = {"why": found.why, "team": conversation.team, "skill": conversation.skill} | found.facts
    conversation.reason = {"rule": "nobody", "tried": _tried(conversation)} | told
    add_history(scene, "queued", told)
