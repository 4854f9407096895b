"""We write first: the thread with a contact on a channel, begun or taken up by an agent before anything is sent.

Nothing is sent here. Where a channel has a window it is closed until the contact writes, so a template comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from roms import clock
from roms.channels.items import Identity
from roms.db import db, transaction
from roms.engine.events import AgentClaimed
from roms.engine.types import JSON, Mode
from roms.errors import Conflict, Invalid, NotFound
from roms.models import Channel, Contact, ContactAddress, Conversation
from roms.services import access, channels, frames, identities, intake
from roms.services.actors import Actor
from roms.services.channels import Line
from roms.services.runner import advance
from roms.services.scene import finish, scene_of

WORDS: Mapping[str, Mapping[str, str]] = {
    "webchat": {
        "id": "Di obrolan web hanya pengunjung yang bisa memulai percakapan.",
        "en": "On the web chat only the visitor can begin a conversation.",
    },
    "disabled": {"id": "Saluran ini sedang dimatikan.", "en": "This channel is switched off."},
    "group": {
        "id": "Ini sebuah grup: tulis di percakapan grup itu sendiri.",
        "en": "This is a group: write in the group's own conversation.",
    },
    "unreachable": {
        "id": "Kontak ini tidak punya nomor yang bisa dihubungi di saluran ini. Tunggu sampai ia menulis lebih dulu.",
        "en": "This contact has no number that this channel can reach. Wait until they write first.",
    },
}


def ways(actor: Actor, contact_id: int) -> list[JSON]:
    """The channels on which this contact could be written to, each with its thread or with why there can be none; not
    those with a thread that is not this person's to see."""
    names = _names(contact_id)
    mine = access.visible_to(actor).label("mine")
    found = select(Conversation.channel_id, Conversation.public_id, mine).where(Conversation.contact_id == contact_id)
    threads: dict[int, str | None] = {}
    for row in db.session.execute(found.order_by(mine, Conversation.last_at)):
        threads[row.channel_id] = row.public_id if row.mine else None
    lines = [channels.line(each) for each in db.session.scalars(select(Channel.id).order_by(Channel.id))]
    return [
        {
            "channel": line.facts | {"state": line.state},
            "conversation": threads.get(line.id),
            "template_first": line.abilities.window is not None,
            "why_not": None if line.id in threads else WORDS.get(_hindrance(line, names)),
        }
        for line in lines
        if threads.get(line.id, line.is_enabled and not line.is_direct)
    ]


@transaction()
def begin(actor: Actor, contact_id: int, channel_id: int) -> tuple[JSON, bool]:
    """The thread with this contact on this channel, the actor's now; and whether it is new.

    A colleague who has it keeps it. Raises NotFound, also where the thread is not the actor's to see, and Invalid in
    words where nobody can be reached.
    """
    at, line = clock.now(), channels.line(channel_id)
    access.check_contact(actor, contact_id)
    contact_id = _now(contact_id)
    names = _names(contact_id)
    address = _address(line, names)
    identities.one_at_a_time(names, f"address {line.id} {address}")
    conversation = identities.thread_of(contact_id, line.id)
    is_new = conversation is None
    if conversation is None:
        conversation = _fresh(line, names, address, contact_id)
    elif not access.may_see(actor, conversation.assignee_id, conversation.team):
        raise NotFound("there is no such conversation")
    scene = scene_of(conversation, line, at, actor.id)
    if conversation.mode is not Mode.AGENT or conversation.assignee_id is None:
        advance(scene, AgentClaimed(actor.id))
    finish(scene)
    return {"conversation": frames.summary(conversation, line, scene.talk)}, is_new


def _fresh(line: Line, names: Sequence[Identity], address: str, contact_id: int) -> Conversation:
    hindrance = _hindrance(line, names)
    if hindrance:
        raise Invalid(WORDS[hindrance]["en"], field="channel", say=WORDS[hindrance])
    if Conversation.at(line.id, address) is not None:
        raise Conflict("this number writes to us here as another contact: join the two, or write there")
    return intake.begin(line, address, identities.live(contact_id), clock.now())


def _now(contact_id: int) -> int:
    """Whom this contact is part of now. Raises NotFound."""
    row = db.session.execute(select(Contact.id, Contact.merged_into).filter_by(id=contact_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such contact")
    return contact_id if row.merged_into is None else _now(row.merged_into)


def _names(contact_id: int) -> list[Identity]:
    rows = select(ContactAddress.kind, ContactAddress.value).filter_by(contact_id=contact_id)
    found = [Identity(row.kind, row.value) for row in db.session.execute(rows.order_by(ContactAddress.id))]
    phone = db.session.scalar(select(Contact.phone).filter_by(id=contact_id))
    own = [Identity("phone", phone)] if phone else []  # what people see as the number comes before older ones
    return list(dict.fromkeys([*own, *found]))


def _address(line: Line, names: Sequence[Identity]) -> str:
    """Where this contact gets our messages on this channel, "" where that is unknown."""
    kinds = ("phone", "lid") if line.abilities.unofficial else ("phone",)
    reachable = [each for kind in kinds for each in names if each.kind == kind]
    return line.adapter.address_of(reachable[0].value) if reachable else ""


def _hindrance(line: Line, names: Sequence[Identity]) -> str:
    """A word of WORDS, "" where nothing is in the way."""
    if line.is_direct:
        return "webchat"
    if not line.is_enabled:
        return "disabled"
    if any(each.kind == "group" for each in names):
        return "group"
    return "" if _address(line, names) else "unreachable"
