"""A conversation on a virtual clock: what a test says, and what came back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from roms.engine.effects import Effect, SendMessage, StartTimer
from roms.engine.events import Event, MessageReceived, TimerFired
from roms.engine.flow import Release
from roms.engine.flowfile import FlowErrors, Problem, compile_release
from roms.engine.lifecycle import begin, decide
from roms.engine.media import Files
from roms.engine.session import dump, load
from roms.engine.types import Decision, Session

FLOWS = Path(__file__).parents[2] / "flows"
LIFECYCLE = (FLOWS / "lifecycle.yaml").read_text(encoding="utf-8")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def shipped() -> dict[str, str | bytes]:
    texts = {path.name: path.read_text(encoding="utf-8") for path in FLOWS.glob("*.yaml")}
    return {**texts, **{f"media/{path.name}": path.read_bytes() for path in (FLOWS / "media").iterdir()}}


def flow_files(steps: str, triggers: str = "[{otherwise: true}]", **more: str) -> dict[str, str]:
    """One flow called `main`, written as its steps, beside the shipped lifecycle."""
    text = f"flow: main\ntriggers: {triggers}\nsteps:\n" + indented(steps)
    return {"lifecycle.yaml": LIFECYCLE, "main.yaml": text, **{f"{name}.yaml": flow for name, flow in more.items()}}


def indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.strip("\n").splitlines())


def problems(files: Files) -> tuple[Problem, ...]:
    try:
        return compile_release(files).warnings
    except FlowErrors as errors:
        return errors.problems


def codes(files: Files) -> list[str]:
    return [problem.code for problem in problems(files)]


class Chat:
    """Every session goes through JSON on its way to the next event, as it does in a webhook."""

    def __init__(self, files: Files, **contact: Any) -> None:
        self.release: Release = compile_release(files, 7)
        self.facts = {"contact": {"language": "id", **contact}, "channel": {}, "conversation": {}}
        self.now = NOON
        self.stored = dump(begin(self.release, self.now, self.facts))
        self.last: Decision
        self.timers: list[StartTimer] = []  # all that were ever set

    def happens(self, event: Event) -> tuple[Effect, ...]:
        session = load(json.loads(json.dumps(self.stored)), self.facts)
        self.last = decide(self.release, session, event, self.now)
        self.stored = dump(self.last.session)
        self.timers += [each for each in self.last.effects if isinstance(each, StartTimer)]
        return self.last.effects

    @property
    def session(self) -> Session:
        return self.last.session

    def says(self, text: str, payload: str | None = None) -> list[str]:
        """What the bot answers."""
        return spoken(self.happens(MessageReceived(text, payload)))

    def fires(self, timer: StartTimer) -> tuple[Effect, ...]:
        self.now = max(self.now, timer.due)
        return self.happens(TimerFired(timer.kind, timer.turn))

    def timer(self, kind: str) -> StartTimer:
        """The timer of this kind that the last event set."""
        return next(each for each in self.last.effects if isinstance(each, StartTimer) and each.kind == kind)

    def passes(self, **time: int) -> None:
        self.now += timedelta(**time)

    @property
    def mode(self) -> str:
        return str(self.stored["mode"])

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self.last.session.variables)


def spoken(effects: tuple[Effect, ...]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, SendMessage)]
