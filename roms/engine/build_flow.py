"""One flow file on its way to steps and triggers; what is misshapen is left out, the rest is looked at all the same."""

from __future__ import annotations

from dataclasses import dataclass, field

from roms.engine import build, build_triggers, shape
from roms.engine.book import Book, Desk, Edge, Start
from roms.engine.flow import Ask, Http, Step, Wait, Way
from roms.engine.problems import Problem
from roms.engine.template import Text
from roms.engine.triggers import Trigger
from roms.engine.types import Place
from roms.engine.yamltext import Document, Path

QUESTIONS: tuple[Path, ...] = tuple((kind, *part) for kind in ("menu", "ask", "rate") for part in ((), ("invalid",)))
TRIGGERS_PER_FILE = 100_000  # more than a file can hold: keeps triggers of later files behind


@dataclass(slots=True)
class Draft:
    """First every draft is announced, so that flows may lead into each other; then each is compiled."""

    book: Book
    document: Document
    name: str = ""
    title: Text | None = None
    steps: list[Step] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)  # from the triggers to the first step
    wrong: set[Path] = field(default_factory=set)  # the first two parts of paths that are misshapen
    whole: bool = True

    def announce(self) -> None:
        """Note the flow's name and the names of its steps, even where a step is misshapen."""
        for path, problem in shape.misshapen(self.document, "flow.schema.json"):
            self.book.problems.append(problem)
            self.whole = False
            if problem.code != "shape-unknown" or not self._looked_past(path, problem):
                self.wrong.add(path[:2])
        data = self.document.data
        if not isinstance(data, dict) or not isinstance(data.get("flow"), str):
            return
        spot = self.document.at(("flow",))
        if other := self.book.flows.get(data["flow"]):
            self.book.add(spot, "flow-twice", word=data["flow"], where=f"{other.file}:{other.line}")
            self.wrong.add(("flow",))
            self.whole = False
            return
        self.name = data["flow"]
        self.book.flows[self.name] = spot
        steps = data.get("steps")
        names = steps if isinstance(steps, dict) else {}
        self.book.steps[self.name] = {name: self.document.at(("steps", name), key=True) for name in names}

    def _looked_past(self, path: Path, problem: Problem) -> bool:
        """A key that a step or its question does not know is dropped, so that what else is wrong is found too."""
        if path[:1] != ("steps",) or (len(path) != 2 and path[2:] not in QUESTIONS):
            return False
        held = Desk(self.book, self.document).value(path)
        keys = [key for key in held if self.document.at((*path, key), key=True) == problem.spot]
        for key in keys:
            del held[key]
        return bool(keys)

    def compile(self) -> None:
        """Raises nothing: what is wrong is noted in the book."""
        names = list(self.book.steps.get(self.name, ()))
        if not names:
            return
        desk = Desk(self.book, self.document, self.name)
        if desk.value(("title",)) is not None and ("title",) not in {path[:1] for path in self.wrong}:
            self.title = desk.text(("title",))
        for name, following in zip(names, [*names[1:], None], strict=True):
            if ("steps", name) not in self.wrong and ("steps",) not in self.wrong:
                self._step(desk, name, following)
        if ("triggers",) not in self.wrong:
            self._triggers(desk, names[0])

    def _step(self, desk: Desk, name: str, following: str | None) -> None:
        step = build.step(desk, name, following)
        self.steps.append(step)
        self.book.built[step.place] = step
        if step.following and (step.control is None or isinstance(step.control, (Ask, Wait, Http))):
            spot = self.document.at(("steps", name), key=True)
            asks = isinstance(step.control, Ask)
            save = step.control.save if isinstance(step.control, (Ask, Http)) else ""
            gives = (save,) if save else ()
            self.book.edges.append(Edge(step.place, step.following, asks, spot, "", gives))

    def _triggers(self, desk: Desk, name: str) -> None:
        before = list(self.book.flows).index(self.name) * TRIGGERS_PER_FILE
        for number in range(len(desk.value(("triggers",)) or ())):
            if ("triggers", number) not in self.wrong:
                first = Place(self.name, name)  # a value of its own for each trigger, see flow.Way
                trigger = build_triggers.trigger(desk, ("triggers", number), first, before + number)
                self.triggers.append(trigger)
                self.ways.append(Way(Place(self.name, ""), first, self.document.at(("triggers", number))))
                groups = tuple(name for pattern in trigger.patterns for name in pattern.groups)
                self.book.starts.append(Start(first, groups, trigger.interrupt))
