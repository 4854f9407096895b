"""The triggers that fitted a message and did not get it: which, and why each of them lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from roms.engine import rules
from roms.engine.flow import Release
from roms.engine.scope import Broken
from roms.engine.triggers import Match
from roms.engine.turn import Turn
from roms.engine.words import folded

# Better first; `find` asks in this order, and within a rank for the priority, then for the order of the files.
RANKS = {"button": 0, "exact": 1, "starts": 2, "pattern": 2, "word": 3, "typo": 4, "event": 5, "otherwise": 6}
MOST = 20  # that are named


@dataclass(frozen=True, slots=True)
class Lost:
    """`why`: condition, unknown, waiting, typo_waits, person, mode, weaker, priority, later. The values say the rest:
    `when` of a condition, the kinds `mine` and `best` of a weaker match, the two priorities."""

    flow: str
    step: str
    file: str
    line: int
    rule: str
    why: str
    values: Mapping[str, str] = field(default_factory=dict)


Fit = Iterable[tuple[Match, bool]]


def lost(turn: Turn, fit: Fit, won: Match | None, asked: bool) -> tuple[Lost, ...]:
    """Why each of these did not take the message that `won` took, or that a waiting question took."""
    heard = turn.message.get("text", "")
    return tuple(
        _told(turn.release, match, *_reason(turn, match, holds, won, asked))
        for match, holds in list(fit)[:MOST]
        if not (asked and match.trigger.otherwise and kind_of(match, heard) == "otherwise")
    )


def all_lost(release: Release, fit: Fit, why: str) -> tuple[Lost, ...]:
    """None of them was even asked."""
    return tuple(_told(release, match, why, {}) for match, _ in list(fit)[:MOST] if match.rule != "otherwise")


def kind_of(match: Match, heard: str) -> str:
    """How this trigger fits: an exact keyword is the whole message, a word stands somewhere in it."""
    rule = rules.read(match.rule)
    if rule.code == "keyword":
        return "exact" if folded(heard) == rule.values["word"] else "word"
    return rule.code if rule.code in RANKS else "event"


def _reason(turn: Turn, match: Match, holds: bool, won: Match | None, asked: bool) -> tuple[str, dict[str, str]]:
    heard, trigger = turn.message.get("text", ""), match.trigger
    mine = kind_of(match, heard)
    if asked and not trigger.interrupt:
        return "waiting", {}
    if asked and mine == "typo":
        return "typo_waits", {}
    if not holds:
        return _condition(turn, match)
    if won is None:
        return "waiting", {}
    best = kind_of(won, heard)
    if RANKS[mine] != RANKS[best]:
        return "weaker", {"mine": mine, "best": best}
    if trigger.priority != won.trigger.priority:
        return "priority", {"mine": str(trigger.priority), "best": str(won.trigger.priority)}
    return "later", {}


def _condition(turn: Turn, match: Match) -> tuple[str, dict[str, str]]:
    """A condition that reads what nobody knows yet does not hold either; that is another thing to mend."""
    when, values = match.trigger.when, {"when": match.trigger.condition}
    try:
        if when is not None:
            when(turn)
    except Broken:
        return "unknown", values
    return "condition", values


def _told(release: Release, match: Match, why: str, values: Mapping[str, str]) -> Lost:
    place = match.trigger.go
    step = release.steps.get(place)
    file, line = (step.file, step.line) if step else ("", 0)
    return Lost(place.flow, place.step, file, line, match.rule, why, values)
