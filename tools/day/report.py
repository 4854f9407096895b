"""The account of the virtual days as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tools.day.account import Account, quantiles
from tools.day.course import Course
from tools.day.people import Worker
from tools.terminal import say

A_FEW = 12


def tell(account: Account, course: Course, workers: Sequence[Worker], everything: bool) -> None:
    """All on a page, or every assignment."""
    say(f"\n{account.handoffs} handoffs · {sum(account.rules.values())} assignments · {account.escalated} escalated")
    say("  by " + ", ".join(f"{rule} {count}" for rule, count in account.rules.most_common()))
    say("  waited because " + ", ".join(f"{why} {count}" for why, count in account.waited_for.most_common()))
    waited = [(wait.until - wait.since).total_seconds() for wait in account.waits if wait.until]
    say(f"  in the backlog (median · nine of ten · longest)   {quantiles(waited)}")
    say(f"  until a person's first word                       {quantiles(account.first_answers)}")
    _fair(account, course, workers)
    shown = account.samples if everything else _spread(account.samples)
    say("\nassignments" + ("" if everything else f", {len(shown)} of {len(account.samples)}"))
    for line in shown:
        say(f"  {line}")
    for line in account.wrong:
        say(f"  WRONG  {line}")


def _fair(account: Account, course: Course, workers: Sequence[Worker]) -> None:
    say("\nagent     teams        skills       there    given   an hour   most at once (of)")
    for worker in workers:
        hours = worker.present / timedelta(hours=1)
        given = len(account.given.get(worker.id, ()))
        say(
            f"{worker.login:<9} {' '.join(worker.teams):<12} {' '.join(worker.skills):<12} {hours:4.1f} h"
            f" {given:>7} {given / max(hours, 0.1):>9.1f}"
            f" {course.most_open.get(worker.login, 0):>8} ({worker.capacity})"
        )


def _spread(lines: list[str]) -> list[str]:
    step = max(1, len(lines) // A_FEW)
    return lines[::step][:A_FEW]
