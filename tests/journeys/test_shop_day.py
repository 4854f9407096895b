"""Days at a shop on a virtual clock: ./dev day, small."""

from __future__ import annotations

from flask import Flask

from tools.day import account, program
from tools.day.account import Account
from tools.day.people import staff


def test_a_day_leaves_nobody_without_an_owner_or_a_word(app: Flask) -> None:
    workers, course, found = program.pass_by(12, seed=3)
    assert found.wrong == []
    assert found.handoffs > 10
    assert sum(found.rules.values()) >= found.handoffs
    assert not [wait for wait in found.waits if wait.until is None]
    assert all(course.most_open[worker.login] <= worker.capacity for worker in workers)


def test_what_is_wrong_is_told() -> None:
    """The account can fail: somebody who came later was taken first, and somebody had more than fits."""
    found, (worker, *_) = Account(), staff()
    worker.id = 1
    at = program.datetime(2026, 12, 24, 2, tzinfo=account.WIB)
    minutes = [at + program.timedelta(minutes=number) for number in range(9)]
    found.waits = [account.Wait(1, ("", "", 2), minutes[0]), account.Wait(2, ("", "", 2), minutes[1], minutes[2])]
    account._overtaken(found)
    account._overfilled(found, [worker], {1: [(moment, None, False) for moment in minutes[:5]]})
    assert found.wrong == ["conversation 2 overtook 1", "ani had 5 at once, and 4 fit"]
