"""What the agents' inbox asks for and does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from roms.engine.types import JSON
from roms.errors import NotFound
from roms.services import accounts, evidence, handoff, inbox, presence, reactions, replies, signals, tickets
from roms.services.actors import Actor
from roms.web import identity
from roms.web.bodies import Assignment, Me, Note, Place, Reply, Sign, Typing, body, number, word

bp = Blueprint("conversations", __name__, url_prefix="/api")
bp.before_request(identity.require_actor)

VERBS: Mapping[str, Callable[[Actor, str], JSON]] = {
    "claim": handoff.claim,
    "release": handoff.release,
    "pause": handoff.pause,
    "resume": handoff.resume,
    "close": handoff.close,
    "reopen": handoff.reopen,
}


class ConversationId(BaseConverter):
    """Only what can be an id reaches the database."""

    regex = r"[A-Za-z0-9_-]{1,24}"


def init_app(app: Flask) -> None:
    app.url_map.converters["cid"] = ConversationId
    app.register_blueprint(bp)


@bp.get("/conversations")
def listing() -> ResponseReturnValue:
    view, q, before = word("view") or "all", word("q"), word("before", 60) or None
    return inbox.listing(identity.actor(), view, q, before, number("limit", 30, most=100) or 1)


@bp.get("/conversations/<cid:cid>")
def opened(cid: str) -> ResponseReturnValue:
    return inbox.opened(identity.actor(), cid)


@bp.get("/conversations/<cid:cid>/entries")
def entries(cid: str) -> ResponseReturnValue:
    if "before" in request.args:
        limit = number("limit", 50, most=200) or 1
        return inbox.older(identity.actor(), cid, number("before", 0), limit)
    return inbox.changes(identity.actor(), cid, number("after", 0))


@bp.post("/conversations/<cid:cid>/messages")
def send(cid: str) -> ResponseReturnValue:
    said = body(Reply)
    told, is_new = replies.send(identity.actor(), cid, said.client_id, said.draft, said.seen, said.force)
    return told, 201 if is_new else 200


@bp.post("/conversations/<cid:cid>/reactions")
def react(cid: str) -> ResponseReturnValue:
    said = body(Sign)
    told, is_new = reactions.react(identity.actor(), cid, said.seq, said.emoji, said.client_id)
    return told, 201 if is_new else 200


@bp.post("/conversations/<cid:cid>/typing")
def typing(cid: str) -> ResponseReturnValue:
    if not presence.typing(identity.actor(), cid, body(Typing).on):
        raise NotFound("there is no such conversation")
    return "", 204


@bp.post("/conversations/<cid:cid>/notes")
def note(cid: str) -> ResponseReturnValue:
    return replies.note(identity.actor(), cid, body(Note).text), 201


@bp.post("/conversations/<cid:cid>/<any(claim, release, pause, resume, close, reopen):verb>")
def act(cid: str, verb: str) -> ResponseReturnValue:
    return VERBS[verb](identity.actor(), cid)


@bp.post("/conversations/<cid:cid>/assign")
def assign(cid: str) -> ResponseReturnValue:
    return handoff.assign(identity.actor(), cid, body(Assignment).agent)


@bp.post("/conversations/<cid:cid>/read")
def read(cid: str) -> ResponseReturnValue:
    inbox.mark_read(identity.actor(), cid, body(Place).seq)
    signals.read_by_agent(cid)
    return "", 204


@bp.post("/conversations/<cid:cid>/retry")
def retry(cid: str) -> ResponseReturnValue:
    return replies.retry(identity.actor(), cid, body(Place).seq)


@bp.post("/conversations/<cid:cid>/check")
def check(cid: str) -> ResponseReturnValue:
    return evidence.ask(identity.actor(), cid, body(Place).seq)


@bp.get("/agents")
def agents() -> ResponseReturnValue:
    return {"agents": inbox.agents()}


@bp.post("/me")
def me() -> ResponseReturnValue:
    accounts.set_language(identity.actor(), body(Me).language)
    return "", 204


@bp.post("/ticket")
def ticket() -> ResponseReturnValue:
    return {"ticket": tickets.issue(f"session:{identity.actor().session_id}")}
