"""The session to JSON and back: on every webhook, so only what differs from a fresh session is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from roms.engine.types import JSON, Call, Mode, Place, Session

_ARRIVED = frozenset(("status", "data", "problem"))
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_MODES = {mode.value: mode for mode in Mode}


def dump(session: Session) -> JSON:
    """Everything but the facts, as a value that JSON carries unchanged.

    Moments are microseconds since 1970: to write one as text costs more than to answer a menu.
    """
    data: JSON = {"mode": str(session.mode), "since": (session.since - _EPOCH) // _MICROSECOND}
    if session.heard is not None:
        data["heard"] = (session.heard - _EPOCH) // _MICROSECOND
    if session.previous is not None:
        data["previous"] = str(session.previous)
    if session.release:
        data["release"] = session.release
    if session.place is not None:
        data["place"] = f"{session.place.flow}.{session.place.step}"
    if session.asked_before:
        data["asked_before"] = [f"{place.flow}.{place.step}" for place in session.asked_before]
    if session.misses:
        data["misses"] = session.misses
    if session.epoch:
        data["epoch"] = session.epoch
    if session.clocks:
        data["clocks"] = dict(session.clocks)
    if session.variables:
        data["variables"] = dict(session.variables)
    if session.calls:
        data["calls"] = [_dumped(call) for call in session.calls]
    if session.arrived is not None:
        data["arrived"] = dict(session.arrived)
    if session.pending_since is not None:
        data["pending"] = {"texts": list(session.pending), "since": written(session.pending_since)}
    if session.until is not None:
        data["until"] = written(session.until)
    if session.closed_as:
        data["closed_as"] = session.closed_as
    return data


def written(moment: datetime) -> int:
    """As `dump` writes it."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(stored: int | str) -> datetime:
    """What `written` wrote, or text, which sessions of older versions hold."""
    return _EPOCH + stored * _MICROSECOND if type(stored) is int else datetime.fromisoformat(stored)  # type: ignore[arg-type]


def moment_of(seconds: int) -> datetime:
    """A moment as events have it: whole seconds since 1970."""
    return _EPOCH + timedelta(seconds=seconds)


class Unreadable(ValueError):
    """What is stored is no session."""


def load(data: Mapping[str, Any], facts: Mapping[str, Any]) -> Session:
    """The session that `dump` wrote, with today's facts (`{"contact": {...}, "channel": {...}, ...}`).

    Raises Unreadable where it is no session: a row that was damaged, or written by another version.
    """
    try:
        session = _load(data, facts)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as damage:
        raise Unreadable(f"{type(damage).__name__}: {damage}") from damage
    clocks, heard, kept = session.clocks, session.heard, session.pending_since
    if type(clocks) is not dict:
        raise Unreadable("clocks that are none")
    for count in clocks.values():
        if type(count) is not int:
            raise Unreadable("clocks that are none")
    kinds_agree = type(session.misses) is type(session.epoch) is type(session.release) is int
    if not kinds_agree or type(session.variables) is not dict:
        raise Unreadable("a value of another kind")
    if session.calls and not all(map(_is_call, session.calls)):
        raise Unreadable("a call that is none")
    arrived = session.arrived
    if arrived is not None and not (type(arrived) is dict and _ARRIVED.issubset(arrived)):
        raise Unreadable("an answer that is none")
    if session.pending and not all(isinstance(text, str) for text in session.pending):
        raise Unreadable("a burst that is none")
    if type(session.closed_as) is not str:
        raise Unreadable("a reason that is none")
    if session.since.tzinfo is None or (heard and heard.tzinfo is None) or (kept and kept.tzinfo is None):
        raise Unreadable("a time without a zone")
    if session.until is not None and session.until.tzinfo is None:
        raise Unreadable("a time without a zone")
    return session


def _load(data: Mapping[str, Any], facts: Mapping[str, Any]) -> Session:
    get = data.get
    since, heard, previous = data["since"], get("heard"), get("previous")
    place, before, calls, pending = get("place"), get("asked_before"), get("calls"), get("pending")
    until = get("until")
    return Session(
        _MODES[data["mode"]],
        _EPOCH + since * _MICROSECOND if type(since) is int else moment(since),
        _EPOCH + heard * _MICROSECOND if type(heard) is int else moment(heard) if heard is not None else None,
        _MODES[previous] if previous else None,
        get("release", 0),
        _place(place) if place else None,
        tuple(_place(each) for each in before) if before else (),
        get("misses", 0),
        get("epoch", 0),
        get("clocks", {}),
        get("variables", {}),
        facts,
        tuple(map(_called, calls)) if calls else (),
        get("arrived"),
        tuple(pending["texts"]) if pending else (),
        moment(pending["since"]) if pending else None,
        moment(until) if until is not None else None,
        get("closed_as", ""),
    )


def _dumped(call: Call) -> JSON:
    place = f"{call.place.flow}.{call.place.step}"
    return {"place": place, "variables": dict(call.variables), "save": dict(call.save), "depth": call.depth}


def _called(data: Mapping[str, Any]) -> Call:
    return Call(_place(data["place"]), data["variables"], data["save"], data["depth"])


def _is_call(call: Call) -> bool:
    return type(call.depth) is int and type(call.variables) is type(call.save) is dict


@lru_cache(maxsize=4096)
def _place(text: str) -> Place:
    flow, _, step = text.partition(".")
    return Place(flow, step)
