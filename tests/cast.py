"""The people of the tests, and what they do, so that a test reads like a script."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from roms import clock
from roms.config import ROOT
from roms.db import db, writing
from roms.models import Channel, Conversation, Message, Role, User
from roms.services import channels, publishing
from roms.services.actors import Actor

PASSWORD = "correct horse battery"
PASSWORD_HASH = "$argon2id$v=19$m=19456,t=2,p=1$U8q37jXQSyYLZspucfzdmQ$kUzatZC0YVuBQ9+xbSbOX8z163PSwVHqbevpv+sIjEo"

_ids = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Cast:
    """Admin, Ani and Budi; Ani has waited longest."""

    admin: Actor
    ani: Actor
    budi: Actor
    whapi: int  # channel ids
    webchat: int

    @classmethod
    def enters(cls) -> Cast:
        with writing():
            channels.ensure()
            if not channels.config().is_trial:
                channels.add("whapi", "WhatsApp", {"base_url": channels.config().fake_url, "token": "token"})
            people = [person("admin", Role.ADMIN), person("ani", Role.AGENT), person("budi", Role.AGENT)]
            db.session.add_all(people)
            db.session.flush()
            actors = [Actor(p.id, p.name, p.login, p.role, p.language) for p in people]
        publishing.first(publishing.files_in(ROOT / "flows"))
        return cls(*actors, whapi=channels.find("whapi").channel_id, webchat=channels.find("webchat").channel_id)


def give(channel_id: int, **values: str) -> None:
    """Have this channel know these values of its adapter's fields."""
    with writing():
        row = db.session.get(Channel, channel_id)
        assert row is not None
        channels.put(row, values)


def person(login: str, role: Role) -> User:
    return User(
        login=login, name=login.title(), role=role, password_hash=PASSWORD_HASH, language="id", created_at=clock.now()
    )


def whapi_body(words: str, sender: str = "6281234567890", **more: Any) -> dict[str, Any]:
    """A text message as Whapi posts it; every call is a new message unless `id` is given."""
    message = {
        "id": f"wa-{next(_ids)}",
        "from_me": False,
        "type": "text",
        "chat_id": f"{sender}@s.whatsapp.net",
        "timestamp": int(clock.now().timestamp()),
        "text": {"body": words},
        "from": sender,
        "from_name": "Siti Aminah",
    }
    return {"messages": [message | more], "event": {"type": "messages", "event": "post"}}


def say(client: FlaskClient, text: str, sender: str = "6281234567890", **more: Any) -> TestResponse:
    """A contact writes on WhatsApp."""
    answer = client.post("/webhook/whapi", json=whapi_body(text, sender, **more))
    assert answer.status_code == 200, answer.text
    return answer


def conversation(sender: str = "6281234567890") -> Conversation:
    """The thread with this sender, as it stands in the database now."""
    db.session.rollback()
    found = select(Conversation).where(Conversation.address.startswith(sender))
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def messages(sender: str = "6281234567890") -> list[Message]:
    """Everything said in the thread with this sender, in order."""
    thread = select(Message).where(Message.conversation_id == conversation(sender).id).order_by(Message.seq)
    return list(db.session.scalars(thread.execution_options(populate_existing=True)))


def texts(sender: str = "6281234567890") -> list[tuple[str, str]]:
    """(sender, text) of everything said."""
    return [(message.sender.value, message.text) for message in messages(sender)]
