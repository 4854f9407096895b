"""The one door: nothing else changes what a conversation is.

The engine decides; APPLY writes each effect down. Lock, decide, write, commit, tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select, update

from roms.db import db, table
from roms.engine import effects, events, lifecycle, session, types
from roms.errors import Conflict
from roms.models import BULK, REPLY, Direction, Message, Sender, Status
from roms.services import (
    assignment,
    calls_begun,
    escalating,
    people_did,
    permission,
    promising,
    publishing,
    refusals,
    salvage,
    templates,
    transferring,
    turns,
    window,
)
from roms.services.facts import facts_of
from roms.services.labelling import put as put_label
from roms.services.rating import ask_noted, judged, rating_kept, why_unasked
from roms.services.scene import Scene, add_history, message_row, way_out

RESTARTED = (
    "Where this conversation stood cannot be read any more ({damage}); the bot begins anew. / "
    "Posisi percakapan ini tidak terbaca lagi; bot mulai dari awal."
)


def advance(scene: Scene, event: events.Event, **columns: Any) -> types.Decision:
    """Let this event happen to the locked conversation of the scene.

    `columns` are for the message that a person's reply becomes (client_id, provider_id). Raises Conflict when the
    lifecycle has no row for the event; then nothing has changed.
    """
    conversation = scene.conversation
    if isinstance(event, events.Closed):
        event = judged(scene, event)
    if not isinstance(event, events.MessageReceived):
        scene.begun = (conversation.state, event, conversation.seq)
    before = _before(scene, event)
    assert scene.release is not None
    try:
        decision = lifecycle.decide(scene.release, before, event, scene.at)
    except types.Refused as refused:
        raise Conflict(str(refused), mode=refused.mode, event=refused.event) from refused
    after = decision.session
    conversation.state = session.dump(after)
    if after.epoch != conversation.epoch:
        conversation.epoch = after.epoch
    if after.mode is not before.mode:
        conversation.mode, conversation.mode_since = after.mode, after.since
        told = {"from": before.mode, "to": after.mode, "event": event.name} | people_did.told(scene.talk, event)
        add_history(scene, "mode", told | why_unasked(event), scene.actor)
        conversation.paused_until = after.until
    for effect in decision.effects:
        APPLY[type(effect)](scene, effect, columns)
    if after.mode is not before.mode:
        assignment.moved(scene, before.mode)
    escalating.settle(scene, after)
    return decision


def _before(scene: Scene, event: events.Event) -> types.Session:
    """The session, with the release it stands in; anew, and with a note, where either cannot be read any more."""
    state, facts = scene.conversation.state, facts_of(scene)
    release = publishing.pinned(event.before if isinstance(event, events.Undone) else state)
    try:
        if release is not None:
            scene.release = publishing.newest() if isinstance(event, events.ReleaseChanged) else release
            return session.load(state, facts)
        damage = f"release {state.get('release')}" if isinstance(state, Mapping) else "session"
    except session.Unreadable as error:
        damage = f"session, {error}"
    scene.release = publishing.newest()
    _add_note(scene, effects.AddNote(RESTARTED.format(damage=damage)), {})
    return salvage.fresh(scene.conversation, facts)


def _send_message(scene: Scene, effect: effects.SendMessage, _: Mapping[str, Any]) -> None:
    why, payload = effect.why, _shown(scene, effect)
    row = message_row(
        scene,
        direction=Direction.OUT,
        sender=Sender.BOT,
        kind=effect.kind,
        text=effect.text,
        payload=payload,
        why={name: getattr(why, name) for name in ("release", "file", "line", "flow", "step", "rule")},
        before=turns.begun(*scene.begun) if scene.begun else None,
        rank=_rank(scene, effect.kind),
        **_way_out_of_bot(scene, effect.kind, payload),
    )
    scene.begun = None
    scene.messages.append(row)
    scene.last = row
    if row["error_code"]:
        _note_refusal(scene, row)


def _rank(scene: Scene, kind: str) -> int:
    """A template into a closed window answers nobody: hundreds of such may be due at the same moment."""
    is_open = window.is_open(scene.line, scene.conversation.window_until, scene.at)
    return BULK if kind == "template" and not is_open else REPLY


def _way_out_of_bot(scene: Scene, kind: str, payload: Mapping[str, Any] | None) -> dict[str, Any]:
    """What cannot be sent is kept, with why not: nobody watches a bot's message as an agent watches his own."""
    code = ""
    if kind == "template" and scene.line.abilities.templates:
        if templates.is_refused(scene.line.id, (payload or {}).get("content") or {}):
            code = refusals.TEMPLATE
    elif not window.is_open(scene.line, scene.conversation.window_until, scene.at):
        code = refusals.WINDOW
    conversation, sent = scene.conversation, {"kind": kind, "payload": payload}
    if permission.is_refused(scene.line, conversation.id, conversation.contact.opted_out_at, sent, scene.at):
        code = refusals.UNWANTED
    if not code:
        return way_out(scene)
    error = refusals.refusal(code)
    told = {"error_code": code, "error_text": str(error), "error_class": error.error_class}
    return {"status": Status.FAILED, **told}


def _note_refusal(scene: Scene, row: Mapping[str, Any]) -> None:
    """Once for each silence. A note and not a handoff: the contact does not wait for anything, and a reminder that came
    too late for hundreds would fill the inbox of people who could only send a template anyway."""
    code = row["error_code"]
    now = [each for each in scene.messages if each is not row and each["error_code"] == code]
    before = select(Message.id).where(
        Message.conversation_id == scene.conversation.id,
        Message.error_code == code,
        Message.sender == Sender.BOT,
        Message.created_at >= (scene.conversation.window_until or scene.conversation.created_at),
    )
    if not now and db.session.scalar(before.limit(1)) is None:
        words = refusals.said(scene.line.kind, code, row["error_class"])
        _add_note(scene, effects.AddNote(f"{words['en']} / {words['id']}"), {})


def _shown(scene: Scene, effect: effects.SendMessage) -> dict[str, Any] | None:
    """What a channel that can do more than text needs; most messages need nothing."""
    options = [{"key": option.key, "label": option.label} for option in effect.options]
    payload: dict[str, Any] = {"prompt": effect.prompt, "options": options} if options else {}
    if effect.content:
        payload["content"] = dict(effect.content)
    if effect.kind == "template" and scene.line.abilities.templates:
        payload["content"] = templates.of_flow(scene.line.id, payload["content"])
    return payload or None


def _send_reply(scene: Scene, effect: effects.SendReply, columns: Mapping[str, Any]) -> None:
    way = {"status": Status.SENT} if effect.sent else way_out(scene)
    row = message_row(scene, direction=Direction.OUT, sender=Sender.AGENT, kind=effect.kind, text=effect.text, **way)
    row |= {"payload": {"content": dict(effect.content)} if effect.content else None}
    row |= {"agent_id": effect.agent, **columns}
    if effect.agent is not None:
        assignment.remember(scene, effect.agent)
    scene.messages.append(row)
    scene.last = row


def _cancel_unsent(scene: Scene, _: effects.CancelUnsent, __: Mapping[str, Any]) -> None:
    if scene.line.is_direct:
        return
    taken_back = db.session.execute(
        update(table(Message))
        .where(Message.conversation_id == scene.conversation.id, Message.sender == Sender.BOT)
        .where(Message.status == Status.QUEUED)
        .values(status=Status.CANCELLED, revision=scene.conversation.seq + 1)
        .returning(*table(Message).c)
    ).mappings()
    rows = [dict(row) for row in taken_back]
    if rows:
        scene.next_seq()
        scene.shown.extend(rows)


def _start_timer(scene: Scene, effect: effects.StartTimer, _: Mapping[str, Any]) -> None:
    row = {"conversation_id": scene.conversation.id, "kind": effect.kind, "turn": effect.turn, "due_at": effect.due}
    scene.timers.append(row)
    escalating.began(scene, effect)


def _find_agent(scene: Scene, effect: effects.FindAgent, _: Mapping[str, Any]) -> None:
    assignment.begin(scene, effect)
    promising.tell(scene, effect.told)


def _find_next_agent(scene: Scene, _: effects.FindNextAgent, __: Mapping[str, Any]) -> None:
    escalating.overdue(scene)


def _assign_to(scene: Scene, effect: effects.AssignTo, _: Mapping[str, Any]) -> None:
    assignment.to(scene, effect.agent, effect.by)


def _wait(scene: Scene, effect: effects.StartWaiting | effects.StopWaiting, _: Mapping[str, Any]) -> None:
    starts = isinstance(effect, effects.StartWaiting)
    scene.conversation.waiting_since = (scene.conversation.waiting_since or scene.at) if starts else None


def _notify_agents(scene: Scene, _: effects.NotifyAgents, __: Mapping[str, Any]) -> None:
    scene.ring = True


def _lock_owner(scene: Scene, _: effects.LockOwner, __: Mapping[str, Any]) -> None:
    """Whoever answers first has it: nobody else's reply moves it, only an assignment does."""
    if scene.conversation.assignee_id is None and scene.actor is not None:
        assignment.to(scene, scene.actor, None)
    reason = scene.conversation.reason or {}
    if not reason.get("locked") and scene.conversation.assignee_id is not None:  # by the phone: nobody has it yet
        scene.conversation.reason = reason | {"locked": True}


def _reopen(scene: Scene, _: effects.Reopen, __: Mapping[str, Any]) -> None:
    scene.conversation.opened_at = scene.at
    add_history(scene, "opened", {}, scene.actor)


def _add_label(scene: Scene, effect: effects.AddLabel, _: Mapping[str, Any]) -> None:
    put_label(scene, effect.label)


def _add_note(scene: Scene, effect: effects.AddNote, _: Mapping[str, Any]) -> None:
    row = message_row(scene, direction=Direction.NOTE, sender=Sender.BOT, text=effect.text, status=Status.INTERNAL)
    scene.messages.append(row)


def _set_contact(scene: Scene, effect: effects.SetContact, _: Mapping[str, Any]) -> None:
    """Locked, because other conversations of this person may change it too; the old value makes replay exact."""
    contact = scene.conversation.contact
    db.session.flush()
    db.session.refresh(contact, with_for_update=True)
    old = getattr(contact, effect.field)
    if old != effect.value:
        setattr(contact, effect.field, effect.value)
        add_history(scene, "contact", {"field": effect.field, "old": old, "new": effect.value})


APPLY: Mapping[type, Callable[[Scene, Any, Mapping[str, Any]], None]] = {
    effects.SendMessage: _send_message,
    effects.SendReply: _send_reply,
    effects.CancelUnsent: _cancel_unsent,
    effects.StartTimer: _start_timer,
    effects.FindAgent: _find_agent,
    effects.FindNextAgent: _find_next_agent,
    effects.AssignTo: _assign_to,
    effects.Transfer: transferring.transfer,
    effects.Unassign: lambda scene, *_: assignment.done(scene),
    effects.LockOwner: _lock_owner,
    effects.StartWaiting: _wait,
    effects.StopWaiting: _wait,
    effects.Snooze: transferring.snooze,
    effects.Wake: transferring.wake,
    effects.NotifyAgents: _notify_agents,
    effects.Reopen: _reopen,
    effects.AddLabel: _add_label,
    effects.AddNote: _add_note,
    effects.SetContact: _set_contact,
    effects.AskRating: ask_noted,
    effects.KeepRating: rating_kept,
    effects.CallOut: calls_begun.call_out,
}
