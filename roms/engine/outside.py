"""`http`: another system is asked through the worker, and the talk stands still until its answer is here.

Nothing here goes out: the request is an effect, its outcome an event. Secrets are named in it, never filled in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from roms.engine.effects import CallOut
from roms.engine.events import OutsideAnswered
from roms.engine.flow import Http, Step
from roms.engine.room import LARGEST_BODY, TooLarge
from roms.engine.scope import Scope, shown
from roms.engine.template import Template
from roms.engine.turn import Turn, later, running, start_clock, stop_clock
from roms.engine.types import Place

CLOCK = "http"
GRACE = 15  # seconds beyond the call's own time until it counts as lost: it waits for a worker, and to be written down
LONGEST_URL = 2000
SECRET = "secret."
LOST: Mapping[str, Any] = {"status": 0, "data": None, "problem": "lost"}


def begin(turn: Turn, step: Step, control: Http) -> Place | None:
    """Ask, and stand here; where the request cannot be made of these values, on to `failed`."""
    url, body = _address(turn, control.url), _body(turn, control)
    if url is None or body is None:
        turn.rule = "the request cannot be made"
        return control.failed
    turn.place, turn.pinned, turn.arrived = step.place, turn.release.number, None
    start_clock(turn, CLOCK, later(turn, control.timeout + GRACE))
    headers = tuple((name, _header(turn, value)) for name, value in control.headers)
    turn.effects.append(CallOut(control.method, url, headers, body, control.timeout, turn.clocks[CLOCK]))
    return None


def arrives(turn: Turn, event: OutsideAnswered | None) -> None:
    """Keep the outcome until the talk stands at its step; None: no worker gave one in time."""
    stop_clock(turn, CLOCK)
    turn.arrived = {"status": event.status, "data": event.data, "problem": event.problem} if event else LOST


def again(turn: Turn, step: Step) -> bool:
    """Stand here once more after something else; False where the outcome is known by now."""
    if not running(turn, CLOCK):
        return False
    turn.place, turn.pinned = step.place, turn.release.number
    return True


def leads(turn: Turn, control: Http) -> Place | None:
    """Where the outcome leads: None is on to the next step. A call whose answer went to a later one is lost."""
    arrived, turn.arrived = turn.arrived or LOST, None
    status, problem = arrived["status"], arrived["problem"]
    turn.rule = f"answer {status}" if status else f"no answer: {problem}"
    own = control.on.get(status) if problem in ("", "json") else None
    good = own or (200 <= status < 300 and not problem)
    if good and control.save:
        turn.variables[control.save] = {} if arrived["data"] is None else arrived["data"]
    return own or (None if good else control.failed)


def _address(scope: Scope, url: Template) -> str | None:
    """Values are percent-encoded; None where one would climb up in the path, or the address grows too long."""
    address = url.pieces[0]
    for hole, after in zip(url.holes, url.pieces[1:], strict=True):
        value = _filled(scope, hole)
        if len(address) + len(value) > LONGEST_URL:
            return None
        address += quote(value, safe="", errors="replace") + after
    climbs = {".", ".."} & set(address.partition("?")[0].split("/"))
    return None if climbs or len(address) > LONGEST_URL else address


def _filled(scope: Scope, hole: Any) -> str:
    read, filters = hole
    value = read(scope)
    for change, argument in filters:
        value = change(value, argument)
    return shown(value)


def _header(scope: Scope, value: Template) -> tuple[str, ...]:
    """Text, name of a secret, text, … in turns, so that what a contact wrote can never name a secret."""
    parts = [value.pieces[0]]
    for hole, (name, _), after in zip(value.holes, value.names, value.pieces[1:], strict=True):
        if name.startswith(SECRET):
            parts += (name.removeprefix(SECRET), after)
        else:
            text = _filled(scope, hole)
            parts[-1] += "".join(letter if letter.isprintable() else " " for letter in text) + after
    return tuple(parts)


def _body(scope: Scope, control: Http) -> str | None:
    if control.body is None:
        return ""
    try:
        body = control.body(scope)
    except TooLarge:
        return None
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= LARGEST_BODY else None
