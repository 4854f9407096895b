"""From plain values to the controls at which a talk stands until time or another system lets it go on."""

from __future__ import annotations

from roms.engine.book import Desk
from roms.engine.flow import Wait
from roms.engine.functions import duration
from roms.engine.moments import wall
from roms.engine.scope import Broken, Evaluate
from roms.engine.types import Place
from roms.engine.yamltext import Path


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
