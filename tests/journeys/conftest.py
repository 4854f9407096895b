"""After every journey the promises hold: tests/kit/invariants.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from roms.db import db
from roms.services import replies
from tests.kit import ledger
from tests.kit.invariants import assert_invariants
from tests.kit.knocks import Knocks, listening

# Still there when the promises are checked:
FIRST = ("monkeypatch", "provider", "app", "clock", "official")


@pytest.fixture(autouse=True)
def promises(request: pytest.FixtureRequest) -> Iterator[None]:
    """What was answered 2xx, sent and said is as promised, unless the test damages it: @pytest.mark.damages(why)."""
    wanted = [name for name in FIRST if name in request.fixturenames]
    if "app" not in wanted:
        yield
        return
    there = {name: request.getfixturevalue(name) for name in wanted}
    with ledger.kept(db.engine), listening(there["app"]) as knocks, pytest.MonkeyPatch.context() as patch:
        count_what_is_sent_again(patch, knocks)
        yield
        if not request.node.get_closest_marker("damages"):
            assert_invariants(there.get("provider"), knocks.promised, knocks.resent)
        db.session.remove()


def count_what_is_sent_again(patch: pytest.MonkeyPatch, knocks: Knocks) -> None:
    """A person's word is the only good reason for a second send, so it is counted at its door."""
    again = replies.retry

    def counted(*args: object) -> object:
        knocks.resent += 1
        return again(*args)  # type: ignore[arg-type]

    patch.setattr(replies, "retry", counted)
