"""The ledger of a chaos run as a person reads it."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field

from tools.chaos.ledger import Ledger
from tools.chaos.rows import Evidence, story
from tools.terminal import say

MUST_NOT = ("lost", "doubled", "reordered", "spoke", "stuck")
MOST_STORIES = 20


@dataclass(slots=True)
class Course:
    """What was done to ROMS, and how soon it was well again."""

    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    unrecovered: list[str] = field(default_factory=list)
    happened: list[tuple[float, str]] = field(default_factory=list)  # when, in seconds since 1970
    seconds: float = 0.0

    @property
    def longest(self) -> tuple[float, str]:
        """The slowest recovery and what it was from."""
        return max(((max(times), kind) for kind, times in self.recoveries.items()), default=(0.0, "nothing"))


def tell(head: str, ledger: Ledger, course: Course, troubles: list[str], broken: list[str]) -> None:
    """Everything, in a page."""
    sums = ledger.sums
    say(f"\nledger · {head}")
    minutes = course.seconds / 60
    total = sums["received"] + sums["handed"]
    say(f"  {total} messages in {minutes:.1f} min ({total / max(1, course.seconds):.0f} a second)")
    rows = [
        ("received (answered 2xx)", "received"),
        ("stored", "stored"),
        ("answered by the bot", "answered"),
        ("written to a person, came to the bot", "given_back"),
        ("said by bot and agents", "said"),
        ("handed to the provider", "handed"),
        ("confirmed (delivered or read)", "confirmed"),
        ("cancelled by a takeover", "cancelled"),
        ("failed (provider's own no)", "failed"),
        ("unknown at the end", "unknown"),
        ("in the spool", "spooled"),
        ("set aside", "aside"),
        ("webhooks repeated after a 2xx", "repeated"),
        ("webhooks refused or broken off", "refused"),
    ]
    for words, name in rows:
        say(f"  {words:<38}{sums[name]:>9}")
    for words, count in sorted(ledger.unknown.items()):
        say(f"    was unknown: {words:<23}{count:>9}")
    for what in MUST_NOT:
        say(f"  {'bot spoke after a takeover' if what == 'spoke' else what:<38}{ledger.of(what):>9}")
    say(f"  {'promises broken':<38}{len(broken):>9}")
    _course(course)
    for words in [*troubles, *course.unrecovered]:
        say(f"  trouble: {words}")


def _course(course: Course) -> None:
    say(f"\n  {'what was done':<28}{'times':>7}{'killed':>8}{'recovered in s: median':>25}{'longest':>10}")
    for kind, count in sorted(course.faults.items()):
        times = course.recoveries.get(kind, [])
        middle = f"{statistics.median(times):.1f}" if times else "-"
        longest = f"{max(times):.1f}" if times else "-"
        say(f"  {kind:<28}{count:>7}{course.kills[kind]:>8}{middle:>25}{longest:>10}")
    seconds, kind = course.longest
    say(
        f"  {sum(course.faults.values())} faults, {sum(course.kills.values())} processes killed;",
    )
    say(f"  longest recovery {seconds:.1f} s, after: {kind}")


def stories(ledger: Ledger, evidence: Evidence, course: Course, broken: list[str]) -> None:
    """What is wrong, each with all that is known of it."""
    for words in broken[:MOST_STORIES]:
        say(f"\nBROKEN {words[:600]}")
    for fault in ledger.faults[:MOST_STORIES]:
        say(f"\n{fault.what.upper()} {fault.key[0]} at {fault.key[1]}: {fault.words}")
        written = [each for each in evidence.written if (each["key"], each["account"]) == fault.key]
        near = [each["at"] for each in written if each["text"].split()[-1] == fault.number]
        for line in story(evidence, fault.key, fault.number) if fault.number else ():
            say(f"    {line}")
        for at, what in course.happened:
            if near and -10 < at - near[0] < 60:
                say(f"    {at:.3f} {what}")
    if len(ledger.faults) > MOST_STORIES:
        say(f"\n… and {len(ledger.faults) - MOST_STORIES} more")
