"""Anything in any order: people write, agents act, workers die, Redis forgets, the database is away, time jumps.

After every step the database is what a simple model says, and the promises hold. MACHINE_EXAMPLES and MACHINE_STEPS
make it long; then every run plays something else, and looks for the shortest play that fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from roms.db import db
from roms.services import arrivals
from tests.cast import Cast
from tests.conftest import Clock
from tests.kit import ledger
from tests.kit.machine import Machine
from tests.kit.stage import Stage

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "0"))
STEPS = int(os.environ.get("MACHINE_STEPS", "30"))


@pytest.fixture
def settings() -> dict[str, str]:
    """The people of the machine write faster than people do."""
    return {"ROMS_LOOP_TEXTS": "0", "ROMS_LOOP_TURNS": "0"}


@pytest.fixture
def stage(app: Flask, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(arrivals, "PATIENCE", 0.01)  # seconds that a webhook waits for a database that is away
    with ledger.kept(db.engine):
        here = Stage(app, cast, clock)
        yield here
        here.close()


@pytest.mark.timeout(24 * 3600 if EXAMPLES else 120)
def test_whatever_happens_in_whatever_order(stage: Stage) -> None:
    run_state_machine_as_test(
        type("Machine", (Machine,), {"stage": stage}),
        settings=hypothesis.settings(
            max_examples=EXAMPLES or 7,
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=list(Phase) if EXAMPLES else [Phase.generate],
        ),
    )
