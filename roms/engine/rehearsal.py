"""Flow tests, run: every line of a script against what the engine does, and every departure with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from roms.engine import calling, lines
from roms.engine.acting import SOMEBODY, meant
from roms.engine.effects import AddNote, AskRating, CallOut, FindAgent, KeepRating, SendMessage
from roms.engine.events import AgentReplied
from roms.engine.flow import Release
from roms.engine.patterns import PatternError, compiled
from roms.engine.play import Player, facts_of
from roms.engine.problems import Spot
from roms.engine.script import Line, Script
from roms.engine.types import Decision, Place, Refused


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One line of a test that did not come true."""

    spot: Spot
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.spot.file}:{self.spot.line}: expected {self.expected}\n    got      {self.got}"


@dataclass(slots=True)
class Result:
    """A test that was run: what went wrong, and where it walked."""

    script: Script
    mismatches: list[Mismatch] = field(default_factory=list)
    walked: list[Place] = field(default_factory=list)


@dataclass(slots=True)
class _Stage:
    """A chat under way: what the bot said that no line has expected yet, and what this turn left behind."""

    player: Player
    result: Result
    unheard: list[SendMessage] = field(default_factory=list)
    calls: list[CallOut] = field(default_factory=list)  # to other systems, that no line has expected yet
    notes: list[str] = field(default_factory=list)
    handoff: FindAgent | None = None
    unmatched: bool = False
    rated: dict[str, Any] | None = None  # since the contact was asked: what they gave, and said of it

    def miss(self, line: Line, expected: str, got: str) -> None:
        self.result.mismatches.append(Mismatch(line.spot, expected, got))

    def take(self, decision: Decision) -> None:
        self.result.walked += decision.walked
        self.unmatched |= decision.unmatched
        for effect in decision.effects:
            if isinstance(effect, SendMessage):
                self.unheard.append(effect)
            elif isinstance(effect, AddNote):
                self.notes.append(effect.text)
            elif isinstance(effect, FindAgent):
                self.handoff = effect
            elif isinstance(effect, CallOut):
                self.calls.append(effect)
            elif isinstance(effect, AskRating):
                self.rated = {}
            elif isinstance(effect, KeepRating):
                given = {"score": effect.score} if effect.score is not None else {"comment": effect.comment}
                self.rated = {**(self.rated or {}), **given}


def run(release: Release, script: Script) -> Result:
    """Play the script; every line is looked at, also after one that failed."""
    result = Result(script)
    stage = _Stage(Player(release, script.time, facts_of(script.contact, script.channel)), result)
    for line in script.chat:
        if line.kind in HAPPENS or line.kind == "http":
            _nothing_unheard(stage, line)
            stage.notes, stage.handoff, stage.unmatched = [], None, False
            _happen(stage, line)
        else:
            EXPECTS[line.kind](stage, line)
    _nothing_unheard(stage, script.chat[-1])
    for call in stage.calls:
        stage.miss(script.chat[-1], "no call to another system", calling.told(call))
    return result


def run_all(release: Release, scripts: Iterable[Script]) -> list[Result]:
    return [run(release, script) for script in scripts]


def _nothing_unheard(stage: _Stage, line: Line) -> None:
    """What the bot said and no line expected is as wrong as what it did not say."""
    for effect in stage.unheard:
        stage.miss(line, "nothing more from the bot here", _told(effect))
    stage.unheard = []


def _happen(stage: _Stage, line: Line) -> None:
    try:
        if line.kind == "http":
            _http(stage, line)
        else:
            HAPPENS[line.kind](stage, line.value)
    except Refused as refused:
        stage.miss(line, f"{refused.event} to be possible", f"mode {refused.mode}, where it is not")


def _customer(stage: _Stage, value: Any) -> None:
    stage.take(stage.player.happens(lines.heard(value if isinstance(value, dict) else {"text": value})))


def _agent(stage: _Stage, value: str) -> None:
    stage.take(stage.player.happens(AgentReplied(value, SOMEBODY)))


def _event(stage: _Stage, value: Any) -> None:
    stage.take(stage.player.happens(meant(value, stage.player.now)))


def _wait(stage: _Stage, value: Any) -> None:
    until = stage.player.now + value
    while (decision := stage.player.fires_before(until)) is not None:
        stage.take(decision)
    stage.player.now = until


def _http(stage: _Stage, line: Line) -> None:
    """The call that is expected here gets its answer; where another one is under way, that one gets it."""
    call = calling.meant(line.value, stage.calls)
    if call is None:
        return stage.miss(line, calling.wanted(line.value), "no call to another system")
    stage.calls.remove(call)
    if not calling.fits(line.value, call):
        stage.miss(line, calling.wanted(line.value), calling.told(call))
    stage.take(stage.player.happens(calling.answer(line.value, call)))


def _bot(stage: _Stage, line: Line) -> None:
    wanted, got = line.value, _next(stage)
    if got is None or not lines.fits(got, wanted):
        stage.miss(line, str(wanted) if isinstance(wanted, dict) else _quoted(str(wanted).strip()), _told(got))


def _bot_like(stage: _Stage, line: Line) -> None:
    wanted, got = str(line.value), _next(stage)
    if got is None or not (wanted in got.text or _found(wanted, got.text)):
        stage.miss(line, f"something with {_quoted(wanted)}", _told(got))


def _next(stage: _Stage) -> SendMessage | None:
    return stage.unheard.pop(0) if stage.unheard else None


def _found(pattern: str, text: str) -> bool:
    try:
        return compiled(pattern).search(text) is not None
    except PatternError:
        return False


def _mode(stage: _Stage, line: Line) -> None:
    if stage.player.session.mode != line.value:
        stage.miss(line, f"mode {line.value}", f"mode {stage.player.session.mode}")


def _label(stage: _Stage, line: Line) -> None:
    labels = stage.player.facts["conversation"]["labels"]
    if line.value not in labels:
        stage.miss(line, f"label {line.value}", ", ".join(labels) or "no label")


def _note(stage: _Stage, line: Line) -> None:
    if not any(line.value in note for note in stage.notes):
        stage.miss(line, f"a note with {_quoted(line.value)}", " · ".join(map(_quoted, stage.notes)) or "no note")


def _handoff(stage: _Stage, line: Line) -> None:
    """`true` or `false`, a team's name, or what of team, skill, priority and reason matters."""
    given, wanted = stage.handoff, line.value
    got = {name: getattr(given, name) for name in ("team", "skill", "priority", "reason")} if given else {}
    if isinstance(wanted, bool):
        right = wanted == bool(given)
    else:
        wanted = wanted if isinstance(wanted, dict) else {"team": wanted}
        right = bool(given) and got.items() >= wanted.items()
    if not right:
        stage.miss(line, f"handoff {wanted}", f"handoff {got}" if given else "no handoff")


def _unmatched(stage: _Stage, line: Line) -> None:
    if stage.unmatched != line.value:
        words = {True: "nothing to take the message", False: "something to take the message"}
        stage.miss(line, words[line.value], words[stage.unmatched])


def _vars(stage: _Stage, line: Line) -> None:
    variables = stage.player.session.variables
    for name, value in line.value.items():
        if variables.get(name) != value:
            stage.miss(line, f"{name} = {value!r}", f"{name} = {variables.get(name)!r}")


def _rated(stage: _Stage, line: Line) -> None:
    """`true` or `false`: whether they were asked and answered; or what of score and comment matters."""
    got, wanted = stage.rated or {}, line.value
    right = wanted == ("score" in got) if isinstance(wanted, bool) else got.items() >= wanted.items()
    if not right:
        stage.miss(line, f"rated {wanted}", f"rated {got}" if got else "no rating")


def _told(effect: SendMessage | None) -> str:
    said = lines.written(effect) if effect else None
    return str(said) if isinstance(said, dict) else _quoted(effect.text) if effect else "nothing"


def _quoted(text: str) -> str:
    return '"' + text.replace("\n", "⏎") + '"'


HAPPENS: dict[str, Callable[[_Stage, Any], None]] = {
    "customer": _customer,
    "agent": _agent,
    "event": _event,
    "wait": _wait,
}
EXPECTS: dict[str, Callable[[_Stage, Line], None]] = {
    "bot": _bot,
    "bot~": _bot_like,
    "mode": _mode,
    "label": _label,
    "note": _note,
    "handoff": _handoff,
    "unmatched": _unmatched,
    "rated": _rated,
    "vars": _vars,
}
