"""Several acts in one: what an agent does again and again, done as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from roms import clock
from roms.db import db, transaction
from roms.engine.types import JSON
from roms.errors import Conflict, Invalid, NotFound, Problem
from roms.models import Conversation, Macro, SavedReply, Team, TeamMember, User
from roms.services import access, deeds, editors, filling, frames, labelling, notes, replies, said, saved, saved_files
from roms.services.actors import Actor
from roms.services.deeds import Deed
from roms.services.said import Draft
from roms.services.scene import Scene, finish

LONGEST_NAME, MOST_STEPS, LONGEST_TEXT = 120, 10, 4096
ME = "me"  # whoever runs the macro
OF_CONTACT = ("label_contact", "unlabel_contact")
HARMLESS = (*OF_CONTACT, "label", "unlabel", "note")  # what a colleague did meanwhile is no reason against these


@dataclass(frozen=True, slots=True)
class View:
    """What the page showed: the newest number, and who had it. With `force` that does not matter to whoever asks."""

    seen: int
    over: int | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One run, at one step."""

    actor: Actor
    view: View
    client_id: str  # of the message that this step writes
    scenes: Sequence[Scene]  # all threads of the contact, where labels are put on it


# --- what there is -------------------------------------------------------------------------------------------------


def listing(actor: Actor) -> JSON:
    """Those this person may run; who looks after them sees all."""
    found = select(Macro).where(_usable_by(actor)).order_by(func.lower(Macro.name))
    rows = db.session.scalars(found.execution_options(populate_existing=True))
    items = [_shown(row) for row in rows]
    may_edit, teams = actor.is_supervisor, saved.teams()
    return {"items": items, "may_edit": may_edit, "steps": list(STEPS), "teams": teams}


@transaction()
def make(actor: Actor, values: Mapping[str, Any]) -> JSON:
    """Invalid names the step that cannot be; Conflict where the name is taken."""
    editors.require(actor)
    row = Macro(name="", steps=[], changed_at=clock.now())
    _change(row, {"team": None} | dict(values))
    db.session.add(row)
    db.session.flush()
    return _shown(row)


@transaction()
def change(actor: Actor, macro_id: int, values: Mapping[str, Any]) -> JSON:
    editors.require(actor)
    row = _by_id(macro_id)
    _change(row, values)
    db.session.flush()
    return _shown(row)


@transaction()
def remove(actor: Actor, macro_id: int) -> None:
    editors.require(actor)
    db.session.delete(_by_id(macro_id))


# --- doing it ------------------------------------------------------------------------------------------------------


@transaction()
def run(actor: Actor, cid: str, macro_id: int, client_id: str, view: View) -> JSON:
    """Every step in its turn, all of them or none; the same client_id again does nothing a second time.

    Whatever a step refuses is told as that step's, with its number: StaleView where a colleague answered meanwhile,
    AlreadyTaken where it would be taken from somebody whom the page did not show.
    """
    access.check(actor, cid)  # before the macro, so that only who may see the conversation is told of it
    row = db.session.scalars(select(Macro).where(Macro.id == macro_id, _usable_by(actor))).one_or_none()
    if row is None:
        raise NotFound("there is no such macro")
    scene, scenes = _locked(actor, cid, row.steps)
    if not _was_done(scene, client_id, row.steps):
        for place, step in enumerate(row.steps, 1):
            _do(scene, Run(actor, view, f"{client_id}.{place}", scenes), place, step)
        finish(*scenes)
        notes.keep_mentions(scene)
    return {"conversation": frames.summary(scene.conversation, scene.line, scene.talk)}


def _locked(actor: Actor, cid: str, steps: Sequence[Mapping[str, Any]]) -> tuple[Scene, list[Scene]]:
    """The conversation, and all of the contact's where its labels change: together, in the order that all keep."""
    if not any(step["do"] in OF_CONTACT for step in steps):
        scene = access.scene_for(actor, cid)
        return scene, [scene]
    contact = db.session.scalar(select(Conversation.contact_id).where(Conversation.public_id == cid))
    scenes, _ = labelling.of_contact(contact or 0, clock.now(), actor.id)
    for scene in scenes:
        conversation = scene.conversation
        if conversation.public_id == cid and access.may_see(actor, conversation.assignee_id, conversation.team):
            return scene, scenes
    raise NotFound("there is no such conversation")


def _was_done(scene: Scene, client_id: str, steps: Sequence[Mapping[str, Any]]) -> bool:
    """A repeat is known by what it wrote. One that writes nothing can be done again without harm."""
    writing = [place for place, step in enumerate(steps, 1) if step["do"] in ("reply", "note")]
    return any(said.earlier(scene, f"{client_id}.{place}") is not None for place in writing)


def _do(scene: Scene, run_: Run, place: int, step: Mapping[str, Any]) -> None:
    try:
        if not run_.view.force and step["do"] not in HARMLESS:
            _refuse_changed(scene, run_, step)
        STEPS[step["do"]].do(scene, run_, step)
    except Problem as problem:
        problem.args = (f"step {place} ({step['do']}): {problem}",)
        problem.data |= {"step": place, "do": step["do"]}
        raise


def _refuse_changed(scene: Scene, run_: Run, step: Mapping[str, Any]) -> None:
    """What a claim and a reply are refused for."""
    if step.get("agent") in (ME, run_.actor.id):
        deeds.refuse_taken(scene, run_.actor, run_.view.over)
    replies.refuse_stale(scene, run_.actor, run_.view.seen)


def _reply(scene: Scene, run_: Run, step: Mapping[str, Any]) -> None:
    """A saved reply or words of the macro's own; with a hole that cannot be filled nothing is sent."""
    row = saved.by_id(step["saved"]) if step.get("saved") else None
    language = saved.language_of(row, scene.conversation.contact.language) if row else ""
    text = row.texts[language] if row else step["text"]
    filled = filling.filled(text, language or "id", filling.known(scene.conversation, run_.actor, scene.talk, scene.at))
    if filled.missing:
        raise Invalid(f"not known here: {', '.join(filled.missing)}", field="text", missing=list(filled.missing))
    replies.add(scene, run_.actor, run_.client_id, Draft(filled.text, file=_file(scene, run_, row)), None)


def _file(scene: Scene, run_: Run, row: SavedReply | None) -> str:
    if row is None or row.content is None:
        return ""
    made = saved_files.attached(run_.actor, scene.conversation.id, scene.line.id, row.content)
    return str(made["public_id"])


def _note(scene: Scene, run_: Run, step: Mapping[str, Any]) -> None:
    notes.add(scene, run_.actor, step["text"], run_.client_id)


def _deed(scene: Scene, run_: Run, step: Mapping[str, Any]) -> None:
    """What a button does as well, by the same rules: who may give what away, and what the mode allows."""
    agent = run_.actor.id if step.get("agent") == ME else step.get("agent")
    until = int(scene.at.timestamp()) + 60 * step["minutes"] if "minutes" in step else 0
    named = {name: step[name] for name in ("team", "label") if name in step}
    deeds.do(scene, run_.actor, Deed(step["do"], agent=agent, until=until, **named))


def _of_contact(scene: Scene, run_: Run, step: Mapping[str, Any]) -> None:
    """In every thread of theirs, as if it had been put on in the contact's pane."""
    contact = scene.conversation.contact
    wanted = [each for each in contact.labels if each != step["label"]]
    if step["do"] == "label_contact":
        label = labelling.offered(step["label"], scene.at)
        wanted = contact.labels if label in contact.labels else [*wanted, label]
    if wanted != contact.labels:
        labelling.mark(run_.scenes, contact, wanted, run_.actor.id)


# --- what a step may be ----------------------------------------------------------------------------------------------


def _a_label(step: Mapping[str, Any]) -> JSON:
    return {"label": labelling.spelled(str(step.get("label") or ""))}


def _words(step: Mapping[str, Any]) -> JSON:
    text = str(step.get("text") or "").strip()
    if not text or len(text) > LONGEST_TEXT:
        raise Invalid(f"1 to {LONGEST_TEXT} characters are to be said", field="text")
    return {"text": text}


def _a_reply(step: Mapping[str, Any]) -> JSON:
    if step.get("saved"):
        return {"saved": saved.by_id(int(step["saved"])).id}
    words = _words(step)
    filling.checked(words["text"])
    return words


def _an_agent(step: Mapping[str, Any]) -> JSON:
    agent = step.get("agent")
    if agent != ME and db.session.scalar(select(User.id).where(User.id == agent, User.is_active)) is None:
        raise Invalid("there is nobody like that to give it to", field="agent")
    return {"agent": agent}


def _a_team(step: Mapping[str, Any]) -> JSON:
    if saved.team_of(step.get("team")) is None:
        raise Invalid("which team it is handed on to", field="team")
    return {"team": step["team"]}


def _a_while(step: Mapping[str, Any]) -> JSON:
    most = int(deeds.LONGEST_SNOOZE.total_seconds() // 60)
    minutes = step.get("minutes") or 0
    if not 1 <= minutes <= most:
        raise Invalid(f"for 1 to {most} minutes", field="minutes")
    return {"minutes": minutes}


@dataclass(frozen=True, slots=True)
class Step:
    check: Callable[[Mapping[str, Any]], JSON]
    do: Callable[[Scene, Run, Mapping[str, Any]], None]


STEPS: Mapping[str, Step] = {
    "label": Step(_a_label, _deed),
    "unlabel": Step(_a_label, _deed),
    "label_contact": Step(_a_label, _of_contact),
    "unlabel_contact": Step(_a_label, _of_contact),
    "reply": Step(_a_reply, _reply),
    "note": Step(_words, _note),
    "assign": Step(_an_agent, _deed),
    "transfer": Step(_a_team, _deed),
    "snooze": Step(_a_while, _deed),
    "close": Step(lambda _: {}, _deed),
}


def _change(row: Macro, values: Mapping[str, Any]) -> None:
    if "name" in values:
        row.name = _name(values["name"], row.id)
    if "steps" in values:
        row.steps = [_checked(place, step) for place, step in enumerate(values["steps"], 1)]
        if not 1 <= len(row.steps) <= MOST_STEPS:
            raise Invalid(f"a macro has 1 to {MOST_STEPS} steps", field="steps")
    if "team" in values:
        row.team_id = saved.team_of(values["team"])
    row.changed_at = clock.now()


def _checked(place: int, step: Mapping[str, Any]) -> JSON:
    """The step with what belongs to it and nothing else; Invalid with its number."""
    kind = STEPS.get(str(step.get("do")))
    try:
        if kind is None:
            raise Invalid(f"do: one of {', '.join(STEPS)}", field="do")
        return {"do": step["do"]} | kind.check(step)
    except Problem as problem:
        raise Invalid(f"step {place}: {problem}", **(problem.data | {"step": place})) from problem


def _name(name: str, mine: int | None) -> str:
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise Invalid("a macro has a name", field="name")
    taken = select(Macro.id).where(func.lower(Macro.name) == name.lower(), Macro.id != (mine or 0))
    if db.session.scalar(taken) is not None:
        raise Conflict(f"there is a macro {name!r} already", field="name")
    return name


def _by_id(macro_id: int) -> Macro:
    row = db.session.get(Macro, macro_id, populate_existing=True)
    if row is None:
        raise NotFound("there is no such macro")
    return row


def _usable_by(actor: Actor) -> ColumnElement[bool]:
    if actor.is_supervisor:
        return Macro.id.is_not(None)
    mine = select(TeamMember.team_id).where(TeamMember.user_id == actor.id)
    return or_(Macro.team_id.is_(None), Macro.team_id.in_(mine))


def _shown(row: Macro) -> JSON:
    team = db.session.scalar(select(Team.key).where(Team.id == row.team_id)) if row.team_id else None
    return {"id": row.id, "name": row.name, "team": team, "steps": row.steps}
