"""The mistakes people make in flow files, each a small function that finds every place where it can be made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from bench.mutation import wording
from bench.mutation.sheet import Mutant, Sheet
from bench.mutation.twigs import Twig, put, source, substituted, swapped, without
from bench.mutation.wording import CONDITIONS

Kind = Callable[[Sheet], Iterator[Mutant]]

TARGETS = ("go", "then", "failed")
DURATIONS = ("after", "idle", "for", "wait", "timeout", "response_within", "merge", "last", "closed_after")
MODES = ("BOT", "AGENT", "PAUSED", "CLOSED")
WORDS = ("keywords", "words", "starts_with", "pattern", "payload", "choices", "event", "label", "channels", "language")
# What may be forgotten: the whole entry goes.
ENTRIES = {
    "drop a go": TARGETS,
    "drop a timeout": ("timeout",),
    "drop a retry limit": ("retries",),
    "drop a text": ("say", "note", "caption"),
    "drop a label": ("label",),
    "drop a value that is set": ("set", "with"),
    "drop a save": ("save",),
    "drop a team or priority": ("team", "priority"),
    "drop interrupt or return": ("interrupt", "return"),
    "drop a condition": CONDITIONS,
    "drop the form of an answer": ("as",),
    "drop a control": ("menu", "ask", "branch", "handoff", "close", "end", "call", "http", "wait"),
    "drop a limit on a trigger": ("event", "channels", "language"),
    "drop a burst": ("burst",),
    "drop words": ("words", "keywords"),
    "drop a change of mode": ("to",),
}
ITEMS = {"options": "drop an option", "branch": "drop a case", "triggers": "drop a trigger", "after": "drop a timer"}
HOLDING = {
    "set": "drop a value that is set",
    "with": "drop a value that is set",
    "save": "drop a save",
    "on": "drop a row",
    "open": "drop a day",
    "holidays": "drop a holiday",
}
_DURATION = re.compile(r"\d+(?=[smhd])")


def forgotten(sheet: Sheet) -> Iterator[Mutant]:
    names = {name: kind for kind, entries in ENTRIES.items() for name in entries}
    for twig in sheet.root.walk():
        holder = twig.parent.name if twig.parent else ""
        kind = names.get(str(twig.name))
        if kind is None and isinstance(twig.name, int):
            kind = ITEMS.get(str(holder))
        if twig.name == "after" and twig.scalar is None:
            kind = "drop a timer"
        if kind is None or holder in HOLDING:
            kind = HOLDING.get(str(holder), kind)
        if kind is not None:
            yield from sheet.mutant(kind, twig, "dropped", without(sheet.text, twig))


def words_forgotten(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.root.walk():
        if twig.parent and twig.parent.name in WORDS and twig.scalar is not None and isinstance(twig.name, int):
            yield from sheet.mutant("drop a word", twig, f"`{twig.scalar}` dropped", without(sheet.text, twig))


def words_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.root.walk():
        alone = twig.name in WORDS and twig.name != "label"
        listed = twig.parent is not None and twig.parent.name in WORDS and isinstance(twig.name, int)
        if twig.scalar is not None and (alone or listed):
            yield from sheet.mutant(
                "change a word", twig, f"`{twig.scalar}` is `kelinci`", put(sheet.text, twig, "kelinci")
            )


def keys_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.named("key"):
        yield from sheet.mutant("change an option's key", twig, f"`{twig.scalar}` is 8", put(sheet.text, twig, 8))


def steps_of(sheet: Sheet) -> list[Twig]:
    steps = sheet.root.child("steps")
    return steps.children if steps else []


def steps_forgotten(sheet: Sheet) -> Iterator[Mutant]:
    for twig in steps_of(sheet):
        yield from sheet.mutant("drop a step", twig, "dropped", without(sheet.text, twig))


def neighbours(twigs: list[Twig]) -> Iterable[tuple[Twig, Twig]]:
    return pairwise(twigs)


def steps_swapped(sheet: Sheet) -> Iterator[Mutant]:
    for one, other in neighbours(steps_of(sheet)):
        text = swapped(sheet.text, one, other, keys=True)
        yield from sheet.mutant("swap two steps", one, f"stands after {other.name}", text)


def cases_swapped(sheet: Sheet) -> Iterator[Mutant]:
    """The order of cases and rows decides which one is taken."""
    for twig in sheet.root.walk():
        if twig.children and (twig.name == "branch" or twig.path[-2:-1] == ("on",)):
            for one, other in neighbours(twig.children):
                if isinstance(one.name, int):
                    text = swapped(sheet.text, one, other)
                    yield from sheet.mutant("swap two cases", one, "stands after the next one", text)


def targets(sheet: Sheet) -> list[Twig]:
    """Values that name a step; those of an answer's status stand under `on`."""
    leading = (twig for twig in sheet.root.walk() if twig.name in TARGETS or twig.path[-2:-1] == ("on",))
    return [twig for twig in leading if twig.scalar is not None and twig.path[0] == "steps"]


def targets_swapped(sheet: Sheet) -> Iterator[Mutant]:
    for one, other in neighbours(targets(sheet)):
        if one.path[:2] == other.path[:2]:
            text = swapped(sheet.text, one, other)
            yield from sheet.mutant("swap two targets", one, f"`{one.scalar}` and `{other.scalar}` swapped", text)


def targets_changed(sheet: Sheet) -> Iterator[Mutant]:
    names = [str(twig.name) for twig in steps_of(sheet)]
    for twig in targets(sheet):
        others = [name for name in names if name != twig.scalar]
        if others:
            new = sheet.chance(twig).choice(others)
            yield from sheet.mutant("go elsewhere", twig, f"`{twig.scalar}` is `{new}`", put(sheet.text, twig, new))


def targets_misspelled(sheet: Sheet) -> Iterator[Mutant]:
    for twig in targets(sheet):
        new = f"{twig.scalar}s"
        yield from sheet.mutant("misspell a target", twig, f"`{twig.scalar}` is `{new}`", put(sheet.text, twig, new))


def durations_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.root.walk():
        is_one = twig.name in DURATIONS or (twig.name in CONDITIONS and "duration(" in str(twig.scalar))
        if twig.scalar is None or not is_one:
            continue
        for match in _DURATION.finditer(source(sheet.text, twig)):
            for new in {int(match[0]) * 2, int(match[0]) // 2} - {0}:
                text = substituted(sheet.text, twig, match.span(), str(new))
                what = f"{match[0]} is {new} in `{twig.scalar}`"
                yield from sheet.mutant("change a duration", twig, what, text)


def retries_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.named("retries"):
        old = int(str(twig.scalar))
        for new in (old + 1, old - 1):
            if new >= 0:
                yield from sheet.mutant("change a retry limit", twig, f"{old} is {new}", put(sheet.text, twig, new))


def actions_forgotten(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.root.walk():
        if twig.parent and twig.path[:1] == ("modes",) and twig.parent.name == "do":
            text = without(sheet.text, twig) or put(sheet.text, twig.parent, [])
            yield from sheet.mutant("drop an action", twig, f"`{twig.scalar}` dropped", text)


def modes_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.named("to"):
        new = sheet.chance(twig).choice([mode for mode in MODES if mode not in (twig.scalar, twig.path[1])])
        yield from sheet.mutant("go to another mode", twig, f"`{twig.scalar}` is `{new}`", put(sheet.text, twig, new))


def teams_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.named("team"):
        yield from sheet.mutant(
            "change a team", twig, f"`{twig.scalar}` is `kelinci`", put(sheet.text, twig, "kelinci")
        )


def forms_changed(sheet: Sheet) -> Iterator[Mutant]:
    for twig in sheet.named("as"):
        new = "integer" if twig.scalar == "text" else "text"
        yield from sheet.mutant(
            "change the form of an answer", twig, f"`{twig.scalar}` is `{new}`", put(sheet.text, twig, new)
        )


def mutants(sheet: Sheet) -> list[Mutant]:
    """Every mistake that can be made in this file, in the same order every time."""
    return [mutant for kind in KINDS for mutant in kind(sheet)]


KINDS: tuple[Kind, ...] = (
    forgotten,
    words_forgotten,
    words_changed,
    keys_changed,
    steps_forgotten,
    steps_swapped,
    cases_swapped,
    targets_swapped,
    targets_changed,
    targets_misspelled,
    durations_changed,
    retries_changed,
    actions_forgotten,
    modes_changed,
    teams_changed,
    forms_changed,
    *wording.KINDS,
)
