"""From the plain values of a `call` to a compiled one."""

from __future__ import annotations

from roms.engine.book import Desk, Edge
from roms.engine.flow import Subflow
from roms.engine.scope import Evaluate
from roms.engine.types import Place
from roms.engine.yamltext import Path


def call(desk: Desk, path: Path, place: Place, given: tuple[tuple[str, Evaluate], ...]) -> Subflow:
    """`flow` alone is its first step. The way back is noted by the checker, who knows whether there is one."""
    flow, _, step = str(desk.value((*path, "flow"))).partition(".")
    names = desk.book.steps.get(flow, {flow: None})
    to = Place(flow, step or next(iter(names), ""))
    if names:
        spot = desk.document.at((*path, "flow"))
        desk.book.edges.append(Edge(place, to, False, spot, "call", tuple(name for name, _ in given)))
    save = {name: str(theirs) for name, theirs in (desk.value((*path, "save")) or {}).items()}
    desk.book.written.update(save)
    desk.book.saved[place] = {name: desk.document.at((*path, "save", name)) for name in save}
    return Subflow(to, given, save)
