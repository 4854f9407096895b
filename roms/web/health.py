"""Whether this process lives, and whether it can work."""

from __future__ import annotations

import functools
import ipaddress

import redis
from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from roms import metrics, queue
from roms.config import ROOT
from roms.db import db, hurried
from roms.engine.types import JSON
from roms.errors import NotFound
from roms.services import arrivals, aside, heartbeats
from roms.web.rights import ANYONE, COLLECTOR, may

bp = Blueprint("health", __name__)

PATIENCE = 1.0  # seconds that whoever asks for our health waits for a lock
FROM_AFAR = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")


@bp.get("/live")
@may(ANYONE)
def live() -> ResponseReturnValue:
    return {"live": True}


@bp.get("/ready")
@may(ANYONE)
def ready() -> ResponseReturnValue:
    """Redis is reported but not required: without it everything works, only a little later. The spool is no part of
    the answer's status: it is there for when the database is not. A part that is silent is named."""
    database, parts = _database(), _parts()
    is_well = database == "ok" and set(parts.values()) <= {"ok"}
    found: JSON = {"database": database, "redis": _redis(), "spool": _spool(), "aside": _aside(), "parts": parts}
    return found, 200 if is_well else 503


@bp.get("/metrics")
@may(COLLECTOR)
def numbers() -> ResponseReturnValue:
    """For a collector on this machine; a proxy's requests come from this machine too, but say whose they are."""
    if not _is_loopback(request.remote_addr or "") or any(name in request.headers for name in FROM_AFAR):
        raise NotFound
    metrics.sockets_open(current_app.extensions["roms.hub"].count)
    metrics.spooled(**_spool())
    metrics.set_aside(**(_aside() or {"trying": 0, "dead": 0}))
    _count_parts()
    return Response(metrics.exposition(), mimetype="text/plain; version=0.0.4")


def _count_parts() -> None:
    try:
        with hurried(PATIENCE):
            for part in heartbeats.parts():
                metrics.part(part.name, part.is_well, part.seconds)
    except SQLAlchemyError:
        current_app.logger.warning("how the parts are cannot be told: the database does not answer")
        db.session.rollback()


def _database() -> str:
    try:
        with hurried(PATIENCE):
            applied = set(db.session.scalars(text("SELECT version_num FROM alembic_version")))
    except SQLAlchemyError:
        current_app.logger.warning("the database is not ready", exc_info=True)
        return "unreachable, or not migrated yet"
    return "ok" if applied == newest_migrations() else "migrations are missing"


def _redis() -> str:
    try:
        queue.client().ping()
    except (redis.RedisError, OSError):
        return "unreachable"
    return "ok"


def _spool() -> dict[str, int]:
    """Webhooks that wait for the database, for how many seconds the oldest has, and those that were set aside."""
    spool = arrivals.spool()
    return {"waiting": spool.depth(), "oldest": round(spool.oldest()), "broken": spool.broken()}


def _parts() -> dict[str, str]:
    """Every part by name: "ok", or what is wrong with it. Nobody can say while the database is away."""
    try:
        with hurried(PATIENCE):
            return {part.name: part.told for part in heartbeats.parts()}
    except SQLAlchemyError:
        db.session.rollback()
        return {}


def _aside() -> dict[str, int] | None:
    """What could not be processed and is tried again, or waits for a person; None where the database cannot say."""
    try:
        with hurried(PATIENCE):
            return aside.tally()
    except SQLAlchemyError as error:
        db.session.rollback()
        current_app.logger.info("what is set aside cannot be counted now: %s", type(error))
        return None


@functools.cache
def newest_migrations() -> set[str]:
    """The revisions that this code was written for."""
    from alembic.script import ScriptDirectory

    return set(ScriptDirectory(str(ROOT / "migrations")).get_heads())


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
