"""What people do with a conversation: within the transaction of whoever calls, which has it locked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from roms.db import db
from roms.engine import events
from roms.engine.session import moment_of
from roms.engine.types import Mode, Place
from roms.errors import AlreadyTaken, Conflict, Invalid, NotAllowed
from roms.models import Direction, Sender, Status, Team
from roms.services import labelling
from roms.services.actors import Actor
from roms.services.runner import advance
from roms.services.scene import Scene, message_row, names_of

LONGEST_PAUSE, LONGEST_SNOOZE = timedelta(days=30), timedelta(days=90)
LONGEST_NOTE = 20_000


@dataclass(frozen=True, slots=True)
class Deed:
    """The verb and all that it may be told. Moments are seconds since 1970, 0 for none."""

    verb: str
    agent: int | None = None
    team: str = ""
    note: str = ""
    until: int = 0
    step: str = ""
    reason: str = ""
    label: str = ""
    over: int | None = None  # from whom it is taken: who had it on the page


Act = Callable[[Scene, Actor, Deed], None]


def do(scene: Scene, actor: Actor, deed: Deed) -> None:
    """Conflict where the lifecycle has no such row now, NotAllowed where it is not theirs to do, Invalid for what there
    is not."""
    ACTS[deed.verb](scene, actor, deed)


def _claim(scene: Scene, actor: Actor, deed: Deed) -> None:
    refuse_taken(scene, actor, deed.over)
    advance(scene, events.AgentClaimed(actor.id))


def refuse_taken(scene: Scene, actor: Actor, over: int | None) -> None:
    """Compare and set, under the conversation's lock: whoever has it must be whom the page showed."""
    holder = scene.conversation.assignee_id
    if holder in (None, actor.id, over):
        return
    name = names_of([holder]).get(holder or 0, "")
    raise AlreadyTaken(f"{name or 'a colleague'} was faster and has this conversation now", agent=holder, name=name)


def _reopen(scene: Scene, actor: Actor, deed: Deed) -> None:
    refuse_taken(scene, actor, deed.over)
    if scene.conversation.mode is not Mode.CLOSED:
        raise Conflict("only a closed conversation can be reopened", mode=scene.conversation.mode)
    _claim(scene, actor, deed)


def _release(scene: Scene, actor: Actor, deed: Deed) -> None:
    """To the bot, which goes on at the step that was named, or keeps silent until they write."""
    flow, _, step = deed.step.partition(".")
    if deed.step and Place(flow, step) not in scene.talk.steps:
        said = f"there is no step {deed.step} in release {scene.talk.number}"
        raise Invalid(said, field="step", step=deed.step, release=scene.talk.number)
    advance(scene, events.Released(actor.id, deed.step))


def _pause(scene: Scene, actor: Actor, deed: Deed) -> None:
    advance(scene, events.Paused(actor.id, _ahead(scene, deed.until, LONGEST_PAUSE)))


def _resume(scene: Scene, actor: Actor, _: Deed) -> None:
    advance(scene, events.Resumed(actor.id))


def _snooze(scene: Scene, actor: Actor, deed: Deed) -> None:
    advance(scene, events.Snoozed(actor.id, _ahead(scene, deed.until, LONGEST_SNOOZE)))


def _wake(scene: Scene, actor: Actor, _: Deed) -> None:
    if scene.conversation.snoozed_until is None:
        raise Conflict("this conversation is not snoozed", mode=scene.conversation.mode)
    advance(scene, events.Woken(actor.id))


def _ahead(scene: Scene, until: int, longest: timedelta) -> int:
    if until and not scene.at < moment_of(until) <= scene.at + longest:
        raise Invalid(f"until: a moment within the next {longest.days} days is expected", field="until")
    return until


def _close(scene: Scene, actor: Actor, deed: Deed) -> None:
    known = scene.talk.lifecycle.close_reasons
    if deed.reason and deed.reason not in known:
        raise Invalid(f"there is no such reason; there are: {', '.join(known) or 'none'}", field="reason")
    advance(scene, events.Closed(actor.id, deed.reason))


def _assign(scene: Scene, actor: Actor, deed: Deed) -> None:
    if deed.agent is None:
        raise Invalid("agent: whom it is given to", field="agent")
    _refuse_others(scene, actor, deed.agent)
    advance(scene, events.Assigned(deed.agent, actor.id))


def _transfer(scene: Scene, actor: Actor, deed: Deed) -> None:
    """To a person or to a team, with a word for whoever gets it."""
    if (deed.agent is None) == (not deed.team):
        raise Invalid("either an agent or a team is expected", field="team")
    if deed.team and db.session.scalar(select(Team.id).filter_by(key=deed.team, is_active=True)) is None:
        raise Invalid("there is no such team", field="team", team=deed.team)
    _refuse_others(scene, actor, None)
    advance(scene, events.Transferred(deed.agent, deed.team, actor.id))
    if deed.note.strip():
        row = message_row(scene, direction=Direction.NOTE, sender=Sender.AGENT, text=deed.note, status=Status.INTERNAL)
        row["agent_id"] = actor.id
        scene.messages.append(row)


def _refuse_others(scene: Scene, actor: Actor, agent: int | None) -> None:
    """An agent hands on what is his, and takes what he likes; whoever sees to the work of others gives anything."""
    if not actor.is_supervisor and actor.id not in (scene.conversation.assignee_id, agent):
        raise NotAllowed("only whoever has it, or a supervisor, can give it to somebody else")


def _label(scene: Scene, actor: Actor, deed: Deed) -> None:
    labelling.put(scene, labelling.offered(deed.label, scene.at), actor.id)


def _unlabel(scene: Scene, actor: Actor, deed: Deed) -> None:
    labelling.take(scene, deed.label, actor.id)


def _read(scene: Scene, _: Actor, __: Deed) -> None:
    if scene.conversation.unread:
        scene.conversation.unread = 0
        scene.next_seq()


ACTS: Mapping[str, Act] = {
    "claim": _claim,
    "reopen": _reopen,
    "release": _release,
    "pause": _pause,
    "resume": _resume,
    "snooze": _snooze,
    "wake": _wake,
    "close": _close,
    "assign": _assign,
    "transfer": _transfer,
    "label": _label,
    "unlabel": _unlabel,
    "read": _read,
}
