"""The holes of a saved reply, filled with what is known of this conversation, its contact, its agent and its hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from roms.db import db
from roms.engine.expression import ExpressionError
from roms.engine.flow import Release
from roms.engine.hours import FACTS as HOURS
from roms.engine.hours import Hours
from roms.engine.scope import shown
from roms.engine.template import HOLE, Template, compile_template
from roms.errors import Invalid
from roms.models import Conversation, Team
from roms.services import frames, masking
from roms.services.actors import Actor

NAMES = (
    *("contact.name", "contact.first_name", "contact.phone", "contact.language"),
    *("agent.name", "agent.first_name", "team.name"),
    *(f"hours.{name}" for name in HOURS),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """missing: the names of holes for which there is nothing; they stand in the text as they were written."""

    text: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What can be filled in, as a scope of the engine's texts."""

    variables: Mapping[str, Any]
    now: datetime
    hours: Hours
    facts: Mapping[str, Any] = field(default_factory=dict)
    message: Mapping[str, Any] = field(default_factory=dict)
    lifecycle: Mapping[str, Any] = field(default_factory=dict)


def checked(text: str) -> Template:
    """Invalid for holes that are none, and for names that nothing is called by."""
    try:
        template = compile_template(text)
    except ExpressionError as error:
        said = f"this is no place to fill in: {error.word or text[:40]!r} ({error.code})"
        raise Invalid(said, field="texts") from error
    for name, _ in template.names:
        if name not in NAMES:
            raise Invalid(
                f"there is nothing called {name!r} to fill in; there are: {', '.join(NAMES)}",
                field="texts",
                unknown=name,
                known=list(NAMES),
            )
    return template


def known(conversation: Conversation, actor: Actor, release: Release, now: datetime) -> Known:
    """Everything there is to say of this conversation; its contact is loaded."""
    contact = conversation.contact
    name = contact.name if actor.sees_numbers or masking.in_text(contact.name) == contact.name else ""
    team = db.session.scalar(select(Team.name).where(Team.key == conversation.team)) if conversation.team else None
    facts = {
        "contact": {
            "name": name,
            "first_name": name.split(" ")[0] if name else "",
            "phone": (frames.phone_text(contact.phone) or "") if actor.sees_numbers else "",
            "language": contact.language,
        },
    }
    agent = {"name": actor.name, "first_name": actor.name.split(" ")[0]}
    variables = {"agent": agent, "team": {"name": team or ""}}
    return Known(variables, now, release.hours, facts)


def filled(text: str, language: str, known_: Known) -> Filled:
    """A hole whose value is not known stays, so that nobody sends a sentence with nothing in it unseen."""
    template = compile_template(text, language)
    parts, missing = [template.pieces[0]], []
    holes = [each.group(0) for each in HOLE.finditer(text)]
    for hole, (name, _), (read, filters), after in zip(
        holes, template.names, template.holes, template.pieces[1:], strict=True
    ):
        value = read(known_)
        for change, argument in filters:
            value = change(value, argument)
        words = shown(value)
        if not words:
            missing.append(name)
        parts += (words or hole, after)
    return Filled("".join(parts), tuple(dict.fromkeys(missing)))
