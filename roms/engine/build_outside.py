"""From plain values to the controls at which a talk stands until time or another system lets it go on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from roms.engine.book import Desk
from roms.engine.flow import Http, Wait
from roms.engine.functions import duration
from roms.engine.moments import wall
from roms.engine.room import Room
from roms.engine.scope import Broken, Evaluate, Scope
from roms.engine.template import Template
from roms.engine.types import Place
from roms.engine.yamltext import Path

METHODS = ("get", "post", "put", "patch", "delete")
OUR_HEADERS = frozenset(
    "host content-length content-type transfer-encoding connection accept-encoding te trailer upgrade expect".split()
)
SECRET = "secret."
ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?=[/?]|$)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[!$-;=?-\[\]_a-z~]*", re.IGNORECASE)  # what an address may be written with, but for #
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")


def filled(desk: Desk, path: Path) -> Evaluate:
    """`= price * 2` is an expression; any other text may have holes; everything else is itself."""
    value = desk.value(path)
    if isinstance(value, str) and value.startswith("="):
        return desk.expression(path)
    if not isinstance(value, str):
        return lambda _: value
    template = desk.template(path)
    return template.render if template.holes else lambda _: value


def wait(desk: Desk, path: Path, place: Place) -> Wait:
    value = desk.value(path)
    if not isinstance(value, dict):
        desk.book.waits[place] = desk.document.at(path)
        return Wait(duration(value), None)
    at: Path = (*path, "until")
    desk.book.waits[place] = desk.document.at(at)
    until = desk.value(at)
    if not until.startswith("=") and "{{" not in until:
        try:
            wall(until, "wait")
        except Broken:
            desk.add(at, "wait-moment", word=until[:60])
    return Wait(0, filled(desk, at))


def http(desk: Desk, path: Path, place: Place) -> Http:
    value = desk.value(path)
    named = [method for method in METHODS if method in value]
    if len(named) != 1:
        desk.book.add(desk.document.at(path, key=True), "http-method")
    method = named[0] if named else "get"
    if "body" in value and method in ("get", "delete"):
        desk.book.add(desk.document.at((*path, "body"), key=True), "http-body", word=method)
    save = value.get("save", "")
    desk.book.written |= {save} - {""}
    gives = (save,) if save else ()
    return Http(
        method.upper(),
        _url(desk, (*path, method)) if named else Template("", ("",)),
        tuple((name, _header(desk, (*path, "headers", name))) for name in value.get("headers", {})),
        _body(desk, (*path, "body")) if "body" in value else None,
        save,
        _timeout(desk, (*path, "timeout")),
        {
            _status(desk, (*path, "on", status)): desk.target((*path, "on", status), place, gives=gives)
            for status in value.get("on", {})
        },
        desk.target((*path, "failed"), place),
    )


def _url(desk: Desk, path: Path) -> Template:
    """The host stands there in letters; values may be put in only behind it."""
    url = desk.template(path)
    letters_only = all(_LETTERS.fullmatch(piece) for piece in url.pieces)
    if not letters_only or not ADDRESS.match(url.pieces[0] + ("{" if url.holes else "")):
        desk.add(path, "http-url")
    return url


def _header(desk: Desk, path: Path) -> Template:
    """The one place where a secret may be named: it is none of the flow's variables."""
    name, before = str(path[-1]), len(desk.book.reads)
    if not _HEADER.fullmatch(name) or name.lower() in OUR_HEADERS:
        desk.book.add(desk.document.at(path, key=True), "http-header", word=name[:60])
    header = desk.template(path)
    reads = desk.book.reads[before:]
    desk.book.reads[before:] = [read for read in reads if not read.name.startswith(SECRET)]
    return header


def _body(desk: Desk, path: Path) -> Evaluate:
    """Maps and lists with values at their ends, however deep; what grows too large is never made whole."""
    part = _part(desk, path)
    return lambda scope: part(scope, Room())


def _part(desk: Desk, path: Path) -> Callable[[Scope, Room], Any]:
    value = desk.value(path)
    if isinstance(value, dict):
        parts = {name: _part(desk, (*path, name)) for name in value}
        return lambda scope, room: {name: part(scope, room) for name, part in parts.items()}
    if isinstance(value, list):
        items = [_part(desk, (*path, number)) for number in range(len(value))]
        return lambda scope, room: [item(scope, room) for item in items]
    read = filled(desk, path)
    return lambda scope, room: room.take(read(scope))


def _timeout(desk: Desk, path: Path) -> int:
    seconds = duration(desk.value(path) or "10s")
    if not 1 <= seconds <= 30:
        desk.add(path, "http-timeout")
    return seconds


def _status(desk: Desk, path: Path) -> int:
    status = str(path[-1])
    if not re.fullmatch("[245][0-9][0-9]", status):
        desk.book.add(desk.document.at(path, key=True), "http-status", word=status[:60])
        return 0
    return int(status)
