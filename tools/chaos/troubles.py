"""What the pretended providers do wrong in a chaos run: chosen for each send, by chances that the run changes."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

from roms.channels.fake.faults import GOOD, Fault, Faults

# By name, what is dialled; a number in a range is chosen anew each time.
BAD: dict[str, dict[str, Any]] = {
    "slow": {"delay_ms": (50, 3000)},
    "throttled": {"status": 429, "retry_after": "1"},
    "500 before it was taken": {"status": 500},
    "500 after it was taken": {"status": 500, "before_accept": False},
    "taken, then never an answer": {"hang": True, "before_accept": False},
    "taken, then closed": {"cut": True, "before_accept": False},
    "taken, then half an answer": {"cut": True, "cut_after": 60, "before_accept": False},
    "reset before it was taken": {"cut": True},
}
ODD: tuple[dict[str, Any], ...] = (
    {"statuses": ("delivered", "sent")},
    {"statuses": ("read", "delivered", "sent")},
    {"statuses": ("sent", "sent", "delivered", "delivered")},
    {"early_status": True},
    {"delay_ms": (5, 120)},
)
HANGS = 0.1  # of the bad ones that hang are let be so: each takes one of sixteen places for 15 s


class Troubles(Faults):
    """Takes the place of the box's dial. `bad`: the chance of a send to go wrong; `odd`: to be only unusual."""

    def __init__(self, seed: str) -> None:
        super().__init__()
        self.bad, self.odd = 0.0, 0.1
        self.happened: dict[str, int] = {}
        self.begun = threading.local()  # .at: when the request that this thread serves came
        self._random = random.Random(seed)

    def take(self, account: str, on: str, *names: str) -> Fault:
        """What to do with this request."""
        if on != "send":
            return super().take(account, on, *names)
        self.begun.at = time.time()
        dice = self._random.random()
        if dice < self.bad:
            name = self._random.choice(list(BAD))
            if not BAD[name].get("hang") or self._random.random() < HANGS:
                self.happened[name] = self.happened.get(name, 0) + 1
                return self._dialled_as(BAD[name])
        return self._dialled_as(self._random.choice(ODD)) if dice > 1 - self.odd else GOOD

    def _dialled_as(self, settings: dict[str, Any]) -> Fault:
        chosen: dict[str, Any] = {
            name: self._random.randint(*value) if name == "delay_ms" else value for name, value in settings.items()
        }
        return Fault(**chosen)
