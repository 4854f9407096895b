"""Calls to other systems in flow tests: what an `http:` line expects, and the answer it gives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from roms.engine.effects import CallOut
from roms.engine.events import OutsideAnswered
from roms.engine.types import JSON

METHODS = ("get", "post", "put", "patch", "delete")
OK = 200


def line(call: CallOut, event: OutsideAnswered) -> JSON:
    """The `http:` line that expects this call and gives this answer."""
    said: JSON = {call.method.lower(): call.url}
    if call.body:
        said["body"] = json.loads(call.body)
    if event.problem and not event.status:
        return said | {"problem": event.problem}
    if event.status != OK:
        said["status"] = event.status
    if event.data is not None:
        said["answer"] = event.data
    return said | ({"problem": event.problem} if event.problem else {})


def answer(said: Mapping[str, Any], call: CallOut) -> OutsideAnswered:
    """What the line says came back: `answer` (with 200, or a status of its own), a bare `status`, or a `problem`."""
    problem = said.get("problem", "")
    status = said.get("status", 0 if problem else OK)
    data = said.get("answer", None if problem else {})
    return OutsideAnswered(call.turn, status, data, problem)


def meant(said: Mapping[str, Any], calls: Sequence[CallOut]) -> CallOut | None:
    """Of the calls that no line has expected yet the one that this line does, else the newest."""
    return next((call for call in calls if fits(said, call)), calls[-1] if calls else None)


def fits(said: Mapping[str, Any], call: CallOut) -> bool:
    same_body = "body" not in said or (call.body != "" and json.loads(call.body) == said["body"])
    return said.get(call.method.lower()) == call.url and same_body


def wanted(said: Mapping[str, Any]) -> str:
    named = [f"{method.upper()} {said[method]}" for method in METHODS if method in said]
    return "the call " + " ".join(named or ["of get, post, put, patch or delete"]) + _body(said.get("body"))


def told(call: CallOut) -> str:
    return f"{call.method} {call.url}" + _body(json.loads(call.body) if call.body else None)


def _body(body: Any) -> str:
    return "" if body is None else f" with {json.dumps(body, ensure_ascii=False)}"
