"""Who wants no advertising says so with one word, and with another that they want it again; chats go on as ever.

The providers hear such words only here and there (Twilio on messaging services with Advanced Opt-Out), so we do. A word
counts only if it is the whole message: "stop" within a sentence means something else. permission.py says what follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from roms import clock
from roms.channels.items import Incoming, Preference
from roms.db import db, transaction
from roms.engine import consent as by_flows
from roms.engine import session
from roms.engine.types import JSON, Mode, Session
from roms.engine.words import folded
from roms.errors import Invalid, NotFound
from roms.models import Contact, Conversation, Direction, Sender
from roms.services import access, channels, frames, identities, lateness, people, salvage, window
from roms.services.actors import Actor
from roms.services.facts import facts_of
from roms.services.permission import MARK
from roms.services.scene import Row, Scene, add_history, finish, message_row, scene_of, way_out

OUT, IN, HELP = "out", "in", "help"
EVENTS = {True: "opted_out", False: "opted_in"}
LONGEST_WORD, LONGEST_TEXT = 60, 200  # characters


@dataclass(frozen=True, slots=True)
class Word:
    """What was said of advertising. how: word (they wrote it), provider (they told the provider), refused (the provider
    told us when we sent something; `text` is its code) or person (one of us; `text` is the reason)."""

    is_out: bool
    how: str
    text: str
    at: datetime
    by: int | None = None


# --- what they write ---------------------------------------------------------------------------------------------


def may_be(incoming: Incoming) -> bool:
    """Whether this looks like such a word, whoever writes it."""
    config = channels.config()
    words = _folded(config.stop_words) | _folded(config.start_words)
    return "opt_out" in incoming.extra or (len(incoming.text) <= LONGEST_WORD and folded(incoming.text) in words)


def marked(scene: Scene, incoming: Incoming, payload: Row | None) -> Row | None:
    """The payload of what just came, with what it asks for if it is such a word. `taken`: it is answered here and no
    flow hears of it; people who handle the conversation hear it like anything else."""
    says = "" if lateness.is_replay(incoming, scene.at) else _says(scene, incoming)
    if not says:
        return payload
    is_taken = scene.conversation.mode in (Mode.BOT, Mode.CLOSED)
    return {**(payload or {}), MARK: {"says": says, "taken": is_taken}}


def _says(scene: Scene, incoming: Incoming) -> str:
    """OUT, IN, HELP (only where the provider has answered already), or "" for any other message."""
    if incoming.is_group or not may_be(incoming):
        return ""
    if told := incoming.extra.get("opt_out"):
        return str(told)
    if incoming.kind != "text" or incoming.payload not in (None, incoming.text):
        return ""
    is_out = folded(incoming.text) in _folded(channels.config().stop_words)
    if not is_out and scene.conversation.contact.opted_out_at is None:
        return ""  # who never said stop means something else by "start"
    if scene.conversation.mode is Mode.BOT:
        words = folded(incoming.text).split(" ")
        if by_flows.is_an_answer(scene.talk, _session(scene), words):
            return ""
    return OUT if is_out else IN


def heed(scene: Scene, incoming: Incoming, mark: Mapping[str, Any] | None) -> bool:
    """Do what they ask, and say so once where a bot speaks and the provider has not; whether nobody else hears it."""
    if mark is None:
        return False
    says, by_provider = mark["says"], "opt_out" in incoming.extra
    if says in (OUT, IN):
        said_at = min(incoming.at or incoming.came_at or scene.at, scene.at)
        how = "provider" if by_provider else "word"
        is_news = change(scene, Word(says == OUT, how, incoming.text[:LONGEST_TEXT], said_at))
        if is_news and mark["taken"] and not (by_provider or lateness.is_old(incoming, scene.at)):
            _confirm(scene, mark)
    return bool(mark["taken"])


def _confirm(scene: Scene, mark: Mapping[str, Any]) -> None:
    """Once for each change, in the bot's words; never where it would come too late or nothing is sent."""
    if not scene.line.is_enabled or not window.is_open(scene.line, scene.conversation.window_until, scene.at):
        return
    answers = scene.talk.consent
    says = answers.stopped if mark["says"] == OUT else answers.resumed
    text = by_flows.reply(scene.talk, _session(scene), says, scene.at)
    row = message_row(scene, direction=Direction.OUT, sender=Sender.BOT, text=text, **way_out(scene))
    row["payload"] = {MARK: dict(mark)}
    scene.messages.append(row)
    scene.last = row


def _session(scene: Scene) -> Session:
    facts = facts_of(scene)
    try:
        return session.load(scene.conversation.state, facts)
    except session.Unreadable:
        return salvage.fresh(scene.conversation, facts)


@lru_cache(maxsize=8)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(filter(None, map(folded, words)))


# --- what is written down ----------------------------------------------------------------------------------------


def change(scene: Scene, word: Word) -> bool:
    """Note it on the contact and in this thread; False where nothing changes, or something newer was said already."""
    contact = scene.conversation.contact
    db.session.flush()
    db.session.refresh(contact, with_for_update=True)
    if not _noted(contact, word):
        return False
    add_history(scene, EVENTS[word.is_out], {"how": word.how, "text": word.text}, word.by)
    return True


def _noted(contact: Contact, word: Word) -> bool:
    """On the locked contact. What the provider brings late does not undo what was said after it."""
    if contact.consent_at is not None and word.at < contact.consent_at:
        return False
    contact.consent_at = word.at
    if (contact.opted_out_at is not None) == word.is_out:
        return False
    contact.opted_out_at = word.at if word.is_out else None
    contact.consent_how, contact.consent_text, contact.consent_by = word.how, word.text, word.by
    contact.changed_at = clock.now()
    return True


@transaction()
def told(channel_id: int, news: Preference) -> bool:
    """They said it to the provider. False: nobody we know, or nothing new."""
    at = clock.now()
    names = identities.all_canonical(news.identities)
    if not names:
        return False
    identities.one_at_a_time(names)
    contact_id = identities.owner(names, None, at)
    if contact_id is None:
        return False
    word = Word(not news.wanted, "provider", news.text[:LONGEST_TEXT], min(news.at or at, at))
    return _note(contact_id, word, people.newest_scene(contact_id, at))


@transaction()
def set_by_hand(actor: Actor, contact_id: int, wanted: bool, reason: str) -> None:
    """One of us was told; in the thread and at the contact it stands who, and why. Raises Invalid and NotFound."""
    if not reason.strip():
        raise Invalid("say why: how the contact told you, for instance", field="reason")
    at = clock.now()
    access.check_contact(actor, contact_id)
    contact_id = _now(contact_id)
    ids = set(db.session.scalars(select(Conversation.id).filter_by(contact_id=contact_id)))
    locked = Conversation.all_locked(ids).values() if ids else ()
    scenes = [scene_of(each, channels.line(each.channel_id), at, actor.id) for each in locked]
    newest = max(scenes, key=lambda scene: scene.conversation.last_at, default=None)
    word = Word(not wanted, "person", reason.strip()[:LONGEST_TEXT], at, actor.id)
    _note(contact_id, word, newest, [each for each in scenes if each is not newest])


def _now(contact_id: int) -> int:
    """Whom this contact is part of now. Raises NotFound."""
    contact = db.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound("there is no such contact")
    return contact_id if contact.merged_into is None else _now(contact.merged_into)


def _note(contact_id: int, word: Word, newest: Scene | None, others: Sequence[Scene] = ()) -> bool:
    """In the newest of the locked threads; the others show the contact as it is now."""
    if newest is None:
        fresh = select(Contact).where(Contact.id == contact_id).with_for_update()
        contact = db.session.scalars(fresh.execution_options(populate_existing=True)).one()
        return _noted(contact, word)
    is_news = change(newest, word)
    for scene in others:
        scene.next_seq()
    finish(newest, *others)
    return is_news


def shown(contact: Contact) -> JSON | None:
    """What was said last, when, how and by whom, for browsers; None where nothing ever was."""
    if contact.consent_at is None and contact.opted_out_at is None:
        return None
    at = contact.opted_out_at or contact.consent_at
    how = {"how": contact.consent_how, "text": contact.consent_text, "by": contact.consent_by}
    return {"is_out": contact.opted_out_at is not None, "at": frames.moment(at), **how}
