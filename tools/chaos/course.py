"""Breaks one thing after the other, by the seed, and asks after each whether ROMS is well again."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass

from tools.chaos.crowd import SHARES
from tools.chaos.faults import Kind
from tools.chaos.report import Course
from tools.chaos.world import World
from tools.terminal import say

WAIT = 20.0  # seconds for which the next fault waits for the recovery from the last
GIVE_UP = 180.0  # seconds after which somebody who asked is said to have got no answer
LOOK_EVERY = 0.05
FRESH = tuple(SHARES)  # who asks comes by any provider


@dataclass(frozen=True, slots=True)
class Wish:
    """How long it goes on: until all of these are reached."""

    seconds: float
    kills: int = 0
    messages: int = 0


class Breaker:
    """The one who breaks; `over` ends it early."""

    def __init__(self, world: World, kinds: dict[str, Kind], seed: str, pause: float) -> None:
        self._world, self._kinds, self._pause = world, kinds, pause
        self._dice = random.Random(f"{seed}/faults")
        self.course = Course()
        self.over = threading.Event()
        self._begun = time.monotonic()
        self._asking: list[threading.Thread] = []

    def go_on(self, wish: Wish) -> None:
        """Until the wish is fulfilled."""
        names, weights = list(self._kinds), [kind.often for kind in self._kinds.values()]
        while not self.over.is_set() and not self._is_fulfilled(wish):
            self._break(self._dice.choices(names, weights)[0], random.Random(self._dice.random()))
            self.over.wait(self._dice.uniform(0.2, 2) * self._pause)
        self.course.seconds = time.monotonic() - self._begun

    def hear_the_last(self) -> None:
        """Wait for those who are not answered yet."""
        for each in self._asking:
            each.join()

    def _is_fulfilled(self, wish: Wish) -> bool:
        counts = self._world.witness.do("counts")
        return (
            time.monotonic() - self._begun >= wish.seconds
            and sum(self.course.kills.values()) >= wish.kills
            and counts["written"] + counts["sent"] >= wish.messages
        )

    def _break(self, name: str, dice: random.Random) -> None:
        account = dice.choice(FRESH)
        began = time.time()
        killed = self._kinds[name].break_(self._world, dice)
        lasted = time.time() - began
        self.course.happened.append((began, f"{name}, {lasted:.1f} s"))
        self.course.faults[name] += 1
        self.course.kills[name] += killed
        asked = int(self._world.witness.do("probe", account=account)["number"])
        seconds = self._recovered(asked, WAIT)
        if seconds is None:
            self._asking.append(threading.Thread(target=self._late, args=(name, account, asked), daemon=True))
            self._asking[-1].start()
        else:
            self.course.recoveries.setdefault(name, []).append(seconds)
        self._tell(name, account, lasted, seconds)

    def _tell(self, name: str, account: str, lasted: float, seconds: float | None) -> None:
        counts = self._world.witness.do("counts")
        well = "no answer yet" if seconds is None else f"well after {seconds:.1f} s"
        figures = f"written {counts['written']} sent {counts['sent']} behind {counts['behind']}"
        at = time.monotonic() - self._begun
        say(f"  {at:7.1f}  {name:<26} {lasted:4.1f} s  {well:<18} ({account})  {figures}")

    def _recovered(self, asked: int, seconds: float) -> float | None:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            found = self._world.witness.do("probed", number=asked)["seconds"]
            if found is not None:
                return float(found)
            time.sleep(LOOK_EVERY)
        return None

    def _late(self, name: str, account: str, asked: int) -> None:
        seconds = self._recovered(asked, GIVE_UP)
        if seconds is None:
            self.course.unrecovered.append(f"nobody was answered at {account} within {GIVE_UP:.0f} s after: {name}")
        else:
            self.course.recoveries.setdefault(name, []).append(seconds)
            say(f"           {name:<26} well after {seconds:.1f} s ({account})")
