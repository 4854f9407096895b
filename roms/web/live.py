"""The sockets' doors: who may open one, and the little that browsers may say through it.

flask-sock shakes hands before it calls a view, so everything is checked before the view, as for any other request.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Annotated, Any, Literal

from flask import Blueprint, Flask, current_app, request
from flask_sock import Sock
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from simple_websocket import Server

from roms import metrics
from roms.db import db
from roms.errors import NotAllowed, NotReady
from roms.services import presence, tickets
from roms.services.actors import Actor
from roms.web import forgery, identity
from roms.web.hub import Hub, Seat
from roms.web.line import frame, whole_frames_only
from roms.web.looking import Look
from roms.web.rights import TICKET, may

bp = Blueprint("live", __name__, url_prefix="/ws")
sock = Sock()

LARGEST = 4096  # bytes of one frame from a browser
MOST, WITHIN = 20, 1.0  # frames per second from one browser
OWNER, LINE = "roms.owner", "roms.line"
PONG = frame(b'{"t":"pong"}')
POLICY = 1008  # RFC 6455: the endpoint received a message that violates its policy


class Ping(BaseModel):
    model_config = ConfigDict(extra="forbid")
    t: Literal["ping"]


class Typing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    t: Literal["typing"]
    c: str = Field(pattern=r"^[A-Za-z0-9_-]{1,24}$")
    on: bool


class Looking(BaseModel):
    """Which conversation is open, if any; said again every few seconds, because a browser may die."""

    model_config = ConfigDict(extra="forbid")
    t: Literal["looking"]
    c: str = Field(default="", pattern=r"^[A-Za-z0-9_-]{0,24}$")
    on: bool
    hidden: bool = False


Said = Ping | Typing | Looking
FROM_AGENT: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="t")])
FROM_VISITOR: TypeAdapter[Said] = TypeAdapter(Ping)


def init_app(app: Flask) -> None:
    app.extensions["roms.hub"] = Hub(app)
    app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": 25, "max_message_size": LARGEST}
    app.register_blueprint(bp)
    sock.init_app(app)


def hub() -> Hub:
    found: Hub = current_app.extensions["roms.hub"]
    return found


@bp.before_request
def check() -> None:
    """A full house, a foreign page, and a ticket that is missing, used, old or somebody else's all end here."""
    if hub().is_full:
        raise NotReady("no socket is free; ask again from time to time instead")
    if not forgery.origin_is_ours(required=True):
        raise NotAllowed("a socket is opened by our own pages only")
    subject = tickets.redeem(request.args.get("ticket", ""))
    request.environ[OWNER] = _owner(subject or "")
    db.session.remove()  # the socket lives for hours, and would keep a connection of the pool all that time
    request.environ[LINE] = whole_frames_only(request.environ)


def _owner(subject: str) -> tuple[Actor | None, str]:
    """Who the ticket was given to; for an agent the cookie must be of the very same session."""
    kind, _, name = subject.partition(":")
    if request.endpoint == "live.widget" and kind == "visitor":
        return None, name
    if request.endpoint == "live.agents" and kind == "session":
        actor = identity.actor()
        if str(actor.session_id) == name:
            return actor, ""
    raise NotAllowed("this ticket opens nothing (any more)")


@sock.route("/inbox", bp=bp, endpoint="agents")
@may(TICKET)
def agents(ws: Server) -> None:
    serve(ws, FROM_AGENT)


@sock.route("/widget", bp=bp, endpoint="widget")
@may(TICKET)
def widget(ws: Server) -> None:
    serve(ws, FROM_VISITOR)


def serve(ws: Server, allowed: TypeAdapter[Said]) -> None:
    """Sit in the hub until either side ends it."""
    seat = Seat(request.environ[LINE], *request.environ[OWNER])
    seat.line.when_closed = ws.event.set  # simple-websocket 1.1.0 may forget to wake us when it drops a line itself
    hub().join(seat)
    try:
        listen(ws, seat, allowed, time.monotonic)
    finally:
        hub().leave(seat)
        seat.line.cut()
        # gunicorn closes the socket when we return; a reader still waiting on it would never wake up again.
        ws.thread.join(1)


def listen(ws: Server, seat: Seat, allowed: TypeAdapter[Said], now: Callable[[], float]) -> None:
    """Take what the browser may say; for anything else the line is closed."""
    spoken: deque[float] = deque([-WITHIN] * MOST, maxlen=MOST)
    while not seat.line.is_cut:
        text: Any = ws.receive()
        too_fast = now() - spoken[0] < WITHIN
        spoken.append(now())
        said = None if too_fast else understood(text, allowed)
        if said is None:
            metrics.socket_cut("policy")
            return seat.line.end(POLICY, "too fast" if too_fast else "not understood")
        answer(seat, said)
    return None


def understood(text: Any, allowed: TypeAdapter[Said]) -> Said | None:
    try:
        return allowed.validate_json(text) if isinstance(text, str) else None
    except ValidationError:
        return None


def answer(seat: Seat, said: Said) -> None:
    if isinstance(said, Ping):
        seat.line.send(PONG)
    elif seat.actor and isinstance(said, Typing):
        presence.typing(seat.actor, said.c, said.on)
        db.session.remove()
    elif seat.actor and isinstance(said, Looking):
        looks(seat, seat.actor, said)


def looks(seat: Seat, actor: Actor, said: Looking) -> None:
    """The database is asked once for each conversation that is opened, not for every word that it still is."""
    before = hub().looks.of(id(seat))
    look = None
    if said.on and before is not None and before.header["c"] == said.c:
        look = Look(actor.id, before.header, said.hidden)
    elif said.on and (header := presence.header_for(actor, said.c)):
        look = Look(actor.id, header, said.hidden)
    db.session.remove()
    hub().looking(seat, look)
