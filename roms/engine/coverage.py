"""What the tests walked of a release, and the lines of what none of them did; JUnit's XML for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from roms.engine.flow import Release
from roms.engine.rehearsal import Result
from roms.engine.types import Place


@dataclass(frozen=True, slots=True)
class Unwalked:
    """A step nobody entered, or a way between two steps that nobody took."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: not walked: {self.what}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many steps and ways (edges) there are, how many were walked, and the rest in the order of the files."""

    steps: int
    steps_walked: int
    edges: int
    edges_walked: int
    unwalked: tuple[Unwalked, ...]

    @property
    def complete(self) -> bool:
        return not self.unwalked


def coverage(release: Release, walked: Iterable[Place]) -> Coverage:
    """A step is walked when it was entered, an edge when its own target value was what led there."""
    ways = {id(place): place for place in walked}
    entered = set(ways.values())
    left = [
        Unwalked(step.file, step.line, f"step {place.flow}.{place.step}")
        for place, step in release.steps.items()
        if place not in entered
    ]
    steps = len(release.steps) - len(left)
    edges = [edge for edge in release.ways if id(edge.target) not in ways]
    for edge in edges:
        source = f"{edge.source.flow}.{edge.source.step}" if edge.source.step else f"a trigger of {edge.source.flow}"
        what = f"{source} → {edge.target.flow}.{edge.target.step}"
        left.append(Unwalked(edge.spot.file, edge.spot.line, what))
    left.sort(key=lambda each: (each.file, each.line))
    return Coverage(len(release.steps), steps, len(release.ways), len(release.ways) - len(edges), tuple(left))


def junit(results: Sequence[Result]) -> str:
    """What CI systems read: one test case a flow test, one failure with every mismatch."""
    failures = sum(bool(result.mismatches) for result in results)
    suite = ElementTree.Element("testsuite", name="flows", tests=str(len(results)), failures=str(failures), errors="0")
    for result in results:
        spot = result.script.spot
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=spot.file.removesuffix(".yaml"),
            name=_plain(result.script.name),
            file=spot.file,
        )
        case.set("line", str(spot.line))
        if result.mismatches:
            first, text = result.mismatches[0], "\n".join(map(str, result.mismatches))
            failure = ElementTree.SubElement(case, "failure", message=_plain(f"{first.spot.file}:{first.spot.line}"))
            failure.text = _plain(text)
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _plain(text: str) -> str:
    """XML has no way to write most control characters."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text)
