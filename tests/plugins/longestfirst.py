"""A pytest plugin: files that take long begin first, so that no process ends with one of them while others are idle.

All files of a browser go to one process, first and one after the other: there is one Chromium and one instance, and
both end with the last of them. Two browsers at once are more than two cores serve well.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser/"
LONGEST = (
    *("test_bench", "test_chaos", "test_shutdown", "test_every_body", "test_every_kind", "test_bursts", "test_live"),
    *("test_calling_out", "test_replay", "test_rights", "test_replay_mixed", "test_handing_on", "test_looking"),
    *("test_why", "test_dev", "test_machine", "test_canaries", "test_contention", "test_takeover", "test_turn_cost"),
    *("test_heartbeats", "test_odd_addresses"),
    *("test_receipts", "test_queued", "test_outbox"),
)  # as measured, the longest first


class Lanes(LoadFileScheduling):  # type: ignore[misc]  # xdist leaves it without types
    """A file stays in one process, those of a browser in the same one."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes:
    """Asked by xdist once it knows how many processes there are."""
    return Lanes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All else stays in its order behind them."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: -1 if item.nodeid.startswith(BROWSER) else places.get(item.path.stem, len(LONGEST)))
