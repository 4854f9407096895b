"""What flows ask of other systems: begun at most once, the outcome written down and let happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import exists, select, update

from roms import clock
from roms.config import Config
from roms.db import db, found_once, table, transaction
from roms.engine.events import OutsideAnswered
from roms.engine.flow import Http, Release
from roms.engine.outside import SECRET
from roms.engine.problems import Problem, Spot, found
from roms.models import Conversation, HttpCall
from roms.outside.hosts import host_of, listed
from roms.services import channels
from roms.services.runner import advance
from roms.services.scene import finish, scene_of


@dataclass(frozen=True, slots=True)
class Claimed:
    """A call that is ours to make, and nobody else's, ever."""

    id: int
    method: str
    url: str
    headers: tuple[tuple[str, tuple[str, ...]], ...]
    body: str
    timeout: int


class NoSecret(Exception):
    """The settings have no secret of this name."""


@transaction()
def claim(limit: int) -> list[Claimed]:
    """Take up to so many of the calls that wait. One whose time to begin is over is left to its timer."""
    at = clock.now()
    waiting = select(HttpCall.id).where(*_waits(at)).order_by(HttpCall.id).limit(limit)
    taken = db.session.execute(
        update(table(HttpCall))
        .where(HttpCall.id.in_(found_once(waiting.with_for_update(skip_locked=True))))
        .values(claimed_at=at)
        .returning(HttpCall.id, HttpCall.method, HttpCall.url, HttpCall.headers, HttpCall.body, HttpCall.timeout)
    )
    calls = [Claimed(row.id, row.method, row.url, _parts(row.headers), row.body, row.timeout) for row in taken]
    return sorted(calls, key=lambda each: each.id)


def waiting() -> bool:
    """Is there a call that nobody has begun?"""
    return bool(db.session.scalar(select(exists().where(*_waits(clock.now())))))


def _waits(at: datetime) -> tuple[Any, ...]:
    return HttpCall.claimed_at.is_(None), HttpCall.expires_at > at


def _parts(headers: list[Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((str(name), tuple(map(str, parts))) for name, parts in headers)


@transaction()
def record(call_id: int, status: int, data: Any, problem: str) -> bool:
    """Write the outcome down and let the talk go on with it; False where it is written down already."""
    conversation_id = db.session.scalar(select(HttpCall.conversation_id).filter_by(id=call_id))
    conversation = Conversation.locked(Conversation.id == conversation_id)
    assert conversation is not None
    at = clock.now()
    mine = update(table(HttpCall)).where(HttpCall.id == call_id, HttpCall.answered_at.is_(None))
    mine = mine.values(answered_at=at, seq=conversation.seq, status=status, data=data, problem=problem)
    turn = db.session.scalar(mine.returning(HttpCall.turn))
    if turn is None:
        return False
    scene = scene_of(conversation, channels.line(conversation.channel_id), at)
    advance(scene, OutsideAnswered(turn, status, data, problem))
    finish(scene)
    return True


def hosts() -> tuple[str, ...]:
    return _config().http_hosts


def filled(headers: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, str], ...]:
    """With the secrets put in: at the last moment, and nowhere kept. Raises NoSecret."""
    return tuple((name, "".join(_pieces(parts, _config().http_secrets))) for name, parts in headers)


def _pieces(parts: tuple[str, ...], secrets: Mapping[str, str]) -> list[str]:
    pieces = list(parts)
    for number in range(1, len(parts), 2):
        if parts[number] not in secrets:
            raise NoSecret(parts[number])
        pieces[number] = secrets[parts[number]]
    return pieces


def lacking(release: Release) -> list[Problem]:
    """What the settings would have to allow or know for the calls of these flows."""
    problems = []
    for step in release.steps.values():
        if isinstance(step.control, Http):
            spot = Spot(step.file, step.line, 1, step.place.step)
            host = host_of(step.control.url.pieces[0])
            if host is None or not listed(host, hosts()):
                name = f"{host.scheme}://{host.name}:{host.port}" if host else step.control.url.source
                problems.append(found(spot, "http-host", severity="warning", word=name))
            read = {name for _, value in step.control.headers for name, _ in value.names if name.startswith(SECRET)}
            unknown = {name.removeprefix(SECRET) for name in read} - set(_config().http_secrets)
            problems += [found(spot, "http-secret", severity="warning", word=name) for name in sorted(unknown)]
    return problems


def _config() -> Config:
    config: Config = current_app.extensions["roms.config"]
    return config
