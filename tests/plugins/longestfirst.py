"""A pytest plugin: files that take long begin first, so that no process ends with one of them while others are idle.

Files of a browser and others take turns: two browsers at once are more than two cores serve well.
"""

from __future__ import annotations

import pytest

LONGEST = (
    *("test_bench", "test_calling_out", "test_replay", "test_chaos", "test_reconnect", "test_replay_mixed"),
    *("test_shutdown", "test_dev", "test_tabs", "test_machine", "test_canaries", "test_hostile_texts"),
    *("test_contention", "test_main_job", "test_takeover", "test_composer", "test_turn_cost", "test_live"),
    *("test_cuts", "test_heartbeats", "test_channels", "test_odd_addresses", "test_pages", "test_receipts"),
)  # as measured, the longest first


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All else stays in its order behind them."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONGEST)))
