"""STOP and START as far as flows have a say: which question takes such a word for its answer, and what is replied."""

from __future__ import annotations

from datetime import datetime

from roms.engine.events import MessageReceived
from roms.engine.flow import Ask, Menu, Release
from roms.engine.template import Text
from roms.engine.turn import opened
from roms.engine.types import Session


def is_an_answer(release: Release, session: Session, words: list[str]) -> bool:
    """Whether the waiting question offers these very words: `1. Go on, 2. Stop` asks for something else.

    A question that takes any text (a name, say) offers nothing, and an interrupt is no question.
    """
    step = release.steps.get(session.place) if session.place else None
    control = step.control if step else None
    choices = control.choices if isinstance(control, Menu | Ask) else None
    return choices is not None and " ".join(words) in choices.by_phrase


def reply(release: Release, session: Session, says: Text, now: datetime) -> str:
    """What the bot says to such a word, in the contact's language."""
    turn = opened(release, session, MessageReceived("", None), now)
    return says.read(turn, turn.language).strip()
