"""What the agents' inbox asks for and does."""

from __future__ import annotations

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from roms.errors import NotFound
from roms.services import (
    accounts,
    evidence,
    inbox,
    mentions,
    notes,
    presence,
    reactions,
    replies,
    signals,
    tickets,
)
from roms.web import identity
from roms.web.bodies import Me, Note, Place, Reply, Sign, Typing, body, number, word
from roms.web.rights import SIGNED_IN, may

bp = Blueprint("conversations", __name__, url_prefix="/api")
bp.before_request(identity.require_actor)


class ConversationId(BaseConverter):
    """Only what can be an id reaches the database."""

    regex = r"[A-Za-z0-9_-]{1,24}"


def init_app(app: Flask) -> None:
    app.url_map.converters["cid"] = ConversationId
    app.register_blueprint(bp)


@bp.get("/conversations")
@may(SIGNED_IN)
def listing() -> ResponseReturnValue:
    view, q, before = word("view") or "all", word("q"), word("before", 60) or None
    limit, label = number("limit", 30, most=100) or 1, word("label", 60)
    return inbox.listing(identity.actor(), view, q, before, limit, label)


@bp.get("/conversations/<cid:cid>")
@may(SIGNED_IN)
def opened(cid: str) -> ResponseReturnValue:
    return inbox.opened(identity.actor(), cid)


@bp.get("/conversations/<cid:cid>/entries")
@may(SIGNED_IN)
def entries(cid: str) -> ResponseReturnValue:
    if "before" in request.args:
        limit = number("limit", 50, most=200) or 1
        return inbox.older(identity.actor(), cid, number("before", 0), limit)
    return inbox.changes(identity.actor(), cid, number("after", 0))


@bp.post("/conversations/<cid:cid>/messages")
@may(SIGNED_IN)
def send(cid: str) -> ResponseReturnValue:
    said = body(Reply)
    told, is_new = replies.send(identity.actor(), cid, said.client_id, said.draft, said.seen, said.force)
    return told, 201 if is_new else 200


@bp.post("/conversations/<cid:cid>/reactions")
@may(SIGNED_IN)
def react(cid: str) -> ResponseReturnValue:
    said = body(Sign)
    told, is_new = reactions.react(identity.actor(), cid, said.seq, said.emoji, said.client_id)
    return told, 201 if is_new else 200


@bp.post("/conversations/<cid:cid>/typing")
@may(SIGNED_IN)
def typing(cid: str) -> ResponseReturnValue:
    if not presence.typing(identity.actor(), cid, body(Typing).on):
        raise NotFound("there is no such conversation")
    return "", 204


@bp.post("/conversations/<cid:cid>/notes")
@may(SIGNED_IN)
def note(cid: str) -> ResponseReturnValue:
    said = body(Note)
    told, is_new = notes.write(identity.actor(), cid, said.text, said.client_id, said.force)
    return told, 201 if is_new else 200


@bp.get("/conversations/<cid:cid>/callable")
@may(SIGNED_IN)
def callable_here(cid: str) -> ResponseReturnValue:
    """Whom a note can call here."""
    return {"people": notes.callable_here(identity.actor(), cid)}


@bp.post("/conversations/<cid:cid>/mentions/seen")
@may(SIGNED_IN)
def seen(cid: str) -> ResponseReturnValue:
    mentions.seen(identity.actor(), cid)
    return "", 204


@bp.get("/mentions")
@may(SIGNED_IN)
def mentioned() -> ResponseReturnValue:
    return mentions.listed(identity.actor())


@bp.post("/conversations/<cid:cid>/read")
@may(SIGNED_IN)
def read(cid: str) -> ResponseReturnValue:
    inbox.mark_read(identity.actor(), cid, body(Place).seq)
    signals.read_by_agent(cid)
    return "", 204


@bp.post("/conversations/<cid:cid>/retry")
@may(SIGNED_IN)
def retry(cid: str) -> ResponseReturnValue:
    return replies.retry(identity.actor(), cid, body(Place).seq)


@bp.post("/conversations/<cid:cid>/check")
@may(SIGNED_IN)
def check(cid: str) -> ResponseReturnValue:
    return evidence.ask(identity.actor(), cid, body(Place).seq)


@bp.get("/agents")
@may(SIGNED_IN)
def agents() -> ResponseReturnValue:
    return {"agents": inbox.agents()}


@bp.post("/me")
@may(SIGNED_IN)
def me() -> ResponseReturnValue:
    accounts.set_language(identity.actor(), body(Me).language)
    return "", 204


@bp.post("/ticket")
@may(SIGNED_IN)
def ticket() -> ResponseReturnValue:
    return {"ticket": tickets.issue(f"session:{identity.actor().session_id}")}
