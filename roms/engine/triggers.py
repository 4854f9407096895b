"""Which flow a message starts. Everything is filed beforehand, so that a thousand flows cost no more than one.

The best match wins: payload, exact phrase, start or pattern, word, mistyped word, then what the moment itself starts,
then `otherwise`; among equals `priority`, then file order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from roms.engine.occasions import CLOSED_BY_AGENT, OCCASIONS, Moment
from roms.engine.patterns import PatternSet
from roms.engine.scope import Broken, Evaluate, Scope
from roms.engine.types import Place
from roms.engine.value import value
from roms.engine.words import Typos


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A pattern as written, and compiled for its named groups."""

    source: str
    compiled: Any
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Trigger:
    """One way to start a flow."""

    go: Place
    order: int = 0  # where it stands in the files
    phrases: tuple[tuple[str, ...], ...] = ()  # keywords, each as its folded words
    starts: tuple[tuple[str, ...], ...] = ()
    payloads: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    otherwise: bool = False
    when: Evaluate | None = None
    priority: int = 0
    interrupt: bool = False
    comes_back: bool = False
    occasions: tuple[str, ...] = ()
    condition: str = ""  # `when` as it is written, to explain with


@value
class Match:
    """A trigger that took the message, why, and what its pattern found."""

    trigger: Trigger
    rule: str
    found: Mapping[str, str] = field(default_factory=dict)


Filed = dict[str, list[tuple[tuple[str, ...], Trigger]]]  # by first word


class Index:
    """The triggers of a release, best first, filed by what a message may bring."""

    __slots__ = (
        "_exact",
        "_firsts",
        "_occasions",
        "_otherwise",
        "_patterns",
        "_payloads",
        "_set",
        "_starts",
        "_typos",
        "_words",
        "beginning",
        "targets",
    )

    def __init__(self, triggers: Iterable[Trigger]) -> None:
        ranked = sorted(triggers, key=_rank)
        self._payloads: dict[str, list[Trigger]] = {}
        self._exact: dict[tuple[str, ...], list[Trigger]] = {}
        self._words: Filed = {}
        self._starts: Filed = {}
        self._patterns: list[tuple[Pattern, Trigger]] = []
        self._occasions = [(name, trigger) for trigger in ranked for name in trigger.occasions]
        self._otherwise = sorted((each for each in ranked if each.otherwise), key=lambda each: each.when is None)
        self.targets = frozenset(trigger.go for trigger in ranked)
        self.beginning = self._otherwise[-1].go if self._otherwise else None  # what a talk about nothing begins with
        for trigger in ranked:
            self._file(trigger)
        self._firsts = frozenset((*self._words, *self._starts))
        self._set = PatternSet([pattern.source for pattern, _ in self._patterns])
        self._typos = Typos(word for phrase in self._exact for word in phrase)

    def _file(self, trigger: Trigger) -> None:
        for payload in trigger.payloads:
            self._payloads.setdefault(payload, []).append(trigger)
        for phrase in trigger.phrases:
            self._exact.setdefault(phrase, []).append(trigger)
            self._words.setdefault(phrase[0], []).append((phrase, trigger))
        for start in trigger.starts:
            self._starts.setdefault(start[0], []).append((start, trigger))
        self._patterns += [(pattern, trigger) for pattern in trigger.patterns]

    def find(self, text: str, words: Sequence[str], payload: str | None, scope: Scope) -> Match | None:
        """The best trigger that wants these very words."""
        if payload and (hit := _first(self._payloads.get(payload, ()), scope)):
            return Match(hit, f"button '{payload[:40]}'")
        if not self._patterns and self._firsts.isdisjoint(words):
            return None
        if not words:
            return self._by_pattern(text, words, scope) if text else None
        if (fit := self._exact.get(tuple(words))) and (hit := _first(fit, scope)):
            return Match(hit, f"keyword '{' '.join(words)}'")
        if self._patterns or words[0] in self._starts:
            return self._by_pattern(text, words, scope) or self._by_word(words, scope)
        return self._by_word(words, scope)

    def best(self, text: str, words: Sequence[str], payload: str | None, scope: Scope) -> Match | None:
        """The same, and where there is none once more with slips forgiven."""
        return self.find(text, words, payload, scope) or self.find_mistyped(words, scope)

    def find_mistyped(self, words: Sequence[str], scope: Scope) -> Match | None:
        """The best keyword once every word is read as the known word it is nearly."""
        meant = [self._typos.nearest(word) or word for word in words]
        if meant == list(words):
            return None
        if hit := _first(self._exact.get(tuple(meant), ()), scope):
            match: Match | None = Match(hit, f"keyword '{' '.join(meant)}'")
        else:
            match = self._by_word(meant, scope)
        typed = " ".join(word for word, known in zip(words, meant, strict=True) if word != known)
        return replace(match, rule=f"{match.rule}, typed '{typed[:40]}'") if match else None

    def occasion(self, moment: Moment) -> Match | None:
        """The best trigger that waits for a moment like this."""
        fit = (each for each in self._occasions if holds(each[1].when, moment) and OCCASIONS[each[0]](moment))
        return next((Match(trigger, f"event {name}") for name, trigger in fit), None)

    def afterwards(self, scope: Scope) -> Match | None:
        """The best trigger that waits for an agent to close the conversation."""
        fit = (trigger for name, trigger in self._occasions if name == CLOSED_BY_AGENT and holds(trigger.when, scope))
        return next((Match(trigger, f"event {CLOSED_BY_AGENT}") for trigger in fit), None)

    def otherwise(self, scope: Scope) -> Match | None:
        """What takes everything; those with a condition or a limit come before the one that has none."""
        hit = _first(self._otherwise, scope)
        return Match(hit, "otherwise") if hit else None

    def candidates(
        self, text: str, words: Sequence[str], payload: str | None, scope: Moment
    ) -> list[tuple[Match, bool]]:
        """Everything that fits the message, best first, each with whether its condition holds: to explain, not to
        answer with; `find` stops at the first that holds."""
        fit = [Match(each, f"button '{payload}'") for each in self._payloads.get(payload or "", ())]
        fit += [Match(each, f"keyword '{' '.join(words)}'") for each in self._exact.get(tuple(words), ())]
        for start, trigger in self._starts.get(words[0], ()) if words else ():
            if tuple(words[: len(start)]) == start:
                fit.append(Match(trigger, f"starts with '{' '.join(start)}'"))
        fit += [_matched(*self._patterns[number], text) for number in self._set.matching(text)]
        for position, word in enumerate(words):
            for phrase, trigger in self._words.get(word, ()):
                if tuple(words[position : position + len(phrase)]) == phrase:
                    fit.append(Match(trigger, f"keyword '{' '.join(phrase)}'"))
        fit += self._mistyped(words)
        fit += [Match(each, f"event {name}") for name, each in self._occasions if OCCASIONS[name](scope)]
        fit += [Match(each, "otherwise") for each in self._otherwise]
        once = {id(match.trigger): match for match in reversed(fit)}
        best = sorted(once.values(), key=fit.index)
        return [(match, holds(match.trigger.when, scope)) for match in best]

    def _mistyped(self, words: Sequence[str]) -> list[Match]:
        """Every keyword that `find_mistyped` may come upon."""
        meant = [self._typos.nearest(word) or word for word in words]
        fit = []
        for position, word in enumerate(meant):
            for phrase, trigger in self._words.get(word, ()):
                end = position + len(phrase)
                if tuple(meant[position:end]) == phrase and tuple(words[position:end]) != phrase:
                    typed = " ".join(word for word in words[position:end] if word not in phrase)
                    fit.append(Match(trigger, f"keyword '{' '.join(phrase)}', typed '{typed[:40]}'"))
        return fit

    def _by_pattern(self, text: str, words: Sequence[str], scope: Scope) -> Match | None:
        candidates = [
            Match(trigger, f"starts with '{' '.join(start)}'")
            for start, trigger in (self._starts.get(words[0], ()) if words else ())
            if tuple(words[: len(start)]) == start
        ]
        if self._patterns:
            candidates += [_matched(*self._patterns[number], text) for number in self._set.matching(text)]
        candidates.sort(key=lambda match: _rank(match.trigger))
        return next((match for match in candidates if holds(match.trigger.when, scope)), None)

    def _by_word(self, words: Sequence[str], scope: Scope) -> Match | None:
        best: Match | None = None
        for position, word in enumerate(words):
            for phrase, trigger in self._words.get(word, ()):
                if len(phrase) > 1 and tuple(words[position : position + len(phrase)]) != phrase:
                    continue
                if (best is None or _rank(trigger) < _rank(best.trigger)) and holds(trigger.when, scope):
                    best = Match(trigger, f"keyword '{' '.join(phrase)}'")
        return best


def _rank(trigger: Trigger) -> tuple[int, int]:
    return -trigger.priority, trigger.order


def _matched(pattern: Pattern, trigger: Trigger, text: str) -> Match:
    hit = pattern.compiled.search(text)
    found = {name: hit.group(name) or "" for name in pattern.groups} if hit else {}
    return Match(trigger, f"pattern '{pattern.source[:60]}'", found)


def holds(when: Evaluate | None, scope: Scope) -> bool:
    """A condition that cannot be told, because a value is missing, does not hold."""
    if when is None:
        return True
    try:
        return bool(when(scope))
    except Broken:
        return False


def _first(triggers: Sequence[Trigger], scope: Scope) -> Trigger | None:
    return next((trigger for trigger in triggers if holds(trigger.when, scope)), None)
